"""How to address, greet, seat, dine, dress and give; for a guest, a country, or a whole event."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from events.models import Event, Role
from events.models.staff import events_of
from guests.models.guest import Guest
from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.scope import ScopedQuerySet

if TYPE_CHECKING:
    from collections.abc import Sequence


class ProtocolNoteQuerySet(ScopedQuerySet["ProtocolNote"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """Coordinators see all of their events'; officers those that concern the guests they look after."""
        visits = Visit.objects.visible_to(user, at=at).filter(event=models.OuterRef("event"))
        about_guest = models.Exists(visits.filter(guest=models.OuterRef("guest")))
        about_country = models.Exists(visits.filter(guest__country=models.OuterRef("country")))
        return models.Q(
            models.Q(event__in=events_of(user, Role.COORDINATOR))
            | models.Q(about_guest)
            | (~models.Q(country="") & models.Q(about_country))
            | (models.Q(guest=None, country="") & models.Q(models.Exists(visits)))
        )

    def red_lines(self) -> Self:
        """Allergies, medical flags and absolute don'ts."""
        return self.filter(is_red_line=True)

    def concerning(self, visits: "Sequence[Visit]") -> Self:
        """The notes that hold for any of these visits: about the guest, the guest's country, or the event."""
        return self.filter(event__in={visit.event_id for visit in visits}).filter(
            models.Q(guest__in={visit.guest_id for visit in visits})
            | models.Q(guest=None, country__in={visit.guest.country for visit in visits} | {""})
        )

    def holding_for(self, *, event: Any, guest: Any, country: Any) -> Self:
        """The notes that hold for one guest at one event: about the guest, the guest's country, or the event."""
        about_country = models.Q(country=country) | models.Q(country="")
        return self.filter(event=event).filter(models.Q(guest=guest) | (models.Q(guest=None) & about_country))


@tracked()
class ProtocolNote(models.Model):
    """One rule of courtesy, with its source. A red line is short and shown before everything else."""

    class Topic(models.TextChoices):
        ADDRESS = "address", _("how to address")
        GREETING = "greeting", _("how to greet")
        SEATING = "seating", _("seating")
        DINING = "dining", _("dining")
        DRESS = "dress", _("dress")
        GIFT = "gift", _("gifts")
        DONT = "dont", _("don't")
        MEDICAL = "medical", _("medical flag")
        OTHER = "other", _("other")

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="protocol_notes", verbose_name=_("event")
    )
    guest = models.ForeignKey(
        Guest,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="protocol_notes",
        verbose_name=_("guest"),
        help_text=_("Leave guest and country empty for a note that holds for everybody at the event."),
    )
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters, ISO 3166."))
    topic = models.CharField(_("topic"), max_length=10, choices=Topic, default=Topic.OTHER)
    text = models.CharField(_("text"), max_length=500)
    source = models.CharField(_("source"), max_length=300, blank=True)
    is_red_line = models.BooleanField(
        _("red line"), default=False, help_text=_("Only what does harm when it is forgotten.")
    )

    objects = ProtocolNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("protocol note")
        verbose_name_plural = _("protocol notes")
        ordering = ["-is_red_line", "topic", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(guest=None) | models.Q(country=""),
                name="note_is_about_a_guest_or_a_country",
                violation_error_message=_("A note is about a guest or a country, not both."),
            ),
            models.CheckConstraint(
                condition=models.Q(is_red_line=False) | models.Q(LessThanOrEqual(Length("text"), 120)),
                name="red_line_is_short",
                violation_error_message=_("A red line has at most 120 characters."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def holds_for(self, visit: Visit) -> bool:
        """Whether the note concerns this visit."""
        if self.event_id != visit.event_id:
            return False
        if self.guest_id:
            return self.guest_id == visit.guest_id
        return self.country in {"", visit.guest.country}
