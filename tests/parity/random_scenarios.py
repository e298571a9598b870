"""Twenty random scenarios, and a way to live them month by month that both engines share.

As a program (``python random_scenarios.py FOLDER``, with NUMBA_DISABLE_JIT=1) it lives them with the plain engine and
leaves the records and tallies of every month in the folder.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from small_worlds import TWO_COUNTRIES, begin, months, pack, scenario

from sim.draws import gumbel_in, integer_in, log_positive_stable_in, luck_of, normal_in, uniform_in
from sim.errors import InputError
from sim.households.structure import PopulationSettings
from sim.policies.base import registered
from sim.policies.settings import Setting
from sim.region import Region
from sim.scenario import Scenario
from sim.schema.parameters import PARAMETERS
from sim.schema.rule import COMPILED
from sim.schema.variants import STRUCTURE, variant

SCENARIOS = 20
MONTHS = 24
HOUSEHOLDS = 300
OF_STRUCTURE = {"aspiration": 0.3, "wage_response": 0.5}
PAIRS = (("village_smallest", "village_largest"), ("debt_low", "debt_high"), ("target_low", "target_high"))
PAIRS += (("clique_smallest", "clique_largest"),)
RESTLESS = {"attraction": (-3.0, 1.0), "border_run": (0.0, 1.0), "detection": (0.0, 0.5), "offence": (0.0, 0.3)}
RESTLESS |= {"expulsion": (0.0, 1.0), "refusal": (0.2, 1.0), "job_loss": (0.0, 0.5), "wage_theft": (0.0, 0.3)}
RESTLESS |= {"permit_access": (0.0, 1.0), "free_movement": (0.0, 1.0), "ban_overstay_1_month": (0.0, 60.0)}
"""Quantities of a corridor that are set anew, and between what: much happens in a small world."""

COUNTS = {"capacity", "heads", "places", "quota"}
"""Settings that are persons a month or a year, of which the sample must have some."""
SHARED_OUT: dict[str, dict[str, Any]] = {
    "information_campaign": {"topics": ["own_status", "support_centre", "work_permit"]},
    "public_works": {},
    "recruitment": {"known_to": 0.9},
    "reintegration": {},
    "support_centre": {"known_to": 0.9},
    "work_quota": {},
}
"""Policies with places or visits for a few of the sample's households, and what they are told to be met at all."""


def region_of(number: int) -> Region:
    """Every fifth scenario is of the made-up pack."""
    return pack(TWO_COUNTRIES) if number % 5 == 4 else pack()


def random_scenario(number: int) -> tuple[Scenario, Region, int]:
    """A scenario with random parameters, corridors, policies and burn-in; the region; the seed."""
    source = np.random.default_rng([2012, number])
    region = region_of(number)
    scale = HOUSEHOLDS / float(region.array("households")[0].sum())
    first, structure = region.label(MONTHS - 1), structure_of(number)
    one = scenario(
        region,
        scale,
        int(source.integers(0, 13)),
        until=first,
        structure=structure,
        parameters=under(structure, some_parameters(source, 1.0 if number % 2 else 0.3)),
        corridors={o: {d: some_law(source) for d in region.destinations} for o in region.origins},
        policies=some_policies(source, region, scale),
    )
    return replace(one, engine="compiled" if COMPILED else "mesa"), region, int(source.integers(1, 2**31))


def structure_of(number: int) -> dict[str, str]:
    """Every other scenario has the default of each choice, the others have the variants in turn."""
    turn = number // 2 + 1 if number % 2 else 0
    return {choice: variants[turn % len(variants)].name for choice, variants in STRUCTURE.items()}


def under(structure: dict[str, str], parameters: dict[str, float]) -> dict[str, float]:
    """The parameters but for those that the structure sets, and with large ones that only it reads."""
    chosen = [variant(choice, name) for choice, name in structure.items()]
    fixed = {name for one in chosen for name in one.sets}
    own = {name: OF_STRUCTURE[name] for one in chosen for name in one.reads}
    return {name: value for name, value in parameters.items() if name not in fixed} | own


def some_parameters(source: np.random.Generator, reach: float) -> dict[str, float]:
    """Half of the parameters, moved towards one end of their range by up to `reach` of the way."""
    values = {name: rule.default for name, rule in PARAMETERS.items() if rule.section != "structure"}
    for name, rule in ((name, PARAMETERS[name]) for name in tuple(values)):
        if source.random() < 0.5:
            end = rule.low if source.random() < 0.5 else rule.high
            values[name] = rule.default + reach * source.random() * (end - rule.default)
    for name, field in PopulationSettings.__dataclass_fields__.items():
        if field.type == "int":
            values[name] = float(round(values[name]))
    for low, high in PAIRS:
        values[low], values[high] = sorted((values[low], values[high]))
    try:
        PopulationSettings.of(values)
    except InputError:  # more kin than the mean degree has room for
        values["kin_density"] = 0.0
    return {name: value for name, value in values.items() if value != PARAMETERS[name].default}


