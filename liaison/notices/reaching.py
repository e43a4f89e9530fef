"""How a person is reached: the devices and numbers that were given, and what they want to do without."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import User
from liaison.history import tracked
from liaison.scope import Row, ScopedQuerySet


class OwnQuerySet(ScopedQuerySet[Row]):
    """Rows that are nobody's but their person's: no coordinator reads by what device somebody is reached."""

    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(user=user)


class PushSubscriptionQuerySet(OwnQuerySet["PushSubscription"]):
    def at_address(self, address: str) -> Self:
        """The one that a delivery's address names."""
        number = address.rpartition("#")[2]
        return self.filter(pk=number) if number.isdecimal() and len(number) < 19 else self.none()


@tracked(exclude=["endpoint", "p256dh", "auth", "succeeded_at", "failed_at"])
class PushSubscription(models.Model):
    """A browser that shows notices (RFC 8030), and the keys with which only it can read them (RFC 8291).

    The endpoint is one browser's: whoever turns notices on there takes it over from whoever did before.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="push_subscriptions",
        verbose_name=_("person"),
    )
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    device = models.CharField(_("device"), max_length=80)
    created_at = models.DateTimeField(_("since"))
    succeeded_at = models.DateTimeField(_("last reached"), null=True, blank=True)
    failed_at = models.DateTimeField(_("last failed"), null=True, blank=True)

    objects = PushSubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.device

    @property
    def address(self) -> str:
        """What stands beside a delivery: the device for people, its number for us, and nothing secret."""
        return f"{self.device} #{self.pk}"


@tracked()
class GatewayAddress(models.Model):
    """A person's number or name at one of the services that the installation sends through."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="gateway_addresses",
        verbose_name=_("person"),
    )
    gateway = models.CharField(_("service"), max_length=40)
    handle = models.CharField(_("number or name"), max_length=64)

    objects = OwnQuerySet["GatewayAddress"].as_manager()

    class Meta:
        verbose_name = _("address at a service")
        verbose_name_plural = _("addresses at services")
        ordering = ["gateway"]
        constraints = [models.UniqueConstraint(fields=["user", "gateway"], name="one_address_per_gateway")]

    def __str__(self) -> str:
        return f"{self.gateway}: {self.handle}"


@tracked()
class NoticeChoice(models.Model):
    """What a person does without: whole ways, and kinds of e-mail. What is urgent comes by every way all the same."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notice_choice",
        verbose_name=_("person"),
    )
    silent_ways = ArrayField(models.CharField(max_length=16), default=list, verbose_name=_("ways not wanted"))
    unmailed_kinds = ArrayField(
        models.CharField(max_length=40), default=list, verbose_name=_("kinds not wanted by e-mail")
    )

    objects = OwnQuerySet["NoticeChoice"].as_manager()

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")

    def __str__(self) -> str:
        return str(self.user)
