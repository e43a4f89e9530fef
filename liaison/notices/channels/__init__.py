"""The ways by which a notice reaches a person. A way is one small class in a file of its own, registered in CHANNELS."""

from collections.abc import Mapping

from liaison.notices.channels.channel import Channel, HealingError, Letter, OutageError, SendingError
from liaison.notices.channels.gateway import GATEWAY, GatewayChannel
from liaison.notices.channels.mail import EMAIL, EmailChannel
from liaison.notices.channels.push import PUSH, PushChannel

__all__ = [
    "CHANNELS",
    "EMAIL",
    "GATEWAY",
    "PUSH",
    "Channel",
    "EmailChannel",
    "GatewayChannel",
    "HealingError",
    "Letter",
    "OutageError",
    "PushChannel",
    "SendingError",
]

CHANNELS: Mapping[str, type[Channel]] = {EMAIL: EmailChannel, PUSH: PushChannel, GATEWAY: GatewayChannel}
