"""Reading what the house's JSON log would say."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from liaison.accounts.models import User
from liaison.notices.models import Notice
from liaison.watching.logs import JsonLine
from liaison.weblog import WithoutSecrets


@contextmanager
def logged(level: int = logging.INFO) -> Iterator[list[dict[str, Any]]]:
    """What the log of production gets meanwhile, line by line, from every logger down to that level."""
    lines: list[dict[str, Any]] = []

    class Keeps(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(self.format(record)))

    keeper = Keeps()
    keeper.setFormatter(JsonLine())
    keeper.addFilter(WithoutSecrets())
    ours = [logging.getLogger(name) for name in ("liaison.requests", "liaison.tasks")]
    before = {logger: logger.level for logger in ours}
    root = logging.getLogger()
    root.addHandler(keeper)
    for logger in ours:
        logger.setLevel(level)
    try:
        yield lines
    finally:
        root.removeHandler(keeper)
        for logger, was in before.items():
            logger.setLevel(was)


def of_requests(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["logger"] == "liaison.requests"]


def make_notice(recipient: User, **fields: Any) -> Notice:
    """A notice as it stands in the outbox, planned unless it is said otherwise."""
    number = Notice.objects.count()
    return Notice.objects.create(
        recipient=recipient, kind="invitation", dedupe_key=f"watched:{number}", **fields
    )
