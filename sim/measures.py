"""What is recorded: each measure once, with its unit, its definition and where the definition comes from.

Rules add to *tallies* (:mod:`sim.tallies`), which :mod:`sim.tables` turns into these measures at population size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["corridor", "origin"]
Kind = Literal["stock", "flow", "ratio"]
"""stock: state at the month's end, averaged over months; flow: per month; ratio: not additive over destinations."""


@dataclass(frozen=True)
class Measure:
    """One reported quantity."""

    name: str
    unit: str
    level: Level
    kind: Kind
    prose: str
    headline: bool = False  # shown in the terminal and at the top of the report


def _corridor(name: str, unit: str, kind: Kind, prose: str, headline: bool = False) -> Measure:
    return Measure(name, unit, "corridor", kind, prose, headline)


def _origin(name: str, unit: str, kind: Kind, prose: str, headline: bool = False) -> Measure:
    return Measure(name, unit, "origin", kind, prose, headline)


# fmt: off
_ALL = (
    # people by corridor; the origins table carries the sum over destinations of every additive one ----------------------
    _corridor("stock", "persons", "stock", "Labour migrants at the destination at the end of the month.", True),
    _corridor("departures", "persons per month", "flow", "Workers who left for the destination and got in.", True),
    _corridor("returns", "persons per month", "flow", "Workers who came home from the destination, whatever the cause.", True),
    _corridor("forced_returns", "persons per month", "flow", "Returns by expulsion or ban, or in an emergency.", True),
    _corridor("returns_season", "persons per month", "flow", "Returns because the season or the permit was over."),
    _corridor("returns_target", "persons per month", "flow", "Returns with the savings target reached."),
    _corridor("returns_job_lost", "persons per month", "flow", "Returns after a lost job."),
    _corridor("returns_gain_gone", "persons per month", "flow", "Returns because the gain was gone (exchange rate, wages)."),
    _corridor("returns_home_shock", "persons per month", "flow", "Returns because of a shock at home."),
    _corridor("returns_expulsion", "persons per month", "flow", "Returns by expulsion."),
    _corridor("returns_ban", "persons per month", "flow", "Returns of unauthorised re-entrants found out."),
    _corridor("returns_emergency", "persons per month", "flow", "Returns of those brought home in an emergency."),
    _corridor("moved_on", "persons per month", "flow", "Workers who moved from this destination to another."),
    _corridor("working", "persons", "stock", "Labour migrants with a job."),
    _corridor("regular", "persons", "stock", "Labour migrants whose stay is regular."),
    _corridor("irregular", "persons", "stock", "Labour migrants whose stay is irregular."),
    _corridor("work_permits", "persons per month", "flow", "Work permits and patents obtained on arrival, but for those of recruited workers."),
    _corridor("seasonal_permits", "persons per month", "flow", "Seasonal permits granted."),
    _corridor("seasonal_refused", "persons per month", "flow", "Seasonal permits applied for and not granted."),
    _corridor("work_refused", "persons per month", "flow", "Work permits applied for under a quota and not granted."),
    _corridor("recruited_departures", "persons per month", "flow", "Departures through licensed recruiters."),
    _corridor("regularised", "persons per month", "flow", "Irregular migrants who got a work permit on the spot."),
    _corridor("offences", "persons per month", "flow", "Administrative offences booked."),
    _corridor("detections", "persons per month", "flow", "Irregular migrants detected."),
    _corridor("bans_imposed", "persons per month", "flow", "Entry bans imposed."),
    _corridor("ban_years_imposed", "years per month", "flow", "Years of entry ban imposed."),
    _corridor("delisted", "persons per month", "flow", "Persons taken off the entry-ban list by an amnesty."),
    _corridor("bans_cleared", "persons per month", "flow", "Entry bans lifted with legal aid."),
    _corridor("banned", "persons", "stock", "Persons on the destination's entry-ban list.", True),
    _corridor("unaware_banned", "persons", "stock", "Banned persons who believe re-entry more likely than not.", True),
    _corridor("refused", "persons per month", "flow", "Travellers turned back at the border because of a ban.", True),
    _corridor("border_loss", "USD per month", "flow", "Fares lost by travellers turned back, base prices.", True),
    _corridor("unauthorised_entries", "persons per month", "flow", "Entries of banned persons who were not stopped."),
    _corridor("diverted", "persons", "stock", "Banned from this destination and working at another one.", True),
    _corridor("wage_theft", "USD per month", "flow", "Pay withheld from irregular workers, base prices."),
    _corridor("at_risk_of_exploitation", "persons", "stock", "Irregular, indebted and alone at the destination."),
    _corridor("aware_of_work", "households", "stock", "Households that have heard of wages and jobs there."),
    _corridor("wage_belief_error", "log points", "ratio", "Mean absolute error of the believed log wage among those who have heard."),
    # money by corridor ---------------------------------------------------------------------------------------------------
    _corridor("remittances_true", "USD per month", "flow", "What migrants send, at the month's exchange rate.", True),
    _corridor("remittances_true_destination", "destination currency per month", "flow", "The same in the destination's currency."),
    _corridor("remittances_true_origin", "origin currency per month", "flow", "The same in the origin's currency."),
    _corridor("remittances_true_real", "base-period USD per month", "flow", "What arrives after fees, at constant home prices."),
    _corridor("remittances_per_migrant", "USD per month", "ratio", "remittances_true per labour migrant."),
    _corridor("remittances_per_migrant_real", "base-period USD per month", "ratio", "remittances_true_real per labour migrant."),
    _corridor("remittances_true_origin_real", "origin currency at base prices per month", "flow", "The same in the origin's currency at base-period prices."),
    _corridor("remittances_recorded", "USD per month", "flow", "Transfers as the destination's central bank records them.", True),
    _corridor("remittances_recorded_origin", "origin currency per month", "flow", "The same in the origin's currency."),
    _corridor("remittances_recorded_origin_real", "origin currency at base prices per month", "flow", "The same at base-period prices."),
    _corridor("remittances_recorded_per_migrant", "USD per month", "ratio", "remittances_recorded per labour migrant."),
    _corridor("remittances_bop", "USD per month", "flow", "Transfers as the origin's balance of payments records them."),
    _corridor("remittances_bop_origin", "origin currency per month", "flow", "The same in the origin's currency."),
    _corridor("remittances_bop_origin_real", "origin currency at base prices per month", "flow", "The same at base-period prices."),
    _corridor("remittances_bop_per_migrant", "USD per month", "ratio", "remittances_bop per labour migrant."),
    _corridor("transfer_fees", "USD per month", "flow", "Fees paid on transfers."),
    # the origin ----------------------------------------------------------------------------------------------------------
    _origin("households", "households", "stock", "Households alive."),
    _origin("workers", "persons", "stock", "Workers of all households, at home and abroad."),
    _origin("remittances_true_gdp", "percent of GDP", "ratio", "remittances_true of all destinations as a share of monthly GDP."),
    _origin("remittances_recorded_gdp", "percent of GDP", "ratio", "remittances_recorded of all destinations as a share of monthly GDP."),
    _origin("remittances_bop_gdp", "percent of GDP", "ratio", "remittances_bop of all destinations, per month, as a share of monthly GDP."),
    _origin("jobless_home", "persons", "stock", "Workers at home without work."),
    _origin("jobless_returnees", "persons", "stock", "Workers who came home within twelve months and are without work.", True),
    _origin("joblessness_3", "percent", "ratio", "Of those who came home three months ago and are still home, share without work."),
    _origin("joblessness_6", "percent", "ratio", "The same six months after return."),
    _origin("joblessness_12", "percent", "ratio", "The same twelve months after return."),
    _origin("self_employed_returns", "persons per month", "flow", "Returnees who take up work at once as self-employed."),
    _origin("remigration_12", "persons per month", "flow", "Departures of workers who had come home within the last 12 months."),
    _origin("remigration_24", "persons per month", "flow", "Departures of workers who had come home within the last 24 months."),
    _origin("consumption", "USD per month", "ratio", "Consumption at home per household, base prices: realised welfare."),
    _origin("consumption_abroad", "USD per month", "ratio", "What migrants spend on themselves per household, at home purchasing power, base prices."),
    _origin("income", "USD per month", "ratio", "Income per household with remittances, base prices."),
    _origin("poverty", "percent", "ratio", "Share of persons in households that consume less per head than the poverty line.", True),
    _origin("poor_households", "households", "stock", "Households that consume less per head than the poverty line."),
    _origin("poverty_gap", "percent", "ratio", "Mean shortfall from the line as a share of it, the non-poor counted as 0 (Foster, Greer and Thorbecke 1984)."),
    _origin("remittance_dependence", "percent", "ratio", "Share of households that draw more than half their income from remittances."),
    _origin("gini_consumption", "index", "ratio", "Gini coefficient of consumption per head (each quarter's last month)."),
    _origin("debt", "USD", "ratio", "Debt per household, base prices."),
    _origin("savings", "USD", "ratio", "Savings per household, base prices."),
    _origin("split_households", "households", "stock", "Households with a worker abroad."),
    _origin("women_headed", "households", "stock", "Households headed by a woman because the head is abroad."),
    _origin("vulnerable", "households", "stock", "Poor households that are isolated: few ties at home and none abroad."),
    _origin("welfare_expected", "USD per month", "ratio", "Log-sum of the choice as believed, in money, per deliberation (Small and Rosen 1981)."),
    _origin("cost_of_misinformation", "USD per month", "ratio", "Money the chosen place is worth less than the best one, judged with true conditions, per deliberation (after Leggett 2002): of a choice, not of a world."),
    _origin("belief_error", "log points", "ratio", "Mean absolute error of believed log wages, over the places of which a household has heard."),
    _origin("aware_ban_rules", "percent", "ratio", "Households that have heard of the ban rules."),
    _origin("aware_seasonal_permit", "percent", "ratio", "Households that have heard of the seasonal permit."),
    _origin("aware_work_permit", "percent", "ratio", "Households that have heard of the work permit."),
    _origin("aware_free_movement", "percent", "ratio", "Households that have heard of free movement."),
    _origin("aware_support_centre", "percent", "ratio", "Households that have heard of a support centre."),
    _origin("aware_own_status", "percent", "ratio", "Of the banned, share who do not believe re-entry more likely than not."),
    # services, and what was given ----------------------------------------------------------------------------------------
    _origin("contacted", "households per month", "flow", "Households contacted by campaigns; twice where two reach it."),
    _origin("centre_visits", "persons per month", "flow", "Visits to support centres."),
    _origin("trips_called_off", "persons per month", "flow", "Workers about to leave who learnt that they were banned and stayed."),
    _origin("language_courses", "persons per month", "flow", "Language courses taken before departure."),
    _origin("reintegrated", "persons per month", "flow", "Returnees who entered a reintegration programme."),
    _origin("grants", "USD per month", "flow", "Grants paid to them, base prices."),
    _origin("public_workers", "persons per month", "flow", "Persons employed in public works."),
    _origin("public_pay", "USD per month", "flow", "Pay in public works, base prices."),
    _origin("matching_households", "households per month", "flow", "Households that put matched remittances aside."),
    _origin("matched", "USD per month", "flow", "Public money added to what they put aside, base prices."),
    _origin("credit_households", "households per month", "flow", "Receiving households with a loan or a course in budgeting."),
    _origin("interest_spared", "USD per month", "flow", "Interest that cheaper loans spared them, base prices."),
    _origin("trading_households", "households per month", "flow", "Households that earn from trade across the border."),
    _origin("trade_income", "USD per month", "flow", "What they earn from it, base prices."),
    _origin("refugees", "persons", "stock", "Refugees in the country, as given; they are no households of the model."),
    _origin("refugees_self_reliant", "percent", "ratio", "Refugees whose household lives on its own work."),
    _origin("refugees_dependent", "persons", "stock", "Refugees whose household does not."),
    _origin("refugee_income", "USD per head and month", "ratio", "What refugees earn, base prices."),
    _origin("public_cost", "USD per month", "flow", "What the policies in force cost the public purse."),
)
# fmt: on

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}

CATEGORY_MEASURES = (
    Measure("workers", "persons", "origin", "stock", "Workers in the category."),
    Measure("abroad", "persons", "origin", "stock", "Of them, abroad."),
    Measure("irregular", "persons", "origin", "stock", "Of them, abroad with irregular stay."),
    Measure("banned", "persons", "origin", "stock", "Of them, on an entry-ban list."),
    Measure("unaware_banned", "persons", "origin", "stock", "Banned and believing re-entry more likely than not."),
    Measure("jobless", "persons", "origin", "stock", "Without work, at home or abroad."),
    Measure("forced", "persons", "origin", "stock", "At home after a forced return within twelve months."),
    Measure("poor", "persons", "origin", "stock", "Living in a household below the poverty line."),
    Measure(
        "remittances_true_real", "base-period USD per month", "origin", "flow", "Remitted by them, at the base rate."
    ),
)
CATEGORIES = ("sex", "age", "skill", "sector", "province", "regime")
