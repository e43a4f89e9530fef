"""Writing letters ahead of their sending."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType

from liaison.notices.channels import Channel, Letter
from liaison.notices.models import Delivery, Notice
from liaison.notices.wording import word


class Writer(AbstractContextManager["Writer"]):
    """Writes the next letter in a thread of its own while the one before is on its way: a server takes its time over each.

    Writing asks nothing of the database, so the thread needs no connection.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._ahead: dict[int, tuple[Notice, Future[Letter]]] = {}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()

    def begin(self, delivery: Delivery, notice: Notice, channel: Channel, *, at: datetime) -> None:
        """Write it while the caller does something else."""
        self._ahead[delivery.pk] = notice, self._thread.submit(_write, delivery, notice, channel, at)

    def letter_of(self, delivery: Delivery, notice: Notice, channel: Channel, *, at: datetime) -> Letter:
        """The delivery's letter; written anew where its notice was read again since it was begun. Raises WordingError."""
        begun, letter = self._ahead.pop(delivery.pk, (None, None))
        return letter.result() if letter and begun is notice else _write(delivery, notice, channel, at)


def _write(delivery: Delivery, notice: Notice, channel: Channel, at: datetime) -> Letter:
    return channel.pack(Letter(delivery.address, delivery.message_id, word(notice, at=at)))
