"""A real Slurm of one node for the tests that need one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("slurm_node.sh")


@pytest.fixture(scope="session")
def slurm() -> Iterator[None]:
    """Install (Debian) and start Slurm, as root; stop what was started."""
    subprocess.run(["bash", str(SCRIPT), "start"], check=True, timeout=600)
    yield
    subprocess.run(["bash", str(SCRIPT), "stop"], check=True, timeout=120)
