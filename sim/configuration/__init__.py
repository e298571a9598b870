"""From a command line, a scenario file or Python to a checked request: Hydra composes, `Scenario` validates."""

from __future__ import annotations

from sim.configuration.compose import Request, request
from sim.configuration.files import ScenarioCard, config_folder, scenario_cards
from sim.configuration.multirun import jobs, launch

__all__ = ["Request", "ScenarioCard", "config_folder", "jobs", "launch", "request", "scenario_cards"]
