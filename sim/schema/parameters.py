"""Every number of the behaviour: default, unit, range, source and tag, declared once.

Tags: ``published`` (a figure from a named source), ``derived`` (computed from one), ``assumed`` (a wide prior, no source found).
Corridor numbers such as the attraction alpha are in the region pack, not here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from sim.schema.bounds import BINS, positive_stable_bounds

Tag = Literal["published", "derived", "assumed"]
YANG_2008 = "Yang 2008, Economic Journal 118(528), doi:10.1111/j.1468-0297.2008.02134.x"
YANG_2006 = "Yang 2006, World Bank Economic Review 20(1), doi:10.1093/wber/lhj001"
SPEC = "hand search on 2012-2014 outcomes"
NONE = "no source found"
SIMON = "Simon 1955, doi:10.2307/1884852"
BY_NUMBERS = "Manacorda, Manning and Wadsworth 2012, doi:10.1111/j.1542-4774.2011.01049.x"


@dataclass(frozen=True)
class Parameter:
    """One number of the behaviour."""

    name: str
    default: float
    unit: str
    low: float
    high: float
    source: str
    tag: Tag
    prose: str
    section: str

    def __post_init__(self) -> None:
        """Refuse a number without a source or a tag."""
        if not self.source or self.tag not in get_args(Tag):
            raise ValueError(f"parameter {self.name}: a number needs a source and a tag, {', '.join(get_args(Tag))}")


def _section(section: str, *rows: tuple) -> tuple[Parameter, ...]:
    return tuple(Parameter(*row, section) for row in rows)


# fmt: off
_ALL = (
    *_section(
        "choice",
        ("beta", 0.96, "utility per log income", 0.1, 3.0, SPEC, "derived", "Weight of the log income gap; 0.3 to 1.5 fit alike."),
        ("gamma", 0.75, "utility", 0.0, 2.0, SPEC, "derived", "Weight of ln(1 + ties at the destination)."),
        ("delta", 0.41, "utility", 0.0, 2.0, SPEC, "derived", "Weight of ln(1 + own trips to the destination)."),
        ("kappa", 0.5, "utility", 0.0, 5.0, SPEC, "derived", "Weight of the cost of going relative to savings and credit."),
        ("phi", 0.05, "utility per dependant", 0.0, 1.0, SPEC, "derived", "Pull of dependants at home."),
        ("lam", 0.33, "utility", 0.0, 2.0, SPEC, "derived", "Weight of the expected loss from detection and a ban."),
        ("nest_scale", 0.5, "share", 0.05, 1.0, SPEC, "derived", "Scale L of the nest of the first two destinations."),
        ("theta", 0.47, "share", 0.0, 0.95, SPEC, "derived", "Share of pay spent at the destination."),
        ("hazard", 0.08, "share per month", 0.0, 1.0, SPEC, "derived", "How often a worker's leaving is weighed, before season and mobility: 0.15 for a household of two workers."),
        ("legal_free", 0.6, "utility", 0.0, 5.0, NONE, "assumed", "Worth of free movement."),
        ("legal_permit", 0.3, "utility", 0.0, 5.0, NONE, "assumed", "Worth of a work or seasonal permit in reach."),
        ("view_weight", 0.15, "share per month", 0.01, 1.0, NONE, "assumed", "Weight of the month's news in the adaptive view of rates, wages and jobs."),
        ("idle_value", 0.5, "share", 0.0, 1.0, NONE, "assumed", "What a worker without work at home expects, relative to pay."),
        ("credit_months", 3.0, "months of income", 0.0, 24.0, NONE, "assumed", "Credit a household counts on for a trip."),
        ("ties_kin", 1.0, "ties", 0.0, 2.0, SPEC, "assumed", "Weight of a kin tie in n_d."),
        ("ties_village", 0.5, "ties", 0.0, 2.0, SPEC, "assumed", "Weight of a village or long tie in n_d."),
        ("ties_diaspora", 0.3, "ties", 0.0, 2.0, SPEC, "assumed", "Weight of a diaspora tie in n_d."),
        ("trips_fade", 0.02, "share per month", 0.0, 0.5, NONE, "assumed", "Fading of the stock of trips."),
    ),
    *_section(
        "population",
        ("village_smallest", 100.0, "households", 1.0, 2000.0, "no source found", "assumed", "Smallest village at the start."),
        ("village_largest", 400.0, "households", 1.0, 5000.0, "no source found", "assumed", "Largest village at the start."),
        ("skill_sigma", 0.5, "log points", 0.0, 1.0, "form: Aitchison and Brown 1957, The Lognormal Distribution", "assumed", "Spread of the wage multiplier, mean 1."),
        ("taste_sd", 0.9, "utility", 0.0, 3.0, "hand search on 2012-2014 outcomes", "derived", "Spread of the lasting taste for a destination."),
        ("home_income_sigma", 0.8, "log points", 0.0, 1.5, "form: Aitchison and Brown 1957, The Lognormal Distribution", "assumed", "Spread of land and other income."),
        ("rural_income_ratio", 1.5, "ratio", 0.1, 10.0, "no source found", "assumed", "Land and other income, rural over urban mean."),
        ("debt_low", 1.0, "months of income", 0.0, 24.0, "no source found", "assumed", "Smallest debt of the indebted, uniform up to debt_high."),
        ("debt_high", 4.0, "months of income", 0.0, 24.0, "no source found", "assumed", "Largest debt of the indebted."),
        ("belief_sd", 0.15, "log points", 0.0, 1.0, "no source found", "assumed", "Spread of errors in believed wages, mean 0."),
        ("belief_precision", 2.0, "observations", 1.0, 100.0, "no source found", "assumed", "How many observations the first belief is worth."),
        ("risk_mean", 0.04, "share per month", 0.0, 0.5, "hand search on 2012-2014 outcomes", "assumed", "Perceived chance of being detected, mean."),
        ("risk_sigma", 0.5, "log points", 0.0, 1.5, "form: Aitchison and Brown 1957, The Lognormal Distribution", "assumed", "Spread of the perceived chance of being detected."),
        ("bayesian", 0.1, "share", 0.0, 1.0, "Chandrasekhar, Larreguy and Xandri 2020, doi:10.3982/ECTA14407: 10 % of Indian villagers, 50 % of Mexican students", "published", "Households that learn as Bayesians."),
        ("irregular", 0.4, "share", 0.0, 1.0, "no source found", "assumed", "Share of the first migrants who are irregular."),
        ("longest_spell", 40.0, "months", 1.0, 120.0, "no source found", "assumed", "Longest spell of the first migrants; most are far shorter."),
        ("most_trips", 2.0, "trips", 0.0, 100.0, "no source found", "assumed", "Trips the first migrants made before the present one, at the most; most made few."),
        ("returned", 4.0, "ratio", 0.0, 20.0, "set so that the start is near the settled state", "assumed", "Chance that a worker at home has been abroad, relative to the chance of being abroad at the start."),
        ("trips_recalled", 1.4, "trips", 0.0, 20.0, "set so that the start is near the settled state", "assumed", "Mean stock of trips of those at home who were abroad."),
        ("longest_return", 48.0, "months", 1.0, 240.0, "no source found", "assumed", "Longest time back home of those who were abroad; most are back far shorter."),
        ("never_abroad", 120.0, "months", 1.0, 1200.0, "no source found", "assumed", "Months at home of those who were never abroad."),
        ("jobless", 0.08, "share", 0.0, 0.5, "no source found", "assumed", "Share of the workers at home who are without work."),
        ("longest_search", 6.0, "months", 1.0, 60.0, "no source found", "assumed", "Longest search of those without work."),
        ("mean_degree", 10.0, "ties", 2.0, 50.0, "no source found", "assumed", "Ties of a household, all kinds."),
        ("clique_smallest", 8.0, "households", 2.0, 100.0, "no source found", "assumed", "Smallest circle of kin."),
        ("clique_largest", 15.0, "households", 2.0, 100.0, "no source found", "assumed", "Largest circle of kin."),
        ("kin_density", 0.7, "share", 0.0, 1.0, "no source found", "assumed", "Chance that two households of one circle are tied."),
        ("neighbourhood", 30.0, "households", 1.0, 1000.0, "form: Watts and Strogatz 1998, doi:10.1038/30918", "assumed", "How many doors away a village tie may be."),
        ("rewired", 0.075, "share", 0.0, 1.0, "form: Watts and Strogatz 1998, doi:10.1038/30918", "assumed", "Ties of a village moved to any of its households."),
        ("long_share", 0.035, "share", 0.0, 0.5, "no source found", "assumed", "Ties that lead to another village of the origin."),
    ),
    *_section(
        "remittances",
        ("altruism", 0.6, "share", 0.05, 0.95, SPEC, "derived", "Weight a of the family in the sharing rule."),
        ("curvature", 4.2, "", 1.0, 20.0, SPEC, "derived", "Relative risk aversion sigma of the sharing rule."),
        ("obligation", 0.13, "share of base pay", 0.0, 1.0, SPEC, "derived", "Standing obligation d0 at home."),
        ("debt_share", 0.12, "share per month", 0.0, 1.0, SPEC, "derived", "Part of the debt added to the obligation each month."),
    ),
    *_section(
        "budget",
        ("spend_income", 0.85, "share", 0.0, 1.0, SPEC, "derived", "Propensity to consume out of income above the floor."),
        ("spend_savings", 0.08, "share per month", 0.0, 1.0, SPEC, "derived", "Propensity to consume out of savings beyond two months' income."),
        ("repay_share", 0.06, "share per month", 0.0, 1.0, NONE, "assumed", "Part of the debt repaid in a month, where income is above the floor."),
        ("interest", 0.015, "share per month", 0.0, 0.2, "microfinance and informal rates of 25-60 % a year less inflation; no page found", "assumed", "Real interest on informal debt."),
        ("debt_limit", 6.0, "months of income", 0.0, 36.0, SPEC, "derived", "Debt up to which a household can borrow."),
        ("home_shock", 0.01, "share per month", 0.0, 0.5, NONE, "assumed", "Chance of a shock that halves the month's home income."),
        ("target_low", 3.0, "months of income", 0.0, 120.0, NONE, "assumed", "Smallest target of savings, uniform up to target_high."),
        ("target_high", 12.0, "months of income", 0.0, 120.0, NONE, "assumed", "Largest target of savings."),
    ),
    *_section(
        "learning",
        ("forget", 0.03, "share per month", 0.0, 1.0, SPEC, "derived", "Chance that a topic not in use is forgotten."),
        ("tell_user", 0.0365, "share per month", 0.0, 1.0, "0.2-0.5 per half-year, converted (Banerjee et al. 2013, doi:10.1126/science.1236498)", "derived", "Chance that a kin tie who has used a topic passes it on."),
        ("tell_ratio", 0.14, "ratio", 0.0, 1.0, "0.03-0.08 per half-year against 0.2-0.5 (Banerjee et al. 2013, doi:10.1126/science.1236498)", "derived", "What one who only heard of it passes on, relative to a user."),
        ("bias", 0.10, "log points", 0.0, 1.0, NONE, "assumed", "Size of a sender's exaggeration of wages, either way."),
        ("mutate", 0.05, "share", 0.0, 1.0, "0.02-0.15", "assumed", "Chance that a message changes into a rumour."),
        ("rumour", 0.5, "log points", 0.0, 2.0, NONE, "assumed", "Size of a rumour's error about wages."),
        ("average", 0.3, "share", 0.0, 1.0, NONE, "assumed", "Weight an averaging household gives to what it hears (DeGroot 1974)."),
        ("precision_fade", 0.03, "share per month", 0.0, 1.0, NONE, "assumed", "Ageing of what was known exactly."),
        ("risk_jump", 0.25, "share", 0.0, 1.0, "form after Sah 1991, doi:10.1086/261795, and Lochner 2007, doi:10.1257/aer.97.1.444", "assumed", "Weight of an own detection in the perceived risk."),
        ("risk_feared", 0.15, "share per month", 0.0, 1.0, NONE, "assumed", "What a detection, seen or suffered, makes one fear."),
        ("risk_calm", 0.05, "share", 0.0, 1.0, "form after Lochner 2007, doi:10.1257/aer.97.1.444", "assumed", "What a month without papers and without a check takes off the perceived risk."),
        ("risk_hearsay", 0.10, "share", 0.0, 1.0, "form after Sah 1991, doi:10.1086/261795", "assumed", "Weight of a neighbour's view, and of a neighbour's ban, in the perceived risk."),
        ("news_reach", 0.4, "share", 0.0, 1.0, NONE, "assumed", "Share of households that hear in public of a change of law in the month it begins."),
        ("news_of_bans", 0.05, "share", 0.0, 1.0, NONE, "assumed", "Share of households that hear in public of a change of the ban rules."),
        ("news_threshold", 0.25, "log points", 0.0, 5.0, NONE, "assumed", "Change of a wage belief that makes a household deliberate."),
        ("meet", 0.10, "share per month", 0.0, 1.0, NONE, "assumed", "Chance that a household abroad makes a diaspora tie, where one is free."),
        ("contact_fade", 0.035, "share per month", 0.0, 1.0, "2-5 % a month after return", "assumed", "Loss of a diaspora tie when nobody is abroad."),
    ),
    *_section(
        "status",
        ("patent_covers", 12.0, "months", 1.0, 60.0, "one year, renewed by paying (357-FZ)", "published", "How long a work permit or patent covers a spell."),
        ("notice", 0.35, "share", 0.0, 1.0, SPEC, "assumed", "Chance that an offence, a check or a listing is noticed."),
        ("q_noticed", 0.05, "share", 0.0, 1.0, NONE, "assumed", "Belief in re-entry after noticing a ban."),
        ("q_breach", 0.5, "share", 0.0, 1.0, NONE, "assumed", "Belief in re-entry of one in breach who knows the ban rules."),
        ("q_neighbour", 0.7, "ratio", 0.0, 1.0, NONE, "assumed", "A neighbour's ban multiplies the belief in re-entry of one in breach by this."),
        ("q_recover", 0.03, "share per month", 0.0, 1.0, NONE, "assumed", "Recovery of the belief in re-entry when no ban runs."),
        ("q_refused", 0.0, "share", 0.0, 1.0, "the refusal is the proof", "derived", "Belief in re-entry after a refusal at the border."),
        ("comply", 0.25, "share", 0.0, 1.0, NONE, "assumed", "Share of those who know the rules who leave or renew in time."),
        ("closed", 0.10, "share", 0.0, 1.0, SPEC, "derived", "Belief in re-entry below which a place is closed."),
    ),
    *_section(
        "return",
        ("a0", -2.94, "log hazard", -10.0, 2.0, SPEC, "derived", "Level of the return hazard."),
        ("dur_1", -3.0, "log hazard", -10.0, 5.0, SPEC, "derived", "Duration term, first month."),
        ("dur_3", -2.8, "log hazard", -10.0, 5.0, SPEC, "derived", "Duration term, months 2-3."),
        ("dur_6", -1.17, "log hazard", -10.0, 5.0, SPEC, "derived", "Duration term, months 4-6."),
        ("dur_12", 0.0, "log hazard", -10.0, 5.0, SPEC, "derived", "Duration term, months 7-12."),
        ("dur_36", -0.35, "log hazard", -10.0, 5.0, SPEC, "derived", "Duration term, months 13-36."),
        ("dur_more", 0.97, "log hazard", -10.0, 5.0, SPEC, "derived", "Duration term, later months."),
        ("a1", 0.6, "log hazard", 0.0, 5.0, SPEC, "derived", "Savings target reached."),
        ("a3", 1.16, "elasticity", 0.0, 5.0, f"{YANG_2006}; {SPEC}", "derived", "Response to what a month abroad is worth relative to arrival."),
        ("a4", 0.5, "log hazard", 0.0, 5.0, SPEC, "derived", "Jobless abroad."),
        ("a_shock", 1.0, "log hazard", 0.0, 5.0, NONE, "assumed", "A shock at home this month."),
        ("psi", 0.5, "log hazard", 0.0, 5.0, SPEC, "derived", "Lock-in: fear of not coming back keeps one abroad."),
        ("season_return", 1.74, "elasticity", 0.0, 3.0, SPEC, "derived", "Weight of ln(12 x the month's share of returns)."),
    ),
    *_section(
        "refugees",
        ("refugee_informal", 0.5, "ratio", 0.0, 1.0, NONE, "assumed", "Refugees at work without the right to it, relative to those with it."),
        ("refugee_discount", 0.7, "ratio", 0.0, 1.0, NONE, "assumed", "Their pay without the right to work, relative to pay with it."),
    ),
    *_section(
        "structure",
        ("satisficing", 0.0, "switch", 0.0, 1.0, "sim/schema/variants.py", "assumed", "1 = the first place that is good enough, 0 = the best. Set by `structure.decision` alone, never drawn."),
        ("aspiration", 0.0, "utility", 0.0, 5.0, f"{SIMON}: form; no source found for the level. 0 = whatever is better than home, which leaves the number who go as fitted", "assumed", "Gain over home above which a place is good enough. Read under `structure.decision=satisficing` alone."),
        ("wages_respond", 0.0, "switch", 0.0, 1.0, "sim/schema/variants.py", "assumed", "1 = pay abroad answers numbers. Set by `structure.wages` alone, never drawn."),
        ("wage_response", 0.13, "elasticity", 0.0, 1.0, f"{BY_NUMBERS}: natives and migrants are imperfect substitutes (about 7.8), so migrants' pay relative to natives' falls by 1/7.8 of their relative number; British men 1975-2005. No estimate for Russia or Kazakhstan was found; 0.3 to 0.4 for all who compete in one cell of skill (Borjas 2003, doi:10.1162/003355303322552810)", "assumed", "Fall of ln pay by ln of migrants at the destination relative to the base year (eta). Read under `structure.wages=responding` alone."),
    ),
    *_section(
        "work",
        ("demand_elasticity", 5.22, "elasticity", 0.0, 10.0, f"{SPEC}; IMF: GDP -1 % gives remittances -1.5 %", "derived", "Labour demand for migrants to the destination's GDP."),
        ("trend_growth", 0.01, "share per year", 0.0, 0.1, NONE, "assumed", "Growth of a destination's GDP at which its demand for migrants stays as it is."),
        ("resume", 0.55, "share", 0.0, 1.0, NONE, "assumed", "Share of returnees who find or resume some work at once."),
        ("search_level", 0.15, "share per month", 0.0, 1.0, "0.08-0.20", "assumed", "Job finding of a returnee in the first month of search (l0)."),
        ("search_decay", 0.05, "per month", 0.0, 1.0, "0.02-0.08", "assumed", "Its decay with months of search (chi)."),
        ("search_forced", 0.35, "share", 0.0, 1.0, "0.2-0.5", "assumed", "By how much a forced return lowers it (s_f)."),
        ("scar", 0.12, "share of pay", 0.0, 1.0, "0.05-0.20", "assumed", "Wage scar of a forced return, fading over 24 months."),
        ("self_employed", 0.5, "share", 0.0, 1.0, "P19: about half of returnees start self-employed", "published", "Share of returnees at work at first as self-employed; reported, pay is the same."),
    ),
)
# fmt: on

PARAMETERS: dict[str, Parameter] = {parameter.name: parameter for parameter in _ALL}
ALMOST_SURE = 1.0 - 1e-9
DERIVED = (
    ("length_kin", "f8"),  # -ln(1 - chance to meet a tie in a month), by the kind of tie
    ("length_village", "f8"),
    ("length_diaspora", "f8"),
    ("shared_most", "f8", (BINS,)),  # bounds that spare most choices their logarithms
)
PARAMETER_RECORD = np.dtype([*((name, "f8") for name in PARAMETERS), *DERIVED])


def parameter_record(overrides: dict[str, float] | None = None) -> np.ndarray:
    """The parameters as one record, shape (1,): defaults with `overrides` (names must exist; ranges are checked before)."""
    record = np.zeros(1, PARAMETER_RECORD)
    for name, parameter in PARAMETERS.items():
        record[name] = parameter.default
    for name, value in (overrides or {}).items():
        record[name] = value
    for kind in ("kin", "village", "diaspora"):
        chance = record["tell_user"][0] * min(1.0, record[f"ties_{kind}"][0])
        record[f"length_{kind}"] = -math.log1p(-min(chance, ALMOST_SURE))
    record["shared_most"] = positive_stable_bounds(float(record["nest_scale"][0]))
    return record
