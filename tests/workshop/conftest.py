"""One bench and the two worlds that most tests need, made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.workshop.bench import Bench
from sim.workshop.controls import Choice
from sim.workshop.tasks import WorldTask
from sim.workshop.worlds import World, mapping_of

RUNS = 5


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Worlds and checkpoints of the tests lie apart from the user's."""
    folder = tmp_path_factory.mktemp("workshop-cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIM_WORKSHOP_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def bench(cache_of_its_own: Path) -> Iterator[Bench]:
    """A bench with one worker."""
    made = Bench(workers=1, deadline=120.0)
    yield made
    made.close()


def world_of(bench: Bench, choice: Choice) -> World:
    """The world of a choice, or its failure."""
    ticket = bench.ask(WorldTask(mapping_of(choice)))
    assert ticket.wait(300)
    return ticket.result()


@pytest.fixture(scope="session")
def history(bench: Bench) -> World:
    """What happened."""
    return world_of(bench, Choice.of(runs=RUNS))


@pytest.fixture(scope="session")
def no_bans(bench: Bench) -> World:
    """The same without bans from 2013 on."""
    return world_of(bench, Choice.of(runs=RUNS, ban_months=0))
