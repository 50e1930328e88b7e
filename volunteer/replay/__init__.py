"""Scenarios: JSON Lines of what people did, run through the same actions as the web, with a clock of their own."""

from volunteer.replay.run import Difference, replay
from volunteer.replay.lines import BadScenario

__all__ = ["BadScenario", "Difference", "replay"]
