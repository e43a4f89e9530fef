"""The one dispatcher: notices whose time has come become deliveries, and deliveries are made."""

import logging
import random
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, nullcontext
from datetime import datetime, timedelta
from itertools import groupby, islice

from django.db import transaction
from django.db.models import F

from liaison.notices.channels import CHANNELS, Channel, HealingError, OutageError, SendingError
from liaison.notices.models import Delivery, DeliveryQuerySet, Notice, NoticeQuerySet
from liaison.notices.opening import keep_due, open_due, settle
from liaison.notices.wording import WordingError
from liaison.notices.writer import Writer

logger = logging.getLogger(__name__)

FIRST_RETRY, LAST_RETRY = timedelta(seconds=15), timedelta(minutes=15)
MOST_PATIENCE = timedelta(hours=1)  # with a server that names a time
OUTAGE_PAUSE = timedelta(seconds=30)
CHECK_EVERY = timedelta(seconds=2)
HAND_LASTS = timedelta(seconds=10)
BATCH = 100  # no dearer for each than more, and a pile is shared sooner

# The lease is taken in one statement. MATERIALIZED keeps PostgreSQL from asking for the rows twice.
_CLAIM = """
    WITH chosen AS MATERIALIZED (
        SELECT id FROM notices_delivery
        WHERE state = 'waiting' AND next_attempt_at <= %(at)s AND (leased_until IS NULL OR leased_until <= %(at)s)
        ORDER BY is_urgent DESC, next_attempt_at, id LIMIT %(batch)s FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE notices_delivery AS delivery SET leased_until = %(until)s, attempts = attempts + 1
    FROM chosen WHERE delivery.id = chosen.id
    RETURNING delivery.*
"""


class Ways(ExitStack):
    """The ways that are open: each is entered when it is first needed and kept, so that many batches use one connection."""

    def __init__(self) -> None:
        super().__init__()
        self._open: dict[str, Channel] = {}

    def to(self, name: str) -> Channel:
        """The way of that name, open."""
        if name not in self._open:
            self._open[name] = self.enter_context(CHANNELS[name]())
        return self._open[name]


def dispatch(
    *,
    at: datetime,
    batch: int = BATCH,
    lease: timedelta = Delivery.LEASE,
    ways: Ways | None = None,
    when_full: Callable[[], object] | None = None,
) -> int:
    """Open due notices, up to `batch` of those that leave the app, and make up to `batch` waiting deliveries.

    Answers how many rows it took up. What is urgent comes first at every step, the earliest first among its own, however
    much else waits. Whoever dispatches again and again gives the `ways`, and closes them in the end. `when_full` is called
    before a full batch is sent: there may be more, for somebody else to send meanwhile.

    Any number of dispatchers may run at the same time. Must not be called inside a transaction: what is sent cannot be
    rolled back. Takes the same number of queries however many rows it takes up, except that it looks up from sending
    every two seconds.
    """
    opened = keep_due(at=at) + open_due(at=at, batch=batch)
    claimed = claim(at=at, batch=batch, lease=lease)
    if when_full and len(claimed) == batch:
        when_full()
    with nullcontext(ways) if ways else Ways() as open_ways:
        deliver(claimed, at=at, lease=lease, ways=open_ways)
    return opened + len(claimed)


def deliver(claimed: Sequence[Delivery], *, at: datetime, lease: timedelta, ways: Ways) -> None:
    """Make the deliveries that were leased.

    Where a server is slow, each way stops after HAND_LASTS and leaves the rest to whoever asks next, so that nothing
    urgent waits behind a long batch.

    What a crash leaves behind, step by step:
    - before the lease: rows that wait, as before;
    - after the lease, before sending: the lease runs out and somebody else sends, for the first time;
    - after sending, before the mark: the lease runs out and the same message goes out again under the same Message-ID,
      by which a mail program can tell. At most what one dispatcher sends within CHECK_EVERY is concerned;
    - after the mark: done. Notice and delivery are marked in one transaction.
    """
    if not claimed:
        return
    with Writer() as writer:
        hand = Hand(claimed, writer, at=at, lease=lease)
        try:
            hand.look_up()
            for name, deliveries in groupby(claimed, key=lambda delivery: delivery.channel):
                _deliver(deliveries, ways.to(name), hand)
        finally:
            hand.lay_down()


