"""A ticket always ends: in a world, or in a named failure, within its time."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import world_of
from streamlit.testing.v1 import AppTest

from sim.workshop.bench import Bench, Failure, Ticket
from sim.workshop.controls import Choice
from sim.workshop.pages import frame
from sim.workshop.tasks import WorldTask
from sim.workshop.worlds import HOMES, World, mapping_of


def test_the_same_is_asked_once(bench: Bench, history: World) -> None:
    """A remembered world is given at once, and it is the very one."""
    ticket = bench.ask(WorldTask(mapping_of(Choice.of(runs=5))))
    assert ticket.wait(0)
    assert ticket.result() is history


def test_pages_that_wait_for_the_same_share_it(bench: Bench, history: World) -> None:
    """One world is made, and it is called off when the last of them wants it no more."""
    task = WorldTask(mapping_of(Choice.of(luck=79, runs=20)))
    first, second = bench.ask(task), bench.ask(task)
    assert first is second
    first.cancel()
    assert second.wanted
    second.cancel()
    third = bench.ask(task)
    assert third is not first  # that one is being stopped
    assert first.wait(30) and third.wait(120)
    assert third.result().seeds == 20
    with pytest.raises(Failure, match="cancelled"):
        first.result()


def test_what_is_asked_ahead_is_begun_and_called_off_in_the_end(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another world is fetched; nobody waits for it when the page has gone on."""
    monkeypatch.setattr(frame, "bench", lambda: bench)
    task = WorldTask(mapping_of(Choice.of(luck=80, runs=20)))
    with frame.asked(task, "slot"):
        ticket = bench.ask(task)
        ticket.cancel()  # this test's own hold
        assert ticket.wanted
    assert not ticket.wanted
    assert ticket.wait(60)


def test_where_others_wait_all_have_their_first_runs_before_any_has_the_rest(bench: Bench, history: World) -> None:
    """And what is put together is the world lived in one go, as it would be kept."""
    first_of_all = bench.ask(Deaf(0.5))
    tasks = [WorldTask(mapping_of(Choice.of(luck=81, detection=step))) for step in (2, 3)]
    one, other = map(bench.ask, tasks)
    while other.first is None:
        assert first_of_all.wait(0) or other.begun is None
        assert not one.ended
        time.sleep(0.005)
    assert one.first is not None and one.first.seeds == 5 and not one.first.whole
    assert one.wait(120) and other.wait(120)
    lived = tasks[0].perform(lambda share: None)
    assert one.result().about == lived.about and lived.whole
    for measure in HOMES:
        np.testing.assert_array_equal(one.result().homes[measure], lived.homes[measure])
        np.testing.assert_array_equal(one.first.homes[measure], lived.first(5).homes[measure])
    assert one.first.about == lived.first(5).about
    assert bench.ask(tasks[1]).result() is other.result()


def test_the_rest_of_a_world_can_be_called_off(bench: Bench, history: World) -> None:
    """As long as it waits for its turn."""
    bench.ask(Deaf(0.5))
    one, other = (bench.ask(WorldTask(mapping_of(Choice.of(luck=82, detection=step)))) for step in (2, 3))
    while one.first is None:
        time.sleep(0.005)
    one.cancel()
    assert one.wait(60) and other.wait(120)
    with pytest.raises(Failure, match="cancelled"):
        one.result()
    assert other.result().seeds == 10


def test_the_parts_of_a_world_are_all_its_runs() -> None:
    """Few runs are lived in one go; how far a part is tells how far the world is."""
    assert WorldTask(mapping_of(Choice.of(runs=5))).parts() is None
    for runs in (10, 20):
        first, rest = WorldTask(mapping_of(Choice.of(runs=runs))).parts()
        assert (first.done(0.0), first.done(1.0)) == (0.0, 5 / runs) == (0.0, rest.done(0.0))
        assert rest.done(1.0) == 1.0


def _page_of_one_world() -> None:
    """A page of one slot, which tells how many runs it was drawn from each time."""
    import streamlit as st

    from sim.workshop.pages import frame
    from sim.workshop.tasks import WorldTask
    from sim.workshop.words import words

    frame.begin_drawing()
    world = frame.fetch(WorldTask({}), words("en"), "slot", in_part=True)
    st.session_state.setdefault("drawn", []).append(world.seeds)
    frame.draw_whole(words("en"))


