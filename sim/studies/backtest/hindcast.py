"""By how much was a year missed whose outcome was known? The model's own error, measured a year earlier.

Fitted to what was known by one year's end, the model forecasts the next, whose outcome is among the pack's targets. How
far it was off, in logarithms, is what no member of the sample shows: what the model leaves out, and what is wrong with
the figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

MEASURES = ("remittances_recorded", "remittances_bop", "departures")
UNITS = ("USD", "persons")
COLUMNS = ("origin", "destination", "period", "measure", "unit", "known", "change_percent", "low90", "high90", "missed")


def known_changes(targets: pd.DataFrame) -> pd.DataFrame:
    """Changes from one year to the next within one series of the targets that may be fitted to, percent."""
    fitted = targets[(targets["use"] == "fitted") & targets["measure"].isin(MEASURES)]
    yearly = fitted[fitted["period"].str.fullmatch(r"\d{4}")]
    rows = []
    for keys, series in yearly.groupby(["measure", "origin", "destination", "series"]):
        values = series.set_index("period")["value"]
        for year in values.index:
            before = values.get(str(int(year) - 1))
            if before is not None:
                rows.append((*keys[:3], year, 100.0 * (values[year] / before - 1.0)))
    return pd.DataFrame(rows, columns=["measure", "origin", "destination", "period", "known"])


def hindcast(table: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Forecasts whose outcome is known, with it and how far it was missed, in logarithms (`COLUMNS`)."""
    made = table[table["unit"].isin(UNITS)]
    both = made.merge(known_changes(targets), on=["measure", "origin", "destination", "period"])
    both["missed"] = np.log1p(both["known"] / 100.0) - np.log1p(both["change_percent"] / 100.0)
    return both[list(COLUMNS)].reset_index(drop=True)


def own_error(missed: pd.DataFrame) -> float:
    """Standard error of a change of money that no member shows, in logarithms.

    The root mean square of what was missed, widened as Student's distribution is for so few: its 95 % point, with as
    many degrees of freedom as there are origins, over the normal one. Figures of one origin are not independent.
    """
    money = missed[missed["measure"].str.startswith("remittances")]
    widened = float(stdtrit(money["origin"].nunique(), 0.95) / ndtri(0.95))
    return widened * float(np.sqrt(np.mean(np.square(money["missed"]))))
