"""Where guests are: the words of which an event chooses those its officers tap."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Movement(models.TextChoices):
    """Where the guest is, in the order in which it usually happens."""

    EXPECTED = "expected", _("expected")
    EN_ROUTE = "en_route", _("on the way")
    LANDED = "landed", _("landed")
    LOUNGE = "lounge", _("in the lounge")
    IN_CAR = "in_car", _("in the car")
    AT_HOTEL = "at_hotel", _("at the hotel")
    AT_VENUE = "at_venue", _("at the venue")
    DEPARTED = "departed", _("departed")


def movements_to_choose() -> list[str]:
    """What an event may leave out; that a guest is expected is where everybody begins."""
    return [move.value for move in Movement if move != Movement.EXPECTED]
