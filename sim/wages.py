"""Pay abroad that answers how many migrants are there: a variant of the structure (`structure.wages=responding`).

    ln f_d(t) = -eta ln(M_d(t - 1) / M_d0(calendar month of t - 1))

M_d is the number of all origins' migrants at destination d at a month's end, M_d0 that of the same calendar month in
the last year of the burn-in, and f multiplies pay there before the price of a permit. eta is `wage_response` (the
inverse of the elasticity of substitution between migrants and natives; Manacorda, Manning and Wadsworth 2012,
doi:10.1111/j.1542-4774.2011.01049.x). Households see it as they see pay: the adaptive view moves towards what it does
to the logarithm of pay. Last month's tallies are whole numbers, summed over all, so neither threads nor the order of
households can matter. With eta = 0, and under `structure.wages=fixed`, nothing is computed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.conditions import digits
from sim.schema.attributes import PLACES
from sim.tallies import Tally

YEAR = 12
UNSEEN = -1
LEAST_PAY = 1.0  # USD a month after the price of a permit, as in the conditions


class Wages:
    """What numbers do to pay, month by month; the same for any number of threads and either engine.

    Parameters
    ----------
    parameters
        The parameter record, shape (1,).
    households
        Records at the start: the numbers before the first month lived.
    shape
        Origins and destinations of the pack.
    month
        The first month to be lived.
    """

    def __init__(self, parameters: np.ndarray, households: np.ndarray, shape: tuple[int, int], month: int) -> None:
        p = parameters[0]
        self.eta = float(p["wage_response"]) if p["wages_respond"] > 0.0 else 0.0
        self.weight = float(p["view_weight"])
        self.places = shape[1]
        self.base = np.full((YEAR, self.places), UNSEEN, np.int64)
        self.viewed = np.zeros((2, *shape))  # what numbers do to ln pay as households see it: regular, irregular
        there = np.bincount(households["place"].ravel(), minlength=PLACES + 1) if self.eta else np.zeros(PLACES + 1)
        self.stock = there[1 : self.places + 1].astype(np.int64)
        self.at = (month - 1) % YEAR  # calendar month of `stock`

    def of_month(self, month: int, corridors: np.ndarray) -> np.ndarray:
        """The month's conditions with pay as it answers numbers, records of shape (origins, destinations).

        To be asked once a month, for the view moves with it. The very array that was given where pay answers nothing:
        in the burn-in, and with eta = 0.
        """
        if self.eta == 0.0 or month < 0:
            return corridors
        self._complete()
        there, base = np.maximum(self.stock, 1), np.maximum(self.base[self.at], 1)
        return self._paid(corridors, digits(-self.eta * np.log(there / base)))

    def settle(self, month: int, tallies: np.ndarray) -> None:
        """Take the month's numbers from its tallies, shape (origins, places, tallies)."""
        if self.eta == 0.0:
            return
        self.stock = tallies[:, 1 : self.places + 1, Tally.STOCK].sum(axis=0)
        self.at = month % YEAR
        if -YEAR <= month < 0:
            self.base[self.at] = self.stock

    def state(self) -> dict[str, np.ndarray]:
        """What the next month needs, by name; empty where pay answers nothing."""
        if self.eta == 0.0:
            return {}
        return {"wage_base": self.base, "wage_stock": np.append(self.stock, self.at), "wage_view": self.viewed}

    def resume(self, memory: Mapping[str, np.ndarray]) -> None:
        """Go on with the state of another."""
        if self.eta != 0.0:
            self.base, self.viewed = memory["wage_base"].copy(), memory["wage_view"].copy()
            self.stock, self.at = memory["wage_stock"][:-1].copy(), int(memory["wage_stock"][-1])

    def _complete(self) -> None:
        """Where the burn-in was shorter than a year, a month not lived has the mean of the others, or the start's."""
        unseen = self.base[:, 0] == UNSEEN
        if unseen.all():
            self.base[:] = self.stock
        elif unseen.any():
            self.base[unseen] = np.rint(self.base[~unseen].mean(axis=0)).astype(np.int64)

    def _paid(self, corridors: np.ndarray, response: np.ndarray) -> np.ndarray:
        """A copy of the conditions with pay times exp(response), shape (destinations,), in truth and in view."""
        paid, factor = corridors.copy(), np.exp(response)[None, :]
        gross = corridors["true_regular"] * np.exp(corridors["spared"])
        net = np.maximum(gross * factor - corridors["permit_monthly"], LEAST_PAY)
        shifts = digits(np.stack([np.log(net / corridors["true_regular"]), np.broadcast_to(response, net.shape)]))
        self.viewed += self.weight * (shifts - self.viewed)
        for kind, name in enumerate(("regular", "irregular")):
            paid[f"pay_{name}"] *= factor
            for field in (f"true_log_{name}", f"worth_{name}"):
                paid[field] = digits(corridors[field] + shifts[kind])
            paid[f"view_log_{name}"] = digits(corridors[f"view_log_{name}"] + self.viewed[kind])
        paid["true_regular"], paid["true_irregular"] = net, corridors["true_irregular"] * factor
        paid["spared"] = np.log(np.maximum(gross * factor, net) / net)
        for field in ("pay_regular", "pay_irregular", "true_regular", "true_irregular", "spared"):
            paid[field] = digits(paid[field])
        return paid
