"""Live chunks of a planned sweep: what every executor starts, and what a script of one's own may.

``python -m sim.studies.sweep.work FOLDER SHARE OF`` lives the missing chunks whose number leaves SHARE when divided by
OF. It may be killed at any moment and started again, here or elsewhere.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sim.errors import InputError
from sim.studies.sweep.journal import Journal
from sim.studies.sweep.layout import CANCELLED
from sim.studies.sweep.lived import Lived
from sim.studies.sweep.living import Living
from sim.studies.sweep.plan import PlanOnDisk
from sim.studies.sweep.shards import list_shards, whole_chunks, write_shard

DONE, TAKEN, STOPPED = "done", "taken", "stopped"
GIVEN_UP = "WorkerDied"
"""The kind of failure of a run whose process died each time it was lived."""


@dataclass(frozen=True)
class Piece:
    """A chunk to live, with the numbers of its runs; or of it only some `runs`, again, as a further attempt.

    `given_up` are runs that are not to be lived.
    """

    chunk: int
    numbers: range = range(0)
    runs: tuple[int, ...] | None = None
    attempt: int = 0
    given_up: tuple[int, ...] = ()


@lru_cache(maxsize=4)
def _opened(folder: Path, plan: str) -> tuple[PlanOnDisk, Living]:
    opened = PlanOnDisk(folder)
    branch = opened.head["branch"]
    return opened, Living(opened.region, opened.kept, Path(branch["path"]) if branch else None)


def live_piece(folder: Path, plan: str, piece: Piece) -> str:
    """Live a piece; what a run leaves is told to the journal at once, and the shard appears when all are lived.

    Returns
    -------
    str
        ``done``; ``taken`` where another process has the chunk; ``stopped`` where the sweep was cancelled.

    Raises
    ------
    InputError
        The folder cannot be written, or another program or pack is found than the plan's.
    """
    opened, living = _opened(folder, plan)
    try:
        return _live(folder, opened, living, piece)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM):
            problem = f"cannot be written ({error.strerror}); what is lived is kept"
            raise InputError(str(folder), problem, "room on the disk, then sim sweep resume") from error
        raise


def _live(folder: Path, opened: PlanOnDisk, living: Living, piece: Piece) -> str:
    journal = Journal.begin(folder, piece.chunk)
    if journal is None:
        return TAKEN
    if _is_whole(folder, piece):
        journal.close()  # finished by another while this one was on its way
        return DONE
    wanted = set(opened.runs_in(piece.chunk) if piece.runs is None else piece.runs)
    lived = journal.lived() if piece.attempt == 0 else {}
    for run in piece.given_up:
        lived[run] = Lived(
            run, [float("nan")] * len(opened.kept.names), "", 0.0, GIVEN_UP, "its process died each time"
        )
    lived = {run: one for run, one in lived.items() if run in wanted}  # given_up may name runs of other chunks
    for one in lived.values():
        journal.ended(one)
    missing = [run for run in opened.runs(piece.chunk) if run.run in wanted and run.run not in lived]
    cancelled = folder / CANCELLED
    for one in living.live(missing, journal.begun):
        lived[one.run] = one
        journal.ended(one)
        if cancelled.exists():
            return STOPPED
    write_shard(folder, piece.chunk, lived.values(), len(opened.kept.names), piece.attempt)
    journal.close()
    return DONE


def _is_whole(folder: Path, piece: Piece) -> bool:
    if piece.attempt == 0:
        return piece.chunk in whole_chunks(folder)
    return any(one.chunk == piece.chunk and one.attempt >= piece.attempt for one in list_shards(folder))


def missing_pieces(folder: Path, plan: PlanOnDisk) -> list[Piece]:
    """The chunks that are not whole, in order."""
    done = whole_chunks(folder)
    return [Piece(chunk, plan.runs_in(chunk)) for chunk in range(plan.chunks) if chunk not in done]


def unfinished(folder: Path, pieces: Sequence[Piece]) -> list[Piece]:
    """Those of some pieces that are not whole."""
    return [piece for piece in pieces if not _is_whole(folder, piece)]


def live_pieces(folder: Path, plan: str, pieces: Sequence[Piece]) -> int:
    """Live pieces one after the other, leaving those that others have; how many were lived."""
    number = 0
    for piece in pieces:
        told = live_piece(folder, plan, piece)
        if told == STOPPED:
            break
        number += told == DONE
    return number


def main(arguments: Sequence[str]) -> int:
    """Live a share of the missing chunks."""
    try:
        folder, share, of = Path(arguments[0]), int(arguments[1]), int(arguments[2])
        plan = PlanOnDisk(folder)
        pieces = [piece for piece in missing_pieces(folder, plan) if piece.chunk % of == share]
        live_pieces(folder, plan.head["plan"], pieces)
    except (IndexError, ValueError, InputError) as error:
        told = (
            str(error) if isinstance(error, InputError) else "usage: python -m sim.studies.sweep.work FOLDER SHARE OF"
        )
        sys.stderr.write(f"error: {told}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
