"""What was printed, in which version; and print jobs for many guests at once."""

from datetime import datetime, timedelta
from typing import Self

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Event, Role
from events.models.staff import events_of
from guests.models.assignment import Assignment
from guests.models.leased_run import LeasedRun, LeasedRunQuerySet
from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.scope import ScopedQuerySet


class PrintQuerySet(ScopedQuerySet["Print"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """All papers of the events one coordinates; else those of one's guests, and of their day sheets only one's own."""
        own = models.Q(holder=None) | models.Q(holder=user)
        runs = models.Q(event__in=events_of(user, Role.COORDINATOR))
        return runs | (models.Q(visit__in=Visit.objects.visible_to(user, at=at)) & own)

    def handouts_in_use(self, at: datetime) -> Self:
        """The last version of the handout in each language of each guest who is here or to come."""
        newest = self.filter(kind=Print.Kind.HANDOUT).newest()
        return self.filter(pk__in=newest.values("pk"), visit__in=Visit.objects.not_over(at))

    def day_sheets_in_use(self, at: datetime) -> Self:
        """The last version of each day sheet of a day that is not over, whose officer still looks after the guest."""
        newest = self.filter(kind=Print.Kind.DAY_SHEET).newest()
        duties = Assignment.objects.not_over(at).filter(
            visit=models.OuterRef("visit"), officer__user=models.OuterRef("holder")
        )
        today = (at - timedelta(days=1)).date()  # wherever the event is
        return self.filter(pk__in=newest.values("pk"), day__gte=today).filter(
            models.Exists(duties), visit__in=Visit.objects.not_over(at)
        )

    def event_papers_in_use(self, at: datetime) -> Self:
        """The last version of each paper about a whole event, or a day of it, that is not over."""
        newest = self.filter(visit=None).newest()
        today = (at - timedelta(days=1)).date()  # wherever the event is
        is_ahead = models.Q(day=None) | models.Q(day__gte=today)
        return self.filter(is_ahead, pk__in=newest.values("pk"), event__ends_on__gte=today)

    def newest(self) -> Self:
        """The last version of each paper of each visit or event in each language; where it has a day or an officer, of each."""
        same = ("event_id", "visit_id", "kind", "language", "day", "holder_id")
        return self.order_by(*same, "-version").distinct(*same)


class Print(models.Model):
    """One version of a printed paper: the data it was made of and their digest. Identical data make no new version."""

    class Kind(models.TextChoices):
        HANDOUT = "handout", _("guest handout")
        DAY_SHEET = "day_sheet", _("day sheet")
        EVENT_BOOK = "event_book", _("event book")
        ARRIVALS = "arrivals", _("arrivals and departures")
        TRANSPORT = "transport", _("transport manifest")

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="prints", editable=False, verbose_name=_("event")
    )
    """Where no one is given, the visit's: a trigger sees to it."""
    visit = models.ForeignKey(
        Visit, on_delete=models.CASCADE, null=True, blank=True, related_name="prints", verbose_name=_("visit")
    )
    """Whom a paper is about; empty for one about a whole event."""
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.HANDOUT)
    language = models.CharField(_("language"), max_length=8)
    day = models.DateField(_("day"), null=True, blank=True)
    holder = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("for")
    )
    """For whom a day sheet is; its watermark."""
    version = models.PositiveIntegerField(_("version"))
    data = models.JSONField(_("data"))
    digest = models.CharField(_("digest"), max_length=64)
    printed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("printed by")
    )
    printed_at = models.DateTimeField(_("printed"))
    revoked_at = models.DateTimeField(_("code revoked"), null=True, blank=True)
    """Since when the code on the paper opens nothing for who is not signed in."""

    objects = PrintQuerySet.as_manager()

    class Meta:
        verbose_name = _("print")
        verbose_name_plural = _("prints")
        ordering = ["visit", "kind", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "visit", "kind", "language", "day", "holder", "version"],
                name="each_version_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(kind="handout", visit__isnull=False, day=None, holder=None)
                | models.Q(kind="day_sheet", visit__isnull=False, day__isnull=False, holder__isnull=False)
                | models.Q(kind="event_book", visit=None, day=None, holder=None)
                | models.Q(kind="arrivals", visit=None, holder=None)
                | models.Q(kind="transport", visit=None, day__isnull=False, holder=None),
                name="paper_is_about_what_its_kind_is",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="is_of_its_visits_event",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__event__isnull=True),
                func="SELECT event_id INTO NEW.event_id FROM guests_visit WHERE id = NEW.visit_id; RETURN NEW;",
            )
        ]

    def __str__(self) -> str:
        return f"{self.visit or self.event}: {self.get_kind_display()} {self.version}"

    @property
    def stay(self) -> Visit:
        """The visit a paper about a guest is about. Raises ValueError for a paper about a whole event."""
        if self.visit is None:
            raise ValueError(str(self))
        return self.visit

    def revoke(self, *, at: datetime) -> None:
        """The code on the paper opens nothing any more; who prints again gets a new version with a new code."""
        self.revoked_at = at
        self.save(update_fields=["revoked_at"])


class Sheet(models.TextChoices):
    """On what a paper for guests is set."""

    A5 = "a5", _("A5")
    A4 = "a4", _("A4")
    A6 = "a6", _("A6 booklet, four pages to a side of A4")
    LARGE = "large", _("large print, A4")


class Pictures(models.TextChoices):
    """What to do about a picture that cannot be printed."""

    ALL = "all", _("say which one, and print nothing without it")
    PLACEHOLDER = "placeholder", _("print without it")


class PrintRunQuerySet(LeasedRunQuerySet["PrintRun"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, Role.COORDINATOR))

    def with_file_since_before(self, moment: datetime) -> Self:
        """Finished before that moment, and the file still kept."""
        return self.filter(finished_at__lt=moment).exclude(file="")


class PrintRun(LeasedRun):
    """Papers of one kind for many, rendered by a worker into one private file, which is kept for some days.

    `wishes` say which papers, as `guests.papers.Wish` has them; what could not be made stands in `failures` with its
    wish, how it is called, and why.
    """

    class Output(models.TextChoices):
        PDF = "pdf", _("one PDF, with a bookmark for each")
        ZIP = "zip", _("a ZIP of one PDF for each")

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="print_runs", verbose_name=_("event")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Print.Kind, default=Print.Kind.HANDOUT)
    wishes = models.JSONField(default=list, editable=False)
    sheet = models.CharField(_("sheet"), max_length=5, choices=Sheet, default=Sheet.A5)
    pictures = models.CharField(
        _("where a picture is broken"), max_length=11, choices=Pictures, default=Pictures.ALL
    )
    output = models.CharField(_("as"), max_length=3, choices=Output, default=Output.PDF)
    visits = models.ManyToManyField(Visit, related_name="+", verbose_name=_("visits"))
    failures = models.JSONField(_("what could not be printed"), default=list, blank=True)
    file = models.FileField(_("file"), upload_to="prints/", blank=True)

    objects = PrintRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("print run")
        verbose_name_plural = _("print runs")
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} × {self.total}"
