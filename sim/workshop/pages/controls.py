"""The controls on screen, and the choice they stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from sim.workshop.controls import CONTROLS, DEPENDENT, RUNS, SEEDS, Choice, Step
from sim.workshop.words import Words


def place_choice(slot: str, choice: Choice) -> None:
    """Put the controls of a slot where a choice has them."""
    for name in CONTROLS:
        st.session_state[f"{slot}.{name}"] = choice.step(name)
    st.session_state[f"{slot}.luck"], st.session_state[f"{slot}.runs"] = choice.luck, choice.runs


def step_words(name: str, step: Step, words: Words) -> str:
    """A step as people read it."""
    if step is None:
        return words("step.as_it_was")
    if isinstance(step, str):
        return words.month(step) if step[:2] == "20" else words(f"step.{step}")
    if step == 0 and words.has(f"step.{name}_0"):
        return words(f"step.{name}_0")
    unit = CONTROLS[name].unit
    if unit == "months":
        return words.count("step.months", step)
    return words(f"step.{unit}", number=words.number(step, 1 if isinstance(step, float) else 0))


def show_controls(slot: str, steps: Mapping[str, Sequence[Step]], words: Words, start: Choice) -> Choice:
    """Draw the named controls and give the choice; a dependent one sleeps until it means something."""
    chosen = dict(start.steps)
    for name, allowed in steps.items():
        key = f"{slot}.{name}"
        if st.session_state.get(key, start.step(name)) not in allowed or key not in st.session_state:
            st.session_state[key] = start.step(name) if start.step(name) in allowed else allowed[0]
        leader = DEPENDENT.get(name)
        asleep = leader is not None and not chosen.get(leader)
        chosen[name] = st.select_slider(
            words(f"control.{name}"), options=list(allowed), key=key, disabled=asleep, help=words(f"help.{name}"),
            format_func=lambda step, name=name: step_words(name, step, words),
        )  # fmt: skip
    luck, runs = st.session_state.get(f"{slot}.luck", start.luck), st.session_state.get(f"{slot}.runs", start.runs)
    return Choice.of(luck, runs, **chosen)


def show_luck(slots: Sequence[str], words: Words) -> tuple[int, int]:
    """Whose luck, and how many runs: the same for all worlds on screen, so that they can be set side by side."""
    first = slots[0]
    left, right = st.columns(2)
    luck = left.number_input(words("control.luck"), *SEEDS, key=f"{first}.luck", help=words("help.luck"))
    runs = right.selectbox(words("control.runs"), RUNS, key=f"{first}.runs", help=words("help.runs"))
    return int(luck), int(runs)
