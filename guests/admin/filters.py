"""Filters of the desk's lists of guests and of what belongs to them: what needs a person, and whose it is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.admin.chosen import desk_of
from events.admin.searched import SearchedFilter
from events.models import Event, Membership
from guests.collisions.kept import kept_collisions
from guests.collisions.standing import standing_of
from guests.models import Assignment, Print, Request
from guests.outdated import outdated
from liaison.choices import could_be_key
from liaison.clock import day_bounds, day_of
from liaison.filters import QuestionFilter

SOON = timedelta(hours=6)


def events_at(request: HttpRequest) -> list[Event]:
    """The events the desk is about now."""
    desk = desk_of(request)
    return [desk.chosen] if desk.chosen else list(desk.events)


class LeadFilter(QuestionFilter):
    """Visits whom nobody leads any more, and those of officers who have not confirmed."""

    title = _("lead")
    parameter_name = "lead"
    answers = {"none": _("Without a lead"), "unconfirmed": _("Not confirmed")}

    def answered(self, rows: Any, answer: str, request: HttpRequest) -> QuerySet[Any]:
        at = timezone.now()
        if answer == "none":
            return rows.without_lead(at)  # type: ignore[no-any-return]
        waiting = Assignment.objects.not_over(at).unconfirmed().filter(visit=OuterRef("pk"))
        return rows.filter(Exists(waiting))  # type: ignore[no-any-return]


class OfficerFilter(SearchedFilter):
    """The visits of one officer, over or not; what was withdrawn does not count."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if not chosen:
            return queryset
        if not could_be_key(Membership, chosen):
            return queryset.none()
        standing = Assignment.objects.standing().filter(visit=OuterRef("pk"), officer=chosen)
        return queryset.filter(Exists(standing))


class _DayFilter(QuestionFilter):
    """What falls on a day, counted in each event's own zone; or within hours from now."""

    field: str
    answers = {
        "soon": _("Within six hours"),
        "today": _("Today"),
        "tomorrow": _("Tomorrow"),
        "later": _("Later"),
        "past": _("Before today"),
        "unknown": _("Not known"),
    }

    def answered(self, rows: Any, answer: str, request: HttpRequest) -> QuerySet[Any]:
        at = timezone.now()
        if answer == "unknown":
            return rows.filter(**{self.field: None})  # type: ignore[no-any-return]
        if answer == "soon":
            return rows.filter(**{f"{self.field}__gte": at, f"{self.field}__lte": at + SOON})  # type: ignore[no-any-return]
        wanted = Q(pk=None)
        for event in desk_of(request).events:
            wanted |= Q(event=event, **self._span(answer, at, event.time_zone))
        return rows.filter(wanted)  # type: ignore[no-any-return]

    def _span(self, answer: str, at: datetime, zone_name: str) -> dict[str, datetime]:
        day = day_of(at, zone_name)
        today, tomorrow = day_bounds(day, zone_name)
        _tomorrow, after = day_bounds(day + timedelta(days=1), zone_name)
        return {
            "past": {f"{self.field}__lt": today},
            "today": {f"{self.field}__gte": today, f"{self.field}__lt": tomorrow},
            "tomorrow": {f"{self.field}__gte": tomorrow, f"{self.field}__lt": after},
            "later": {f"{self.field}__gte": after},
        }[answer]


class ArrivalFilter(_DayFilter):
    title = _("arrival")
    parameter_name = "arrives"
    field = "arrives_at"


class DepartureFilter(_DayFilter):
    title = _("departure")
    parameter_name = "departs"
    field = "departs_at"


class RequestsFilter(QuestionFilter):
    """Visits with something left to do."""

    title = _("requests")
    parameter_name = "requests"
    answers = {"open": _("Open"), "overdue": _("Overdue")}

    def answered(self, rows: Any, answer: str, request: HttpRequest) -> QuerySet[Any]:
        of_visit = Request.objects.filter(visit=OuterRef("pk"))
        asked = of_visit.open() if answer == "open" else of_visit.overdue(timezone.now())
        return rows.filter(Exists(asked))  # type: ignore[no-any-return]


