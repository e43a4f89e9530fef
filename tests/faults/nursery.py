"""`python -m tests.faults.nursery KILLS [careless]`: senders that are killed in mid-work, one after the other, and one that may finish.

A process of its own, so that a sender is forked from one that has no connection and no thread.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

LEASE = timedelta(seconds=0.2)
AT_ONCE = 5


def main(kills: int, *, is_careless: bool) -> None:
    """Kill so many senders, each after it has leased a batch and sent some letters of it; then let one finish."""
    from liaison.notices import dispatch as dispatching  # noqa: PLC0415 (needs Django set up)
    from liaison.notices.models import Delivery  # noqa: PLC0415 (needs Django set up)

    Delivery.MAX_ATTEMPTS = 10 * kills  # what is killed so often is given up otherwise
    if is_careless:
        dispatching.claim = _careless(dispatching.claim)
    chance = random.Random(kills)
    for _kill in range(kills):
        letters = chance.randrange(AT_ONCE)
        reading, writing = os.pipe()
        sender = os.fork()
        if not sender:
            _stand_still_after(letters, writing)
            _send(LEASE)
            signal.pause()
        os.close(writing)
        os.read(reading, 1)
        os.kill(sender, signal.SIGKILL)
        os.waitpid(sender, 0)
        os.close(reading)
    time.sleep(LEASE.total_seconds())
    while _send(timedelta(minutes=5)):
        pass


def _stand_still_after(letters: int, writing: int) -> None:
    """Say so and wait for the end, where so many letters are out and the next one is to follow."""
    from liaison.notices.channels import EmailChannel, Letter  # noqa: PLC0415 (needs Django set up)

    send, left = EmailChannel.send, [letters]

    def send_or_stand_still(channel: EmailChannel, letter: Letter) -> None:
        if not left[0]:
            os.write(writing, b".")
            signal.pause()
        left[0] -= 1
        send(channel, letter)

    EmailChannel.send = send_or_stand_still  # type: ignore[assignment, method-assign]  # as the dispatcher will call it


def _careless(claim: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """What anybody would write first: marked, then sent."""
    from liaison.notices.models import Delivery  # noqa: PLC0415 (needs Django set up)

    def claim_and_mark(**how: Any) -> list[Any]:
        claimed = claim(**how)
        Delivery.objects.filter(pk__in=[row.pk for row in claimed]).update(state=Delivery.State.SENT)
        return claimed

    return claim_and_mark


def _send(lease: timedelta) -> int:
    from django.utils import timezone  # noqa: PLC0415 (needs Django set up)

    from liaison.notices.dispatch import dispatch  # noqa: PLC0415 (needs Django set up)

    return dispatch(at=timezone.now(), batch=AT_ONCE, lease=lease)


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]), is_careless="careless" in sys.argv)
