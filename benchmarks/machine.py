"""What the figures were measured on, and how much memory this process has needed."""

from __future__ import annotations

import os
import platform
import resource
import sys
from importlib.metadata import version
from pathlib import Path

STATUS = Path("/proc/self/status")
RESET_PEAK = Path("/proc/self/clear_refs")


def machine() -> dict[str, str | int | float]:
    """The machine and the versions that matter, without a name."""
    return {
        "cores": os.cpu_count() or 1,
        "processor": _field(Path("/proc/cpuinfo"), "model name") or platform.machine(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        **{package: version(package) for package in ("numba", "numpy", "mesa")},
    }


def load() -> float:
    """Processes that want a core, mean of the last minute: above 1 before a benchmark, wall-clock figures are too
    high.
    """
    return os.getloadavg()[0]


def forget_peak() -> None:
    """Begin the peak of resident memory anew (Linux); elsewhere the peak goes back to the start of the process."""
    if RESET_PEAK.exists():
        RESET_PEAK.write_text("5")


def peak_bytes() -> int:
    """Largest resident memory of this process since it began or since :func:`forget_peak`, bytes."""
    # On Linux, getrusage also remembers the process that started this one.
    high_water = _field(STATUS, "VmHWM")
    if high_water:
        return int(high_water.split()[0]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _field(file: Path, name: str) -> str:
    """Value of the first ``name: value`` of a file of the kernel's, empty where there is none."""
    if not file.exists():
        return ""
    for line in file.read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""
