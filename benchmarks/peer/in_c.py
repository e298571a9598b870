"""Compile the C files against the program's own tables, and call it."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np

from sim.behaviour import choose, learn, plan, routes, worth
from sim.conditions import CORRIDOR, HOME_CONDITIONS
from sim.draws import Purpose
from sim.errors import InputError
from sim.households.ties import TIE_ROW
from sim.schema import attributes, bounds
from sim.schema.attributes import HOUSEHOLD, PLACES
from sim.schema.parameters import PARAMETER_RECORD
from sim.tallies import TALLIES, Tally

SOURCES = Path(__file__).parent
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-std=gnu11", "-shared", "-fPIC", "-pthread")
MOST_LANES = 64
C_TYPES = {"i1": "int8_t", "i2": "int16_t", "i4": "int32_t", "i8": "int64_t", "f4": "float", "f8": "double"}
C_TYPES |= {f"u{name[1]}": f"u{kind}" for name, kind in C_TYPES.items() if name[0] == "i"}


def struct(name: str, dtype: np.dtype) -> str:
    """A packed C struct with the fields of a record where they lie."""
    lines, reached = [], 0
    for field, (kind, offset, *_) in sorted(dtype.fields.items(), key=lambda item: item[1][1]):
        if offset > reached:
            lines.append(f"    char gap_{reached}[{offset - reached}];")
        base, shape = kind.subdtype or (kind, ())
        lines.append(f"    {C_TYPES[base.str[1:]]} {field}{''.join(f'[{length}]' for length in shape)};")
        reached = offset + kind.itemsize
    if dtype.itemsize > reached:
        lines.append(f"    char gap_{reached}[{dtype.itemsize - reached}];")
    body = "\n".join(lines)
    size = f'_Static_assert(sizeof({name}) == {dtype.itemsize}, "{name}");'
    return f"typedef struct __attribute__((packed)) {{\n{body}\n}} {name};\n{size}\n"


def layout(neighbours: np.dtype) -> str:
    """The header that kernels.c includes: records, constants and purposes of draws, from the program's tables."""
    constants = {
        name: value
        for module in (attributes, bounds, choose, learn, plan, routes, worth)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, int | float)
    }
    constants |= {f"FOR_{purpose.name}": int(purpose) for purpose in Purpose}
    constants |= {name: int(Tally[name]) for name in ("DELIBERATIONS", "WELFARE", "MISINFORMATION")}
    constants |= {"TALLIES": (PLACES + 1) * TALLIES, "MOST_LANES": MOST_LANES}
    quantiles = [repr(value).replace("inf", "HUGE_VAL") for value in bounds.GUMBEL_QUANTILES.tolist()]
    return "\n".join(
        [
            *(f"#define {name} ({value!r})" for name, value in constants.items()),
            f"static const double GUMBEL_QUANTILES[] = {{{', '.join(quantiles)}}};",
            f"typedef {C_TYPES[neighbours.str[1:]]} neighbour_t;",
            struct("household_t", HOUSEHOLD),
            struct("tie_row_t", TIE_ROW),
            struct("corridor_t", CORRIDOR),
            struct("home_t", HOME_CONDITIONS),
            struct("parameters_t", PARAMETER_RECORD),
        ]
    )


class Month(ctypes.Structure):
    """What a kernel is given, as month_t of month.h; addresses, and numbers of 64 bits."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("households", "blocks")),
        ("n_blocks", ctypes.c_int64),
        ("starts", ctypes.c_void_p),
        ("month", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("luck", "homes", "corridors", "mobility", "news")),
        ("loud", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("ties", "neighbours", "signals", "abroad", "p", "tallies")),
        ("origins", ctypes.c_int64),
        ("lanes", ctypes.c_int64),
    ]


def month_of(**given: np.ndarray | int) -> Month:
    """A month's arrays and numbers; the caller keeps the arrays alive."""
    arrays = {name: value for name, value in given.items() if isinstance(value, np.ndarray)}
    for name, array in arrays.items():
        if not array.flags.c_contiguous:
            raise ValueError(f"{name} does not lie in one piece")
    return Month(**{**given, **{name: array.ctypes.data for name, array in arrays.items()}})


def compiler() -> str:
    """The C compiler; InputError where there is none."""
    found = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if found is None:
        raise InputError("benchmarks.peer", "finds no C compiler", "cc, gcc or clang on the PATH")
    return found


def compile_peer(folder: Path, neighbours: np.dtype, sources: Path = SOURCES) -> ctypes.CDLL:
    """The shared library with ``learn_all`` and ``choose_all``, built in `folder` from the C files of `sources`."""
    (folder / "layout.h").write_text(layout(neighbours))
    built = folder / "peer.so"
    files = [str(file) for file in sorted(sources.glob("*.c"))]
    subprocess.run([compiler(), *FLAGS, f"-I{folder}", *files, "-o", str(built), "-lm"], check=True)
    library = ctypes.CDLL(str(built))
    for kernel in (library.learn_all, library.choose_all):
        kernel.argtypes, kernel.restype = [ctypes.POINTER(Month)], None
    return library