def claim(*, at: datetime, batch: int, lease: timedelta) -> list[Delivery]:
    """Lease waiting deliveries, also those whose lease ran out, until `at + lease`; each counts as an attempt."""
    rows = Delivery.objects.raw(_CLAIM, {"at": at, "until": at + lease, "batch": batch})
    return sorted(rows, key=lambda row: (row.channel, not row.is_urgent, row.next_attempt_at, row.pk))


def _deliver(deliveries: Iterable[Delivery], channel: Channel, hand: "Hand") -> None:
    """Send by one way what still stands; when the way turns out to be closed, the rest waits."""
    until = hand.now() + HAND_LASTS
    for delivery in deliveries:
        hand.look_up_in_time()
        if delivery.pk in hand.left:
            try:
                hand.send(delivery, channel)
            except OutageError as error:
                hand.postpone(delivery.channel, error)
                return
        if hand.now() >= until:
            return


class Hand:
    """The deliveries one dispatcher has leased: those left to make, and what became of the others."""

    def __init__(
        self, deliveries: Iterable[Delivery], writer: Writer, *, at: datetime, lease: timedelta
    ) -> None:
        self.left = {delivery.pk: delivery for delivery in deliveries}
        self._writer = writer
        self._at, self._started, self._lease = at, time.monotonic(), lease
        # Whoever takes a lease that ran out writes a later moment: so this tells whether it is still ours.
        self._until = at + lease
        self._looked_up_at: datetime | None = None
        self._notices: dict[int, Notice] = {}
        self._trying: int | None = None
        self._sent: list[Delivery] = []
        self._troubled: list[Delivery] = []

    def now(self) -> datetime:
        """The moment the dispatch was asked for, and the time that has passed since."""
        return self._at + timedelta(seconds=time.monotonic() - self._started)

    def send(self, delivery: Delivery, channel: Channel) -> None:
        """Send one and remember what became of it. Raises OutageError when the way is closed."""
        self._trying = delivery.pk
        try:
            self._hand_over(delivery, channel)
        except OutageError:
            raise
        except HealingError as error:
            self._try_later(delivery, error)
        except SendingError as error:
            self._give_up(delivery, error.trouble, error.detail)
        except WordingError as error:
            self._give_up(delivery, Delivery.Trouble.WORDLESS, str(error))
        else:
            self._sent.append(self.left.pop(delivery.pk))
        self._trying = None

    def _hand_over(self, delivery: Delivery, channel: Channel) -> None:
        if delivery.attempts > Delivery.MAX_ATTEMPTS:  # none of them came to its mark
            raise SendingError(Delivery.Trouble.CRASHED, "")
        notice = self._notices[delivery.notice_id]
        letter = self._writer.letter_of(delivery, notice, channel, at=self.now())
        for following in islice(self.left.values(), 1, 2):
            if following.channel == delivery.channel:
                notice = self._notices[following.notice_id]
                self._writer.begin(following, notice, channel, at=self.now())
        channel.send(letter)

    def postpone(self, channel: str, error: OutageError) -> None:
        """Let all that waits for a closed way wait longer; an outage counts as no attempt of any of them."""
        logger.warning("Nothing can be sent by %s for now: %s", channel, error.detail)
        now, detail = self.now(), _clipped(error.detail)
        then = now + OUTAGE_PAUSE
        for delivery in [delivery for delivery in self.left.values() if delivery.channel == channel]:
            delivery.attempts -= 1
            delivery.next_attempt_at = then
            self._trouble(delivery, error.trouble, detail)
        Delivery.objects.waiting(now).filter(channel=channel).update(
            next_attempt_at=then, trouble=error.trouble, error=detail
        )
        self._trying = None

    def look_up_in_time(self) -> None:
        """Look up when the last look is a while ago: a slow server must not let us send what was called off."""
        if self._looked_up_at is None or self.now() - self._looked_up_at >= CHECK_EVERY:
            self.look_up()

    def look_up(self) -> None:
        """Mark what was decided, drop what no longer stands or is no longer ours, and prolong the lease of the rest."""
        now = self.now()
        with transaction.atomic():
            self._notices = {row.pk: row for row in self._locked().select_related("recipient", "event")}
            is_changed = self._mark(now) | self._drop(now)
            if self._looked_up_at is not None:
                self._prolong(now)
            if is_changed:
                settle(self._notices, now)
        self._looked_up_at = now

    def lay_down(self) -> None:
        """Mark what was decided and let others have the rest; but what was being tried when we broke off keeps its lease."""
        now = self.now()
        untried = [key for key in self.left if key != self._trying]
        with transaction.atomic():
            keys = list(self._locked().values_list("pk", flat=True))
            if untried:
                self._ours(untried).update(leased_until=None, attempts=F("attempts") - 1)
            if self._mark(now):
                settle(keys, now)

    def _locked(self) -> NoticeQuerySet:
        """The notices of all that is in hand, locked in an order that everybody keeps."""
        keys = {delivery.notice_id for delivery in (*self.left.values(), *self._sent, *self._troubled)}
        return Notice.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")

    def _ours(self, keys: Iterable[int]) -> DeliveryQuerySet:
        """Those of the deliveries that nobody has taken over: our lease has not run out meanwhile."""
        return Delivery.objects.filter(pk__in=keys, state=Delivery.State.WAITING, leased_until=self._until)

    def _mark(self, now: datetime) -> bool:
        """Write down what was decided; what was sent is sent, whoever holds the lease by now."""
        sent, troubled = self._sent, self._troubled
        if sent:
            Delivery.objects.filter(pk__in=[delivery.pk for delivery in sent]).update(
                state=Delivery.State.SENT, sent_at=now, leased_until=None, trouble="", error=""
            )
        if troubled:
            ours = self._ours([delivery.pk for delivery in troubled])
            ours.bulk_update(
                troubled, ["state", "attempts", "next_attempt_at", "leased_until", "trouble", "error"]
            )
        self._sent, self._troubled = [], []
        return bool(sent or troubled)

    def _drop(self, now: datetime) -> bool:
        """Call off what was cancelled or expired meanwhile. The notices are locked: nobody revives them in between."""
        gone = [key for key, delivery in self.left.items() if not self._stands(delivery, now)]
        for key in gone:
            del self.left[key]
        if gone:
            self._ours(gone).update(state=Delivery.State.CANCELLED, leased_until=None)
        return bool(gone)

    def _stands(self, delivery: Delivery, now: datetime) -> bool:
        notice = self._notices.get(delivery.notice_id)
        return notice is not None and notice.state == Notice.State.SENDING and notice.is_of_use(now)

    def _prolong(self, now: datetime) -> None:
        until = now + self._lease
        self._ours(self.left).update(leased_until=until)
        self._until = until
        ours = set(self._ours(self.left).values_list("pk", flat=True))
        self.left = {key: delivery for key, delivery in self.left.items() if key in ours}

    def _try_later(self, delivery: Delivery, error: HealingError) -> None:
        if delivery.attempts >= Delivery.MAX_ATTEMPTS:
            self._give_up(delivery, error.trouble, error.detail)
            return
        wait = min(FIRST_RETRY * 2 ** (delivery.attempts - 1), LAST_RETRY)
        jitter = random.uniform(0.75, 1.25)  # noqa: S311 (spreads the load; not a secret)
        asked = min(error.retry_after or timedelta(0), MOST_PATIENCE)
        delivery.next_attempt_at = self.now() + max(wait * jitter, asked)
        self._trouble(delivery, error.trouble, error.detail)

    def _give_up(self, delivery: Delivery, trouble: str, detail: str) -> None:
        logger.error("Delivery %s has failed: %s", delivery.pk, trouble)
        delivery.state = Delivery.State.FAILED
        self._trouble(delivery, trouble, detail)

    def _trouble(self, delivery: Delivery, trouble: str, detail: str) -> None:
        delivery.trouble, delivery.error, delivery.leased_until = trouble, _clipped(detail), None
        self._troubled.append(self.left.pop(delivery.pk))


def _clipped(text: str) -> str:
    """What another program said, as the column holds it."""
    return text.replace("\0", "")[:500]