@pytest.mark.parametrize(("failure", "drawn"), [(None, [3, 5]), (Failure("late", "60"), [3])])
def test_a_page_shows_the_first_runs_and_then_all(
    monkeypatch: pytest.MonkeyPatch, no_bans: World, failure: Failure | None, drawn: list[int]
) -> None:
    """It is drawn again without anybody's doing; where the rest fails, it says so and keeps what it shows."""
    ticket, ended = (Ticket(WorldTask({}), "key", 1.0) for _ in range(2))
    ticket.asked -= frame.SOON
    ticket.first = no_bans.first(3)
    ended.end(no_bans)
    tickets = iter([ticket, ended])
    asked = SimpleNamespace(ask=lambda task: next(tickets), key=lambda task: "key", ready=True)
    monkeypatch.setattr(frame, "bench", lambda: asked)
    threading.Timer(2.0, lambda: ticket.end(None if failure else no_bans, failure)).start()
    page = AppTest.from_function(_page_of_one_world).run(timeout=20)
    assert not page.exception
    assert page.session_state["drawn"] == drawn
    assert [error.value[:9] for error in page.error] == (["No result"] if failure else [])


def test_an_impossible_scenario_is_refused_in_a_line(bench: Bench) -> None:
    """Without troubling a worker."""
    ticket = bench.ask(WorldTask({**mapping_of(Choice.of()), "policies": {"reentry_ban": {"monhts": 3}}}))
    assert ticket.wait(1)
    with pytest.raises(Failure, match=r"refused: policies\.reentry_ban\.monhts is not a setting\. Nearest: months"):
        ticket.result()


def test_a_cancelled_task_ends_and_the_worker_goes_on(bench: Bench, history: World) -> None:
    """The process looks between two months; the next world is made by the same process."""
    ticket = bench.ask(WorldTask(mapping_of(Choice.of(luck=77, runs=20))))
    while ticket.begun is None:
        time.sleep(0.01)
    ticket.cancel()
    assert ticket.wait(5)
    with pytest.raises(Failure, match="cancelled"):
        ticket.result()
    assert world_of(bench, Choice.of(runs=5, border=50)).seeds == 5


def test_a_late_task_is_ended_with_its_limit(bench: Bench, history: World) -> None:
    """The deadline is named."""
    ticket = bench.ask(WorldTask(mapping_of(Choice.of(luck=78, runs=20))), deadline=0.2)
    assert ticket.wait(10)
    with pytest.raises(Failure) as told:
        ticket.result()
    assert told.value.reason == "late"


@dataclass(frozen=True)
class Deaf:
    """A task that does not look whether it is still wanted."""

    seconds: float = 60.0

    def perform(self, tell) -> None:
        time.sleep(self.seconds)


@dataclass(frozen=True)
class Killed:
    """A task whose process dies."""

    def perform(self, tell) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Faulty:
    """A task with a fault."""

    def perform(self, tell) -> None:
        raise ZeroDivisionError("planted")


def test_a_deaf_worker_is_replaced(bench: Bench, history: World) -> None:
    """It is ended after its deadline and some patience; the next world is made by another process."""
    began = time.monotonic()
    ticket = bench.ask(Deaf(), deadline=0.5)
    assert ticket.wait(20)
    with pytest.raises(Failure, match="late"):
        ticket.result()
    assert time.monotonic() - began < 20
    assert world_of(bench, Choice.of(runs=5, border=70)).seeds == 5


@pytest.mark.parametrize(("task", "told"), [(Killed(), "ended with status"), (Faulty(), "ZeroDivisionError: planted")])
def test_a_broken_task_is_named(bench: Bench, history: World, task, told: str) -> None:
    """And the page goes on."""
    ticket = bench.ask(task)
    assert ticket.wait(20)
    with pytest.raises(Failure, match=told) as failure:
        ticket.result()
    assert failure.value.reason == "broken"
    assert world_of(bench, Choice.of(runs=5, border=90)).seeds == 5
