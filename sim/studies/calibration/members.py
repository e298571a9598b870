"""Live the members of an ensemble, each with its own numbers and its own luck, on all processors; lose none.

What a chunk of members said is written as it comes, with the numbers it was asked with; a fit that was stopped finds
it and goes on. A member that cannot be lived is kept with the reason.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from sim.errors import InputError
from sim.output.durable import replace_file
from sim.region import Region
from sim.region.sample import from_scores, priors_of
from sim.scenario import Scenario
from sim.schema.parameters import PARAMETERS
from sim.simulation import simulate_all
from sim.studies.calibration.figures import Figure, told
from sim.studies.scorecard import probes

CHUNK = 10
MEMBER, REASON = "member", "reason"
Told = Callable[[int], None]
"""Called with the number of members just lived."""


@dataclass(frozen=True)
class Question:
    """What every member is asked: a scenario (of one seed), its pack, and the figures."""

    scenario: Scenario
    region: Region
    figures: tuple[Figure, ...]
    names: tuple[str, ...]

    def of(self, member: int, scores: np.ndarray) -> Scenario:
        """The scenario with a member's numbers, given as prior scores, and its own seed."""
        priors = {name: one for name, one in priors_of(self.region).items() if name in self.names}
        ordered = {name: priors[name] for name in self.names}
        drawn = dict(zip(self.names, map(float, from_scores(ordered, scores[None])[0]), strict=True))
        return replace(
            self.scenario,
            parameters={**self.scenario.parameters, **{n: value for n, value in drawn.items() if n in PARAMETERS}},
            adjustments={**self.scenario.adjustments, **{n: v for n, v in drawn.items() if n not in PARAMETERS}},
            numbers=None,
            first_seed=self.scenario.first_seed + member,
            seeds=1,
            threads=1,
        )

    def answer(self, member: int, scores: np.ndarray) -> tuple[np.ndarray, str]:
        """What a member says of the figures, and why it says nothing if it does not."""
        scenario = self.of(member, scores)
        try:
            results = simulate_all([scenario, *probes(scenario, self.region).values()], self.region)
        except InputError as error:
            return np.full(len(self.figures), np.nan), str(error)
        return told(list(self.figures), *results, self.region.destinations[0]), ""


class Ensemble:
    """Members lived in processes of their own; what they say is kept in a folder.

    Parameters
    ----------
    question
        What is asked.
    folder
        Where the answers are kept, a file a chunk.
    workers
        Processes at once.
    progress
        Called with the number of members answered.
    """

    def __init__(self, question: Question, folder: Path, workers: int, progress: Told | None = None) -> None:
        self.question, self.folder, self.workers, self.progress = question, folder, workers, progress
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Ensemble:
        return self

    def __exit__(self, *error: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def answers(self, step: str, scores: np.ndarray, first: int = 0) -> np.ndarray:
        """What members with these prior scores, shape (members, numbers), say: shape (members, figures).

        NaN is the answer of a member that could not be lived. `first` is the number of the first member: it makes the
        seeds.
        """
        said = np.full((len(scores), len(self.question.figures)), np.nan)
        missing = []
        for members in _chunks(len(scores)):
            path = self._path(step, first + members, scores[members])
            if path.is_file():
                said[members] = self._read(path)
                self._tell(len(members))
            else:
                missing.append((members, path))
        for members, answers, reasons, path in self._lived(missing, scores, first):
            said[members] = answers
            self._write(path, first + members, scores[members], answers, reasons)
            self._tell(len(members))
        return said

    def _lived(
        self, missing: list[tuple[np.ndarray, Path]], scores: np.ndarray, first: int
    ) -> Iterator[tuple[np.ndarray, np.ndarray, list[str], Path]]:
        if not missing:
            return
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.workers, context, _ask, (self.question,))
        waiting = {
            self._pool.submit(_live, first + members, scores[members]): (members, path) for members, path in missing
        }
        try:
            while waiting:
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for one in done:
                    members, path = waiting.pop(one)
                    answers, reasons = one.result()
                    yield members, answers, reasons, path
        finally:
            for one in waiting:
                one.cancel()

    def _tell(self, members: int) -> None:
        if self.progress:
            self.progress(members)

    def _path(self, step: str, members: np.ndarray, scores: np.ndarray) -> Path:
        """A file's name tells what was asked, so that nothing else is taken for it."""
        asked = hashlib.sha256(np.ascontiguousarray(scores).tobytes()).hexdigest()[:12]
        return self.folder / step / f"{members[0]:05d}-{asked}.parquet"

    def _read(self, path: Path) -> np.ndarray:
        return pd.read_parquet(path)[[figure.label for figure in self.question.figures]].to_numpy()

    def _write(
        self, path: Path, members: np.ndarray, scores: np.ndarray, answers: np.ndarray, reasons: list[str]
    ) -> None:
        kept = pd.DataFrame({MEMBER: members, REASON: reasons})
        numbers = pd.DataFrame(scores, columns=list(self.question.names))
        said = pd.DataFrame(answers, columns=[figure.label for figure in self.question.figures])
        replace_file(path, pd.concat([kept, numbers, said], axis=1).to_parquet(index=False))


def draws(folder: Path) -> pd.DataFrame:
    """All draws kept under a folder: step, member, the reason where one failed, prior scores, and what they said."""
    parts = [pd.read_parquet(path).assign(step=path.parent.name) for path in sorted(folder.glob("*/*.parquet"))]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _chunks(members: int) -> Iterator[np.ndarray]:
    for first in range(0, members, CHUNK):
        yield np.arange(first, min(first + CHUNK, members))


_QUESTION: list[Question] = []
"""What this process's members are asked; sent once, when the process begins."""


def _ask(question: Question) -> None:
    _QUESTION[:] = [question]
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the one that started it has been killed: nobody else would."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _live(members: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, list[str]]:
    answers = [_QUESTION[0].answer(int(member), row) for member, row in zip(members, scores, strict=True)]
    return np.array([values for values, _ in answers]), [reason for _, reason in answers]
