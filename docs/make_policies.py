"""Make the page of the policies from their classes: ``python docs/make_policies.py`` (or ``make docs``).

Text, settings, sources and costs are the classes' own; a test compares the committed page with what this makes. The
pictures are drawn by ``docs/make_policy_pictures.py``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from make_policy_pictures import PACK, PICTURES, SCALE, SEEDS
from make_tables import FOLDER, plain, table

from sim.measures import MEASURES
from sim.output.durable import replace_file
from sim.policies.base import Policy, registered
from sim.policies.context import Context
from sim.policies.settings import Setting
from sim.region import load
from sim.schema.quantities import QUANTITIES

PAGE = "policies.md"
MADE = "<!-- Made by docs/make_policies.py from the policies' classes. Change the class, then `make docs`. -->"
PARTS = ("Rules", "Left out", "Sources", "Assumed", "Cost", "Sign")
"""The labelled paragraphs at the end of a policy's docstring."""

GROUPS = {
    "The law of a destination": (
        "law", "reentry_ban", "enforcement", "amnesty", "visa_free_days", "patent", "work_quota", "regularisation",
        "free_movement", "seasonal_work",
    ),
    "Work at a destination": ("recruitment", "employer_compliance", "skills", "labour_demand", "emergency_return"),
    "Information and services before departure": ("information_campaign", "support_centre", "full_information"),
    "At home": ("reintegration", "public_works", "cross_border_trade", "refugee_work"),
    "Money": ("exchange_rate", "devaluation", "transfer_fee", "travel_cost", "matched_savings", "credit"),
}  # fmt: skip

INTRODUCTION = f"""# Policies

A policy changes named [quantities](quantities.md) of a region's data, in some months and places, and nothing else; some
also tell households something, and some cost public money. Use one in a scenario file or by hand ([how](scenarios.md)):

```
sim compare policy=patent against=history population=small seeds=4          # the example of this page
sim compare policies.reentry_ban.months=24 against=history                  # settings by hand
sim policies patent                                                         # the same as here, in the terminal
```

**How to read it.** *Null* is the value that changes nothing: a policy with all its settings at null is the baseline,
bit for bit. *Example* is what `policy=NAME` means, and what the picture shows. Where a setting names no source it is
for you to choose; what is assumed does nothing by default, unit costs apart. *Cost* is public cost: US dollars for
each unit of a measure, counted in the months and places where the policy is in force.

**The pictures** show the example against history in the pack of Central Asia: the difference in the measure that the
policy is about, by quarter, with its 95 % interval over {SEEDS} paired seeds, one household for {1 / SCALE:.0f}. They
show that a policy does what its page says, and how soon; for a size to quote, run the comparison at the scale of your
question. `make pictures` draws them anew.

**What a sign is worth.** *Sign* says which way the policy's own measure must move, and why. It holds the model to its
sources; the size follows from the rules and, often, from assumed figures."""

COMBINED = """## How pairs combine

Each policy sees what the pack (or the law file) gives, never what another policy made of it. Only the quantities
below are changed by more than one policy; all other pairs meet in what households do, not in the data. A value that
one policy alone changes is that policy's; where several change it in the same month and place, the quantity's own
rule holds, whatever the order in which they are listed ([decision 9](decisions/0009-baseline-is-the-law.md),
[decision 11](decisions/0011-policies-and-law-packs.md)). Where there was 0, ratios mean nothing, and the value
farthest from 0 holds."""

RULES = {
    "multiply": "product of the ratios to what there was",
    "add": "sum of the differences, within the bounds",
    "least": "the least",
    "greatest": "the greatest",
}
NOTES = {
    "exchange_rate": "the rate held, times the fall",
    "free_movement": "a grant beats a refusal",
    "listing": "an amnesty that lets people leave unlisted (0) wins",
    "regularisation": "at most 1",
    "visa_free_days": "the longer stay",
    "work_quota": "the narrower quota",
}
"""What a rule comes to, where that is not plain."""

CAMPAIGNS = """What households are told combines, too. Of several that tell the same topic in public in one month,
each is heard or not by itself: 1 - (1 - a)(1 - b). Contacts of one seeding add their heads, unite their topics, and
have the trust of the most trusted."""

ONE_STATUTE = """## Why there is no policy `ban_rules`

What an offence costs is a table by date: which offence, from which month, how many months of ban. That table is the
law file (the rows `ban_*` of `configs/law/history.csv`; `sim data --law` prints them with their references). To
change single rules, edit a copy and run under it (`law=my_copy.csv`). [`reentry_ban`](#reentry_ban) acts on whatever
table is in force: it sets one length for every ban there is, or the chance of being listed. A second policy for the
same table would only ask which of the two holds."""