class WaitingFilter(QuestionFilter):
    """Requests that wait, by whether their time has come, and those that wait in vain."""

    title = _("waiting")
    parameter_name = "waiting"
    answers = {
        "open": _("Open"),
        "soon": _("Due within six hours"),
        "overdue": _("Overdue"),
        "left": _("Without an owner"),
        "long": _("Open for more than an hour"),
    }

    def answered(self, rows: Any, answer: str, request: HttpRequest) -> QuerySet[Any]:
        at, asked = timezone.now(), Request.objects
        chosen = {
            "open": asked.open(),
            "soon": asked.open().filter(due_at__gte=at, due_at__lte=at + SOON),
            "overdue": asked.overdue(at),
            "left": asked.without_owner(at),
            "long": asked.open().filter(raised_at__lt=at - timedelta(hours=1)),
        }[answer]
        return rows.filter(pk__in=chosen.values("pk"))  # type: ignore[no-any-return]


class RedLineFilter(QuestionFilter):
    """Visits of guests for whom a red line is drawn; the list's rows say so."""

    title = _("red line")
    parameter_name = "red_line"
    answers = {"yes": _("Drawn"), "no": _("None")}

    def answered(self, rows: Any, answer: str, request: HttpRequest) -> QuerySet[Any]:
        return rows.filter(has_red_line=answer == "yes")  # type: ignore[no-any-return]


class LanguagesFilter(QuestionFilter):
    """Visits where guest and lead cannot talk, or nobody knows in what; the list's rows say so."""

    title = _("languages")
    parameter_name = "languages"
    answers = {"missing": _("No shared language"), "unknown": _("Not known")}

    def answered(self, rows: Any, answer: str, request: HttpRequest) -> QuerySet[Any]:
        if answer == "unknown":
            return rows.filter(guest__languages=[])  # type: ignore[no-any-return]
        return rows.exclude(guest__languages=[]).filter(lead_name__isnull=False, shares_language=False)  # type: ignore[no-any-return]


class TimesFilter(QuestionFilter):
    """What is near and still a guess: a visit's arrival, departure or items, or an item's own time."""

    title = _("times")
    parameter_name = "times"
    answers = {"stale": _("Near and not certain")}

    def answered(self, rows: Any, answer: str, request: HttpRequest) -> QuerySet[Any]:
        at = timezone.now()
        stale = rows.with_stale_estimates if hasattr(rows, "with_stale_estimates") else rows.stale_estimates
        return stale(at)  # type: ignore[no-any-return]


class CollisionFilter(QuestionFilter):
    """Assignments, or visits of such, that collide with others, with the road or with a shift."""

    title = _("conflicts")
    parameter_name = "collides"
    answers = {"open": _("Not meant"), "meant": _("Meant, with a reason")}
    key: ClassVar[Literal["assignment", "visit"]] = "assignment"

    @classmethod
    def said_of(cls, duties: QuerySet[Assignment]) -> Mapping[int, Sequence[str]]:
        """What collides, in words, by the rows' keys: judged anew for the officers of these duties."""
        said = defaultdict(list)
        for one in standing_of(duties.values("officer"), at=timezone.now()):
            said[getattr(one, cls.key)].append(one.sentence)
        return said

    def answered(self, rows: Any, answer: str, request: HttpRequest) -> QuerySet[Any]:
        found = kept_collisions(events_at(request), at=timezone.now()).values()
        keys = [key for of_event in found for key in of_event.meant(answer == "meant").keys(self.key)]
        return rows.filter(pk__in=keys)  # type: ignore[no-any-return]


class CollisionOfGuestFilter(CollisionFilter):
    key = "visit"


class ConfirmationFilter(QuestionFilter):
    """Assignments that the officer has not confirmed, those that begin soon or have begun first of all, or cannot take."""

    title = _("confirmation")
    parameter_name = "confirmation"
    answers = {
        "missing": _("Not confirmed, and soon or begun"),
        "waiting": _("Not confirmed"),
        "cannot": _("The officer cannot"),
    }

    def answered(self, rows: Any, answer: str, request: HttpRequest) -> QuerySet[Any]:
        if answer == "missing":
            return rows.confirmation_due(timezone.now())  # type: ignore[no-any-return]
        waiting = rows.not_over(timezone.now()).unconfirmed()
        return waiting.exclude(cannot_because="") if answer == "cannot" else waiting  # type: ignore[no-any-return]


class OutdatedFilter(QuestionFilter):
    """Papers that would say something else if they were printed now."""

    title = _("what it says")
    parameter_name = "holds"
    answers = {"no": _("Out of date")}

    def answered(self, rows: Any, answer: str, request: HttpRequest) -> QuerySet[Any]:
        prints = Print.objects.filter(event__in=events_at(request))
        return rows.filter(pk__in=outdated(prints, at=timezone.now()))  # type: ignore[no-any-return]
