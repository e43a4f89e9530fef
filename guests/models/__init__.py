"""Guests: who they are, their visits, their days, who looks after them, and what happened."""

from events.models import Movement
from guests.models.assignment import Assignment
from guests.models.calendar_feed import CalendarFeed
from guests.models.document import Document
from guests.models.erasure import Erasure
from guests.models.export import Export
from guests.models.followed import FollowedSession
from guests.models.guest import Guest, GuestPrivate, PrivateReading
from guests.models.guest_link import GuestLink
from guests.models.guest_list import GuestList, ListedVisit
from guests.models.guest_list_run import GuestListRun
from guests.models.handover import Handover
from guests.models.incident import Incident
from guests.models.itinerary import ItineraryItem
from guests.models.logbook import LogbookEntry
from guests.models.look import Look
from guests.models.paper import Print, PrintRun
from guests.models.plan_mark import OfficerMark, PlanMark
from guests.models.proposal import ProposalLine, ProposalRun
from guests.models.protocol import ProtocolNote
from guests.models.quoted import (
    AddressedMember,
    AddressedPerson,
    HoursOfMember,
    QuotedEvent,
    QuotedPoint,
    QuotedVehicle,
    QuotedVenue,
)
from guests.models.reminder import ReminderRule
from guests.models.report import DayReport
from guests.models.request import Request, RequestComment, RequestDeadline
from guests.models.roster_file import RosterFile
from guests.models.told_plan import ToldPlan
from guests.models.visit import Delegation, Visit

__all__ = [
    "AddressedMember",
    "AddressedPerson",
    "Assignment",
    "CalendarFeed",
    "DayReport",
    "Delegation",
    "Document",
    "Erasure",
    "Export",
    "FollowedSession",
    "Guest",
    "GuestLink",
    "GuestList",
    "GuestListRun",
    "GuestPrivate",
    "Handover",
    "HoursOfMember",
    "Incident",
    "ItineraryItem",
    "ListedVisit",
    "LogbookEntry",
    "Look",
    "Movement",
    "OfficerMark",
    "PlanMark",
    "Print",
    "PrintRun",
    "PrivateReading",
    "ProposalLine",
    "ProposalRun",
    "ProtocolNote",
    "QuotedEvent",
    "QuotedPoint",
    "QuotedVehicle",
    "QuotedVenue",
    "ReminderRule",
    "Request",
    "RequestComment",
    "RequestDeadline",
    "RosterFile",
    "ToldPlan",
    "Visit",
]
