"""``python -m sim``: the command where it is not on the path."""

from __future__ import annotations

import sys

from sim.cli import main

sys.exit(main())
