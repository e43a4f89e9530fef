"""Whom to call at an event for what: security, doctors, the transport desk."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.staff import Role, events_of
from events.models.venue import Venue
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.phones import validate_phone
from liaison.scope import ScopedQuerySet


class ContactQuerySet(ScopedQuerySet["Contact"]):
    """The coordinators' list. An officer reads it through the guests they look after, and loses it with them."""

    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, Role.COORDINATOR))


@tracked()
class Contact(models.Model):
    """Somebody, or a desk, that is called for one thing; at a place, where it belongs to one."""

    class Function(models.TextChoices):
        """What for, in the order in which it is urgent."""

        SECURITY = "security", _("security")
        MEDICAL = "medical", _("medical")
        TRANSPORT = "transport", _("transport desk")
        PROTOCOL = "protocol", _("protocol")
        VENUE = "venue", _("venue")
        HOTEL = "hotel", _("hotel")
        AIRPORT = "airport", _("airport")
        ACCREDITATION = "pass", _("accreditation")
        OTHER = "other", _("other contact")

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("event")
    )
    function = models.CharField(_("for what"), max_length=12, choices=Function, default=Function.OTHER)
    name = models.CharField(_("name"), max_length=200)
    phone = models.CharField(_("phone"), max_length=20, validators=[validate_phone], help_text="+62…")
    venue = models.ForeignKey(
        Venue, on_delete=models.SET_NULL, null=True, blank=True, related_name="contacts", verbose_name=_("place")
    )  # fmt: skip
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["function", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "function", "name", "phone"],
                name="each_contact_once",
                violation_error_message=_("The event already has this contact."),
            )
        ]

    def __str__(self) -> str:
        return self.name
