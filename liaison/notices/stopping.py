"""The kinds of e-mail one may do without, and the link at their end that stops them.

Only what gathers what stands in the app anyway may be stopped by a mail program's own button. Whatever asks somebody to
act (reminders, changes, requests, alarms) belongs to the duty and carries no such link: a slip of the thumb on it would
leave a guest alone. The whole way can still be switched off in the app, by choice and with the words beside it.
"""

from collections.abc import Mapping

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from liaison.notices.models import Notice

STOPPABLE: Mapping[str, str | Promise] = {"agenda": _("The day ahead"), "digest": _("Summaries")}
"""Kinds by what people call them."""

_SIGNER = Signer(sep=".", salt="liaison.notices.stopping")


def stop_address_for(notice: Notice) -> str:
    """Where the recipient stops such mails without a sign-in; empty for kinds that belong to the duty."""
    if notice.kind not in STOPPABLE:
        return ""
    secret = _SIGNER.sign(f"{notice.recipient_id}.{notice.kind}")
    return settings.SITE_URL + reverse("stop_mails", args=[secret])


def person_and_kind(secret: str) -> tuple[int, str] | None:
    """Whose mails of which kind a link stops; None for what is forged. It does not expire: mail is kept for years."""
    try:
        person, kind = _SIGNER.unsign(secret).split(".")
        return (int(person), kind) if kind in STOPPABLE else None
    except (BadSignature, ValueError):
        return None
