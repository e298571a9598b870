"""The ledger holds every number once, each with what it rests on; a number without source or tag builds nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from small_worlds import TWO_COUNTRIES, pack, scenario

from sim.cli.main import main
from sim.errors import InputError
from sim.evidence import ledger, matching, told_by_a_run
from sim.evidence.ledger import BEHAVIOUR, LEAST_SHOWN, driven, screening
from sim.output.evidence_table import evidence_html
from sim.region.sample import POSTERIOR, read_sample
from sim.schema.parameters import PARAMETERS
from sim.schema.priors import FIXED, PRIORS
from sim.studies.screening import by_chance, correlations


def test_every_number_stands_in_it_once_with_a_source_and_a_tag():
    entries = ledger(pack())
    assert list(entries) == [*PARAMETERS, *pack().adjustments]
    for entry in entries.values():
        assert entry.source and entry.tag in ("published", "derived", "assumed"), entry.name
        assert (entry.prior is None) == bool(entry.fixed), entry.name
        assert entry.low <= entry.value <= entry.high, entry.name
    assert {name for name, entry in entries.items() if entry.fixed} == set(FIXED) & set(PARAMETERS)


@pytest.mark.parametrize("change", [{"source": ""}, {"tag": ""}, {"tag": "guessed"}])
def test_the_schema_refuses_a_number_without_source_or_tag(change):
    with pytest.raises(ValueError, match="parameter beta: a number needs a source and a tag"):
        replace(PARAMETERS["beta"], **change)


def test_a_number_needs_a_prior_or_a_reason_for_having_none():
    with pytest.raises(ValueError, match="beta has no source, no tag, or neither"):
        replace(ledger(pack())["beta"], prior=None)


def test_what_fitting_told_is_that_of_the_sample_of_the_pack():
    sample = read_sample(pack().sample_file, POSTERIOR, pack())
    values = sample.values[:, sample.names.index("beta")]
    told = ledger(pack())["beta"].posterior
    assert told == pytest.approx((values.mean(), np.quantile(values, 0.05), np.quantile(values, 0.95)))
    assert ledger(pack())["patent_covers"].posterior is None


def test_what_is_driven_was_measured_and_is_more_than_chance():
    made, rows = screening(pack().name)
    assert made.startswith("sim screen ") and "worlds; by chance up to" in made
    assert {row["number"] for row in rows} == set(PRIORS) | set(pack().adjustments)
    strengths = [abs(strength) for by in driven(pack().name).values() for strength in by.values()]
    assert min(strengths) >= LEAST_SHOWN
    assert driven("nowhere") == {} and screening("nowhere") == ("", [])
    shown = ledger(pack())["attraction.UZB.RUS"].drives
    assert shown["stock"] > 0.3 and list(shown.values()) == sorted(shown.values(), key=abs, reverse=True)


def test_a_pack_without_priors_or_sample_has_the_numbers_of_the_behaviour():
    entries = ledger(pack(TWO_COUNTRIES))
    assert set(entries) == set(PARAMETERS)
    assert all(entry.kind == BEHAVIOUR and entry.posterior is None and not entry.drives for entry in entries.values())


def test_a_quantity_is_all_its_adjustments_and_a_typo_has_a_nearest_name():
    assert [entry.name for entry in matching("border_run", pack())] == ["border_run.ALL.RUS", "border_run.ALL.KAZ"]
    with pytest.raises(InputError, match=r"number is 'betta', which is no number of the model\. Nearest: beta\."):
        matching("betta", pack())


def test_the_command_tells_a_number_a_quantity_and_all(capsys):
    assert main(["explain", "beta"]) == 0
    told = capsys.readouterr().out
    for part in (
        "beta: Weight of the log income gap",
        "prior      log-normal, 5 % 0.3, 95 % 1.5",
        "tag        derived",
    ):
        assert part in told
    assert main(["explain", "detection"]) == 0
    told = capsys.readouterr().out
    assert "detection.ALL.RUS" in told and "Figures of detection in the pack" in told
    assert main(["explain", "closed", "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert record["fixed"] == FIXED["closed"] and record["prior_form"] is None
    assert main(["explain"]) == 0
    told = capsys.readouterr().out
    assert f"{len(ledger(pack()))} numbers" in told
    assert main(["explain", "betta"]) == 2
    assert capsys.readouterr().err == (
        "error: number is 'betta', which is no number of the model. Nearest: beta. Allowed: a name that sim explain "
        "lists.\n"
    )


def test_a_report_names_the_numbers_that_drive_what_it_compares():
    told = told_by_a_run(scenario(parameters={"beta": 1.1}), pack())
    told["numbers"] = [
        {"name": "beta", "value": 1.1, "unit": "", "tag": "derived", "source": "given by hand", "fitted": (1.0, 0.9, 1.2),
         "drives": {"stock": 0.4, "remittances_recorded_2014": -0.3, "banned": 0.3}},
        {"name": "other", "value": 1.0, "unit": "", "tag": "assumed", "source": "nowhere", "fitted": None,
         "drives": {"banned": 0.9}},
    ]  # fmt: skip
    run = SimpleNamespace(meta={"evidence": told})
    table = pd.DataFrame({"measure": ["stock", "remittances_recorded"]})
    page = evidence_html(SimpleNamespace(scenario=run, table=table))
    assert "stock +0.40, remittances_recorded 2014 -0.30" in page and "The 1 numbers" in page
    assert "given by hand" in page and "nowhere" not in page and "banned" not in page
    assert f"The model has {len(ledger(pack()))} numbers" in page
    assert evidence_html(SimpleNamespace(scenario=SimpleNamespace(meta={}), table=table)) == ""


def test_a_screening_finds_what_drives_and_in_which_direction():
    random = np.random.default_rng(5)
    values = random.normal(size=(400, 3))
    outputs = np.stack([np.exp(values[:, 0]) + 0.1 * random.normal(size=400), -values[:, 1]], axis=1)
    found = correlations(["a", "b", "c"], values, ["x", "y"], outputs)
    told = {(row.number, row.measure): row.correlation for row in found.itertuples()}
    assert told["b", "y"] == pytest.approx(-1.0)
    assert told["a", "x"] > 0.95
    others = [abs(told[pair]) for pair in told if pair not in {("a", "x"), ("b", "y")}]
    assert max(others) < by_chance(400, 6) < 0.2
    still = correlations(["a"], np.ones((50, 1)), ["x"], random.normal(size=(50, 1)))
    assert still["correlation"].tolist() == [0.0]
