"""A simulator of labour migration: households that decide, on real data, under policies one can change.

>>> import sim
>>> result = sim.run("history", scale=0.001, seeds=1)
>>> result.corridors          # a pandas table: seed, month, origin, destination, measures
>>> comparison = sim.compare("no_ban", against="history", seeds=20)
>>> comparison.table
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.api import branch as branch
    from sim.api import compare as compare
    from sim.api import network as network
    from sim.api import run as run
    from sim.errors import InputError as InputError

__version__ = "0.1.0"
__all__ = ["InputError", "__version__", "branch", "compare", "network", "run"]

_WHERE = {"run": "sim.api", "compare": "sim.api", "branch": "sim.api", "network": "sim.api", "InputError": "sim.errors"}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: `import sim` stays quick."""
    if name not in _WHERE:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(importlib.import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