LEFT_OUT = """## What is left out, and why

- **Social-security agreements, access to health care, smuggling.** No effect was found in print that could be put into
  these rules, on who leaves, stays or sends how much. A policy without a number would be a name.
- **Radicalisation.** Deprivation and isolation are measured (`vulnerable`: poor households with few ties at home and
  none abroad; `poverty`, `joblessness_12`). Nothing is predicted about persons.
- **Wages and prices that answer.** 100,000 more workers lower no wage, and remittances raise no price. What a policy
  does to markets must be put beside it: `labour_demand`, `devaluation`.
- What each policy leaves out of itself stands with it."""

GOALS_TEXT = """## The Sustainable Development Goals

Officials report on goals; this is where the model has something to say. A measure is listed under the goal it bears on,
which does not make it the goal's official indicator."""


@dataclass(frozen=True)
class Goal:
    """A goal and the measures and policies that bear on it."""

    goal: str
    targets: str
    measures: tuple[str, ...]
    policies: tuple[str, ...]
    prose: str


GOALS = (
    Goal(
        "4 Quality education", "4.4", ("language_courses", "matched"), ("support_centre", "matched_savings"),
        "Courses before departure; remittances matched for schooling (held as savings, not told apart).",
    ),
    Goal(
        "5 Gender equality", "5.4", ("women_headed", "split_households"), ("cross_border_trade",),
        "Households that women head while the head is away; every table of categories is also by sex.",
    ),
    Goal(
        "8 Decent work", "8.5, 8.8", ("jobless_returnees", "wage_theft", "at_risk_of_exploitation"),
        ("employer_compliance", "recruitment", "regularisation", "reintegration", "public_works", "skills"),
        "Returnees without work, pay withheld from irregular workers, those irregular, indebted and alone.",
    ),
    Goal(
        "10 Reduced inequalities", "10.7, 10.c", ("regular", "remittances_true", "transfer_fees", "refused"),
        ("transfer_fee", "free_movement", "patent", "seasonal_work", "travel_cost"),
        "Orderly, safe and regular migration; the cost of a transfer (10.c: below 3 % by 2030).",
    ),
    Goal(
        "16 Peace, justice and strong institutions", "16.2, 16.3, 16.10",
        ("unaware_banned", "aware_ban_rules", "aware_own_status", "offences", "at_risk_of_exploitation"),
        ("information_campaign", "support_centre", "amnesty"),
        "Who is banned without knowing it, and what is known of the law; risk of exploitation stands in for "
        "trafficking, which is not modelled.",
    ),
    Goal(
        "17 Partnerships for the goals", "17.3, 17.18", ("remittances_true_gdp", "remittances_bop_gdp"), (),
        "Remittances as a share of GDP; data packs with a source for every row, and figures by sex, age and province.",
    ),
)  # fmt: skip


def page() -> str:
    """The whole page."""
    policies = registered()
    parts = [MADE, INTRODUCTION, _contents()]
    for title, names in GROUPS.items():
        parts += [f"## {title}", *("\n\n".join(_policy(policies[name])) for name in names)]
    parts += [COMBINED, _combined(policies), CAMPAIGNS, ONE_STATUTE, LEFT_OUT, GOALS_TEXT, _goals()]
    return "\n\n".join(parts) + "\n"


def sections(cls: type[Policy]) -> tuple[list[str], dict[str, str]]:
    """The paragraphs of a docstring, and its labelled parts by name, each on one line."""
    text = inspect.getdoc(cls) or ""
    before, *labelled = re.split(rf"^({'|'.join(PARTS)}): ", text, flags=re.MULTILINE)
    paragraphs = [" ".join(paragraph.split()) for paragraph in before.strip().split("\n\n")]
    told = {label: " ".join(said.split()) for label, said in zip(labelled[::2], labelled[1::2], strict=True)}
    return paragraphs, told


def _contents() -> str:
    rows = (f"- {title}: {', '.join(f'[`{name}`](#{name})' for name in names)}" for title, names in GROUPS.items())
    ends = "- [How pairs combine](#how-pairs-combine), [what is left out](#what-is-left-out-and-why), "
    return "\n".join([*rows, f"{ends}[the goals](#the-sustainable-development-goals)"])


