"""What a person wants to hear by which way."""

from collections.abc import Collection, Mapping

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from liaison.accounts.models import User
from liaison.notices.channels import CHANNELS
from liaison.notices.channels.mail import EMAIL
from liaison.notices.channels.push import PUSH
from liaison.notices.devices import TEST
from liaison.notices.models import GatewayAddress, Notice, NoticeChoice


def ways_of(notice: Notice) -> list[tuple[str, str]]:
    """Each channel and address by which a notice goes to its recipient; none where they read it in the app only.

    A notice may name its channels; of these the person may do without some, except where it is urgent. A test goes to
    the one device it is about. Asks nothing of the database for notices read `with_ways`.
    """
    if notice.kind == TEST:
        return [(PUSH, notice.payload["address"])]
    unwanted = frozenset[str]() if notice.is_urgent else _unwanted(notice)
    return [
        (name, address)
        for name, channel in CHANNELS.items()
        if name not in unwanted and (not notice.channels or name in notice.channels)
        for address in channel.addresses(notice.recipient)
    ]


def _unwanted(notice: Notice) -> frozenset[str]:
    choice = choice_of(notice.recipient)
    unmailed = {EMAIL} if notice.kind in choice.unmailed_kinds else set()
    return frozenset(unmailed.union(choice.silent_ways))


def choice_of(user: User) -> NoticeChoice:
    """What the person chose; of who never did, that they want everything."""
    try:
        return user.notice_choice
    except ObjectDoesNotExist:
        return NoticeChoice(user=user)


def choose(
    *,
    user: User,
    silent_ways: Collection[str],
    unmailed_kinds: Collection[str],
    handles: Mapping[str, str],
) -> None:
    """Keep what the person does without, and their numbers and names at the services; an empty one is taken away."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two forms at once: one after the other
        NoticeChoice.objects.update_or_create(
            user=user,
            defaults={"silent_ways": sorted(silent_ways), "unmailed_kinds": sorted(unmailed_kinds)},
        )
        for gateway, handle in handles.items():
            rows = GatewayAddress.objects.filter(user=user, gateway=gateway)
            if not handle:
                rows.delete()
            else:
                GatewayAddress.objects.update_or_create(
                    user=user, gateway=gateway, defaults={"handle": handle}
                )


def stop_mails(*, user: User, kind: str) -> None:
    """Send that person no e-mail of that kind any more; asking twice is asking once."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        choice, _is_new = NoticeChoice.objects.get_or_create(user=user)
        if kind not in choice.unmailed_kinds:
            choice.unmailed_kinds.append(kind)
            choice.save(update_fields=["unmailed_kinds"])
