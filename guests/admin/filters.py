"""Filters of the visits' list: who is looked after by whom, who comes and goes when."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event, Membership
from guests.models import Assignment, Request
from liaison.clock import day_bounds, day_of
from liaison.filters import DropdownFilter

Choices = Iterable[tuple[str, Any]]


class LeadFilter(DropdownFilter):  # type: ignore[misc]
    """Visits without a lead, and those of one officer."""

    title = _("officer")
    parameter_name = "officer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        officers = Membership.objects.visible_to(request.user, at=timezone.now()).officers()
        visits = model_admin.narrowed(model_admin.get_queryset(request), request)
        used = officers.filter(assignments__visit__in=visits.order_by().values("pk")).distinct()
        named = [
            (str(officer.pk), str(officer)) for officer in used.select_related("user").order_by("user__name")
        ]
        return [("none", _("Without a lead")), ("unconfirmed", _("Not confirmed")), *named]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        standing = Assignment.objects.standing().filter(visit=OuterRef("pk"))
        if chosen == "none":
            return queryset.filter(~Exists(standing.filter(role=Assignment.Role.LEAD)))
        if chosen == "unconfirmed":
            return queryset.filter(Exists(standing.unconfirmed().not_over(timezone.now())))
        if chosen and chosen.isdecimal():
            return queryset.filter(Exists(standing.filter(officer=int(chosen))))
        return queryset


class CannotFilter(DropdownFilter):  # type: ignore[misc]
    """Duties whose officer has said that they cannot."""

    title = _("officer’s answer")
    parameter_name = "cannot"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("yes", _("I cannot"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.unconfirmed().exclude(cannot_because="") if self.value() == "yes" else queryset  # type: ignore[attr-defined]


class _DayFilter(DropdownFilter):  # type: ignore[misc]
    """What falls on a day, counted in each event's own zone."""

    field: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [
            ("today", _("Today")),
            ("tomorrow", _("Tomorrow")),
            ("later", _("Later")),
            ("past", _("Before today")),
            ("unknown", _("Not known")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen == "unknown":
            return queryset.filter(**{self.field: None})
        if chosen not in {"today", "tomorrow", "later", "past"}:
            return queryset
        at, wanted = timezone.now(), Q(pk=None)
        for event in Event.objects.coordinated_by(request.user):  # type: ignore[arg-type]  # signed in
            today, tomorrow = day_bounds(day_of(at, event.time_zone), event.time_zone)
            _tomorrow, after = day_bounds(day_of(at, event.time_zone) + timedelta(days=1), event.time_zone)
            span = {
                "past": {f"{self.field}__lt": today},
                "today": {f"{self.field}__gte": today, f"{self.field}__lt": tomorrow},
                "tomorrow": {f"{self.field}__gte": tomorrow, f"{self.field}__lt": after},
                "later": {f"{self.field}__gte": after},
            }[chosen]
            wanted |= Q(event=event, **span)
        return queryset.filter(wanted)


class ArrivalFilter(_DayFilter):
    title = _("arrival")
    parameter_name = "arrives"
    field = "arrives_at"


class DepartureFilter(_DayFilter):
    title = _("departure")
    parameter_name = "departs"
    field = "departs_at"


class RequestsFilter(DropdownFilter):  # type: ignore[misc]
    """Visits with something left to do."""

    title = _("requests")
    parameter_name = "requests"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("open", _("Open")), ("overdue", _("Overdue"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        of_visit = Request.objects.filter(visit=OuterRef("pk"))
        if self.value() == "open":
            return queryset.filter(Exists(of_visit.open()))
        if self.value() == "overdue":
            return queryset.filter(Exists(of_visit.overdue(timezone.now())))
        return queryset
