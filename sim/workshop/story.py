"""One household's story in two worlds: the same luck, another rule; what it knew, chose, earned, sent and owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

HOME = "home"
SHOWN_BY_ORIGIN = 4
TOLD_TOPICS = ("ban rules", "seasonal permit", "free movement", "support centre")
"""Topics whose first hearing is told; hearing of work is daily bread."""
BELIEVES = 0.5
MONEY = ("remitted", "savings", "debt", "consumption", "home_income")


@dataclass(frozen=True)
class Life:
    """One household in one world.

    Attributes
    ----------
    money
        By name of `MONEY`: base-period USD, a value a month.
    workers
        For each worker `sex`, `age` (at the start) and `place`, `state` by month: ``home``, ``jobless``, ``regular``,
        ``irregular`` and ``banned`` (home, and on a list).
    events
        (index of the month, worker from 1, code, what fills the sentence).
    """

    money: Mapping[str, tuple[float, ...]]
    workers: tuple[Mapping[str, Any], ...]
    events: tuple[tuple[int, int, str, Mapping[str, Any]], ...]


@dataclass(frozen=True)
class Pair:
    """One household in both worlds, and who it is."""

    who: Mapping[str, Any]
    ours: Life
    theirs: Life


@dataclass(frozen=True)
class Lives:
    """The households to choose from, those whose paths part most first."""

    months: tuple[str, ...]
    pairs: tuple[Pair, ...]


def lives_of(ours: pd.DataFrame, theirs: pd.DataFrame) -> Lives:
    """Some households of each origin, whose places differ most between two worlds, or who met most.

    Parameters
    ----------
    ours, theirs
        The followed households of the same seed in two worlds: `RunResult.households`.
    """
    months = tuple(f"{month:%Y-%m}" for month in sorted(ours["month"].unique()))
    chosen = _chosen(ours, theirs)
    pairs = [
        Pair(_who(ours[ours["household"] == key]), *(_life(side[side["household"] == key]) for side in (ours, theirs)))
        for key in chosen
    ]
    return Lives(months, tuple(pairs))


def _chosen(ours: pd.DataFrame, theirs: pd.DataFrame) -> list[Any]:
    merged = ours.merge(theirs, on=["month", "household", "worker"], suffixes=("", "_theirs"))
    apart = (merged["place"] != merged["place_theirs"]).groupby(merged["household"]).sum()
    met = merged["banned_from"].ne("") | merged["banned_from_theirs"].ne("")
    abroad = merged["place"].ne(HOME)
    score = apart + 0.5 * met.groupby(merged["household"]).sum() + 0.05 * abroad.groupby(merged["household"]).sum()
    origin = merged.groupby("household")["origin"].first()
    first = score.sort_values(ascending=False, kind="stable")
    by_origin = [first[origin[first.index] == code].index[:SHOWN_BY_ORIGIN] for code in dict.fromkeys(ours["origin"])]
    return [key for rank in range(SHOWN_BY_ORIGIN) for keys in by_origin for key in keys[rank : rank + 1]]


def _who(table: pd.DataFrame) -> dict[str, Any]:
    first = table.iloc[0]
    names = ("origin", "province", "members", "rural")
    return {name: first[name] if isinstance(first[name], str) else int(first[name]) for name in names}


def _life(table: pd.DataFrame) -> Life:
    by_worker = [rows.reset_index(drop=True) for _, rows in table.groupby("worker", sort=True)]
    first = by_worker[0]
    money = {name: tuple(np.round(first[name].to_numpy(float), 2).tolist()) for name in MONEY}
    start = len(first)
    workers, events = [], []
    for number, rows in enumerate(by_worker, start=1):
        late = start - len(rows)  # a worker who has grown up since
        place, state = rows["place"].tolist(), _state(rows)
        workers.append(
            {
                "sex": str(rows["sex"].iloc[0]),
                "age": int(rows["age"].iloc[0]),
                "place": [HOME] * late + place,
                "state": ["home"] * late + state,
            }
        )
        events += [(late + month, number, code, told) for month, code, told in _events(rows)]
    events += [(month, 0, "heard", {"topic": topic}) for month, topic in _heard(first["heard"])]
    return Life(money, tuple(workers), tuple(sorted(events, key=lambda event: event[:3])))


def _state(rows: pd.DataFrame) -> list[str]:
    home = rows["place"].eq(HOME)
    away = np.where(rows["regime"].eq("irregular"), "irregular", "regular")
    idle = np.where(rows["jobless"].gt(0), "jobless", "home")
    listed = np.where(rows["banned_from"].ne(""), "banned", idle)
    return [str(one) for one in np.where(home, listed, away)]


def _events(rows: pd.DataFrame) -> list[tuple[int, str, dict[str, Any]]]:
    """What happened to a worker from one month to the next."""
    told: list[tuple[int, str, dict[str, Any]]] = []
    values: Sequence[Any] = list(rows.itertuples(index=False))
    for month, (before, now) in enumerate(pairwise(values), start=1):
        told += [(month, code, filled) for code, filled in _moves(before, now) + _bans(before, now)]
    return told


def _moves(before: Any, now: Any) -> list[tuple[str, dict[str, Any]]]:
    if before.place == now.place:
        lost = now.place != HOME and before.regime == "regular" and now.regime == "irregular"
        return [("papers_lost", {"place": now.place})] if lost else []
    if now.place == HOME:
        return [("came_home", {"place": before.place, "cause": now.last_return})]
    if before.place == HOME:
        return [("left", {"place": now.place, "route": now.route})]
    return [("moved_on", {"place": now.place})]


def _bans(before: Any, now: Any) -> list[tuple[str, dict[str, Any]]]:
    if now.banned_from and not before.banned_from:
        code = "banned_unaware" if now.believes_re_entry > BELIEVES else "banned"
        return [(code, {"place": now.banned_from, "months": int(now.ban_left)})]
    if before.banned_from and not now.banned_from:
        return [("ban_over", {"place": before.banned_from})]
    if now.banned_from and before.believes_re_entry > BELIEVES >= now.believes_re_entry:
        return [("learnt", {"place": now.banned_from})]
    return []


def _heard(column: pd.Series) -> list[tuple[int, str]]:
    """First months in which each topic is heard of; what was known at the start is no news."""
    known = set(column.iloc[0].split(", "))
    news = []
    for month, text in enumerate(column):
        for topic in TOLD_TOPICS:
            if topic in text and topic not in known:
                known.add(topic)
                news.append((month, topic))
    return news
