"""The timeline of duties: officers or guests down, the hours across. Frozen, worded and ready for the page."""

from guests.timeline.drawing import OFFERED, Asked, Down, Only, Timeline, draw

__all__ = ["OFFERED", "Asked", "Down", "Only", "Timeline", "draw"]