def some_law(source: np.random.Generator) -> dict[str, float]:
    """Some quantities of one corridor."""
    law = {name: float(source.uniform(low, high)) for name, (low, high) in RESTLESS.items() if source.random() < 0.5}
    if "free_movement" in law:
        law["free_movement"] = float(source.random() < 0.2)
    return law


def some_policies(source: np.random.Generator, region: Region, scale: float) -> dict[str, dict[str, Any]]:
    """Most of the policies there are, each with random settings; a seasonal quota of a few permits in the sample."""
    chosen = {}
    for name, policy in registered().items():
        if name != "seasonal_work" and source.random() < 0.3:
            continue
        settings = {key: some_value(source, rule, region) for key, rule in policy.settings().items()}
        if name == "seasonal_work":
            settings |= {"quota": int(source.integers(4, 15) / scale), "origins": None, "known_to": 0.9}
            settings |= {"start": region.label(int(source.integers(0, 12)))}
        elif name in SHARED_OUT:
            settings |= {key: int(source.integers(4, 15) / scale) for key in settings.keys() & COUNTS}
            settings |= {"origins": None, **SHARED_OUT[name]}
            if "during" in settings:
                settings["during"] = [region.label(int(source.integers(0, 6))), None]
        chosen[name] = settings
    return chosen


def some_value(source: np.random.Generator, rule: Setting, region: Region) -> Any:
    """A value a setting may take."""
    if rule.optional and source.random() < 0.2 and rule.kind not in ("currency", "destination", "month"):
        return None
    months = sorted(source.integers(0, region.months, 2).tolist())
    some = {
        "number": lambda: float(source.uniform(rule.low, min(rule.high, 1e3))),
        "whole": lambda: int(source.integers(rule.low, min(rule.high, 600) + 1)),
        "month": lambda: region.label(months[0]),
        "span": lambda: [region.label(months[0]), region.label(months[1]) if source.random() < 0.5 else None],
        "path": lambda: {region.label(month): float(source.uniform(10.0, 100.0)) for month in months},
        "currency": lambda: str(source.choice(list(region.currency.values()))),
        "currencies": lambda: [str(source.choice(list(region.currency.values())))],
        "destination": lambda: str(source.choice(region.destinations)),
        "origins": lambda: [str(source.choice(region.origins))],
        "destinations": lambda: [str(source.choice(region.destinations))],
        "choice": lambda: str(source.choice(rule.choices)),
        "choices": lambda: [str(source.choice(rule.choices))],
        "names": lambda: [str(source.choice(rule.choices))],
    }
    return some[rule.kind]()


def live_all(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Records (months, households) and tallies (months, origins, places, tallies) of all months of a scenario."""
    one, region, seed = random_scenario(number)
    run = begin(one, region, seed)
    lived = [(records.copy(), tallies.copy()) for _, tallies, records in months(run)]
    return np.stack([records for records, _ in lived]), np.stack([tallies for _, tallies in lived])


def some_draws() -> np.ndarray:
    """Draws of every kind, for keys, workers and numbers of all sizes, as bits of their floats and as integers."""
    source = np.random.default_rng(64)
    rows = []
    for seed, month in ((0, 0), (1, -60), (2**31 - 1, 71), (7, -1)):
        luck = luck_of(seed, month)
        for _ in range(200):
            stream, key = luck[int(source.integers(1, len(luck)))], int(source.integers(0, 2**63 - 1))
            worker, k = int(source.integers(0, 3)), int(source.integers(0, 300))
            stream = stream if COMPILED else int(stream)
            floats = [uniform_in(stream, key, worker, k), normal_in(stream, key, worker, k)]
            floats += [gumbel_in(stream, key, worker, k), log_positive_stable_in(0.5, stream, key, worker, k)]
            floats += [log_positive_stable_in(0.3, stream, key, worker, k)]
            rows.append([*np.array(floats).view(np.int64).tolist(), integer_in(stream, key, worker, k)])
    return np.array(rows, np.int64)


def main(folder: Path) -> None:
    """Live all scenarios and leave them in `folder`."""
    for number in range(SCENARIOS):
        records, tallies = live_all(number)
        np.save(folder / f"records_{number}.npy", records)
        np.save(folder / f"tallies_{number}.npy", tallies)
    np.save(folder / "draws.npy", some_draws())
    (folder / "told.json").write_text(json.dumps({"compiled": COMPILED, "process": os.getpid()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
