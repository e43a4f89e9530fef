"""What the sending is measured against: bare Celery with a task for each notice, and a plain loop over one SMTP connection."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone
from redis import Redis

from liaison.accounts.models import User
from liaison.notices.models import Notice
from liaison.notices.wording import Words, word
from tests.bench import tasks
from tests.bench.piles import make_due, wait, worker

One = TypeVar("One")


@dataclass(frozen=True)
class PlainSmtp:
    """Mails per second that Django's own backend sends one after the other, over one connection that is kept.

    `made`: each mail, text and HTML, is made by Django when it is its turn, from words that stood ready. `ready`: the
    loop hands over bytes that were made beforehand. `worded`: the loop words each notice, too. None asks the database.
    """

    made: float
    ready: float
    worded: float


def smtp(count: int, to: list[User]) -> PlainSmtp:
    make_due(count, to, timezone.now())
    notices = list(Notice.objects.select_related("recipient", "event"))
    words = [(notice, word(notice)) for notice in notices]
    sender = settings.DEFAULT_FROM_EMAIL
    with get_connection() as connection:
        assert isinstance(connection, EmailBackend)
        assert connection.connection
        server = connection.connection
        ready = [
            (notice.recipient.email, _mail(notice, said).message().as_bytes().replace(b"\n", b"\r\n"))
            for notice, said in words
        ]
        _mail(*words[0]).send()  # the server has been greeted
        return PlainSmtp(
            made=_rate(words, lambda one: connection.send_messages([_mail(*one)])),
            ready=_rate(ready, lambda one: server.sendmail(sender, [one[0]], one[1])),
            worded=_rate(notices, lambda one: connection.send_messages([_mail(one, word(one))])),
        )


def _mail(notice: Notice, words: Words) -> EmailMultiAlternatives:
    headers = {"Message-ID": f"<{notice.pk}@localhost>", "Content-Language": words.language}
    mail = EmailMultiAlternatives(words.subject, words.text, to=[notice.recipient.email], headers=headers)
    mail.attach_alternative(words.html, "text/html")
    return mail


def _rate(what: Iterable[One], send: Callable[[One], object]) -> float:
    rows = list(what)
    began = time.perf_counter()
    for one in rows:
        send(one)
    return len(rows) / (time.perf_counter() - began)


def celery(count: int) -> float:
    """Tasks per second that a worker's two processes take from a full queue, by its own clock."""
    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.flushdb()
        tasks.note_the_moment.delay()
        for number in range(count):
            tasks.nothing.delay(number)
        tasks.note_the_moment.delay()
        with worker(1, 2, is_warm=False):
            wait(lambda: redis.llen(tasks.MOMENTS) == 2)
        first, last = (float(moment) for moment in redis.lrange(tasks.MOMENTS, 0, -1))
    return count / (last - first)
