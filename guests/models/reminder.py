"""When to remind whom of what, by which ways and in which words."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Event, Role
from events.models.staff import events_of
from guests.models.itinerary import ItineraryItem
from guests.models.plan_mark import OF_THE_EVENT, OFFICERS_OF_THE_EVENT, marks_officer, marks_plan
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.notices.channels import CHANNELS
from liaison.scope import ScopedQuerySet

PLACEHOLDERS = ("guest", "title", "time", "place", "event")
"""What an event's own words may quote: all of it stands in the reminder anyway, and nothing of it is private."""

LANGUAGES = ("en", "id")


class ReminderRuleQuerySet(ScopedQuerySet["ReminderRule"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(event__in=events_of(user, Role.COORDINATOR))


def validate_channels(names: object) -> None:
    """Accept a list of channels that exist."""
    known = isinstance(names, list) and all(isinstance(name, str) and name in CHANNELS for name in names)
    if not known:
        raise ValidationError(_("Choose among the ways there are: %s.") % ", ".join(CHANNELS))


def validate_words(text: str) -> None:
    """Accept a text whose braces hold known placeholders only, and nothing that reaches into what they stand for."""
    left = text
    for name in PLACEHOLDERS:
        left = left.replace("{" + name + "}", "")
    if "{" in left or "}" in left:
        known = " ".join("{" + name + "}" for name in PLACEHOLDERS)
        raise ValidationError(_("Only these stand in braces: %s.") % known)


def _subject_field(language: str) -> Any:
    return models.CharField(language, max_length=200, blank=True, validators=[validate_words])


def _text_field(language: str) -> Any:
    return models.TextField(language, max_length=1000, blank=True, validators=[validate_words])


@tracked()
class ReminderRule(models.Model):
    """Of what, whom, when, by which ways and in which words. An event without rules has the usual ones.

    `minutes_before` counts before the moment; of what is overdue or stays unanswered, after it. `escalate_after` left
    empty passes on what concerns VVIP guests only; 0 passes on nothing.
    """

    class What(models.TextChoices):
        ITEM = "item", _("an item of the plan")
        LEAVE = "leave", _("when to leave")
        LANDING = "landing", _("the guest’s arrival")
        SHIFT = "shift", _("the start of one’s duty")
        REQUEST = "request", _("a request that is due")
        OVERDUE = "overdue", _("a request that is overdue")
        HANDOVER = "handover", _("a handover nobody has answered")
        BRIEFING = "briefing", _("a guest not yet read up on")
        AGENDA = "agenda", _("the day ahead")
        DIGEST = "digest", _("what waits at the desk")

    class Audience(models.TextChoices):
        LEAD = "lead", _("lead")
        DEPUTY = "deputy", _("deputy")
        COORDINATOR = "coordinator", _("coordinator")
        CONCERNED = "concerned", _("whom it concerns")

    DEFAULT_MINUTES = 30
    VVIP_ESCALATION = 10
    OF_ITEMS = (What.ITEM, What.LEAVE)
    FOR_EVERYBODY_THERE = (*OF_ITEMS, What.LANDING)
    """Concerns nobody in particular: the lead, the deputy or the coordinator is named."""
    FOR_ONESELF = (What.SHIFT, What.AGENDA)
    USUAL_CLOCKS: Mapping[str, time] = {What.BRIEFING: time(18), What.AGENDA: time(6), What.DIGEST: time(7)}

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="reminder_rules", verbose_name=_("event")
    )
    what = models.CharField(_("of what"), max_length=10, choices=What, default=What.ITEM)
    kind = models.CharField(
        _("kind of item"),
        max_length=12,
        choices=ItineraryItem.Kind,
        blank=True,
        help_text=_("Empty: every kind."),
    )
    audience = models.CharField(
        _("whom"),
        max_length=12,
        choices=Audience,
        default=Audience.LEAD,
        help_text=_(
            "Whom it concerns: the officer whose duty, day or guest it is, who sees to the request, or to whom the guest is offered."
        ),
    )
    minutes_before = models.PositiveSmallIntegerField(
        _("minutes before"),
        default=DEFAULT_MINUTES,
        validators=[MaxValueValidator(7 * 24 * 60)],
        help_text=_("Of what is overdue or not answered: minutes after."),
    )
    clock = models.TimeField(
        _("at"),
        null=True,
        blank=True,
        help_text=_(
            "For the day ahead and the desk: in the morning on the reader’s clocks, usually at 06:00 and 07:00. For guests not read up on: on the evening before on the event’s clocks, usually at 18:00."
        ),
    )
    channels = models.JSONField(
        _("ways"),
        default=list,
        blank=True,
        validators=[validate_channels],
        help_text=_("None chosen: every way there is."),
    )
    wants_acknowledgement = models.BooleanField(
        _("wants an answer"), default=True, help_text=_("The reminder asks for a “Got it”.")
    )
    escalate_after = models.PositiveSmallIntegerField(
        _("pass on after minutes"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(24 * 60)],
        help_text=_(
            "Without an answer it goes to the deputy, and after as many minutes again to the coordinators. Empty: after 10 minutes for VVIP guests, else never. 0: never."
        ),
    )
    subject_en = _subject_field("English")
    text_en = _text_field("English")
    subject_id = _subject_field("Bahasa Indonesia")
    text_id = _text_field("Bahasa Indonesia")

    objects = ReminderRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder rule")
        verbose_name_plural = _("reminder rules")
        ordering = ["event", "what", "kind", "-minutes_before", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "what", "kind", "audience", "minutes_before", "clock"],
                name="each_reminder_rule_once",
                nulls_distinct=False,
                violation_error_message=_("The event has this rule already."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind="") | models.Q(what__in=["item", "leave"]),
                name="only_items_are_of_a_kind",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(what__in=["item", "leave", "landing"]) & ~models.Q(audience="concerned")
                    | models.Q(what__in=["shift", "agenda"], audience="concerned")
                    | models.Q(what="digest", audience="coordinator")
                    | models.Q(what__in=["request", "overdue", "handover", "briefing"])
                ),
                name="reminder_rule_reaches_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(clock=None) | models.Q(what__in=["briefing", "agenda", "digest"]),
                name="only_what_has_an_hour_has_a_clock",
            ),
            models.CheckConstraint(
                condition=models.Q(escalate_after=None)
                | models.Q(escalate_after=0)
                | models.Q(wants_acknowledgement=True),
                name="only_what_wants_an_answer_is_passed_on",
            ),
        ]
        triggers = [*marks_plan(OF_THE_EVENT), *marks_officer(OFFICERS_OF_THE_EVENT)]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.get_audience_display()}"

    def clean(self) -> None:
        """Say by field what does not go together."""
        refused = dict(self._refused())
        if refused:
            raise ValidationError(refused)

    def _refused(self) -> Iterable[tuple[str, Any]]:
        if self.kind and self.what not in self.OF_ITEMS:
            yield "kind", _("Only items have a kind. Leave it empty.")
        if self.clock and self.what not in self.USUAL_CLOCKS:
            yield "clock", _("This comes so many minutes before or after. Leave the hour empty.")
        if self.escalate_after and not self.wants_acknowledgement:
            yield "escalate_after", _("Only what wants an answer can be passed on.")
        if self.what in self.FOR_EVERYBODY_THERE and self.audience == self.Audience.CONCERNED:
            yield "audience", _("Choose lead, deputy or coordinator.")
        if self.what in self.FOR_ONESELF and self.audience != self.Audience.CONCERNED:
            yield "audience", _("This goes to whom it concerns only.")
        if self.what == self.What.DIGEST and self.audience != self.Audience.COORDINATOR:
            yield "audience", _("This goes to coordinators only.")

    @property
    def hour(self) -> time:
        """At what time it comes, of what comes at an hour."""
        return self.clock or self.USUAL_CLOCKS.get(self.what, time(6))

    @property
    def own_words(self) -> dict[str, dict[str, str]]:
        """The event's own subject and text by language, where it has some."""
        said = {
            language: {"subject": getattr(self, f"subject_{language}"), "text": getattr(self, f"text_{language}")}
            for language in LANGUAGES
        }  # fmt: skip
        return {language: words for language, words in said.items() if any(words.values())}

    def passed_on_after(self, *, is_vvip: bool) -> int | None:
        """After how many minutes without an answer somebody else is told; None where nobody is."""
        if not self.wants_acknowledgement or self.audience == self.Audience.COORDINATOR:
            return None
        usual = self.VVIP_ESCALATION if is_vvip else None
        return usual if self.escalate_after is None else self.escalate_after or None
