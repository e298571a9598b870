"""What strangers bring, files and links: numbers at most, or one line that says what is wrong."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.workshop.controls import CONTROLS, Choice
from sim.workshop.scenario_file import LARGEST, read_page, read_scenario, scenario_text
from sim.workshop.tasks import scenario_from
from sim.workshop.worlds import mapping_of

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nquestion: *b\n"
HOSTILE = {
    "aliases that unfold": (BOMB, "anchor"),
    "a merge key": ("policies: {<<: &x {reentry_ban: {months: 1}}}\n", "anchor"),
    "a Python object": ("question: !!python/object/apply:os.system ['touch owned']\n", "tag"),
    "a class path": ("policies: {reentry_ban: {_target_: os.system, months: 3}}\n", "_target_ is not a setting"),
    "a class path on top": ("_target_: os.system\n", "not taken here"),
    "a law file": ("law: /etc/passwd\n", "law is not taken here"),
    "a pack": ("region: {pack: ../../secret}\n", "region is not taken here"),
    "a sample file": ("sample: ../../secret.csv\n", "sample is '../../secret.csv'"),
    "a scenario by its path": ("defaults: [../../../etc/passwd]\n", "no scenario"),
    "an output folder": ("output: owned\n", "not taken here"),
    "Hydra's own keys": ("hydra: {run: {dir: owned}}\n", "not taken here"),
    "an interpolation": ("policies: {reentry_ban: {months: '${oc.env:HOME}'}}\n", "not a whole number"),
    "every household of the region": ("population: {scale: 1}\n", "0.0001 to 0.002"),
    "a long burn-in": ("population: {scale: 0.0005, burn_in: 1200}\n", "scale alone"),
    "a hundred thousand runs": ("seeds: 100000\n", "seeds is 100000"),
    "a followed crowd": ("follow: 100000\n", "not taken here"),
    "many threads": ("threads: 1024\n", "not taken here"),
    "a number with no end": ("policies: {devaluation: {currency: RUB, share: .inf}}\n", "not a number"),
    "not a number": ("policies: {devaluation: {currency: RUB, share: .nan}}\n", "not a number"),
    "a number of five thousand digits": (f"seeds: {'9' * 5000}\n", "file"),
    "a hundred levels": ("question: " + "[" * 100 + "]" * 100 + "\n", "nested"),
    "ten thousand entries": ("question: [" + "1," * 10_000 + "]\n", "nested or long"),
    "two documents": ("question: a\n---\nquestion: b\n", "not YAML"),
    "a list": ("- history\n", "no mapping"),
    "nothing": ("", "no mapping"),
    "a policy that is text": ("policies: history\n", "no mapping"),
    "a misspelt key": ("polices: {}\n", "Nearest: policies"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_one_line(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused when it is read, or when it is checked; never run, never a traceback."""
    content, told = HOSTILE[what]
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as refused:
        scenario_from(read_scenario(content.encode()))
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_too_large_is_not_even_parsed() -> None:
    """A byte beyond 64 KB."""
    with pytest.raises(InputError, match="at most 65536"):
        read_scenario(b"#" * (LARGEST + 1))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00binary", b"\x00\x01\x02", b"question: \x07"])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    """Binary files are no scenarios."""
    with pytest.raises(InputError):
        read_scenario(content)


def test_an_honest_file_is_taken() -> None:
    """What the page writes it reads again, as the same scenario, and the page's link with it."""
    choice = Choice.of(luck=7, runs=5, ban_months=24, rouble=20, permits=50_000, permits_known=60)
    text = scenario_text(choice, "lang=ru&view=free")
    assert read_page(text.encode()) == "lang=ru&view=free"
    assert scenario_from(read_scenario(text.encode())).digest == scenario_from(mapping_of(choice)).digest


def test_a_file_may_start_from_a_shipped_scenario() -> None:
    """Its policies are joined as composition joins them."""
    text = "defaults: [seasonal_work_kazakhstan_known]\npolicies: {seasonal_work: {quota: 5000}}\n"
    given_policies = read_scenario(text.encode())["policies"]["seasonal_work"]
    assert (
        given_policies["known_to"] == 0.6 and given_policies["quota"] == 5000 and given_policies["destination"] == "KAZ"
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(string.printable, max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(string.ascii_lowercase + "_.", max_size=12), inner, max_size=3)
    ),
    max_leaves=8,
)
KNOWN = st.sampled_from(
    ["defaults", "question", "policies", "parameters", "corridors", "population", "seeds", "first_seed", "sample"]
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(KNOWN, VALUES, max_size=5))
def test_any_mapping_is_a_scenario_or_a_line(mapping: dict) -> None:
    """Nothing but InputError comes of it."""
    try:
        scenario_from(read_scenario(yaml.safe_dump(mapping).encode()))
    except InputError as error:
        assert "\n" not in str(error)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_link_is_a_choice_or_a_line(text: str) -> None:
    """Of an address bar anything can come."""
    try:
        Choice.from_link(text)
    except InputError as error:
        assert "\n" not in str(error)


@settings(max_examples=100, deadline=None)
@given(
    st.fixed_dictionaries({name: st.sampled_from(control.steps) for name, control in CONTROLS.items()}),
    st.integers(1, 999),
)
def test_a_link_restores_every_choice(steps: dict, luck: int) -> None:
    """There and back."""
    choice = Choice.of(luck, 20, **steps)
    assert Choice.from_link(choice.link()) == choice
