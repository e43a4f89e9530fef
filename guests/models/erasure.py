"""That data were erased: of which event or person, when, by whom, why, and how many rows of each kind. Holds no data."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Self

import pgtrigger
from django.apps import apps
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event, Role
from events.models.staff import events_of
from guests.models.guest import Guest
from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.history import is_not_emptied
from liaison.scope import ScopedQuerySet

HISTORY, FILES, LOG = "history", "files", "log"
"""What is counted besides the rows of tables: lines of history, files, and lines of the desk's own log."""


class ErasureQuerySet(ScopedQuerySet["Erasure"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """Coordinators of the event; of a person at several, coordinators of an event at which the person is."""
        theirs = Visit.objects.coordinated_by(user).values("guest_id")
        return models.Q(event__in=events_of(user, Role.COORDINATOR)) | models.Q(event=None, guest__in=theirs)

    def unfinished(self) -> Self:
        """Begun, and not ended yet or left by a process that died."""
        return self.filter(finished_at=None)


class Erasure(models.Model):
    """One erasing: begun, carried on in batches, and never changed once it is finished.

    It outlives the event and the person, so that no row points to them by a constraint.
    """

    class Stage(models.TextChoices):
        PRIVATE = "private", gettext_lazy("private data of an event")
        ANONYMOUS = "anonymous", gettext_lazy("guests of an event made anonymous")
        PERSON = "person", gettext_lazy("one person, asked for")

    stage = models.CharField(gettext_lazy("what was erased"), max_length=10, choices=Stage)
    event = models.ForeignKey(
        Event,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=gettext_lazy("event"),
    )
    guest = models.ForeignKey(
        Guest,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=gettext_lazy("guest"),
    )
    asked_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=gettext_lazy("asked for by"),
        help_text=gettext_lazy("Nobody: the days set for the event were over, or the command line."),
    )
    reason = models.CharField(gettext_lazy("reason"), max_length=300, blank=True)
    counts = models.JSONField(gettext_lazy("how many"), default=dict)
    started_at = models.DateTimeField(gettext_lazy("begun"))
    finished_at = models.DateTimeField(gettext_lazy("finished"), null=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("erasure")
        verbose_name_plural = gettext_lazy("erasures")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "event", "guest"],
                condition=models.Q(finished_at=None),
                nulls_distinct=False,
                name="one_open_erasure_of_a_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(finished_at=None) | models.Q(finished_at__gte=models.F("started_at")),
                name="erasure_ends_after_it_begins",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="erasure_is_not_rewritten",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__finished_at__isnull=False),
            ),
            pgtrigger.Protect(name="erasure_is_not_deleted", operation=pgtrigger.Delete),
            is_not_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}, {self.started_at:%Y-%m-%d}"

    def add(self, counted: Mapping[str, int]) -> None:
        """Count what a batch took; the caller holds the row."""
        self.counts = dict(Counter(self.counts) + Counter(counted))
        self.save(update_fields=["counts"])

    @property
    def lines(self) -> Iterator[tuple[str, int]]:
        """What was erased and how much of it, in the reader's language."""
        return named_counts(self.counts)


def named_counts(counts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Counts by table's label as words and numbers, the tables first."""
    others = {HISTORY: _("Lines of history"), FILES: _("Files"), LOG: _("Lines of the desk’s log")}
    for label in sorted(counts.keys() - others.keys()):
        yield capfirst(str(apps.get_model(label)._meta.verbose_name_plural)), counts[label]  # noqa: SLF001 (Django's own API)
    for key, said in others.items():
        if key in counts:
            yield said, counts[key]
