"""Row scope fails closed, for every table."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models

from events.models import Contact, Event
from guests.models import Assignment, Document, Guest, ItineraryItem, ProtocolNote, Request, Visit
from liaison.accounts.models import User
from liaison.scope import ScopedQuerySet
from tests.cast import Cast
from tests.factories import NOW, make_contact, make_document, make_guest, make_note, make_user

OWN_APPS = {"accounts", "notices", "events", "guests"}
UNSCOPED = {"OfficerMark", "PlanMark", "ToldPlan"}  # shown to nobody


def own_models() -> list[type[models.Model]]:
    """Every table of ours but for the triggers' history, which is read through the row it belongs to."""
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in OWN_APPS and not hasattr(model, "pgh_tracked_model")  # noqa: SLF001 (Django's own API)
    ]


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model.__name__)
def test_every_table_starts_from_nothing(cast: Cast, model: type[models.Model]) -> None:
    if model.__name__ in UNSCOPED:
        return
    rows = model.objects.all()  # type: ignore[attr-defined]
    assert isinstance(rows, ScopedQuerySet)
    assert not rows.visible_to(AnonymousUser(), at=NOW).exists()
    stranger = make_user("Nobody")
    assert set(rows.visible_to(stranger, at=NOW)) <= {stranger}
    inactive = User.objects.get(pk=cast.ratna.pk)
    inactive.is_active = False
    assert not rows.visible_to(inactive, at=NOW).exists()


def visible(user: User) -> set[Visit]:
    return set(Visit.objects.visible_to(user, at=NOW))


def test_each_of_the_cast_sees_their_own_guests(cast: Cast) -> None:
    assert visible(cast.sari) == {cast.sato}
    assert visible(cast.bagus) == {cast.lim}
    assert visible(cast.dewi) == set()
    assert visible(cast.putri) == set()
    assert visible(cast.ratna) == {cast.sato, cast.lim}
    assert visible(cast.hendra) == {cast.okafor}


def test_an_officer_sees_a_guest_from_the_assignment_to_its_end(cast: Cast) -> None:
    ends_at = cast.sari_leads.ends_at
    day_before = cast.sari_leads.starts_at - timedelta(days=1)
    assert Visit.objects.visible_to(cast.sari, at=day_before).exists()
    assert Visit.objects.visible_to(cast.sari, at=ends_at - timedelta(seconds=1)).exists()
    assert not Visit.objects.visible_to(cast.sari, at=ends_at).exists()


def test_a_withdrawn_assignment_shows_nothing(cast: Cast) -> None:
    cast.sari_leads.withdraw()
    assert visible(cast.sari) == set()


@pytest.mark.parametrize("model", [ItineraryItem, Request, Guest, Document])
def test_what_hangs_on_a_visit_is_seen_with_it(cast: Cast, model: type[models.Model]) -> None:
    for visit in (cast.sato, cast.lim, cast.okafor):
        make_document(visit)
    path = "visits" if model is Guest else "visit"
    for user in (cast.sari, cast.bagus, cast.dewi, cast.ratna, cast.hendra):
        rows = model.objects.visible_to(user, at=NOW)  # type: ignore[attr-defined]
        assert set(rows.values_list(path, flat=True)) == {visit.pk for visit in visible(user)}


def test_an_officer_sees_who_else_looks_after_the_guest_and_nobody_elses(cast: Cast) -> None:
    assert {row.officer for row in Assignment.objects.visible_to(cast.sari, at=NOW)} == {
        cast.sari_officer,
        cast.dewi_officer,
    }
    assert not Assignment.objects.visible_to(cast.dewi, at=NOW).exists()
    assert not Assignment.objects.visible_to(cast.hendra, at=NOW).exists()


def test_contacts_are_the_coordinators_list(cast: Cast) -> None:
    """An officer reads them through a guest only, so that they end with the duty."""
    ours, theirs = make_contact(cast.event), make_contact(cast.other_event)
    assert list(Contact.objects.visible_to(cast.ratna, at=NOW)) == [ours]
    assert list(Contact.objects.visible_to(cast.hendra, at=NOW)) == [theirs]
    for user in (cast.sari, cast.dewi, cast.putri):
        assert not Contact.objects.visible_to(user, at=NOW).exists()


def test_protocol_notes_reach_those_whom_they_concern(cast: Cast) -> None:
    japan = make_note(cast.event, "Bow slightly", country="JP")
    everybody = make_note(cast.event, "No photographs at the gate")
    seen = set(ProtocolNote.objects.visible_to(cast.sari, at=NOW))
    assert {japan, everybody} <= seen
    assert {note.text for note in seen} == {"Red line of Sato", "Bow slightly", "No photographs at the gate"}
    assert japan not in ProtocolNote.objects.visible_to(cast.bagus, at=NOW)
    assert not ProtocolNote.objects.visible_to(cast.dewi, at=NOW).exists()


def test_a_guest_without_a_visit_is_seen_by_who_wrote_it_down(cast: Cast) -> None:
    guest = make_guest("Newcomer", introduced_by=cast.ratna)
    assert guest in Guest.objects.visible_to(cast.ratna, at=NOW)
    assert guest not in Guest.objects.visible_to(cast.hendra, at=NOW)


def test_each_sees_the_events_they_work_at(cast: Cast) -> None:
    for user in (cast.sari, cast.dewi, cast.putri, cast.ratna):
        assert list(Event.objects.visible_to(user, at=NOW)) == [cast.event]
    assert list(Event.objects.coordinated_by(cast.ratna)) == [cast.event]
    assert not Event.objects.coordinated_by(cast.sari).exists()
    assert list(Event.objects.visible_to(cast.hendra, at=NOW)) == [cast.other_event]
