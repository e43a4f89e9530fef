"""The fixed cast of every test about who sees what."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from events.models import Event, Membership, Role
from guests.models import Assignment, Visit
from liaison.accounts.models import User
from tests.factories import (
    NOW,
    make_assignment,
    make_event,
    make_guest,
    make_item,
    make_member,
    make_note,
    make_request,
    make_user,
    make_vehicle,
    make_venue,
    make_visit,
)


@dataclass(frozen=True)
class Cast:
    """Two events, their people, and one guest of each officer.

    Sari leads Mr Sato; Bagus leads Ms Lim; Dewi led Mr Sato until yesterday; Putri is the press officer; Ratna
    coordinates the forum; Hendra coordinates another event, with a guest of its own, Mr Okafor.
    """

    event: Event
    other_event: Event
    sari: User
    bagus: User
    dewi: User
    putri: User
    ratna: User
    hendra: User
    sari_officer: Membership
    bagus_officer: Membership
    dewi_officer: Membership
    sato: Visit
    lim: Visit
    okafor: Visit
    sari_leads: Assignment


@pytest.fixture
def cast(db: None) -> Cast:
    event, other = make_event(), make_event("Summit Elsewhere", time_zone="Asia/Jakarta")
    sari, bagus, dewi = make_user("Sari Wulandari"), make_user("Bagus Pratama"), make_user("Dewi Lestari")
    putri, ratna, hendra = make_user("Putri Ayu"), make_user("Ratna Kusuma"), make_user("Hendra Gunawan")
    sari_officer, bagus_officer, dewi_officer = (make_member(user, event) for user in (sari, bagus, dewi))
    make_member(putri, event, Role.PRESS)
    make_member(ratna, event, Role.COORDINATOR)
    make_member(hendra, other, Role.COORDINATOR)
    sato = make_visit(
        event, make_guest("Kenji Sato", addressed_as="Mr Sato", country="JP"), level=Visit.Level.VVIP
    )
    lim = make_visit(event, make_guest("Ana Lim", addressed_as="Ms Lim", country="SG"))
    okafor = make_visit(other, make_guest("Chidi Okafor", addressed_as="Mr Okafor", country="NG"))
    make_assignment(sato, dewi_officer, starts_at=NOW - timedelta(days=2), ends_at=NOW - timedelta(days=1))
    sari_leads = make_assignment(sato, sari_officer)
    make_assignment(lim, bagus_officer)
    for visit, raiser in ((sato, sari), (lim, bagus), (okafor, hendra)):
        surname = visit.guest.name.split()[-1]
        venue = make_venue(visit.event, f"Hall {surname}")
        make_item(
            visit,
            f"Meeting of {surname}",
            venue=venue,
            vehicle=make_vehicle(visit.event, f"DK {visit.pk} {surname[:2]}", f"Driver {surname}"),
        )
        make_request(visit, raiser, f"Tea for {surname}")
        make_note(visit.event, f"Red line of {surname}", guest=visit.guest, is_red_line=True)
    return Cast(
        event=event, other_event=other, sari=sari, bagus=bagus, dewi=dewi, putri=putri, ratna=ratna, hendra=hendra,
        sari_officer=sari_officer, bagus_officer=bagus_officer, dewi_officer=dewi_officer,
        sato=sato, lim=lim, okafor=okafor, sari_leads=sari_leads,
    )  # fmt: skip


def bring_to(cast: Cast, at: datetime) -> None:
    """Move the cast's duties so that at that moment they stand as they do at NOW: for pages, which look at the clock."""
    day = timedelta(days=1)
    over = Assignment.objects.filter(officer=cast.dewi_officer)
    # In this order, so that it can be done again a moment later.
    Assignment.objects.exclude(pk__in=over).update(starts_at=at - day, ends_at=at + 2 * day)
    over.update(starts_at=at - 2 * day, ends_at=at - day)
