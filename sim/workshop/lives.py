"""Pictures and words of one household's story in two worlds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.workshop.charts import AMBER, BLUE, PALE, SCHEMA, VERMILION, WORLD_COLOURS, Spec, config, named
from sim.workshop.rows import OURS, THEIRS, Rows
from sim.workshop.story import Life, Pair
from sim.workshop.words import Words

STATES = ("home", "jobless", "banned", "regular", "irregular")
COLOURS = ("#d8dee4", PALE, AMBER, BLUE, VERMILION)
MONEY = ("remitted", "savings", "debt")


def who(pair: Pair, words: Words) -> str:
    """A household in a line."""
    where = words("household.village" if pair.who["rural"] else "household.town")
    return words(
        "household.who",
        place=words.place(pair.who["origin"]),
        province=words.province(pair.who["province"]),
        where=where,
        members=pair.who["members"],
        workers=len(pair.theirs.workers),
    )


def lanes(pair: Pair, months: tuple[str, ...]) -> Rows:
    """Where each worker was: a row a stretch of months in one state, for both worlds."""
    rows: Rows = []
    for world, life in ((THEIRS, pair.theirs), (OURS, pair.ours)):
        for number, worker in enumerate(life.workers, start=1):
            start = 0
            path = list(zip(worker["place"], worker["state"], strict=True))
            for month in range(1, len(path) + 1):
                if month == len(path) or path[month] != path[start]:
                    place, state = path[start]
                    rows.append(
                        {
                            "world": world,
                            "worker": number,
                            "state": state,
                            "place": "" if place == "home" else place,
                            "from": f"{months[start]}-01",
                            "to": f"{months[month]}-01" if month < len(path) else f"{months[-1]}-28",
                        }
                    )
                    start = month
    return rows


def purse(pair: Pair, months: tuple[str, ...]) -> Rows:
    """What it was sent, had saved and owed, month by month, for both worlds."""
    return [
        {"world": world, "what": what, "month": month, "value": round(value)}
        for world, life in ((THEIRS, pair.theirs), (OURS, pair.ours))
        for what in MONEY
        for month, value in zip(months, life.money[what], strict=True)
    ]


def draw_lanes(pair: Pair, months: tuple[str, ...], words: Words, names: Mapping[str, str], large: bool) -> Spec:
    """A bar a worker and world, coloured by where he or she was and with what right."""
    states = {state: words(f"life.{state}") for state in STATES}
    x = {"field": "from", "type": "temporal", "timeUnit": "utcyearmonth", "title": None,
         "axis": {"format": "%Y", "tickCount": {"interval": "year", "step": 1}}}  # fmt: skip
    y = {"field": "worker", "type": "ordinal", "title": words("household.worker"), "scale": {"padding": 0.2}}
    legend = {"labelExpr": named(states), "columns": 3}
    return {
        "$schema": SCHEMA,
        "data": {"values": lanes(pair, months)},
        "usermeta": {"embedOptions": {"actions": False}},
        "config": config(words, large),
        "facet": {"row": {"field": "world", "type": "nominal", "title": None, "sort": [THEIRS, OURS],
                          "header": {"labelExpr": named(names, "datum.value"), "labelAngle": 0, "labelOrient": "top",
                                     "labelAnchor": "start"}}},
        "spec": {
            "width": 820,
            "height": 44 * max(len(pair.ours.workers), len(pair.theirs.workers)),
            "layer": [
                {
                    "mark": {"type": "bar", "cornerRadius": 3},
                    "encoding": {
                        "x": x, "x2": {"field": "to", "timeUnit": "utcyearmonth"}, "y": y,
                        "color": {"field": "state", "type": "nominal", "legend": legend,
                                  "scale": {"domain": list(STATES), "range": list(COLOURS)}},
                    },
                },
            ],
        },
    }  # fmt: skip


def draw_purse(pair: Pair, months: tuple[str, ...], words: Words, names: Mapping[str, str], large: bool) -> Spec:
    """Three small courses of money, both worlds in each."""
    what = {name: words(f"life.{name}") for name in MONEY}
    return {
        "$schema": SCHEMA,
        "data": {"values": purse(pair, months)},
        "usermeta": {"embedOptions": {"actions": False}},
        "config": config(words, large),
        "facet": {"column": {"field": "what", "type": "nominal", "title": None, "sort": list(MONEY),
                             "header": {"labelExpr": named(what, "datum.value")}}},
        "spec": {
            "width": 250, "height": 170,
            "mark": {"type": "line", "strokeWidth": 2.5},
            "encoding": {
                "x": {"field": "month", "type": "temporal", "timeUnit": "utcyearmonth", "title": None,
                      "axis": {"format": "%y", "tickCount": {"interval": "year", "step": 1}}},
                "y": {"field": "value", "type": "quantitative", "title": words("unit.usd")},
                "color": {"field": "world", "type": "nominal", "legend": {"labelExpr": named(names)},
                          "scale": {"domain": [THEIRS, OURS], "range": list(WORLD_COLOURS)}},
            },
        },
        "resolve": {"scale": {"y": "independent"}},
    }  # fmt: skip


def events(life: Life, months: tuple[str, ...], words: Words, first: str = "2013-01") -> list[tuple[str, str]]:
    """What happened, in order: month and sentence."""
    told = []
    for month, worker, code, filled in life.events:
        if months[month] < first:
            continue
        values = {name: _filled(name, value, words) for name, value in filled.items() if name != "route"}
        if code == "left":
            values["route"] = words(f"route.{filled['route'].replace(' ', '_')}")
        sentence = words(f"event.{code}", **values)
        person = words("household.person", number=worker) if worker and len(life.workers) > 1 else ""
        told.append((words.month(months[month]), f"{person} {sentence}".strip()))
    return told


def parted(ours: list[tuple[str, str]], theirs: list[tuple[str, str]]) -> int:
    """How many events at the beginning are the same in both worlds."""
    same = 0
    for mine, other in zip(ours, theirs, strict=False):
        if mine != other:
            break
        same += 1
    return same


def _filled(name: str, value: Any, words: Words) -> str:
    if name == "place":
        return words.place(value)
    if name == "months":
        return words.count("step.months", value)
    return words(f"{name}.{str(value).replace(' ', '_')}")
