"""Pictures as Vega-Lite: one specification for the page, the sheet and the file without Python.

Colours are from the set of Okabe and Ito, told apart by people who see red and green alike; worlds differ in line style
besides. Texts come from the language files, so a specification belongs to a language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sim.workshop.rows import COURSES, OURS, THEIRS, Rows
from sim.workshop.words import NARROW, Words

BLUE, VERMILION, AMBER, SKY, GREEN = "#0072B2", "#D55E00", "#E69F00", "#56B4E9", "#009E73"
INK, PALE, RULE = "#22303c", "#5d6b78", "#d8dee4"
WORLDS = (THEIRS, OURS)
WORLD_COLOURS = ("#4a4a4a", BLUE)
GUESS = "guess"
MARKS = {"2014-01": "mark.days", "2014-07": "mark.rouble", "2015-08": "mark.union"}
HEIGHT = 160
"""Of the strip of guesses, in pixels; labels stand at fixed heights within it."""
Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
"""A name, not an address: nothing is fetched from it."""


def draw(picture: str, rows: Rows, words: Words, names: Mapping[str, str], *, large: bool = False) -> Spec:
    """The specification of a picture with its rows; `names` are what the worlds are called, by ``ours``, ``theirs``."""
    makers = {"places": _places, "knowing": _knowing, "hundred": _hundred}
    maker = makers.get(picture)
    spec = maker(words, names) if maker else _course(picture, words, names)
    return {
        "$schema": SCHEMA,
        "data": {"values": rows},
        "usermeta": {"embedOptions": {"actions": False}},
        "config": config(words, large),
        **({"autosize": {"type": "fit", "contains": "padding"}} if spec.get("width") == "container" else {}),
        "description": words(f"picture.{picture}"),
        **spec,
    }


def strip(
    runs: Sequence[float], guess: float | None, as_it_was: float | None, scale: tuple[float, float], words: Words,
    unit: str, *, large: bool = False,
) -> Spec:  # fmt: skip
    """The room's guess, and once there are `runs`, what each of them says: a dot a run, the band and the mean."""
    low, high = min([scale[0], *runs]), max([scale[1], *runs])
    filled: dict[str, Rows] = {}
    if runs:
        ordered = sorted(runs)
        cut = 1 if len(ordered) >= 10 else 0
        mean = sum(runs) / len(runs)
        filled = {
            "band": [{"from": ordered[cut // 2], "to": ordered[-1 - cut]}],
            "runs": [{"value": value} for value in runs],
            "mean": [_flagged(mean, words("strip.model"), (low, high), words)],
        }
        if as_it_was is not None:
            filled["was"] = [_flagged(as_it_was, words("world.history"), (low, high), words)]
    if guess is not None:
        filled["guess"] = [_flagged(guess, words("strip.guess"), (low, high), words)]
    spec = strip_spec((low, high), words, unit, large=large)
    for layer in spec["layer"]:
        layer["data"] = {"values": filled.get(layer["data"]["name"], [])}
    spec["layer"] = [layer for layer in spec["layer"] if layer["data"]["values"]] or spec["layer"][:1]
    return spec


def strip_spec(domain: tuple[float, float], words: Words, unit: str, *, large: bool = False) -> Spec:
    """The same without its rows: data sets `band`, `runs`, `mean`, `was` and `guess`, each to be filled by name."""
    x = {"type": "quantitative", "scale": {"domain": list(domain), "nice": False}, "title": words(f"unit.{unit}"),
         "axis": {"tickCount": 8}}  # fmt: skip
    middle = {"value": 125}
    dots = {"type": "circle", "size": 160, "color": BLUE, "opacity": 0.6}
    return {
        "$schema": SCHEMA,
        "usermeta": {"embedOptions": {"actions": False}},
        "config": config(words, large),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "description": words("strip.description"),
        "height": HEIGHT,
        "width": "container",
        "layer": [
            _layer("band", {"type": "bar", "height": 60, "color": BLUE, "opacity": 0.2},
                   {"x": {**x, "field": "from"}, "x2": {"field": "to"}, "y": middle}),
            _layer("runs", dots, {"x": {**x, "field": "value"}, "y": middle}),
            *_flag("mean", BLUE, x, 54),
            *_flag("was", WORLD_COLOURS[0], x, 88),
            *_flag("guess", VERMILION, x, 20),
        ],
    }  # fmt: skip


def _layer(name: str, mark: Spec, encoding: Spec) -> Spec:
    return {"data": {"name": name, "values": []}, "mark": mark, "encoding": encoding}


def _flag(name: str, colour: str, x: Spec, height: int) -> list[Spec]:
    """A line at a value, with its label on top, on the side where there is room."""
    text = {"type": "text", "align": {"expr": "datum.right ? 'left' : 'right'"}, "dx": {"expr": "datum.right ? 8 : -8"},
            "color": colour, "fontWeight": 700}  # fmt: skip
    line = {"type": "rule", "color": colour, "strokeWidth": 4}
    place = {**x, "field": "value"}
    return [
        _layer(name, line, {"x": place, "y": {"value": height - 10}, "y2": {"value": HEIGHT}}),
        _layer(name, text, {"x": place, "y": {"value": height}, "text": {"field": "label"}}),
    ]


def _flagged(value: float, label: str, domain: tuple[float, float], words: Words) -> dict[str, Any]:
    right = value < (domain[0] + domain[1]) / 2
    return {"value": value, "label": f"{label}: {words.number(value)}", "right": right}


def config(words: Words, large: bool) -> Spec:
    """Letters, colours and numbers of all pictures."""
    size = 22 if large else 15
    font = "Source Sans, Source Sans Pro, Noto Sans, Segoe UI, DejaVu Sans, sans-serif"
    titled = {
        "titleFontSize": size,
        "labelFontSize": size,
        "titleColor": PALE,
        "labelColor": INK,
        "titleFontWeight": 400,
    }
    return {
        "font": font,
        "background": "#ffffff",
        "view": {"stroke": None},
        "text": {"fontSize": size, "color": INK},
        "axis": {**titled, "gridColor": "#eceff2", "domainColor": RULE, "tickColor": RULE, "titlePadding": 10},
        "axisX": {"grid": False},
        "legend": {**titled, "symbolSize": 220, "symbolOpacity": 1, "title": None, "orient": "top", "labelLimit": 500},
        "header": {"labelFontSize": size, "titleFontSize": size, "labelColor": INK, "labelFontWeight": 600},
        "locale": {
            "number": {
                "decimal": words("number.point"),
                "thousands": words("number.thousands") or NARROW,
                "grouping": [3],
                "currency": ["", ""],
            }
        },
    }


def named(names: Mapping[str, str], field: str = "datum.label") -> str:
    """An expression that shows codes as names."""
    return f"({json.dumps(dict(names), ensure_ascii=False)})[{field}] || {field}"


def _worlds(names: Mapping[str, str], *, legend: bool = True) -> Spec:
    domain = [name for name in (*WORLDS, GUESS) if name in names]
    colours = dict(zip((*WORLDS, GUESS), (*WORLD_COLOURS, VERMILION), strict=True))
    scale = {"domain": domain, "range": [colours[name] for name in domain]}
    return {
        "field": "world",
        "type": "nominal",
        "scale": scale,
        "legend": {"labelExpr": named(names)} if legend else None,
    }


def _course(picture: str, words: Words, names: Mapping[str, str]) -> Spec:
    unit = words(f"unit.{COURSES[picture].unit}")
    month = {"field": "month", "type": "temporal", "timeUnit": "utcyearmonth", "title": None,
             "axis": {"format": "%Y", "tickCount": {"interval": "year", "step": 1}}}  # fmt: skip
    tooltip = [
        {"field": "month", "type": "nominal", "title": words("chart.month")},
        {"field": "mid", "type": "quantitative", "title": unit, "format": ",.1f"},
        {"field": "low", "type": "quantitative", "title": words("chart.low"), "format": ",.1f"},
        {"field": "high", "type": "quantitative", "title": words("chart.high"), "format": ",.1f"},
    ]
    dash = {"condition": {"test": f"datum.world === '{GUESS}'", "value": [8, 6]}, "value": [1, 0]}
    y = {"type": "quantitative", "title": unit, "scale": {"zero": not COURSES[picture].ratio, "nice": True}}
    colour = _worlds(names)
    return {
        "width": "container",
        "height": 400,
        "layer": [
            *_marks(words),
            {
                "mark": {"type": "area", "opacity": 0.18},
                "encoding": {"x": month, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour},
            },
            {
                "mark": {"type": "line", "strokeWidth": 3.5, "interpolate": "monotone"},
                "encoding": {
                    "x": month,
                    "y": {**y, "field": "mid"},
                    "color": colour,
                    "strokeDash": dash,
                    "tooltip": tooltip,
                },
            },
        ],
    }


def _marks(words: Words) -> list[Spec]:
    """What happened when: thin lines with a word."""
    x = {"field": "when", "type": "temporal", "timeUnit": "utcyearmonth"}
    text = {"type": "text", "align": "left", "baseline": "top", "dx": 5, "color": PALE}
    rules, labels = [], []
    for place, (month, key) in enumerate(MARKS.items()):
        data = {"values": [{"when": f"{month}-01", "told": words(key)}]}
        rule = {"type": "rule", "color": PALE, "strokeDash": [2, 4]}
        rules.append({"data": data, "mark": rule, "encoding": {"x": x}})
        height = {"value": 2 + 24 * (place % 2)}  # two lines of words, or neighbours would touch
        labels.append({"data": data, "mark": text, "encoding": {"x": x, "y": height, "text": {"field": "told"}}})
    return rules + labels


def _places(words: Words, names: Mapping[str, str]) -> Spec:
    known = {code: words.place(code) for code in ("RUS", "KAZ", "OTH")}
    y = {"field": "place", "type": "nominal", "title": None, "sort": list(known),
         "axis": {"labelExpr": named(known), "ticks": False, "domain": False, "labelPadding": 12}}  # fmt: skip
    offset = {"field": "world", "type": "nominal", "sort": list(WORLDS)}
    x = {"field": "mid", "type": "quantitative", "title": words("unit.thousand_people")}
    both = {"y": y, "yOffset": offset}
    return {
        "width": "container",
        "height": 360,
        "layer": [
            {"mark": {"type": "bar", "cornerRadiusEnd": 3}, "encoding": {**both, "x": x, "color": _worlds(names)}},
            {
                "mark": {"type": "rule", "strokeWidth": 3, "color": INK, "opacity": 0.7},
                "encoding": {**both, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 10},
                "encoding": {
                    **both,
                    "x": {**x, "field": "high"},
                    "text": {"field": "mid", "type": "quantitative", "format": ",.0f"},
                },
            },
        ],
    }


def _knowing(words: Words, names: Mapping[str, str]) -> Spec:
    known = {"unaware": words("state.unaware"), "aware": words("state.aware")}
    colour = {"field": "state", "type": "nominal", "legend": {"labelExpr": named(known)},
              "scale": {"domain": ["unaware", "aware"], "range": [AMBER, SKY]}}  # fmt: skip
    month = {"field": "month", "type": "temporal", "timeUnit": "utcyearmonth", "title": None,
             "axis": {"format": "%Y", "tickCount": {"interval": "year", "step": 1}}}  # fmt: skip
    return {
        "width": 350,
        "height": 300,
        "mark": {"type": "area", "line": False},
        "encoding": {
            "column": {"field": "world", "type": "nominal", "title": None, "sort": list(WORLDS), "spacing": 30,
                       "header": {"labelExpr": named(names, "datum.value")}},
            "x": month,
            "y": {"field": "people", "type": "quantitative", "title": words("unit.thousand_people"), "stack": "zero"},
            "color": colour,
            "order": {"field": "order"},
        },
    }  # fmt: skip


def _hundred(words: Words, names: Mapping[str, str]) -> Spec:
    house = "M0,-1 L1,-0.1 L0.7,-0.1 L0.7,0.9 L-0.7,0.9 L-0.7,-0.1 L-1,-0.1 Z"
    # Rows and columns are put in order by their letters: a list to sort by fails where a chart begins without data.
    what = {"a": words("hundred.split"), "b": words("hundred.poor")}
    worlds = {letter: names[world] for letter, world in zip("ab", WORLDS, strict=True)}
    return {
        "transform": [
            {"calculate": "datum.what == 'split' ? 'a' : 'b'", "as": "row"},
            {"calculate": f"datum.world == '{WORLDS[0]}' ? 'a' : 'b'", "as": "column"},
            {"calculate": "datum.dot % 20", "as": "across"},
            {"calculate": "floor(datum.dot / 20)", "as": "down"},
            {"calculate": "datum.filled ? datum.what : 'none'", "as": "state"},
        ],
        "facet": {
            "row": {"field": "row", "type": "nominal", "title": None,
                    "header": {"labelExpr": named(what, "datum.value"), "labelAngle": 0, "labelAlign": "left",
                               "labelOrient": "top", "labelAnchor": "start"}},
            "column": {"field": "column", "type": "nominal", "title": None,
                       "header": {"labelExpr": named(worlds, "datum.value")}},
        },
        "spec": {
            "width": 360,
            "height": 115,
            "layer": [
                {
                    "mark": {"type": "point", "filled": True, "shape": house, "size": 150, "opacity": 1},
                    "encoding": {
                        "x": {"field": "across", "type": "ordinal", "axis": None},
                        "y": {"field": "down", "type": "ordinal", "axis": None},
                        "color": {"field": "state", "type": "nominal", "legend": None,
                                  "scale": {"domain": ["split", "poor", "none"], "range": [BLUE, VERMILION, RULE]}},
                    },
                },
            ],
        },
    }  # fmt: skip
