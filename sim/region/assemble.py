"""From rows to arrays: which rows a country or corridor takes, and whether they are complete.

A country or corridor takes all its rows of a quantity from one place, the most specific that has any: its own rows;
else those of its origin to ``ALL`` destinations or of ``ALL`` origins to its destination (both at once is refused, for
neither is the more specific); else those of ``ALL``. Rows of two places are never mixed, so a rule for one origin does
not change when somebody adds a later one for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from sim.errors import InputError, unknown_name
from sim.region.manifest import EVERY, Manifest
from sim.region.paths import PATHS
from sim.region.reader import BY_PROVINCE, GROUPS, Row, groups_of
from sim.schema.quantities import QUANTITIES, Quantity

_TOLERANCE = 1e-6

Place = tuple[str, str]
"""Country and destination as they stand in a row; the destination is empty outside corridors."""


@dataclass(frozen=True)
class Values:
    """All quantities of a pack.

    arrays: by quantity, shape (months, countries), (months, origins) or (months, origins, destinations). groups: by
    quantity and group, shape (origins,). provinces: by quantity, origin and province.
    """

    arrays: dict[str, np.ndarray]
    groups: dict[str, dict[str, np.ndarray]]
    provinces: dict[str, dict[str, dict[str, float]]]


def cell_name(quantity: Quantity, cell: Place) -> str:
    """A quantity at a country or corridor in words, for error lines."""
    return f"{quantity.name} {'-'.join(filter(None, cell))}"


def cells(quantity: Quantity, manifest: Manifest) -> list[Place]:
    """The countries or corridors a quantity belongs to, in the order of its array."""
    if quantity.shape == "corridor":
        return [(origin, destination) for origin in manifest.origins for destination in manifest.destinations]
    countries = manifest.countries if quantity.shape == "country" else manifest.origins
    return [(country, "") for country in countries]


def source_of(quantity: Quantity, cell: Place, there: dict[Place, list[Row]], where: str) -> Place | None:
    """The place in the rows that a cell takes its figures from; None where there is none."""
    country, destination = cell
    if cell in there:
        return cell
    if not destination:
        return (EVERY, "") if (EVERY, "") in there else None
    halves = [place for place in ((country, EVERY), (EVERY, destination)) if place in there]
    if len(halves) > 1:
        problem = f"has rows for {country}-{EVERY} and for {EVERY}-{destination}"
        raise InputError(
            f"{where} {cell_name(quantity, cell)}", problem, allowed=f"rows of {country}-{destination} too"
        )
    if halves:
        return halves[0]
    return (EVERY, EVERY) if (EVERY, EVERY) in there else None


def by_place(rows: Iterable[Row]) -> dict[Place, list[Row]]:
    """Rows of one quantity by country and destination as written."""
    there: dict[Place, list[Row]] = defaultdict(list)
    for row in rows:
        there[row.country, row.destination].append(row)
    return there


def _check_sum(quantity: Quantity, rows: list[Row], where: str) -> None:
    """Refuse shares or a calendar that do not add up."""
    if quantity.sums_to is None:
        return
    total = sum(row.value for row in rows)
    if abs(total - quantity.sums_to) > _TOLERANCE:
        raise InputError(where, f"adds up to {total:.8g}", allowed=f"{quantity.sums_to:g}")


def _missing(quantity: Quantity, cell: Place, where: str) -> InputError:
    """The error for a country or corridor without a figure."""
    return InputError(
        f"{where} {cell_name(quantity, cell)}", "has no row", allowed=f"a row in {quantity.unit or 'one unit'}"
    )


def _refuse_unused(quantity: Quantity, there: dict[Place, list[Row]], used: Collection[Place], where: str) -> None:
    """Refuse rows that stand behind more specific ones everywhere, so that no figure is without effect."""
    for place in there:
        if place not in used:
            problem = "has rows that no country takes, for all have more specific ones"
            raise InputError(f"{where} {cell_name(quantity, place)}", problem, allowed="rows that are used")


def monthly_values(
    quantity: Quantity, there: dict[Place, list[Row]], manifest: Manifest, where: str = ""
) -> np.ndarray:
    """Monthly values of a quantity without groups of people, read-only; `where` its rows are, for error lines."""
    expand, span, where = PATHS[quantity.path], manifest.span, where or manifest.name
    made: dict[Place, np.ndarray] = {}
    columns = []
    for cell in cells(quantity, manifest):
        place = source_of(quantity, cell, there, where)
        if place is None and quantity.default is None:
            raise _missing(quantity, cell, where)
        if place is None:
            columns.append(np.full(span.months, quantity.default))
            continue
        if place not in made:
            label = f"{where} {cell_name(quantity, place)}"
            _check_sum(quantity, there[place], label)
            made[place] = expand({row.group or row.period: row.value for row in there[place]}, span, label)
        columns.append(made[place])
    _refuse_unused(quantity, there, made, where)
    values = np.stack(columns, axis=1)
    if quantity.shape == "corridor":
        values = values.reshape(span.months, len(manifest.origins), len(manifest.destinations))
    values.setflags(write=False)
    return values


def _shares(quantity: Quantity, there: dict[Place, list[Row]], manifest: Manifest) -> dict[str, dict[str, float]]:
    """Value by origin and group of a quantity with groups, complete and adding up."""
    shares: dict[str, dict[str, float]] = {}
    used: set[Place] = set()
    known = groups_of(quantity, manifest)
    for cell in cells(quantity, manifest):
        place = source_of(quantity, cell, there, manifest.name)
        if place is None:
            raise _missing(quantity, cell, manifest.name)
        used.add(place)
        label = f"{manifest.name} {cell_name(quantity, place)}"
        given = {row.group: row.value for row in there[place]}
        for group in known:
            if group not in given:
                raise InputError(label, f"has no row for {group}", allowed=f"a row for each of {', '.join(known)}")
        _check_sum(quantity, there[place], label)
        shares[cell[0]] = given
    _refuse_unused(quantity, there, used, manifest.name)
    return shares


def _by_group(quantity: Quantity, shares: dict[str, dict[str, float]]) -> dict[str, np.ndarray]:
    """Values by group, shape (origins,); 0 for a topic about a destination the pack does not have."""
    groups = {group: np.array([given.get(group, 0.0) for given in shares.values()]) for group in GROUPS[quantity.name]}
    for values in groups.values():
        values.setflags(write=False)
    return groups


def _check_provinces(provinces: dict[str, dict[str, dict[str, float]]], where: str) -> None:
    """Refuse provinces that are in one table and not in the other."""
    for name in sorted(BY_PROVINCE - {"province"}):
        for origin, shares in provinces["province"].items():
            given = provinces[name][origin]
            for province in given:
                if province not in shares:
                    raise unknown_name(f"{where} {name} {origin} group", province, shares, "province")
            for province in shares:
                if province not in given:
                    raise InputError(f"{where} {name} {origin}", f"has no row for {province}")


def assemble(rows: Iterable[Row], manifest: Manifest) -> Values:
    """All quantities of a pack as arrays; refuses one that is incomplete or does not add up."""
    by_quantity: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_quantity[row.quantity].append(row)
    values = Values({}, {}, {})
    for name, quantity in QUANTITIES.items():
        there = by_place(by_quantity[name])
        if quantity.path != "groups":
            values.arrays[name] = monthly_values(quantity, there, manifest)
        elif name in BY_PROVINCE:
            shares = _shares(quantity, there, manifest)
            order = values.provinces.get("province", shares)
            values.provinces[name] = {origin: _in_order(given, order[origin]) for origin, given in shares.items()}
        else:
            values.groups[name] = _by_group(quantity, _shares(quantity, there, manifest))
    _check_provinces(values.provinces, manifest.name)
    return values


def _in_order(given: dict[str, float], order: Iterable[str]) -> dict[str, float]:
    """The same entries in the order of another table, its own last."""
    names = [*(name for name in order if name in given), *given]
    return {name: given[name] for name in names}
