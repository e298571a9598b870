"""The journal of a chunk being lived: what has begun and ended, line by line; its name is its owner's claim.

Each line carries a checksum, so a torn one is no line. A claim saves double work and decides nothing: whoever lives a
chunk makes the same bytes (docs/decisions/0020).
"""

from __future__ import annotations

import json
import os
import re
import socket
import time
import zlib
from collections.abc import Container, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Self

from sim.studies.sweep.layout import OPEN
from sim.studies.sweep.lived import Lived

PATIENCE = 600.0
"""Seconds for which the journal of another host counts as alive after its last line."""
_NAME = re.compile(r"(?P<chunk>\d{6})-(?P<host>.+)-(?P<pid>\d+)-(?P<start>\d+)\.jsonl")


@dataclass(frozen=True)
class Claim:
    """A journal's file and whose it is."""

    path: Path
    chunk: int
    host: str
    pid: int
    start: int

    def alive(self, now: float) -> bool:
        """Whether its owner still lives: a process here, or a file younger than `PATIENCE` from another host.

        `now` is the time by the disk's own clock (`disk_time`).
        """
        if self.host == host():
            return self.start == started(self.pid) and self.start != 0
        try:
            return abs(now - self.path.stat().st_mtime) < PATIENCE
        except FileNotFoundError:
            return False

    @property
    def mine(self) -> bool:
        """Whether it is this process's own."""
        return (self.host, self.pid, self.start) == (host(), os.getpid(), started(os.getpid()))


@cache
def host() -> str:
    """This machine's name, fit for a file's name."""
    return re.sub(r"[^A-Za-z0-9.]", "_", socket.gethostname()) or "host"


def started(pid: int) -> int:
    """When the kernel says a process began, in its own ticks; 1 where it does not say, 0 where there is none."""
    try:
        content = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        if Path("/proc/self/stat").exists():
            return 0
        try:
            os.kill(pid, 0)
        except OSError:
            return 0
        return 1
    state, *rest = content.rpartition(")")[2].split()
    return 0 if state in "ZX" else int(rest[18])


def disk_time(folder: Path) -> float:
    """What time it is on the disk of a folder, which may have another clock than this machine."""
    probe = folder / f".now-{host()}-{os.getpid()}"
    try:
        probe.touch()
        return probe.stat().st_mtime
    except OSError:  # a disk that is full, or may only be read
        return time.time()
    finally:
        probe.unlink(missing_ok=True)


def claims(folder: Path) -> list[Claim]:
    """All journals of a sweep, by name."""
    found = []
    for name in sorted(one.name for one in os.scandir(folder / OPEN)):
        match = _NAME.fullmatch(name)
        if match:
            whose = int(match["chunk"]), match["host"], int(match["pid"]), int(match["start"])
            found.append(Claim(folder / OPEN / name, *whose))
    return found


class Journal:
    """The journal of a chunk that this process lives.

    Use `begin`; it is None where another living owner has the chunk.
    """

    def __init__(self, path: Path, before: list[Claim]) -> None:
        self.path, self.before = path, before
        self.file = path.open("ab", buffering=0)
        self.begun_runs: set[int] = set()

    @classmethod
    def begin(cls, folder: Path, chunk: int) -> Self | None:
        """Claim a chunk; None where it is taken."""
        now = disk_time(folder / OPEN)
        there = [one for one in claims(folder) if one.chunk == chunk]
        if any(one.alive(now) for one in there if not one.mine):
            return None
        journal = cls(folder / OPEN / f"{chunk:06d}-{host()}-{os.getpid()}-{started(os.getpid())}.jsonl", there)
        rivals = [one for one in claims(folder) if one.chunk == chunk and one.path != journal.path and one.alive(now)]
        if any(one.path.name < journal.path.name for one in rivals):
            journal.drop()
            return None
        return journal

    def lived(self) -> dict[int, Lived]:
        """Runs that an owner before, or this one before an error, has finished, by number."""
        return {lived.run: lived for one in self.before for lived in read_lived(one.path)}

    def begun(self, run: int) -> None:
        """Tell that a run begins."""
        if run not in self.begun_runs:
            self.begun_runs.add(run)
            self._line({"begun": run})

    def ended(self, lived: Lived) -> None:
        """Tell what a run has left."""
        self._line(asdict(lived))

    def drop(self) -> None:
        """Remove it: another has the chunk, or its shard is whole."""
        self.file.close()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """The chunk's shard is on disk: remove all journals of the chunk that were read."""
        self.drop()
        for one in self.before:
            one.path.unlink(missing_ok=True)

    def _line(self, content: dict) -> None:
        text = json.dumps(content).encode()
        line = b"%08x %s\n" % (zlib.crc32(text), text)
        written = 0
        while written < len(line):
            written += self.file.write(line[written:]) or 0


def remove_left(folder: Path, whole: Container[int]) -> None:
    """Remove journals of dead owners whose chunk is whole: they were killed after its shard came, or another was."""
    now = disk_time(folder / OPEN)
    for one in claims(folder):
        if one.chunk in whole and not one.alive(now):
            one.path.unlink(missing_ok=True)


def read_lines(path: Path) -> Iterator[dict]:
    """The whole lines of a journal; torn ones are left out."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    for line in content.split(b"\n"):
        checksum, _, text = line.partition(b" ")
        if checksum == b"%08x" % zlib.crc32(text):
            yield json.loads(text)


def read_lived(path: Path) -> Iterator[Lived]:
    """The runs that a journal tells of as ended."""
    for line in read_lines(path):
        if "begun" not in line:
            yield Lived(**line)


def unended(path: Path) -> list[int]:
    """Runs that a journal tells of as begun and not as ended."""
    begun: dict[int, None] = {}
    for line in read_lines(path):
        if "begun" in line:
            begun[line["begun"]] = None
        else:
            begun.pop(line["run"], None)
    return list(begun)


def age(path: Path) -> float:
    """Seconds since a file was written, by this machine's clock; for people to read."""
    return time.time() - path.stat().st_mtime
