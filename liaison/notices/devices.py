"""The browsers on which a person sees notices: turned on, tried, turned off, and gone."""

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import F, Func, Value
from django.dispatch import receiver
from django.http import HttpRequest

from liaison.accounts.models import User
from liaison.notices import outbox
from liaison.notices.models import NoticeChoice, PushSubscription

TEST = "test"
"""The kind of notice that only shows that a device is reached."""
COOKIE = "device"
"""Says, signed, which of the devices this browser is; outlives the session, so that signing out finds it."""
COOKIE_LASTS = timedelta(days=400)  # the most that browsers keep one
MOST_DEVICES = 10

_SIGNER = Signer(sep=".", salt="liaison.notices.devices")
_OF_USE_FOR = timedelta(minutes=10)
# The first that matches: browsers name one another.
_BROWSERS = [
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS", "Chrome"), ("Safari", "Safari"),
]  # fmt: skip
_SYSTEMS = [
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"), ("Linux", "Linux"),
]  # fmt: skip


def is_push_service(endpoint: str) -> bool:
    """Whether the address is one of the push services that the installation knows, over HTTPS.

    The address comes from a browser, and our server calls it. Only a list of names keeps it from calling into our own
    network whatever a name resolves to, today or a moment later.
    """
    try:
        url = urlsplit(endpoint)
        host = url.netloc.lower()
        if url.port in {None, 443}:
            host = host.removesuffix(":443")
    except ValueError:
        return False
    plain = re.fullmatch(r"[\x21-\x7e]+", endpoint) and "\\" not in endpoint
    known = any(host == service or host.endswith(f".{service}") for service in settings.PUSH_SERVICES)
    return bool(plain) and url.scheme == "https" and "@" not in host and known


def device_name(user_agent: str) -> str:
    """What people call the device: browser and system, as far as the browser says."""
    found = [
        next((name for pattern, name in names if re.search(pattern, user_agent)), "")
        for names in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, found)) or "Browser"


def turn_on(
    *, user: User, endpoint: str, p256dh: str, auth: str, user_agent: str, at: datetime
) -> PushSubscription:
    """Show that person's notices on the device, and nobody else's; doing it again changes nothing but the keys.

    Beyond ten devices the oldest falls out. The caller has checked the address with `is_push_service`.
    """
    given = {"user": user, "p256dh": p256dh, "auth": auth, "device": device_name(user_agent)}
    with transaction.atomic():
        device, _is_new = PushSubscription.objects.update_or_create(
            endpoint=endpoint, defaults=given, create_defaults=given | {"created_at": at}
        )
        kept = user.push_subscriptions.order_by("-pk").values("pk")[:MOST_DEVICES]
        user.push_subscriptions.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    return device


def try_device(*, device: PushSubscription, client_uuid: UUID, at: datetime) -> None:
    """Send a test to that device alone; the same tap twice is one test."""
    outbox.put(
        wish=outbox.Wish(
            recipient_id=device.user_id,
            event_id=None,
            kind=TEST,
            dedupe_key=f"{TEST}:{device.user_id}:{client_uuid}",
            payload={"address": device.address, "device": device.device},
            due_at=at,
            expires_at=at + _OF_USE_FOR,
        ),
        at=at,
    )


def lose(device: PushSubscription) -> None:
    """Forget a device that its own service has given up.

    Who had switched e-mail off in favour of it, and has no other, gets e-mail again: nobody drops out unnoticed.
    """
    with transaction.atomic():
        device.delete()
        if not PushSubscription.objects.filter(user=device.user_id).exists():
            without = Func(F("silent_ways"), Value("email"), function="array_remove")
            NoticeChoice.objects.filter(user=device.user_id, silent_ways__contains=["email"]).update(
                silent_ways=without
            )


def mark_of(device: PushSubscription) -> str:
    """What the browser keeps to know itself by."""
    return _SIGNER.sign(str(device.pk))


def device_of(request: HttpRequest) -> int:
    """The number of the device that asks; 0 where it is none."""
    try:
        return int(_SIGNER.unsign(request.COOKIES.get(COOKIE, "")))
    except (BadSignature, ValueError):
        return 0


@receiver(user_logged_out)
def forget_this_device(request: HttpRequest, user: User | None, **kwargs: object) -> None:
    """Signing out ends the notices of this browser: a borrowed phone shows nothing afterwards."""
    if user is not None:
        PushSubscription.objects.filter(pk=device_of(request), user=user).delete()
