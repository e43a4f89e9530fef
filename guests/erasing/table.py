"""What is erased, how and when, of every table; and what stays, because. A test compares this with the tables there are."""

from typing import Any

from django.db.models import Q

from guests.erasing.rules import GONE, Blank, Delete, Numbered, Rule, Stage

_WHO_AND_WHEN = "who did it and when is evidence of the work, and says nothing of the guest"
_WHAT_KIND = "kinds, states and counts, from which an event is reviewed"
_TIES = "a number that ties rows together"
_PRIVATE, _ANONYMOUS = Stage.PRIVATE, Stage.ANONYMOUS


def _gone(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, GONE)


def _empty(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, "")


# What hangs on a row stands before it: its own rows are found through it.
RULES = (
    # --- the person ---------------------------------------------------------------------------------------------
    Rule("guests.GuestPrivate", of="guest", acts=(Delete(_PRIVATE),)),
    Rule(
        "guests.Guest",
        of="",
        acts=(
            Blank(_PRIVATE, _empty("diet")),
            Blank(
                _ANONYMOUS,
                {"name": Numbered("G"), "languages": []}
                | _empty(
                    "honorific_before", "honorific_after", "addressed_as", "native_name", "pronunciation"
                )
                | _empty("office", "organisation", "country", "photo"),
            ),
        ),
        keeps={_TIES: "id", _WHO_AND_WHEN: "introduced_by"},
    ),
    # --- the stay -----------------------------------------------------------------------------------------------
    Rule("guests.Document", of="visit", acts=(Delete(_PRIVATE),)),
    Rule("guests.ListedVisit", of="visit", acts=(Delete(_PRIVATE),)),
    Rule("guests.Print", of="visit", also_of="event", acts=(Delete(_PRIVATE),)),
    Rule("guests.GuestLink", of="visit", acts=(Delete(_PRIVATE),)),
    Rule("guests.Look", of="visit", acts=(Delete(_PRIVATE),)),
    Rule("guests.CalendarFeed", of="", acts=(Delete(_PRIVATE),)),
    Rule(
        "guests.Visit",
        of="",
        acts=(
            Blank(_PRIVATE, _empty("room", "officer_wished") | _gone("companions_note")),
            Blank(
                _ANONYMOUS,
                {"rank": None, "hotel": None}
                | _empty("external_key")
                | _gone("arrival_note", "departure_note", "note"),
            ),
        ),
        keeps={
            _TIES: "id event guest delegation",
            _WHAT_KIND: "level status companions photo_consent press_consent arrival_precision departure_precision",
            _WHO_AND_WHEN: "status_at arrives_at departs_at updated_at",
        },
    ),
    Rule(
        "guests.Delegation",
        of="event",
        acts=(Blank(_ANONYMOUS, {"name": Numbered("D")} | _empty("country", "external_key")),),
        keeps={_TIES: "id event head"},
    ),
    Rule(
        "guests.ItineraryItem",
        of="visit",
        acts=(
            Blank(
                _ANONYMOUS,
                _empty("external_key")
                | _gone("title", "estimate_by", "leave_by_from", "flight_number", "greeter", "seat")
                | _gone("interpreter", "dress", "gift", "note"),
            ),
        ),
        keeps={
            _TIES: "id visit origin venue point session vehicle driver",
            _WHAT_KIND: "kind precision state state_before visibility press sequence",
            _WHO_AND_WHEN: "starts_at ends_at estimate_at leave_by_at car_at_door_at updated_at",
        },
    ),
    Rule(
        "guests.ProtocolNote",
        of="",
        acts=(
            Delete(_PRIVATE, only=Q(guest__isnull=False, topic__in=["medical", "dining"])),
            Delete(_ANONYMOUS, only=Q(guest__isnull=False)),
        ),
        keeps={
            "a rule of courtesy for a country or for everybody": "id event guest country topic text source is_red_line"
        },
    ),
    # --- what happened ------------------------------------------------------------------------------------------
    Rule(
        "guests.Request",
        of="visit",
        acts=(
            Blank(_PRIVATE, _gone("text", "decline_reason"), only=Q(category="doctor")),
            Blank(_ANONYMOUS, _gone("text", "decline_reason")),
        ),
        keeps={
            _TIES: "id visit client_uuid",
            _WHAT_KIND: "category state",
            _WHO_AND_WHEN: "owner raised_by raised_at due_at accepted_by accepted_at closed_by closed_at",
        },
    ),
    Rule(
        "guests.RequestComment",
        of="request",
        acts=(
            Blank(_PRIVATE, _gone("text"), only=Q(request__category="doctor")),
            Blank(_ANONYMOUS, _gone("text")),
        ),
        keeps={_TIES: "id request client_uuid", _WHO_AND_WHEN: "author written_at"},
    ),
    Rule(
        "guests.Incident",
        of="visit",
        acts=(
            Blank(_PRIVATE, _gone("text", "place"), only=Q(kind="medical")),
            Blank(_ANONYMOUS, _gone("text", "place")),
        ),
        keeps={
            _TIES: "id visit client_uuid",
            _WHAT_KIND: "kind severity",
            _WHO_AND_WHEN: "raised_by raised_at acknowledged_by acknowledged_at",
        },
    ),
    Rule(
        "guests.LogbookEntry",
        of="visit",
        acts=(Blank(_PRIVATE, _gone("text"), only=Q(kind="incident")), Blank(_ANONYMOUS, _gone("text"))),
        keeps={_TIES: "id visit client_uuid", _WHAT_KIND: "kind status", _WHO_AND_WHEN: "author happened_at"},
    ),
    Rule(
        "guests.DayReport",
        of="visit",
        acts=(Blank(_ANONYMOUS, _gone("text")),),
        keeps={_TIES: "id visit", _WHO_AND_WHEN: "officer day signed_at"},
    ),
    Rule(
        "guests.Assignment",
        of="visit",
        acts=(Blank(_ANONYMOUS, _gone("cannot_because", "override_reason")),),
        keeps={
            _TIES: "id visit officer",
            _WHAT_KIND: "role state is_locked",
            _WHO_AND_WHEN: "starts_at ends_at assigned_by",
        },
    ),
    Rule(
        "guests.Handover",
        of="assignment",
        acts=(Blank(_ANONYMOUS, {"note": {}}),),
        keeps={
            _TIES: "id assignment receiver client_uuid",
            _WHAT_KIND: "state",
            _WHO_AND_WHEN: "offered_at answered_at",
        },
    ),
    # --- what was sent ------------------------------------------------------------------------------------------
    Rule(
        "notices.Delivery",
        of="notice",
        acts=(Blank(_PRIVATE, {"address": Numbered("A")} | _gone("error")),),
        keeps={
            _TIES: "id notice message_id",
            _WHAT_KIND: "channel state attempts trouble is_urgent",
            _WHO_AND_WHEN: "next_attempt_at leased_until sent_at",
        },
    ),
    Rule(
        "notices.Notice",
        of="",
        acts=(
            Delete(_PRIVATE, only=Q(state__in=["planned", "sending"])),
            Blank(_PRIVATE, {"payload": {}}, only=~Q(state__in=["planned", "sending"])),
        ),
        keeps={
            _TIES: "id event subject_ref plan_key dedupe_key",
            _WHAT_KIND: "kind state is_urgent channels wants_acknowledgement escalate_after",
            _WHO_AND_WHEN: "recipient due_at expires_at finished_at acknowledged_at created_at",
        },
    ),
    # --- files and working papers in which many stand -------------------------------------------------------------
    Rule("guests.GuestListRun", of="guest_list", acts=(Delete(_PRIVATE),), names_many=True),
    Rule("guests.GuestList", of="event", acts=(Delete(_PRIVATE),), names_many=True),
    Rule("guests.RosterFile", of="event", acts=(Delete(_PRIVATE),), names_many=True),
    Rule("guests.PrintRun", of="event", acts=(Delete(_PRIVATE),), names_many=True),
    Rule("guests.ProposalLine", of="run", acts=(Delete(_PRIVATE),), names_many=True),
    Rule("guests.ProposalRun", of="event", acts=(Delete(_PRIVATE),), names_many=True),
    # --- the event ----------------------------------------------------------------------------------------------
    Rule("events.ProgrammeFile", of="event", acts=(Delete(_PRIVATE),)),
    Rule("events.SessionAsListed", of="session", acts=(Delete(_PRIVATE),)),
    Rule(
        "events.Session",
        of="event",
        acts=(Blank(_ANONYMOUS, _empty("external_key") | _gone("title", "part", "dress", "audience")),),
        keeps={
            _TIES: "id event venue point",
            _WHAT_KIND: "state sequence",
            _WHO_AND_WHEN: "starts_at ends_at updated_at",
        },
    ),
    Rule("events.Contact", of="event", acts=(Delete(_ANONYMOUS),)),
    Rule(
        "events.Driver",
        of="event",
        acts=(Blank(_ANONYMOUS, {"name": Numbered("C")} | _empty("phone")),),
        keeps={_TIES: "id event"},
    ),
    Rule(
        "events.Vehicle",
        of="event",
        acts=(Blank(_ANONYMOUS, {"plate": Numbered("V")}),),
        keeps={_TIES: "id event driver", _WHAT_KIND: "kind seats"},
    ),
    Rule(
        "events.Membership",
        of="event",
        acts=(Blank(_ANONYMOUS, _gone("duty_note")),),
        keeps={_TIES: "id event user", _WHAT_KIND: "role capacity gender"},
    ),
)

