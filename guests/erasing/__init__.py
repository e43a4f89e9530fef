"""Erasing: what becomes of each table when an event's days of keeping are over, or when a person asks."""
