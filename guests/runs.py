"""A worker's way through a run: its outcomes are the same whatever the work."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from guests.models.leased_run import LeasedRun, TakenOverError

logger = logging.getLogger(__name__)


def carry_out(
    run: LeasedRun,
    work: Callable[[], None],
    *,
    clock: Callable[[], datetime],
    refusals: tuple[type[Exception], ...] = (),
) -> None:
    """Do the work of a run that was taken; it ends as the work ended it, or as failed with a sentence.

    `refusals` are the errors whose message a coordinator may read; of any other only the log tells. A run that another
    worker has taken over, or that was called off, is left alone.
    """
    try:
        try:
            work()
        except TakenOverError:
            raise
        except refusals as refusal:
            run.fail(str(refusal), at=clock())
        except Exception:
            logger.exception("%s %s failed", type(run).__name__, run.pk)
            run.fail(_("Something went wrong that an administrator finds in the log."), at=clock())
    except TakenOverError:
        logger.warning("%s %s was taken over or called off", type(run).__name__, run.pk)
