"""``--explain``: where every number of a request comes from."""

from __future__ import annotations

from sim.cli.tables import print_table
from sim.cli.touches import touches
from sim.configuration import Request
from sim.configuration.provenance import BY_HAND, leaves, origins_of
from sim.policies.base import Policy
from sim.region import Region
from sim.scenario import Scenario
from sim.schema.parameters import PARAMETERS

HIDDEN = ("name", "question", "law_digest", "policies")


def print_explanation(request: Request) -> None:
    """Print each side: its keys, policies, parameters and the figures of the pack."""
    _print_side(request, request.scenario, origins_of(request))
    if request.against is not None:
        _print_side(request, request.against, origins_of(request, against=True))
    _print_pack(request.region.under(request.scenario.law_pack))


def _print_side(request: Request, scenario: Scenario, origins: dict[str, str]) -> None:
    print(f"{scenario.name}: {scenario.question}\ndigest {scenario.digest}\n")
    shown = {key: value for key, value in scenario.as_mapping().items() if key not in HIDDEN}
    rows = [(key, value, origins[key]) for key, value in leaves(shown)]
    print_table("Keys", ("key", "value", "from"), rows)
    for policy in scenario.policy_objects:
        _print_policy(policy, origins)
    changes = [(row.policy, row.what, row.first, row.last, row.entries) for row in touches(scenario, request.region)]
    if changes:
        columns = ("policy", "quantity", "first", "last", "entries")
        print_table("What the policies change (months x places)", columns, changes, ("entries",))
    numbers = [
        (
            name,
            scenario.in_force.get(name, one.default),
            one.unit,
            one.tag,
            _source(name, scenario, one.source),
            one.prose,
        )
        for name, one in PARAMETERS.items()
    ]
    print_table("Parameters", ("name", "value", "unit", "tag", "source", "what it is"), numbers, ("value",))


def _print_policy(policy: Policy, origins: dict[str, str]) -> None:
    values = policy.as_mapping(defaults=True)
    rows = []
    for name, rule in policy.settings().items():
        where = origins.get(f"policies.{policy.name}.{name}", "default")
        rows.append((name, rule.words(values[name]), rule.unit, where, rule.source, rule.prose))
    print_table(f"Policy {policy.name}", ("setting", "value", "unit", "from", "source", "what it is"), rows, ("value",))


def _source(name: str, scenario: Scenario, source: str) -> str:
    if name in scenario.parameters:
        return BY_HAND
    return "the structure" if name in scenario.in_force else source


def _print_pack(region: Region) -> None:
    rows = []
    for row in region.coverage().to_dict("records"):
        default = f"default {_default(row['quantity'])}" if not row["rows"] else ""
        source = default or "; ".join(region.sources(row["quantity"])[:2])
        rows.append((row["quantity"], row["unit"], row["from"], row["to"], row["rows"], source))
    columns = ("quantity", "unit", "from", "to", "rows", "source (first two; sim data --json has all)")
    print_table(f"Pack {region.name}, digest {region.digest}", columns, rows, ("rows",))


def _default(quantity: str) -> str:
    from sim.schema.quantities import QUANTITIES

    default = QUANTITIES[quantity].default
    return "" if default is None else f"{default:g}"
