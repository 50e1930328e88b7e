"""Scenarios: JSON Lines of what people did, run through the actions of the web with a clock of their own."""

from volunteer.replay.lines import BadScenario
from volunteer.replay.run import Difference, replay

__all__ = ["BadScenario", "Difference", "replay"]
