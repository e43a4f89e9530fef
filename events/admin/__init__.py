"""What the desk shows of events."""

from events.admin import event, places, programme, sessions, staff, transport

__all__ = ["event", "places", "programme", "sessions", "staff", "transport"]
