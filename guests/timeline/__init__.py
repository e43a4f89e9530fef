"""The timeline of duties: officers or guests down, the hours across. Frozen, worded and ready for the page."""

from guests.timeline.asking import OFFERED, Asked, Down, Only
from guests.timeline.drawing import Timeline, draw

__all__ = ["OFFERED", "Asked", "Down", "Only", "Timeline", "draw"]
