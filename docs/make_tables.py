"""Make the reference pages from the tables of the program: ``python docs/make_tables.py`` (or ``make docs``).

Each page is a function of one table, so a page cannot say what the program does not; a test compares the
committed pages with what these functions make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import get_args

from sim.evidence.ledger import BEHAVIOUR, Entry, ledger, screening
from sim.evidence.ledger import PACK as FROM_PACK
from sim.measures import CATEGORY_MEASURES, MEASURES, Measure
from sim.output.costs import OUTCOMES
from sim.output.durable import replace_file
from sim.output.misinformation import LOSSES
from sim.region import load
from sim.schema.attributes import ATTRIBUTES, CAUSES, HOUSEHOLD
from sim.schema.parameters import PARAMETERS, Tag
from sim.schema.quantities import QUANTITIES, TOPICS, Quantity

PACK, DRIVEN = "central_asia", 4
"""Whose evidence is on the page, and how many of the outputs that a number drives are named."""
FOLDER = Path(__file__).resolve().parent
MADE = "<!-- Made by docs/make_tables.py from the tables of the program. Change the table, then `make docs`. -->"

SECTIONS = {
    "choice": "Where to work",
    "population": "Households and ties at the start",
    "remittances": "Remittances",
    "budget": "Household budget",
    "learning": "Information",
    "status": "Permits, offences and bans",
    "return": "Return",
    "work": "Work",
    "refugees": "Refugees",
    "structure": "Structure",
}
SHAPES = {
    "country": "Of every country",
    "corridor": "Of an origin and a destination",
    "origin": "Of an origin",
}
PARAMETERS_TEXT = """# Parameters

Every number of the behaviour. Give another one with `parameters.NAME=V`, as in `sim run parameters.beta=1.1`; a value
outside the range is refused. `sim run --explain` prints the values a scenario uses.

Tags: **published** (a figure from a named source), **derived** (computed from one, or found by a hand search on
outcomes of 2012-2014), **assumed** (a wide prior; no source was found). Numbers that belong to a corridor or a
country are not here but in the pack: see [quantities](quantities.md)."""
MEASURES_TEXT = """# Measures