BY_LABEL = {rule.label: rule for rule in RULES}

KEPT = {
    "guests.PrivateReading": "who read whose private data and when; what was read is gone",
    "guests.Export": "who took which list and when; the rows themselves were never kept",
    "guests.Erasure": "the report of the erasing itself",
    "guests.PlanMark": "the numbers of visits",
    "guests.OfficerMark": "the numbers of officers",
    "guests.ToldPlan": "the numbers of what an officer was told",
    "guests.ReminderRule": "a rule of the event",
    "guests.RequestDeadline": "a rule of the event",
    "guests.PrintRun_visits": "numbers, which go with the print run",
    "guests.ProposalRun_visits": "numbers, which go with the proposal",
    "events.Event": "the event itself, which is public",
    "events.Venue": "a public place",
    "events.Point": "a public place",
    "events.Shift": "when an officer worked",
    "accounts.User": "the team's own accounts, closed by an administrator",
    "accounts.User_groups": "the team's own accounts",
    "accounts.User_user_permissions": "the team's own accounts",
    "accounts.SpokenLanguage": "what an officer speaks",
    "notices.PushSubscription": "the devices of the team's own people",
    "notices.GatewayAddress": "the team's own numbers and names at services",
    "notices.NoticeChoice": "what the team's own people do without",
    "accounts.SavedList": "the question of a list, not its rows; one that names an erased person goes with the person",
    "admin.LogEntry": "who wrote what at the desk; what it said of an erased row is emptied with the row",
}
"""Tables that stay as they are, and why. Their history stays with them."""

KEPT_APPS = {
    "account": "the addresses of the team's own accounts",
    "auth": "permissions",
    "mfa": "how the team's own people sign in",
    "usersessions": "the devices on which the team's own people are signed in",
    "contenttypes": "the names of tables",
    "pghistory": "who was signed in when a row was written",
    "sessions": "who is signed in; what has run out is deleted by the daily round",
}
"""Apps of others whose tables stay as they are, and why."""
