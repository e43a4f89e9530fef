"""What the desk shows of events."""

from events.admin import event, places, staff, transport

__all__ = ["event", "places", "staff", "transport"]