What a run reports, each at population size, by seed and month. **stock**: state at the month's end; **flow**: during
the month; **ratio**: must not be added up over places. Money "in base prices" is US dollars of the base period (the
pack's first year) at constant home prices."""
CORRIDORS_TEXT = (
    """Table `corridors.parquet`: by seed, month, origin and destination. In bold: shown in the terminal."""
)
ORIGINS_TEXT = """Table `origins.parquet`: by seed, month and origin. It also holds the sum over destinations of every
stock and flow above, except the one in destination currency."""
CATEGORIES_TEXT = """Table `categories.parquet`: by seed, origin, category and group, for the last month of each
quarter. Categories: sex, age (18-24, 25-34, 35-44, 45-59), skill (thirds of the origin), sector (of work abroad),
province, regime (at home, regular, irregular). A worker stands in one group of each category, so categories must not
be added up."""
SPELLS_TEXT = """Table `spells.parquet`: by seed, origin, destination and length of the spell in months, how many
spells `ended` over the whole run, the person-months `running` at the ends of months, and
`survival`, the share of spells that last beyond the band (Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452,
with the monthly chance constant within a band)."""
POLICIES_TEXT = """Table `policies.parquet`: by seed, month, origin and policy, `public_cost` in USD per month, of
each policy that costs anything; their sum is the origin's `public_cost`. A cost counts in the months and places in
which the policy is in force."""
COMPARISON_TEXT = """A comparison (`comparison.parquet`, the report, the terminal) sets these measures side by side.
After them stand, where either side spends public money:

- `public_cost_of_POLICY`, USD per month, by origin; 0 on a side that does not have the policy.
- a cost per outcome, by origin: the difference in public cost over that in outcomes, paired by seed. The ratio
  stands in the column `difference`, Fieller's 95 % interval in `low95` and `high95` (Fieller 1954, Journal of the
  Royal Statistical Society B 16(2): 175-185). Where the interval of the outcome's difference holds 0, with one
  seed, or where one side both costs less and averts more, there is no ratio, and `note` says why."""
TOUCHED_TEXT = """`touched` in `run.json` (in Python `result.touched`) has a row for each policy and quantity it may
change, or topics it tells: `cells` (months x places in which the policy, alone, changes it), `first` and `last`
month, whom it met there (`measure`, `people`, `unit`) and with how much money (`money_measure`, `money` in USD),
added up over months and places, mean over seeds. A stock is added up to person-months, a flow to persons. Where the
policy does away with what would be counted (a ban of 0 months), there is no figure. It is exposure, not effect."""
LOSSES_TEXT = """Rows of `comparison.parquet`, where the same world fully informed has been run: `sim compare
scenario=history against=history_informed`, or any two scenarios with `misinformation=true`. In the informed world every
household knows every rule in force, wages and its own status from the first month on, with the same past and the same
luck. Each side's mean is what not knowing cost there, the difference is how the scenario changes it. Origin `ALL` is
per household of all origins together.

Two things are told apart. **A world**: these rows compare two histories; they hold what one choice does to the next,
and to others. **A choice**: the measure `cost_of_misinformation` above looks at single deliberations in the world as it
is: how far the chosen place falls short of the best one under true conditions. It cannot see what follows, and needs no
second world."""
ATTRIBUTES_TEXT = """# Attributes of a household

A household is one record of integers, packed in this order ({size} bytes). Sums of money are cents of base-period USD
at constant home prices. A worker's attributes stand in {workers} slots; those of a place in {places} (the pack's
destinations in order). What is true and what is believed are always two fields: `ban_left` and `q`, the wage and
`wage_belief`.

`model.agents.get("savings")` gives a column, `model.agents[0].savings` one value (see [the model](model.md))."""
EVIDENCE_TEXT = """# Evidence for every number

All numbers of the model that may be asked for: those of the behaviour, and the adjustments of the figures of the pack
`{pack}` (a factor of 1 or a shift of 0 leaves a figure as it is). {counts}. `sim explain NAME` tells the same of one
number, and the figures behind it.

- **prior**: what was believed before fitting, 5 % and 95 % points; *fixed*: not drawn, and why. Where no source gives a
  range, the width is the project's choice by the tag.
- **fitted**: mean, 5 % and 95 % of the sample that comes with the pack (what could be known by the end of 2014). A
  number whose fitted range is its prior range was told nothing by the data.
- **tag**: published (a figure from a named source), derived (computed from one, or found by a hand search on outcomes
  of 2012-2014), assumed (no source found).
- **drives**: the outputs whose rank correlation with the number, over worlds that draw all numbers from their priors at
  once, is more than chance would show; the strongest {most}. It misses effects that turn round within a number's range,
  and outputs that are not among those of the screening. A name that ends in a year is a change in that year. Made by:
  {screening}."""
QUANTITIES_TEXT = """# Quantities

What a data pack gives and a policy may change. A policy changes nothing else. *Path* says how the rows of a pack
become months (see [the data packs](data.md)); *two policies* says how two policies on the same quantity combine: the
product of the ratios to the pack's value, the sum of the differences, the least or the greatest. A quantity of an
origin and a destination can also be set by hand, in every month: `corridors.TJK.RUS.attraction=-3.6` (calendars
apart)."""


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; upright bars in cells are escaped."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def plain(number: float) -> str:
    """A number without an exponent: ``1000000000``, ``0.0365``."""
    return f"{number:.12g}" if abs(number) < 1e12 else f"{number:.0f}"


def parameters() -> str:
    """The page of parameters, by section."""
    parts = [MADE, PARAMETERS_TEXT]
    for section, title in SECTIONS.items():
        rows = [
            (f"`{p.name}`", plain(p.default), p.unit, f"{plain(p.low)} to {plain(p.high)}", p.prose, p.tag, p.source)
            for p in PARAMETERS.values()
            if p.section == section
        ]
        parts += [f"## {title}", table(("name", "default", "unit", "range", "what it is", "tag", "source"), rows)]
    return "\n\n".join(parts) + "\n"


def measures() -> str:
    """The page of measures, by table."""
    heads = ("measure", "unit", "kind", "definition")

    def rows(of: Iterable[Measure]) -> list[tuple[str, ...]]:
        return [(f"**`{m.name}`**" if m.headline else f"`{m.name}`", m.unit, m.kind, m.prose) for m in of]

    known = MEASURES.values()
    parts = [MADE, MEASURES_TEXT]
    parts += [
        "## By origin and destination",
        CORRIDORS_TEXT,
        table(heads, rows(m for m in known if m.level == "corridor")),
    ]
    parts += ["## By origin", ORIGINS_TEXT, table(heads, rows(m for m in known if m.level == "origin"))]
    parts += ["## By category of people", CATEGORIES_TEXT, table(heads, rows(CATEGORY_MEASURES))]
    parts += ["## Spells", SPELLS_TEXT, "## Public cost by policy", POLICIES_TEXT]
    outcomes = table(("row", "unit", "definition"), ((f"`{o.name}`", o.unit, o.prose) for o in OUTCOMES))
    parts += ["## In a comparison", COMPARISON_TEXT, outcomes, "## Whom policies met", TOUCHED_TEXT]
    losses = [(f"`{loss.name}`", loss.unit, loss.prose) for loss in LOSSES]
    parts += ["## What misinformation cost", LOSSES_TEXT, table(("row", "unit", "definition"), losses)]
    return "\n\n".join(parts) + "\n"


def attributes() -> str:
    """The page of attributes, in the order of memory, with the codes of what is stored as a number."""
    rows = [(f"`{a.name}`", a.dtype, a.count if a.count > 1 else "", a.unit or "-", a.prose) for a in ATTRIBUTES]
    topics = table(("bit", "topic"), enumerate(TOPICS))
    causes = table(("code", "cause of a return"), enumerate(CAUSES))
    text = ATTRIBUTES_TEXT.format(
        size=HOUSEHOLD.itemsize, workers=HOUSEHOLD["place"].shape[0], places=HOUSEHOLD["taste"].shape[0]
    )
    parts = [MADE, text, table(("attribute", "type", "slots", "unit", "what it is"), rows)]
    parts += ["## Topics (`heard`, `used`)", topics, "## Causes (`cause`)", causes]
    return "\n\n".join(parts) + "\n"


def quantities() -> str:
    """The page of quantities, by what they belong to."""

    def row(q: Quantity) -> tuple[str, ...]:
        missing = "refused" if q.default is None else plain(q.default)
        return f"`{q.name}`", q.unit, f"{plain(q.low)} to {plain(q.high)}", q.path, q.combine, missing, q.prose

    heads = ("quantity", "unit", "bounds", "path", "two policies", "where a pack has none", "what it is")
    parts = [MADE, QUANTITIES_TEXT]
    for shape, title in SHAPES.items():
        parts += [f"## {title}", table(heads, [row(q) for q in QUANTITIES.values() if q.shape == shape])]
    return "\n\n".join(parts) + "\n"


def evidence() -> str:
    """The page of the evidence ledger of the pack that comes with the package."""
    region = load(PACK)
    entries = ledger(region)
    tags = [entry.tag for entry in entries.values()]
    counts = f"There are {len(tags)}: " + ", ".join(f"{tags.count(tag)} {tag}" for tag in get_args(Tag))
    made = screening(region.name)[0]
    parts = [MADE, EVIDENCE_TEXT.format(pack=region.name, counts=counts, most=DRIVEN, screening=f"`{made}`")]
    heads = ("number", "value", "range", "prior", "fitted", "tag", "drives", "what it is", "source")
    for kind, title in ((BEHAVIOUR, "Behaviour"), (FROM_PACK, "Adjustments of the pack's figures")):
        rows = [_evidence_row(entry) for entry in entries.values() if entry.kind == kind]
        parts += [f"## {title}", table(heads, rows)]
    return "\n\n".join(parts) + "\n"


def _evidence_row(entry: Entry) -> tuple[str, ...]:
    prior = f"{entry.prior.low:.3g} to {entry.prior.high:.3g}" if entry.prior else f"fixed: {entry.fixed}"
    fitted = "{:.3g} ({:.3g} to {:.3g})".format(*entry.posterior) if entry.posterior else "-"
    drives = ", ".join(f"{name} {strength:+.2f}" for name, strength in list(entry.drives.items())[:DRIVEN])
    value = f"{plain(entry.value)} {entry.unit}".strip()
    limits = f"{plain(entry.low)} to {plain(entry.high)}"
    return f"`{entry.name}`", value, limits, prior, fitted, entry.tag, drives or "-", entry.prose, entry.source


PAGES: dict[str, Callable[[], str]] = {
    "parameters.md": parameters,
    "measures.md": measures,
    "attributes.md": attributes,
    "quantities.md": quantities,
    "evidence.md": evidence,
}


def main() -> None:
    """Write every page beside this file."""
    for name, page in PAGES.items():
        replace_file(FOLDER / name, page().encode())


if __name__ == "__main__":
    main()
