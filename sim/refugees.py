"""Refugees in a country of origin: how many live on their own work, with and without the right to it.

They are no households of the model: they do not migrate for work, and touch it only where a policy lets them compete
with natives for jobs. A closed form for an origin and month. At work is the share f / (f + s) of the workers, f and s
the monthly chances at home to find and to lose work (Pissarides 2000), times `refugee_informal` without the right; pay
is that of a town, times `refugee_discount` without it. Skill is log-normal with mean 1 and spread sigma, as natives'
is, and each worker keeps m persons, as natives do:

    self-reliant = at work x P(pay skill >= m floor) = at work x Phi((ln(pay / (m floor)) - sigma^2 / 2) / sigma)
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

CENT = 0.01


def refugee_values(homes: np.ndarray, kept: np.ndarray, p: np.void) -> dict[str, np.ndarray]:
    """Measures of refugees, each of shape (months, origins).

    Parameters
    ----------
    homes
        Home conditions, records of shape (months, origins).
    kept
        Persons that one worker keeps, himself among them, shape (months, origins).
    p
        The parameter record.
    """
    at_work = homes["finding"] / (homes["finding"] + homes["losing"])
    floor = CENT * homes["subsistence"] * kept
    reliant, income = np.zeros(at_work.shape), np.zeros(at_work.shape)
    for share, chance, part in (
        (homes["refugee_right"], 1.0, 1.0),
        (1.0 - homes["refugee_right"], float(p["refugee_informal"]), float(p["refugee_discount"])),
    ):
        pay = part * homes["pay_urban"]
        reliant += share * chance * at_work * _share_above(pay / floor, float(p["skill_sigma"]))
        income += share * chance * at_work * pay / kept
    any_there = homes["refugees"] > 0
    return {
        "refugees": homes["refugees"],
        "refugees_self_reliant": np.where(any_there, 100.0 * reliant, np.nan),
        "refugees_dependent": homes["refugees"] * (1.0 - reliant),
        "refugee_income": np.where(any_there, income, np.nan),
    }


def _share_above(ratio: np.ndarray, sigma: float) -> np.ndarray:
    """Share of log-normal skills with mean 1 for which `ratio` x skill is at least 1."""
    if sigma == 0.0:
        return (ratio >= 1.0).astype(float)
    with np.errstate(divide="ignore"):
        return ndtr((np.log(ratio) - sigma * sigma / 2.0) / sigma)
