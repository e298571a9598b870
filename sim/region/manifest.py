"""What a pack says of itself in ``pack.yaml``: its countries, currencies, months and files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from sim.errors import InputError, nearest_name, unknown_name
from sim.region.span import Span, month_number
from sim.region.tables import read_text
from sim.schema.quantities import MAX_DESTINATIONS

MANIFEST = "pack.yaml"
TARGETS = "targets.csv"
PRIORS = "priors.csv"
SAMPLE = "posterior.csv"
FORECASTS = "forecasts.csv"
APART = (TARGETS, PRIORS, SAMPLE, FORECASTS)
"""Tables that hold no quantities."""
EVERY = "ALL"
"""Stands in a row for every country, origin or destination."""

_KEYS = (
    "name",
    "title",
    "prose",
    "start",
    "end",
    "calibration_until",
    "licence",
    "caveats",
    "origins",
    "destinations",
    "files",
)
_OPTIONAL_KEYS = ("law",)
_COUNTRY_KEYS = ("name", "currency")


@dataclass(frozen=True)
class Manifest:
    """The checked content of ``pack.yaml``.

    `files` maps each table of quantities to what it holds. `law` is the name of a law, or a file in the pack's folder;
    empty where the pack's own tables hold the rules. `targets`, `priors`, `sample` and `forecasts` tell whether the
    pack has the tables of that kind (`APART`).
    """

    name: str
    title: str
    prose: str
    licence: str
    caveats: tuple[str, ...]
    span: Span
    calibration_until: str
    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    currency: dict[str, str]
    country_names: dict[str, str]
    files: dict[str, str]
    targets: bool
    law: str = ""
    priors: bool = False
    sample: bool = False
    forecasts: bool = False

    @property
    def countries(self) -> tuple[str, ...]:
        """Origins, then destinations."""
        return self.origins + self.destinations


def _mapping(value: object, where: str) -> dict[str, object]:
    """A mapping with text keys; YAML reads an unquoted NO or 12 as something else."""
    if not isinstance(value, Mapping) or not value:
        raise InputError(where, "is not a mapping with entries", allowed="one entry a line, name: ...")
    for key in value:
        if not isinstance(key, str):
            raise InputError(where, f"has the key {key!r}, which is not text", allowed='text; quote it, as "NO"')
    return dict(value)


def _text(fields: Mapping[str, object], key: str, where: str) -> str:
    """A text that must be there."""
    value = fields.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{where} {key}", f"is {value!r}", allowed="text")
    return " ".join(value.split())


def _check_keys(
    fields: Mapping[str, object], known: tuple[str, ...], where: str, optional: tuple[str, ...] = ()
) -> None:
    """Refuse unknown and missing keys."""
    for key in fields:
        if key not in (*known, *optional):
            raise unknown_name(where, key, (*known, *optional), "key of a pack")
    for key in known:
        if key not in fields:
            raise InputError(where, f"has no {key}", allowed=", ".join(known))


def _month(fields: Mapping[str, object], key: str, where: str) -> int:
    """Months since year 0 of a key that holds a month."""
    number = month_number(str(fields[key]))
    if number is None:
        raise InputError(f"{where} {key}", f"is {fields[key]!r}, not a month", allowed="YYYY-MM")
    return number


def _countries(value: object, where: str) -> dict[str, dict[str, str]]:
    """Name and currency by country code."""
    countries: dict[str, dict[str, str]] = {}
    for code, entry in _mapping(value, where).items():
        place = f"{where} {code}"
        fields = _mapping(entry, place)
        _check_keys(fields, _COUNTRY_KEYS, place)
        if code == EVERY or code.split() != [code]:
            raise InputError(place, "cannot be a country's code", allowed=f"one word, not {EVERY}")
        countries[code] = {key: _text(fields, key, place) for key in _COUNTRY_KEYS}
    return countries


def _files(value: object, folder: Path, law: str, where: str) -> dict[str, str]:
    """What each table holds; every table listed, every listed one there. A `law` is no table."""
    files = {name: " ".join(str(prose).split()) for name, prose in _mapping(value, where).items()}
    there = {path.name for path in folder.glob("*.csv")}
    if law in files:
        raise InputError(where, f"names {law!r}, which is the law", allowed="tables of quantities")
    for name in files:
        if Path(name).name != name or not name.endswith(".csv"):
            raise InputError(where, f"names {name!r}", allowed="names of .csv files in the folder")
        if name not in there:
            raise InputError(f"{folder.name}/{name}", f"is missing, though {MANIFEST} lists it")
    for name in sorted(there - set(files) - {law}):
        raise InputError(f"{folder.name}/{name}", f"is not listed under files in {MANIFEST}")
    return files


def _parse(folder: Path, where: str) -> dict[str, object]:
    """The raw content of ``pack.yaml``."""
    try:
        return _mapping(yaml.safe_load(read_text(folder / MANIFEST, where)), where)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        raise InputError(f"{where}{line}", f"is not YAML ({getattr(error, 'problem', error)})") from error


def read_manifest(folder: Path) -> Manifest:
    """Read and check ``pack.yaml`` of a pack's folder."""
    where = f"{folder.name}/{MANIFEST}"
    fields = _parse(folder, where)
    _check_keys(fields, _KEYS, where, _OPTIONAL_KEYS)
    first, last = _month(fields, "start", where), _month(fields, "end", where)
    if last < first:
        raise InputError(f"{where} end", f"is {fields['end']}", allowed=f"{fields['start']} or later")
    _month(fields, "calibration_until", where)
    origins = _countries(fields["origins"], f"{where} origins")
    destinations = _countries(fields["destinations"], f"{where} destinations")
    if len(destinations) > MAX_DESTINATIONS:
        problem = f"has {len(destinations)} destinations"
        raise InputError(where, problem, allowed=f"up to {MAX_DESTINATIONS}; group the small ones into one")
    for code in set(origins) & set(destinations):
        raise InputError(where, f"has {code} as origin and as destination", allowed="one of them")
    caveats = fields["caveats"]
    if not isinstance(caveats, list):
        raise InputError(f"{where} caveats", f"is {caveats!r}", allowed="a list of sentences")
    countries = origins | destinations
    law = _text(fields, "law", where) if "law" in fields else ""
    if law.endswith(".csv") and not (folder / law).is_file():
        near = nearest_name(law, (path.name for path in folder.glob("*.csv")))
        raise InputError(f"{where} law", f"is {law!r}, which is no file of the pack", nearest=near)
    files = _files(fields["files"], folder, law, f"{where} files")
    return Manifest(
        **{key: _text(fields, key, where) for key in ("name", "title", "prose", "licence")},
        caveats=tuple(" ".join(str(caveat).split()) for caveat in caveats),
        span=Span(first, last - first + 1),
        calibration_until=str(fields["calibration_until"]),
        origins=tuple(origins),
        destinations=tuple(destinations),
        currency={code: entry["currency"] for code, entry in countries.items()},
        country_names={code: entry["name"] for code, entry in countries.items()},
        files={name: prose for name, prose in files.items() if name not in APART},
        targets=TARGETS in files,
        priors=PRIORS in files,
        sample=SAMPLE in files,
        forecasts=FORECASTS in files,
        law=law,
    )
