"""What has happened around the forum's guests: whereabouts, requests, words in the logbook, a handover under way."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from events.models import Event, Membership
from guests.demo.clocks import ago, minutes
from guests.demo.sheets import sheet
from guests.demo.team import address_of
from guests.models import Assignment, Handover, LogbookEntry, Movement, Request, RequestComment, Visit
from liaison.accounts.models import User

_AFTER_LANDING = ((Movement.LANDED, 8), (Movement.IN_CAR, 30), (Movement.AT_HOTEL, 55))
Visits = Mapping[str, Visit]
Team = Mapping[str, Membership]


def tell_all(*, visits: Visits, team: Team, at: datetime) -> None:
    """Write the forum's history up to `at`, for an event that has none yet."""
    _raise_requests(visits, team, at)
    _fill_logbook(visits, team, at)
    _offer_handover(visits, team, at)


def note_whereabouts(visits: Iterable[Visit]) -> None:
    """A line in each logbook where the guest is, by the officer who leads, else by the coordinator."""
    leads = Assignment.objects.standing().filter(visit__in=visits, role=Assignment.Role.LEAD)
    writers = {lead.visit_id: lead.officer.user for lead in leads.select_related("officer__user")}
    coordinator = User.objects.get(email=address_of("ratna"))
    LogbookEntry.objects.bulk_create(
        _tap(visit, Movement(visit.status), writers.get(visit.pk, coordinator), visit.status_at)
        for visit in visits
        if visit.status_at
    )


def ask_again(event: Event, *, at: datetime) -> None:
    """Let the demo's requests that are still open be raised and due around `at`."""
    ours = {_uuid("request", row["key"]): row for row in sheet("forum/requests")}
    requests = list(Request.objects.open().filter(visit__event=event, client_uuid__in=ours))
    for request in requests:
        row = ours[request.client_uuid]
        request.raised_at = at - minutes(row["raised_ago"])
        request.due_at = at + minutes(row["due_in"]) if row["due_in"] else None
    Request.objects.bulk_update(requests, ["raised_at", "due_at"])


def _raise_requests(visits: Visits, team: Team, at: datetime) -> None:
    requests = {
        row["key"]: Request(
            visit=visits[row["guest"]],
            category=row["category"],
            text=row["text"],
            state=Request.State.DONE if row["done_ago"] else Request.State.OPEN,
            owner=team[row["by"]] if row["by"] != "ratna" else None,
            raised_by=team[row["by"]].user,
            raised_at=at - minutes(row["raised_ago"]),
            due_at=at + minutes(row["due_in"]) if row["due_in"] else None,
            closed_at=ago(at, row["done_ago"]),
            client_uuid=_uuid("request", row["key"]),
        )
        for row in sheet("forum/requests")
    }
    Request.objects.bulk_create(requests.values())
    RequestComment.objects.create(
        request=requests["alkindi-sim"],
        author=team["arif"].user,
        text="Bought at the airport; the number is on the card in his folder.",
        written_at=at - minutes("205"),
    )


def _fill_logbook(visits: Visits, team: Team, at: datetime) -> None:
    words = [
        LogbookEntry(
            visit=visits[row["guest"]],
            kind=row["kind"],
            text=row["text"],
            author=team[row["by"]].user,
            happened_at=at - minutes(row["ago"]),
        )
        for row in sheet("forum/logbook")
    ]
    arrivals = [
        _tap(visits[row["guest"]], movement, team[row["lead"]].user, arrived_at + timedelta(minutes=after))
        for row in sheet("forum/visits")
        if row["lead"] and (arrived_at := visits[row["guest"]].arrives_at) and arrived_at < at
        for movement, after in _AFTER_LANDING
    ]
    LogbookEntry.objects.bulk_create(words + arrivals)


def _offer_handover(visits: Visits, team: Team, at: datetime) -> None:
    """Sari offers the rector to Putu, who has not accepted yet; the regent was handed over yesterday."""
    standing = Assignment.objects.standing()
    hendra = standing.get(visit=visits["hendra"], officer=team["sari"])
    wirawan = standing.select_related("visit", "officer").get(visit=visits["wirawan"], officer=team["bagus"])
    note = {
        "mood": "Segar, suka mengobrol",
        "promises": "Salinan pidato pembukaan lewat surel",
        "luggage": "Satu tas laptop",
        "next_movement": "Wawancara di pusat media",
        "car": "EB 1104 LB",
    }
    Handover.objects.create(
        assignment=hendra, receiver=team["putu"], note=note, offered_at=at - minutes("18")
    )
    _handed_over(wirawan, team["putu"], at - timedelta(hours=20))


def _handed_over(taken: Assignment, giver: Membership, at: datetime) -> None:
    """The assignment is had from another officer, who offered the guest at that moment."""
    answered = at + minutes("6")
    Assignment.objects.filter(pk=taken.pk).update(starts_at=answered)
    given = Assignment.objects.create(
        visit=taken.visit,
        officer=giver,
        role=taken.role,
        starts_at=answered - timedelta(days=1),
        ends_at=answered,
        state=Assignment.State.CONFIRMED,
        assigned_by=taken.assigned_by,
    )
    Handover.objects.create(
        assignment=given,
        receiver=taken.officer,
        note={"mood": "In good spirits", "car": "His own"},
        offered_at=at,
        state=Handover.State.ACCEPTED,
        answered_at=answered,
    )


def _tap(visit: Visit, movement: Movement, author: User, at: datetime) -> LogbookEntry:
    kind = LogbookEntry.Kind.STATUS
    return LogbookEntry(visit=visit, kind=kind, status=movement, author=author, happened_at=at)


def _uuid(kind: str, key: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo:{kind}:{key}")
