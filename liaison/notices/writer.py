"""Wording letters ahead of their sending."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType

from liaison.notices.models import Notice
from liaison.notices.wording import Words, word


class Writer(AbstractContextManager["Writer"]):
    """Words the next letter in a thread of its own while the one before is on its way: a server takes its time over each.

    Wording asks nothing of the database, so the thread needs no connection.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._ahead: dict[int, tuple[Notice, Future[Words]]] = {}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()

    def begin(self, notice: Notice, *, at: datetime) -> None:
        """Word it while the caller does something else."""
        self._ahead[notice.pk] = notice, self._thread.submit(word, notice, at=at)

    def words_of(self, notice: Notice, *, at: datetime) -> Words:
        """The notice in words; worded anew where it was read again since it was begun. Raises WordingError."""
        begun, words = self._ahead.pop(notice.pk, (None, None))
        return words.result() if words and begun is notice else word(notice, at=at)
