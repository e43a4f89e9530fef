"""Mails with codes and links, sent beside the page that asked for them.

An SMTP server takes its time, and only for addresses that are known: a page that waited would tell who is. Nothing is
stored, unlike in the outbox, so a mail that cannot be sent is lost; whoever waits asks for another.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from smtplib import SMTPException

from django.core.mail import EmailMessage

logger = logging.getLogger(__name__)

_senders = ThreadPoolExecutor(max_workers=2, thread_name_prefix="codes")


def send_beside(message: EmailMessage) -> "Future[None]":
    """Send it soon, in a thread of its own; a process that ends in good order waits for it."""
    return _senders.submit(send, message)


def send(message: EmailMessage) -> None:
    """Send it now, or write down that it could not be sent."""
    try:
        message.send()
    except (OSError, SMTPException):
        logger.exception("A mail about signing in could not be sent")
