"""Messengers, SMS and whatever else Apprise speaks to, as the administrator has set them up."""

from collections.abc import Sequence

from apprise import Apprise
from django.db.models import Exists, OuterRef, Q

from liaison.accounts.models import User
from liaison.notices.channels.channel import Channel, HealingError, Letter, SendingError
from liaison.notices.gateways import gateways
from liaison.notices.models import Delivery, GatewayAddress

GATEWAY = "gateway"


class GatewayChannel(Channel):
    """The short text and where to read more, through the service at which the person gave a number or a name.

    Apprise says only whether it worked, so every failure counts as one that may heal. A service knows nothing of
    repetitions: what a crash sends twice is shown twice.
    """

    @staticmethod
    def addresses(recipient: User) -> Sequence[str]:
        known = gateways()
        return (
            [str(row) for row in recipient.gateway_addresses.all() if row.gateway in known] if known else []
        )

    @staticmethod
    def may_carry() -> Q:
        given = GatewayAddress.objects.filter(user=OuterRef("recipient"), gateway__in=gateways())
        return Q(Exists(given)) if gateways() else Q(pk=None)

    def send(self, letter: Letter) -> None:
        name, _colon, handle = letter.address.partition(": ")
        gateway = gateways().get(name)
        service = Apprise()
        if gateway is None or not service.add(gateway.address_of(handle)):
            raise SendingError(Delivery.Trouble.REFUSED, f"{name} is not set up, or not for such an address")
        words = letter.words
        if not service.notify(body=f"{words.short}\n{words.opens_at}", body_format="text"):
            raise HealingError(Delivery.Trouble.LATER, f"{name} did not take the message")
