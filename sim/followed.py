"""Households followed month by month: their records as a table a person can read."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.schema.attributes import BELIEF_ONE, CAUSES, HOME, IRREGULAR, SHARE_ONE, SKILL_ONE, WORKERS
from sim.schema.quantities import SECTORS, TOPICS
from sim.tables import Frame, SeedOutcome

CENT = 0.01
ROUTES = ("none", "work permit", "seasonal permit", "free movement")
SERVICES = ("language course", "reintegration", "start-up grant", "legal advice")  # bits of `served`
MONEY = ("home_income", "savings", "debt", "target", "consumption", "income", "remitted")
WHOLE = ("members", "workers", "rural", "woman_head", "stirred")
SLOT = ("months", "jobless", "overstay", "permit", "ban_left", "scar")
READ = (*SLOT, "sex", "birth_month", "sector", "place", "regime", "route", "ban_from", "q", "cause", "sent", "served")


def households_table(outcome: SeedOutcome, frame: Frame) -> pd.DataFrame:
    """A row a month and worker of each followed household; money in base-period USD, beliefs as shares.

    Empty where nobody was followed.
    """
    parts = [_month(records, frame, month) for month, records in enumerate(outcome.followed)]
    if not parts:
        return pd.DataFrame()
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "seed", outcome.seed)
    return table


def _month(records: np.ndarray, frame: Frame, month: int) -> pd.DataFrame:
    rows, slots = np.nonzero(np.arange(WORKERS)[None, :] < records["workers"][:, None])
    h = records[rows]
    worker = {name: h[name][np.arange(len(h)), slots] for name in READ}
    columns: dict[str, object] = {
        "month": np.full(len(h), frame.months[month].astype("datetime64[s]")),
        "household": h["key"],
        "worker": slots + 1,
        "origin": np.array(frame.origins)[h["origin"]],
        "province": [frame.provinces[o][p] for o, p in zip(h["origin"], h["province"], strict=True)],
        "skill": h["skill"] / SKILL_ONE,
        "heard": [", ".join(_topics(heard, frame)) for heard in h["heard"]],
        "perceived_risk": h["risk"] / SHARE_ONE,
    }
    columns |= {name: h[name].astype(int) for name in WHOLE}
    columns |= {name: h[name] * CENT for name in MONEY}
    for d, destination in enumerate(frame.destinations):
        columns[f"wage_belief_{destination}"] = h["wage_belief"][:, d] / BELIEF_ONE
    return pd.DataFrame(columns | _worker(worker, frame, month))


def _worker(worker: dict[str, np.ndarray], frame: Frame, month: int) -> dict[str, object]:
    places = np.array(["home", *frame.destinations])
    abroad = np.where(worker["regime"] == IRREGULAR, "irregular", "regular")
    return {
        "sex": np.where(worker["sex"] == 1, "woman", "man"),
        "age": (month - worker["birth_month"].astype(int)) // 12,
        "sector": np.array(SECTORS)[worker["sector"]],
        "place": places[worker["place"]],
        "regime": np.where(worker["place"] == HOME, "at home", abroad),
        "route": np.array(ROUTES)[worker["route"]],
        "banned_from": np.where(worker["ban_left"] > 0, places[worker["ban_from"]], ""),
        "believes_re_entry": worker["q"] / SHARE_ONE,
        "last_return": np.array(CAUSES)[worker["cause"]],
        "sent": worker["sent"] * CENT,
        "served": [_named_bits(bits, SERVICES) for bits in worker["served"]],
        **{name: worker[name].astype(int) for name in SLOT},
    }


def _topics(heard: int, frame: Frame) -> list[str]:
    """Names of the topics heard of; work at a destination by its code."""
    work = {f"work_{d + 1}": f"work in {code}" for d, code in enumerate(frame.destinations)}
    return [work.get(topic, topic.replace("_", " ")) for bit, topic in enumerate(TOPICS) if heard >> bit & 1]


def _named_bits(bits: int, names: tuple[str, ...]) -> str:
    """Names of the bits that are set, with commas."""
    return ", ".join(name for bit, name in enumerate(names) if bits >> bit & 1)
