"""Web push: an encrypted word to a person's own browser, with nothing in it that a stranger may not read over a shoulder."""

import json
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from types import TracebackType
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from pywebpush import WebPusher, WebPushException

from liaison.accounts.models import User
from liaison.notices.channels.channel import Channel, HealingError, Letter, SendingError, said
from liaison.notices.devices import is_push_service, lose
from liaison.notices.models import Delivery, PushSubscription
from liaison.notices.vapid import authorization

PUSH = "push"

_TIMEOUT = (5, 10)  # seconds: to connect, to answer
_LOSSES_OF_A_SERVICE = 2  # after so many in a row it is left alone until the next batch
_LONGEST_LIFE = timedelta(days=28)  # the most that every service accepts
_LONGEST_PATIENCE = timedelta(hours=1)
_GONE, _LATER = {404, 410}, {408, 429}
_SERVER_ERRORS = 500
_SAID = 300  # of an answer, in bytes


class PushChannel(Channel):
    """Web push (RFC 8030) to every device of a person. A repetition replaces what it repeats, by its topic.

    Each device is read right before it is sent to, so that one which was signed out a moment ago gets nothing.
    """

    def __init__(self) -> None:
        self._session = requests.Session()
        self._losses = Counter[str]()
        self._reached: list[int] = []
        self._missed: list[int] = []

    @staticmethod
    def addresses(recipient: User) -> Sequence[str]:
        if not settings.PUSH_PRIVATE_KEY:
            return []
        return [device.address for device in recipient.push_subscriptions.all()]

    @staticmethod
    def may_carry() -> Q:
        if not settings.PUSH_PRIVATE_KEY:
            return Q(pk=None)
        return Q(Exists(PushSubscription.objects.filter(user=OuterRef("recipient"))))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()
        now = timezone.now()
        PushSubscription.objects.filter(pk__in=self._reached).update(succeeded_at=now)
        PushSubscription.objects.filter(pk__in=self._missed).update(failed_at=now)

    def send(self, letter: Letter) -> None:
        device = PushSubscription.objects.at_address(letter.address).first()
        if device is None:
            raise SendingError(Delivery.Trouble.GONE, "")
        try:
            self._send(device, letter)
        except SendingError as error:
            if error.trouble == Delivery.Trouble.GONE:
                lose(device)
            else:
                self._missed.append(device.pk)
            raise
        self._reached.append(device.pk)

    def _send(self, device: PushSubscription, letter: Letter) -> None:
        service = urlsplit(device.endpoint).netloc
        if not (settings.PUSH_PRIVATE_KEY and is_push_service(device.endpoint)):
            raise SendingError(Delivery.Trouble.REFUSED, f"{service} is no push service that may be called")
        if self._losses[service] >= _LOSSES_OF_A_SERVICE:
            raise HealingError(Delivery.Trouble.CLOSED, f"{service} did not answer")
        try:
            with self._session.post(
                device.endpoint,
                data=_sealed(device, letter),
                headers=_headers(device, letter),
                timeout=_TIMEOUT,
                allow_redirects=False,
                stream=True,
                auth=_as_it_is,
            ) as answer:
                _judge(answer)
        except requests.RequestException as error:
            self._losses[service] += 1
            raise HealingError(Delivery.Trouble.LOST, said(error)) from error
        self._losses[service] = 0


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from putting a password of ~/.netrc in the place of our own header."""
    return request


def _headers(device: PushSubscription, letter: Letter) -> dict[str, str]:
    words = letter.words
    life = min(words.expires_at - timezone.now(), _LONGEST_LIFE)
    return {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(max(int(life.total_seconds()), 0)),
        "Topic": topic_of(letter.message_id),
        "Urgency": "high" if words.is_urgent else "normal",
        **authorization(device.endpoint),
    }


def topic_of(message_id: str) -> str:
    """32 letters of the alphabet of RFC 8030, the same for the same message."""
    return urlsafe_b64encode(sha256(message_id.encode()).digest()).decode()[:32]


def _sealed(device: PushSubscription, letter: Letter) -> bytes:
    """The notice as only that browser can read it (RFC 8291)."""
    subscription = {
        "endpoint": device.endpoint,
        "keys": {"p256dh": device.p256dh, "auth": device.auth},
    }
    try:
        body: bytes = WebPusher(subscription).encode(payload_of(letter))["body"]
    except (WebPushException, ValueError) as error:  # keys that are none
        raise SendingError(Delivery.Trouble.REFUSED, said(error)) from error
    return body


def payload_of(letter: Letter) -> bytes:
    """What the service worker is told: nothing that a stranger may not read over a shoulder, and the links."""
    words = letter.words
    with override(words.language):
        told = {
            "lang": words.language,
            "title": words.short,
            "body": _("Open Liaison to read it."),
            "tag": topic_of(letter.message_id),
            "open": _inside(words.opens_at),
            "urgent": words.is_urgent,
        }
        if words.answers_at:
            told["answer"] = {"title": _("Got it"), "address": _inside(words.answers_at)}
    return json.dumps(told).encode()


def _inside(address: str) -> str:
    """Without the site: the browser knows where it is from."""
    return urlsplit(address)._replace(scheme="", netloc="").geturl()


def _judge(answer: requests.Response) -> None:
    """What a service's answer says about this letter; raises SendingError or HealingError."""
    code = answer.status_code
    if code // 100 == 2:
        return
    text = answer.raw.read(_SAID, decode_content=True).decode(errors="replace")
    detail = f"{code} {answer.reason or ''} {text}".strip()
    if code in _GONE:
        raise SendingError(Delivery.Trouble.GONE, detail)
    if code in _LATER or code >= _SERVER_ERRORS:
        after = _patience(answer.headers.get("Retry-After", ""), timezone.now())
        raise HealingError(Delivery.Trouble.LATER, detail, retry_after=after)
    raise SendingError(Delivery.Trouble.REFUSED, detail)


def _patience(written: str, at: datetime) -> timedelta:
    """A Retry-After header, in seconds or as a date (RFC 9110, 10.2.3), an hour at most; nothing where it is neither."""
    if written.isdecimal() and len(written) < 10:
        wait = timedelta(seconds=int(written))
    else:
        try:
            until = parsedate_to_datetime(written)
        except ValueError:
            return timedelta()
        wait = until - at if until.tzinfo else timedelta()
    return min(max(wait, timedelta()), _LONGEST_PATIENCE)
