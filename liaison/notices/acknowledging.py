"""Saying “got it”: in the app, by a link in the mail, and by acting on what a notice asked for."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from liaison.accounts.models import User
from liaison.notices.models import Notice

OPEN_AFTER_USE = timedelta(hours=6)
"""How long a link still answers after its notice is of use: mail is read late, and an answer late is an answer."""

_SIGNER = Signer(sep=".", salt="liaison.notices.acknowledging")


def acknowledge(*, notice: Notice, at: datetime) -> bool:
    """Note that the recipient has read it; whether nobody had said so before.

    One conditional update, so that two taps at once count once, and the first moment stays.
    """
    return bool(Notice.objects.filter(pk=notice.pk, acknowledged_at=None).update(acknowledged_at=at))


def acknowledge_plan(*, plan_key: str, by: User, at: datetime) -> int:
    """Note as read what that person was sent about a plan and is still of use: they act on it. Answers how many.

    Belongs into the transaction of what they did. The rows are locked in the order in which the dispatcher locks them.
    """
    sent = Notice.objects.told_to(by).filter(plan_key=plan_key, due_at__lte=at, expires_at__gt=at)
    unanswered = sent.filter(wants_acknowledgement=True, acknowledged_at=None)
    waiting = unanswered.select_for_update(no_key=True).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True))
    return Notice.objects.filter(pk__in=keys).update(acknowledged_at=at) if keys else 0


def address_for(notice: Notice) -> str:
    """The page on which whoever has the mail acknowledges it without a sign-in; the same however often it is sent."""
    secret = _SIGNER.sign(f"{notice.pk}.{notice.recipient_id}")
    return settings.SITE_URL + reverse("acknowledge_by_link", args=[secret])


def notice_behind(secret: str, *, at: datetime) -> Notice | None:
    """The notice that a link acknowledges, with its recipient and event; None for what is forged or over.

    A link is bound to its notice and its recipient, opens nothing else, and ends with the recipient's account.
    """
    try:
        notice, recipient = map(int, _SIGNER.unsign(secret).split("."))
    except (BadSignature, ValueError):
        return None
    rows = Notice.objects.filter(recipient__is_active=True, expires_at__gt=at - OPEN_AFTER_USE)
    return rows.select_related("recipient", "event").filter(pk=notice, recipient=recipient).first()
