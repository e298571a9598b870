"""Fixtures the tests of the model share."""

from __future__ import annotations

import pytest
from small_worlds import pack

from sim.region import Region


@pytest.fixture(scope="session")
def central_asia() -> Region:
    """The pack that comes with the package."""
    return pack()
