"""What a run gives back in Python: tables, and figures that a notebook shows."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.measures import MEASURES
from sim.output.comparison import ALL, Month, compare, summarise
from sim.output.costs import cost_rows
from sim.output.misinformation import misinformation_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class RunResult:
    """All seeds of one scenario.

    Attributes
    ----------
    corridors
        `seed`, `month`, `origin`, `destination` and the measures of a corridor.
    origins
        `seed`, `month`, `origin`, additive corridor measures summed over destinations, and the measures of an origin.
    categories
        `seed`, `month` (quarter ends), `origin`, `category`, `group` and the measures of a category.
    meta
        Scenario, seeds, versions, digests, timings; all of it can be written as JSON.
    spells
        `seed`, `origin`, `destination`, `months` (band of length), `ended`, `running` (person-months at risk) and
        `survival` to the end of the band (Kaplan and Meier 1958); empty where a run did not count them.
    policies
        `seed`, `month`, `origin`, `policy`, `public_cost` (USD per month) of each policy that costs anything.
    households
        The followed households of the first seed, a row a month and worker; empty unless `follow` asked for them.
    law
        The law file that was lived under, its bytes; empty where the pack's own tables hold the rules.
    """

    corridors: pd.DataFrame
    origins: pd.DataFrame
    categories: pd.DataFrame
    meta: dict[str, Any] = field(default_factory=dict)
    spells: pd.DataFrame = field(default_factory=pd.DataFrame)
    policies: pd.DataFrame = field(default_factory=pd.DataFrame)
    households: pd.DataFrame = field(default_factory=pd.DataFrame)
    law: bytes = field(default=b"", repr=False)

    @property
    def name(self) -> str:
        """The scenario's name."""
        return str(self.meta.get("scenario", {}).get("name", "scenario"))

    @property
    def touched(self) -> pd.DataFrame:
        """Whom each policy met and with how much money, a row per policy and quantity: `sim.output.touched`."""
        return pd.DataFrame(self.meta.get("touched", []))

    @property
    def seeds(self) -> list[int]:
        """The seeds that were run, ascending."""
        return sorted(int(seed) for seed in self.corridors["seed"].unique())

    def place(self, code: str) -> str:
        """The name of a country, or its code when the pack gives none."""
        return str(self.meta.get("names", {}).get(code, code))

    def summary(self) -> pd.DataFrame:
        """Mean of every measure over months and seeds, with its 95 % interval over seeds."""
        return summarise(self)

    def figure(self, measure: str, origin: str | None = None) -> Figure:
        """A measure over time: mean and 90 % band over seeds, a line per destination where it has destinations."""
        # matplotlib takes a third of a second to load, and most runs draw nothing
        from sim.output.figures import run_figure

        return run_figure(self, measure, origin)

    def _repr_html_(self) -> str:
        headline = [name for name, measure in MEASURES.items() if measure.headline]
        table = self.summary()
        table = table[table["measure"].isin(headline) & (table["destination"] == ALL)].drop(columns="destination")
        months = f"{self.corridors['month'].min():%Y-%m} to {self.corridors['month'].max():%Y-%m}"
        heading = f"<b>{html.escape(self.name)}</b>: {len(self.seeds)} seeds, {months}; mean over months"
        return f"<p>{heading}</p>{table.to_html(index=False, float_format='{:,.4g}'.format)}"


@dataclass(frozen=True)
class Comparison:
    """Two scenarios run with the same seeds, and what the first changes relative to the second.

    `informed` are the worlds of either side fully informed, as far as they have been run besides.
    """

    scenario: RunResult
    against: RunResult
    table: pd.DataFrame
    first: Month = None
    last: Month = None
    informed: tuple[RunResult, ...] = ()

    @classmethod
    def of(
        cls,
        scenario: RunResult,
        against: RunResult,
        first: Month = None,
        last: Month = None,
        informed: tuple[RunResult, ...] = (),
    ) -> Comparison:
        """Compare two runs over a window of months: `sim.output.comparison.compare`, then `sim.output.costs` and
        `sim.output.misinformation`.
        """
        asked = scenario, against, first, last
        parts = (compare(*asked), cost_rows(*asked), misinformation_rows(scenario, against, informed, first, last))
        table = pd.concat([part for part in parts if len(part)], ignore_index=True)
        return cls(scenario, against, table, first, last, informed)

    @property
    def title(self) -> str:
        """Both names in words."""
        return f"{self.scenario.name} against {self.against.name}"

    def figure(self, measure: str) -> Figure:
        """A measure over time under both scenarios, a panel per origin: mean and 90 % band over seeds."""
        from sim.output.figures import comparison_figure

        return comparison_figure(self, (measure,))

    def _repr_html_(self) -> str:
        from sim.output.report_tables import headline_table
        from sim.output.words import finding

        return f"<p><b>{html.escape(self.title)}</b></p><p>{html.escape(finding(self))}</p>{headline_table(self)}"
