"""From a command line, a scenario file or Python to a checked request: Hydra composes, `Scenario` validates."""

from __future__ import annotations

from sim.configuration.compose import Request, request
from sim.configuration.files import ScenarioCard, scenario_cards
from sim.configuration.multirun import jobs, launch
from sim.region.shipped import config_folder

__all__ = ["Request", "ScenarioCard", "config_folder", "jobs", "launch", "request", "scenario_cards"]
