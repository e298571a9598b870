"""Processes that start at once on one empty cache of compiled code all end well, with one digest."""

from __future__ import annotations

import pytest

from benchmarks.at_once import start_at_once

PROCESSES = 6


@pytest.mark.slow
def test_processes_that_start_at_once_give_one_digest(tmp_path):
    together = start_at_once(PROCESSES, tmp_path / "cache", tmp_path)
    assert together.statuses == [0] * PROCESSES, together.messages
    assert len(together.digests) == PROCESSES
    assert len(set(together.digests)) == 1
    assert not list((tmp_path / "cache").rglob("*.claim"))
