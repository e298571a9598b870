"""A region's data pack: a folder of CSV files with sources, read and checked, as arrays by month and corridor."""

from __future__ import annotations

from sim.region.region import Region, available, load

__all__ = ["Region", "available", "load"]
