"""`python -m tests.faults.nursery KILLS [careless]`: senders that are killed in mid-work, one after the other, and one that may finish.

A process of its own, so that a sender is forked from one that has no connection and no thread.
"""

import os
import random
import signal
import sys
import time
from datetime import timedelta

import django

LEASE = timedelta(seconds=0.2)
AT_ONCE = 5


def main(kills: int, *, is_careless: bool) -> None:
    """Kill so many senders, each at some moment after it has leased its letters; then let one finish."""
    from liaison.notices import dispatch as dispatching  # noqa: PLC0415 (needs Django set up)
    from liaison.notices.models import Delivery  # noqa: PLC0415 (needs Django set up)

    Delivery.MAX_ATTEMPTS = 10 * kills  # what is killed so often is given up otherwise
    claim = _careless(dispatching.claim) if is_careless else dispatching.claim
    chance = random.Random(kills)
    for _kill in range(kills):
        reading, writing = os.pipe()
        sender = os.fork()
        if not sender:
            dispatching.claim = _telling(claim, writing)
            _send_two_batches_and_wait()
        os.close(writing)
        os.read(reading, 1)
        time.sleep(chance.uniform(0, 0.03))
        os.kill(sender, signal.SIGKILL)
        os.waitpid(sender, 0)
        os.close(reading)
    time.sleep(LEASE.total_seconds())
    dispatching.claim = claim
    while _send(timedelta(minutes=5)):
        pass


def _telling(claim, writing):  # type: ignore[no-untyped-def]
    """The same claim, which says that it has leased something."""

    def claim_and_tell(**how):  # type: ignore[no-untyped-def]
        claimed = claim(**how)
        if claimed:
            os.write(writing, b".")
        return claimed

    return claim_and_tell


def _careless(claim):  # type: ignore[no-untyped-def]
    """What anybody would write first: marked, then sent."""
    from liaison.notices.models import Delivery  # noqa: PLC0415 (needs Django set up)

    def claim_and_mark(**how):  # type: ignore[no-untyped-def]
        claimed = claim(**how)
        Delivery.objects.filter(pk__in=[row.pk for row in claimed]).update(state=Delivery.State.SENT)
        return claimed

    return claim_and_mark


def _send_two_batches_and_wait() -> None:
    """No more than two, so that whoever makes the pile knows that it does not come to its end."""
    for _batch in range(2):
        _send(LEASE)
    signal.pause()


def _send(lease: timedelta) -> int:
    from django.utils import timezone  # noqa: PLC0415 (needs Django set up)

    from liaison.notices.dispatch import dispatch  # noqa: PLC0415 (needs Django set up)

    return dispatch(at=timezone.now(), batch=AT_ONCE, lease=lease)


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]), is_careless="careless" in sys.argv)
