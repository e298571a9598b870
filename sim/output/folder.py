"""A run's folder on disk.

``run.json`` tells what was run and seals the tables (rows, SHA-256); ``corridors.parquet``, ``origins.parquet``,
``categories.parquet`` and ``spells.parquet`` hold the measures, ``policies.parquet`` what each policy cost; ``law.csv``
is the law that was lived under. A comparison's folder is its scenario's folder with ``comparison.parquet``,
``report.html`` and, in ``against/``, the folder of the run it is compared with, and in ``informed/`` those of
the informed worlds that were asked for. One line reads a table:
``pandas.read_parquet(f)``, ``polars.read_parquet(f)``, ``SELECT * FROM 'f'`` in DuckDB.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import InputError
from sim.measures import CATEGORY_MEASURES, MEASURES
from sim.output.comparison import COLUMNS
from sim.output.durable import current, flush, replace_folder, write_file
from sim.output.result import Comparison, RunResult
from sim.region.law import COPY

TABLES = ("corridors", "origins", "categories", "spells", "policies")
HOUSEHOLDS = "households"
"""Written only where households were followed."""
RUN, AGAINST, COMPARISON, REPORT = "run.json", "against", "comparison", "report.html"
INFORMED = "informed"
"""The folder of the fully informed worlds that a comparison was asked for besides."""
_OWN = {RUN, AGAINST, INFORMED, REPORT, COPY}
STATE = ".state"
"""How the names of checkpoints end."""


def write_run(result: RunResult, directory: str | Path) -> Path:
    """Write a run's folder whole or not at all; an older run of that name is replaced when this one is complete.

    Raises
    ------
    InputError
        `directory` holds something else than a run, or cannot be written.
    """
    directory = require_writable(directory)
    with replace_folder(directory) as fresh:
        _write_tables(result, fresh)
    return directory


def write_live(directory: str | Path, live: Callable[[Path], RunResult]) -> RunResult:
    """Write a run's folder as `write_run` does, of a run that leaves checkpoints in it while it is lived.

    `live` is given the folder under the name it has until it is complete.
    """
    with replace_folder(require_writable(directory)) as fresh:
        result = live(fresh)
        _write_tables(result, fresh)
    return result


def write_comparison(comparison: Comparison, directory: str | Path) -> Path:
    """Write both runs, ``comparison.parquet`` and ``report.html`` in one folder, whole or not at all."""
    # the report draws figures, which a plain run never needs
    from sim.output.report import report_html

    directory = require_writable(directory)
    with replace_folder(directory) as fresh:
        window = {"first": _month_text(comparison.first), "last": _month_text(comparison.last)}
        tables = {COMPARISON: comparison.table}
        _write_tables(
            comparison.scenario, fresh, tables, {"comparison": {"against": comparison.against.name, **window}}
        )
        (fresh / AGAINST).mkdir()
        _write_tables(comparison.against, fresh / AGAINST)
        for world in comparison.informed:
            (fresh / INFORMED / world.name).mkdir(parents=True)
            _write_tables(world, fresh / INFORMED / world.name)
        write_file(fresh / REPORT, report_html(comparison).encode())
    return directory


def read_run(directory: str | Path) -> RunResult:
    """Read a run back.

    Raises
    ------
    InputError
        There is no run, or a file of it is missing, truncated or not the one that was written.
    """
    directory = Path(directory)
    (corridors, origins, categories, spells, policies), meta = _read(directory, TABLES)
    meta.pop("comparison", None)
    followed = meta.get("scenario", {}).get("follow", 0)
    households = _read(directory, (HOUSEHOLDS,))[0][0] if followed else pd.DataFrame()
    law = _read_law(current(directory), meta)
    return RunResult(corridors, origins, categories, meta, spells, policies, households, law)


def read_comparison(directory: str | Path) -> Comparison:
    """Read a comparison back: both runs, the table, and the informed worlds where there are any."""
    directory = Path(directory)
    (table,), meta = _read(directory, (COMPARISON,))
    window = meta["comparison"]
    texts = {name: str(column.dtype) for name, column in table.items() if isinstance(column.dtype, pd.CategoricalDtype)}
    table = table.astype(dict.fromkeys(texts, "str"))[list(COLUMNS)]
    folder = current(directory)
    informed = tuple(read_run(path) for path in sorted((folder / INFORMED).glob("*")))
    return Comparison(
        read_run(directory), read_run(folder / AGAINST), table, window["first"], window["last"], informed
    )


def require_writable(directory: str | Path) -> Path:
    """Refuse a folder that holds anything but a run: it would be removed. Worth asking before a long run.

    Raises
    ------
    InputError
        The place is a file, or a folder with something else in it.
    """
    directory = Path(os.path.abspath(directory))
    allowed = "a new folder, or one that holds an older run"
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise InputError("output", f"is {str(directory)!r}, which is no folder", allowed)
    names = sorted(entry.name for entry in directory.iterdir()) if directory.is_dir() else []
    strange = [name for name in names if name not in _OWN and not name.endswith((".parquet", STATE))]
    if names and (strange or RUN not in names):
        raise InputError("output", f"is {str(directory)!r}, which holds {(strange or names)[0]!r}", allowed)
    return directory


def require_branches(directory: Path, names: list[str]) -> None:
    """Refuse a folder for branches that is a run's own, or in which one of them has no place.

    Raises
    ------
    InputError
        As `require_writable`, and for a run's folder.
    """
    if (directory / RUN).exists():
        raise InputError("output", f"is {str(directory)!r}, a run's own folder", "a new folder, or one with branches")
    for name in names:
        require_writable(directory / name)


def digest_of_tables(tables: Mapping[str, pd.DataFrame]) -> str:
    """SHA-256 of the values of tables, by name: the same whatever the file format, text encoding or library version."""
    whole = hashlib.sha256()
    for name in sorted(tables):
        for column, values in tables[name].items():
            whole.update(f"{name}.{column}:{len(values)};".encode())
            whole.update(_column_bytes(values))
    return whole.hexdigest()


def _column_bytes(values: pd.Series) -> bytes:
    if isinstance(values.dtype, pd.CategoricalDtype) or pd.api.types.is_string_dtype(values.dtype):
        codes, names = pd.factorize(values)
        return codes.astype("<i8").tobytes() + json.dumps([str(name) for name in names]).encode()
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.to_numpy().astype("datetime64[us]").astype("<i8").tobytes()
    if pd.api.types.is_integer_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        return values.to_numpy().astype("<i8").tobytes()
    floats = values.to_numpy().astype("<f8")
    return np.where(np.isnan(floats), np.nan, floats + 0.0).tobytes()  # one NaN, one zero


def _write_tables(
    result: RunResult,
    folder: Path,
    more: Mapping[str, pd.DataFrame] | None = None,
    notes: Mapping[str, Any] | None = None,
) -> None:
    tables = {**{name: getattr(result, name) for name in TABLES}, **(more or {})}
    if len(result.households):
        tables[HOUSEHOLDS] = result.households
    files = {}
    for name, frame in tables.items():
        path = folder / f"{name}.parquet"
        _write_parquet(frame, path, result.meta)
        files[path.name] = {"rows": len(frame), "sha256": _sha256(path)}
    if result.law:
        write_file(folder / COPY, result.law)
    record = {**result.meta, **(notes or {}), "files": files}
    write_file(folder / RUN, (_json(record, indent=2) + "\n").encode())


def _write_parquet(frame: pd.DataFrame, path: Path, meta: Mapping[str, Any]) -> None:
    texts = [name for name, column in frame.items() if _is_text(column)]
    coded = {name: pd.Categorical(frame[name], pd.unique(frame[name])) for name in texts}
    frame = frame.assign(**coded)
    if "month" in frame:
        frame = frame.assign(month=frame["month"].astype("datetime64[us]"))
    table = pa.Table.from_pandas(frame, preserve_index=False)
    own = {"scenario": _json(meta.get("scenario", {})), "units": _json(_units(frame))}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **own})
    with path.open("wb") as file:
        pq.write_table(table, file, compression="zstd")
        file.flush()
        flush(file.fileno())


def _is_text(column: pd.Series) -> bool:
    return not isinstance(column.dtype, pd.CategoricalDtype) and pd.api.types.is_string_dtype(column.dtype)


def _units(frame: pd.DataFrame) -> dict[str, str]:
    by_category = {measure.name: measure for measure in CATEGORY_MEASURES} if "category" in frame else {}
    known = {**MEASURES, **by_category}
    return {name: known[name].unit for name in frame.columns if name in known}


def _read(directory: Path, names: tuple[str, ...]) -> tuple[list[pd.DataFrame], dict[str, Any]]:
    folder = current(directory)
    try:
        meta = json.loads((folder / RUN).read_bytes())
        files = meta.pop("files")
    except FileNotFoundError as error:
        raise InputError(str(directory), "is no run: it has no run.json", "a folder that a run has written") from error
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise InputError(str(directory / RUN), "cannot be read: it is damaged or incomplete") from error
    return [_read_parquet(folder / f"{name}.parquet", files) for name in names], meta


def _read_law(folder: Path, meta: Mapping[str, Any]) -> bytes:
    """The copy of the law, held against its digest in run.json; empty where the run had none of its own."""
    if not meta.get("law"):
        return b""
    path = folder / COPY
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(str(path), "is missing, so the run is not complete") from error
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({type(error).__name__})") from error
    if hashlib.sha256(content).hexdigest() != meta["law"]["digest"]:
        raise InputError(str(path), "is not the law that was lived under: its digest is not the one in run.json")
    return content


def _read_parquet(path: Path, files: Mapping[str, Any]) -> pd.DataFrame:
    if path.name not in files:
        raise InputError(str(path), "is not part of this run", ", ".join(sorted(files)))
    try:
        if _sha256(path) != files[path.name]["sha256"]:
            raise InputError(str(path), "is damaged or incomplete: its contents are not those that run.json seals")
        return pq.read_table(path).to_pandas()
    except FileNotFoundError as error:
        raise InputError(str(path), "is missing, so the run is not complete") from error
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(str(path), f"cannot be read ({type(error).__name__})") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _month_text(month: Any) -> str | None:
    return None if month is None else f"{pd.Timestamp(month):%Y-%m}"


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, sort_keys=True, indent=indent, ensure_ascii=False, allow_nan=False, default=_as_json)


def _as_json(value: Any) -> Any:
    """What JSON has no form for: numbers of NumPy, dates, paths, frozen settings."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, pd.Timestamp | datetime.date):
        return value.isoformat()
    if isinstance(value, Path):
        return value.as_posix()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"{type(value).__name__} in a run's meta cannot be written as JSON")
