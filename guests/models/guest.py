"""The guest as a person, remembered from event to event; and what is private about them."""

from datetime import datetime

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from guests.models.export import Export
from guests.models.plan_mark import marks_plan_when_quoted_changes
from liaison.accounts.models import User
from liaison.encryption import EncryptedTextField
from liaison.history import is_not_emptied, tracked
from liaison.scope import ScopedQuerySet


class GuestQuerySet(ScopedQuerySet["Guest"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """Those whose visits one may see; and those one has just written down and not yet tied to a visit."""
        from guests.models.visit import Visit  # noqa: PLC0415 (a visit is of a guest: the files need one another)

        visits = Visit.objects.visible_to(user, at=at)
        visited = models.Exists(Visit.objects.filter(guest=models.OuterRef("pk")))
        unvisited = models.Q(introduced_by=user) & ~models.Q(visited)
        return models.Q(pk__in=visits.values("guest_id")) | unvisited


@tracked()
class Guest(models.Model):
    """A person who is looked after. Titles are kept as written and never translated."""

    name = models.CharField(
        _("full name"), max_length=200, help_text=_("As written in the guest's own papers, without titles.")
    )
    honorific_before = models.CharField(
        _("titles before the name"), max_length=120, blank=True, help_text="H.E., Prof. Dr. Ir."
    )
    honorific_after = models.CharField(
        _("titles after the name"), max_length=120, blank=True, help_text="M.Sc., Ph.D."
    )
    addressed_as = models.CharField(
        _("addressed as"),
        max_length=200,
        blank=True,
        help_text=_("What an officer says: “Your Excellency”, “Ibu Retno”."),
    )
    native_name = models.CharField(_("name in its own script"), max_length=200, blank=True)
    pronunciation = models.CharField(_("how it sounds"), max_length=200, blank=True)
    office = models.CharField(_("office"), max_length=300, blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters, ISO 3166."))
    languages = ArrayField(
        models.CharField(max_length=12),
        verbose_name=_("languages"),
        default=list,
        blank=True,
        help_text=_("Codes, the preferred first: ar, en."),
    )
    photo = models.ImageField(_("photo"), upload_to="guests/", blank=True)
    diet = models.CharField(_("diet"), max_length=200, blank=True)
    introduced_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("written down by"),
    )

    objects = GuestQuerySet.as_manager()

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        ordering = ["name", "pk"]
        triggers = [
            marks_plan_when_quoted_changes(
                "SELECT id, now() FROM guests_visit WHERE guest_id = ROW.id",
                *("name", "honorific_before", "honorific_after", "addressed_as"),
            )
        ]

    def __str__(self) -> str:
        return self.titled_name

    @property
    def titled_name(self) -> str:
        """The full name with its titles: “Prof. Dr. Ana Lim, Ph.D.”."""
        name = f"{self.honorific_before} {self.name}".strip()
        return f"{name}, {self.honorific_after}" if self.honorific_after else name

    @property
    def called(self) -> str:
        """How an officer addresses the guest; the titled name where nothing was agreed."""
        return self.addressed_as or self.titled_name


class GuestPrivateQuerySet(ScopedQuerySet["GuestPrivate"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(guest__in=Guest.objects.visible_to(user, at=at))


@tracked(exclude=["health", "passport", "phones", "security"])
class GuestPrivate(models.Model):
    """What only those who look after the guest may read, one at a time, each reading written down.

    Encrypted in the database. Read it through `guests.privacy.read_private` and nowhere else.
    """

    guest = models.OneToOneField(
        Guest, on_delete=models.CASCADE, related_name="private", verbose_name=_("guest")
    )
    health = EncryptedTextField(_("health"), blank=True)
    passport = EncryptedTextField(_("passport"), blank=True)
    phones = EncryptedTextField(_("personal phones"), blank=True)
    security = EncryptedTextField(_("security"), blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = GuestPrivateQuerySet.as_manager()

    class Meta:
        verbose_name = _("private data")
        verbose_name_plural = _("private data")

    def __str__(self) -> str:
        return str(self.guest)


class PrivateReadingQuerySet(ScopedQuerySet["PrivateReading"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """Coordinators of an event at which the guest is; an officer does not see who else has read."""
        from guests.models.visit import Visit  # noqa: PLC0415 (a visit is of a guest: the files need one another)

        return models.Q(guest__in=Visit.objects.coordinated_by(user).values("guest_id"))


class PrivateReading(models.Model):
    """That somebody read a guest's private data, and when. Append-only: the database refuses to change or delete it."""

    guest = models.ForeignKey(
        Guest, on_delete=models.PROTECT, related_name="private_readings", verbose_name=_("guest")
    )
    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("reader"))
    read_at = models.DateTimeField(_("read"))
    export = models.ForeignKey(
        Export, on_delete=models.PROTECT, null=True, related_name="readings", verbose_name=_("in the list")
    )

    objects = PrivateReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading of private data")
        verbose_name_plural = _("readings of private data")
        ordering = ["-read_at"]
        triggers = [
            pgtrigger.Protect(name="reading_is_not_rewritten", operation=pgtrigger.Update | pgtrigger.Delete),
            is_not_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.reader}: {self.guest}"
