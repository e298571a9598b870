"""A structure made by hand: three origins of the sizes met in Central Asia, figures plausible and not a pack's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.households.population import Structure

MONTHS = 72
GROWTH = np.array([0.14, 0.10, 0.09])


def plausible(**changes: object) -> Structure:
    """The structure, with some of its figures replaced."""
    years = np.arange(MONTHS)[:, None] / (MONTHS - 1)
    structure = Structure(
        origins=("TJK", "KGZ", "UZB"),
        households=np.array([1.1e6, 1.2e6, 6.0e6]) * (1.0 + GROWTH * years * (0.7 + 0.3 * years)),
        household_size=np.array([6.3, 4.5, 5.2]),
        workers=np.array([[0.30, 0.40, 0.30], [0.35, 0.45, 0.20], [0.30, 0.40, 0.30]]),
        province=np.array([[0.35, 0.30, 0.25, 0.10], [0.50, 0.30, 0.20, 0.00], [0.25, 0.25, 0.25, 0.25]]),
        rural=np.array([[0.80, 0.75, 0.70, 0.90], [0.60, 0.70, 0.80, 0.00], [0.50, 0.60, 0.70, 0.20]]),
        women=np.array([0.45, 0.47, 0.46]),
        women_head=np.array([0.15, 0.25, 0.15]),
        sector=np.array([[0.50, 0.30, 0.05, 0.15], [0.30, 0.45, 0.05, 0.20], [0.45, 0.30, 0.10, 0.15]]),
        mobility=np.array([[1.0, 0.9, 0.6, 0.3, 0.2, 0.2, 0.15, 0.1]] * 3),
        aware=np.array([[0.9, 0.4, 0.1, 0.3, 0.05, 0.4, 0.0, 0.02]] * 3),
        savings_months=np.array([1.5, 2.0, 2.5]),
        indebted=np.array([0.3, 0.3, 0.2]),
        other_income=np.array([60.0, 90.0, 80.0]),
        home_pay=np.array([[110.0, 80.0], [180.0, 130.0], [200.0, 150.0]]),
        initial_stock=np.array([[700e3, 12e3, 5e3], [450e3, 70e3, 15e3], [1.5e6, 200e3, 60e3]]),
    )
    return replace(structure, **changes)
