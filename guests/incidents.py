"""Saying that something went wrong, calling for help, and taking note of it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from guests.alerting import administrators, coordinators_of, officers_of, tell
from guests.models import Incident, ItineraryItem, LogbookEntry, Visit
from liaison.accounts.models import User


def report_incident(
    *,
    visit: Visit,
    kind: Incident.Kind,
    severity: Incident.Severity,
    text: str = "",
    place: str = "",
    by: User,
    at: datetime,
    client_uuid: UUID,
) -> Incident:
    """Write down what happened and tell coordinators and the guest's other officers at once; the same `client_uuid` once.

    An alarm reaches somebody: where the event has nobody else, the administrators.
    The words stay in the app: a mail is read on a lock screen, and says only of what kind it is and where.
    """
    with transaction.atomic():
        incident, is_new = Incident.objects.get_or_create(
            client_uuid=client_uuid,
            defaults={
                "visit": visit, "kind": kind, "severity": severity, "text": text, "place": place,
                "raised_by": by, "raised_at": at,
            },
        )  # fmt: skip
        if is_new:
            _write_down(incident)
            _tell(incident)
    return incident


def acknowledge(*, incidents: Iterable[Incident], by: User, at: datetime) -> int:
    """Take note of them in somebody's name; answers how many nobody had taken note of before."""
    keys = [incident.pk for incident in incidents]
    waiting = Incident.objects.filter(pk__in=keys, acknowledged_at=None)
    return waiting.update(acknowledged_by=by, acknowledged_at=at)


def whereabouts(visit: Visit, *, at: datetime) -> str:
    """Where the guest probably is: the place of what goes on now, else what the last tap said. One query."""
    goes_on = Q(starts_at__lte=at, ends_at__gt=at)
    rows = ItineraryItem.objects.standing().filter(goes_on, visit=visit).order_by(F("starts_at").desc())
    now = rows.select_related("venue", "point").first()
    names = [place.name for place in (now.point, now.venue) if place] if now else []
    return ", ".join(names) or visit.get_status_display()


def _write_down(incident: Incident) -> None:
    kind = _("SOS") if incident.severity == Incident.Severity.SOS else _("Incident")
    said = ", ".join(filter(None, (incident.get_kind_display(), incident.place)))
    LogbookEntry.objects.create(
        visit=incident.visit,
        kind=LogbookEntry.Kind.INCIDENT,
        text=": ".join(filter(None, (kind, said, incident.text))),
        author=incident.raised_by,
        happened_at=incident.raised_at,
        client_uuid=uuid5(incident.client_uuid, "logbook"),
    )


def _tell(incident: Incident) -> None:
    visit, by, at = incident.visit, incident.raised_by, incident.raised_at
    is_alarm = incident.severity == Incident.Severity.SOS
    people = coordinators_of(visit, besides=by) | officers_of(visit, at=at, besides=by)
    if is_alarm and not people:
        people = administrators(besides=by)
    payload = {
        "incident_id": incident.pk,
        "what": str(incident.kind),
        "severity": str(incident.severity),
        "place": incident.place,
        "by": by.name,
        "phone": by.phone,
        "raised_at": at.isoformat(),
    }
    kind = "sos" if is_alarm else "incident"
    tell(people, kind=kind, key=str(incident.pk), visit=visit, payload=payload, at=at, is_urgent=True)
