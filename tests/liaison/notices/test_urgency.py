"""What is urgent overtakes everything that waits, planned or on its way."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.mail import EmailMessage

from guests.alerting import tell
from guests.incidents import report_incident
from guests.models import Incident
from liaison.accounts.models import User
from liaison.notices.dispatch import claim, dispatch
from liaison.notices.models import Delivery, Notice
from liaison.notices.opening import open_due
from tests.cast import Cast
from tests.factories import NOW, make_user
from tests.liaison.notices.wishes import HOUR, MINUTE, make_notice

BACKLOG, BATCH = 300, 100


@pytest.fixture
def backlog(cast: Cast) -> User:
    """Three hundred mails for somebody, all due for an hour."""
    person = make_user("Nur")
    for _number in range(BACKLOG):
        make_notice(person, due_at=NOW - HOUR)
    return person


def call_for_help(cast: Cast, severity: Incident.Severity = Incident.Severity.SOS) -> None:
    report_incident(
        visit=cast.sato,
        kind=Incident.Kind.MEDICAL,
        severity=severity,
        by=cast.sari,
        at=NOW,
        client_uuid=uuid4(),
    )


@pytest.mark.parametrize(
    ("severity", "kind"), [(Incident.Severity.SOS, "sos"), (Incident.Severity.SERIOUS, "incident")]
)
@pytest.mark.parametrize("is_opened", [False, True])
def test_a_call_for_help_is_the_first_of_the_next_batch_behind_three_hundred_mails(
    cast: Cast,
    backlog: User,
    mailoutbox: list[EmailMessage],
    severity: Incident.Severity,
    kind: str,
    is_opened: bool,
) -> None:
    if is_opened:  # the backlog stands in front of the mail server already
        assert open_due(at=NOW, batch=BACKLOG) == BACKLOG
    call_for_help(cast, severity)
    open_due(at=NOW, batch=BATCH)
    claimed = claim(at=NOW, batch=BATCH, lease=5 * MINUTE)
    assert len(claimed) == BATCH
    assert [delivery.notice.kind for delivery in claimed[:2]] == [kind, "invitation"]
    assert claimed[0].notice.recipient == cast.ratna


def test_without_the_mark_it_would_wait_behind_them(cast: Cast, backlog: User) -> None:
    """The control: what is told as all else comes after all that was due before."""
    tell({cast.ratna.pk}, kind="sos", key="late", visit=cast.sato, payload={}, at=NOW)
    open_due(at=NOW, batch=BATCH)
    claimed = claim(at=NOW, batch=BATCH, lease=5 * MINUTE)
    assert {delivery.notice.kind for delivery in claimed} == {"invitation"}


def test_what_is_urgent_goes_out_first_and_by_age_among_its_own(
    cast: Cast, mailoutbox: list[EmailMessage]
) -> None:
    for number, is_urgent in enumerate((False, True, False, True)):
        payload = {"event": f"E{number}", "inviter": "R", "role": "press"}
        make_notice(
            cast.bagus, due_at=NOW - HOUR + number * MINUTE, is_urgent=is_urgent, payload=payload
        )  # fmt: skip
    dispatch(at=NOW)
    assert [mail.subject[-2:] for mail in mailoutbox] == ["E1", "E3", "E0", "E2"]


def test_what_is_tried_again_stays_urgent(cast: Cast) -> None:
    make_notice(cast.sari, is_urgent=True)
    open_due(at=NOW, batch=BATCH)
    assert Delivery.objects.get().is_urgent
    Notice.objects.update(state=Notice.State.CANCELLED)
    Delivery.objects.update(state=Delivery.State.CANCELLED)
    Notice.objects.update(state=Notice.State.PLANNED, due_at=NOW + timedelta(seconds=1))
    open_due(at=NOW + MINUTE, batch=BATCH)
    assert (Delivery.objects.get().state, Delivery.objects.get().is_urgent) == (Delivery.State.WAITING, True)