def _policy(cls: type[Policy]) -> Iterator[str]:
    """One policy: what it does, its picture, its settings, what it rests on."""
    paragraphs, told = sections(cls)
    yield f"### {cls.name}"
    yield from paragraphs
    words = PICTURES[cls.name].words
    yield f"![{words}: the example against history, by quarter](images/policies/{cls.name}.svg)"
    yield f"*{words}: example minus history.*"
    yield table(("setting", "unit", "range", "null", "example", "what it is", "source"), _settings(cls))
    yield "\n".join(f"- **{label}.** {said[0].upper()}{said[1:]}" for label, said in told.items())
    yield "\n".join(_footing(cls))


def _settings(cls: type[Policy]) -> Iterator[tuple[str, ...]]:
    null, example = (one.as_mapping(defaults=True) for one in (cls.null(), cls.example()))
    for name, rule in cls.settings().items():
        shown = _yaml(rule, null[name]), _yaml(rule, example[name])
        differs = f"**{shown[1]}**" if shown[0] != shown[1] else shown[1]
        yield f"`{name}`", rule.unit or "-", _range(rule), shown[0], differs, rule.prose, rule.source or "-"


def _range(rule: Setting) -> str:
    words = {
        "number": f"{plain(rule.low)} to {plain(rule.high)}",
        "whole": f"{plain(rule.low)} to {plain(rule.high)}",
        "path": f"{plain(rule.low)} to {plain(rule.high)}, by month",
        "month": "a month",
        "span": "two months",
        "choice": ", ".join(rule.choices),
        "choices": "some of " + ", ".join(rule.choices),
        "names": "all, or some rules of law",
        "currency": "a currency of the pack",
        "currencies": "currencies of the pack",
        "origins": "origins of the pack",
        "destination": "a destination of the pack",
        "destinations": "destinations of the pack",
    }
    return words[rule.kind]


def _yaml(rule: Setting, value: Any) -> str:
    """A value as a scenario file has it; a span in words."""
    if rule.kind == "span" and value is not None:
        return str(rule.words(value))
    if isinstance(value, float):
        return plain(value)
    told = yaml.safe_dump(value, default_flow_style=True, width=10_000).removesuffix("\n...\n").strip()
    return told.strip("'")


def _footing(cls: type[Policy]) -> Iterator[str]:
    """What it changes, tells, costs, and where that is from."""
    changes = [f"`{name}` ({QUANTITIES[name].combine})" for name in cls.modifies]
    if changes:
        yield f"- *[Quantities](quantities.md) changed:* {', '.join(changes)}."
    example = cls.example()
    topics = sorted({topic for one in example.informs(Context.of(load(PACK))) for topic in one.topics})
    if topics:
        yield f"- *Topics told by the example:* {', '.join(f'`{topic}`' for topic in topics)}."
    if example.costs:
        costs = (f"{cost:.4g} USD for each {_one_of(name)}" for name, cost in example.costs.items())
        yield f"- *The example costs* {', '.join(costs)}."
    yield f"- *References:* {'; '.join(cls.sources)}."


def _one_of(measure: str) -> str:
    """One unit of a measure whose cost is told: a dollar of money, else one of what it counts."""
    return f"USD of `{measure}`" if "USD" in MEASURES[measure].unit else f"of `{measure}`"


def _combined(policies: Mapping[str, type[Policy]]) -> str:
    """The quantities that several policies may change, those with the same policies and rule together."""
    shared: dict[tuple[tuple[str, ...], str, str], list[str]] = {}
    for quantity in QUANTITIES.values():
        names = tuple(name for name, cls in policies.items() if quantity.name in cls.modifies)
        if len(names) > 1:
            key = names, quantity.combine, NOTES.get(quantity.name, "")
            shared.setdefault(key, []).append(quantity.name)
    rows = (
        (
            ", ".join(f"`{name}`" for name in quantities),
            ", ".join(f"[`{name}`](#{name})" for name in names),
            RULES[combine] + (f": {note}" if note else ""),
        )
        for (names, combine, note), quantities in shared.items()
    )
    return table(("quantity", "policies", "where both change it"), rows)


def _goals() -> str:
    rows = (
        (
            one.goal,
            one.targets,
            ", ".join(f"`{name}`" for name in one.measures),
            ", ".join(f"[`{name}`](#{name})" for name in one.policies) or "-",
            one.prose,
        )
        for one in GOALS
    )
    return table(("goal", "targets", "measures", "policies", "how"), rows)


def main() -> None:
    """Write the page."""
    replace_file(FOLDER / PAGE, page().encode())


if __name__ == "__main__":
    main()
