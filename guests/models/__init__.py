"""Guests: who they are, their visits, their days, who looks after them, and what happened."""

from guests.models.assignment import Assignment, Handover
from guests.models.guest import Guest, GuestPrivate, PrivateReading
from guests.models.guest_list import GuestList
from guests.models.itinerary import ItineraryItem
from guests.models.logbook import LogbookEntry
from guests.models.paper import Print, PrintRun
from guests.models.plan_mark import PlanMark
from guests.models.protocol import ProtocolNote
from guests.models.reminder import ReminderRule
from guests.models.request import Request, RequestComment
from guests.models.visit import Delegation, Movement, Visit

__all__ = [
    "Assignment",
    "Delegation",
    "Guest",
    "GuestList",
    "GuestPrivate",
    "Handover",
    "ItineraryItem",
    "LogbookEntry",
    "Movement",
    "PlanMark",
    "Print",
    "PrintRun",
    "PrivateReading",
    "ProtocolNote",
    "ReminderRule",
    "Request",
    "RequestComment",
    "Visit",
]
