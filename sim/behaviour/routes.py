"""Routes: the lawful ways into a destination, which of them a household knows of and can pay, what each costs and is
worth.
"""

from __future__ import annotations

from sim.schema.rule import rule

NO_ROUTE, WORK_PERMIT, SEASONAL, FREE = 0, 1, 2, 3
SEASONAL_BIT, PERMIT_BIT, FREE_BIT = 1 << 4, 1 << 5, 1 << 6


@rule
def lawful_route(household, corridor, known, p):
    """The lawful way in that the household knows of and can pay: free movement, a seasonal permit, a work permit or
    none.

    `known` is the set of topics taken as known (bits): what was heard, or everything for the view with true conditions.
    """
    if corridor.free_movement > 0.0 and known & FREE_BIT:
        return FREE
    if corridor.seasonal_pool > 0.0 and known & SEASONAL_BIT:
        return SEASONAL
    if corridor.permit_access > 0.0 and known & PERMIT_BIT:
        if means(household, p) >= corridor.travel_cost + corridor.permit_upfront:
            return WORK_PERMIT
    return NO_ROUTE


@rule
def undrawn(known, corridor):
    """Of the topics in `known`, the lawful ways in for which nobody is drawn."""
    return known & (FREE_BIT | PERMIT_BIT if corridor.work_pool < 0.0 else FREE_BIT)


@rule
def worth_of(route, corridor):
    """ln(e C): what a month at the destination is worth by the route it is entered on."""
    if route == NO_ROUTE:
        return corridor.worth_irregular
    return corridor.worth_regular + (corridor.spared if route == SEASONAL else 0.0)


@rule
def means(household, p):
    """Savings and credit that a trip can be paid from, USD."""
    credit = p.credit_months * household.income - household.debt
    return (household.savings + max(0.0, credit)) * 0.01


@rule
def trip_cost(corridor, route):
    """Fare, and the permit where one is bought, USD in base-period home purchasing power."""
    return corridor.travel_cost + (corridor.permit_upfront if route == WORK_PERMIT else 0.0)
