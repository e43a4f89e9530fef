"""Giving one officer many guests at the desk: first it shows what would collide, then it saves all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from events.admin.base import zone_of
from events.models import Event, Membership
from guests.assignment import AssignmentError, assign_officers
from guests.collisions import Collision, collisions
from guests.duties import duties_for
from guests.models import Assignment, Delegation, Visit
from liaison.moments import MomentField, MomentInput

_INPUT = " ".join(INPUT_CLASSES)
_LEFT_OUT = "out"
Span = tuple[datetime, datetime]


class OfficerField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """An officer, with how many guests they have and have room for."""

    def label_from_instance(self, officer: Any) -> str:
        return f"{officer} ({officer.guests_now}/{officer.capacity})"


def _moment(label: Any) -> MomentField:
    widget = MomentInput(day={"class": f"{_INPUT} desk-day"}, clock={"class": f"{_INPUT} desk-clock"})
    return MomentField(label=label, required=False, widget=widget)


class ManyForm(forms.Form):
    """Who is to look after the chosen guests, as what, from when to when."""

    officer = OfficerField(
        label=_("officer"),
        queryset=Membership.objects.none(),
        widget=UnfoldAdminSelectWidget(),
        help_text=_("In brackets: guests now / room for."),
    )
    role = forms.ChoiceField(
        label=_("role"), choices=Assignment.Role.choices, widget=UnfoldAdminSelectWidget()
    )
    starts_at = _moment(_("from"))
    ends_at = _moment(_("to"))
    handover = forms.IntegerField(
        label=_("minutes of handover"),
        required=False,
        min_value=0,
        max_value=24 * 60,
        widget=forms.NumberInput({"class": _INPUT}),
        help_text=_("So long before, the officer is already there as deputy, so that two overlap."),
    )
    override_reason = forms.CharField(
        label=_("reason to override a warning"),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Why this is meant although it collides."),
    )

    def __init__(
        self, data: Any, *, event: Event, visits: Sequence[Visit], span: Span | None = None, at: datetime
    ) -> None:
        spans = {span} if span else {(duty.starts_at, duty.ends_at) for duty in duties_for(visits, at=at)}
        same = dict(zip(("starts_at", "ends_at"), spans.pop(), strict=True)) if len(spans) == 1 else {}
        super().__init__(data, initial=same)
        for field in self.fields.values():
            if isinstance(field, MomentField):
                field.on_clock(event.time_zone, zone_of(event))
        now = Q(assignments__ends_at__gt=at) & ~Q(assignments__state=Assignment.State.WITHDRAWN)
        officers = (
            Membership.objects.officers().filter(event=event, user__is_active=True).select_related("user")
        )
        choice: Any = self.fields["officer"]
        choice.queryset = officers.annotate(guests_now=Count("assignments__visit", filter=now, distinct=True))

    def plan(self) -> dict[str, Any]:
        """What was chosen, as the workflow takes it."""
        chosen = self.cleaned_data
        return {
            "officer": chosen["officer"],
            "role": Assignment.Role(chosen["role"]),
            "starts_at": chosen["starts_at"],
            "ends_at": chosen["ends_at"],
        }


@dataclass(frozen=True)
class Line:
    """One guest on the page: the duty that would be made, and what stands against it."""

    visit: Visit
    span: str
    walls: Sequence[Collision]
    warnings: Sequence[Collision]


@admin.action(description=_("Assign an officer…"))
def assign_chosen(table: Any, request: HttpRequest, queryset: QuerySet[Visit]) -> HttpResponse | None:
    """Ask for officer, role and span; show what would collide; then assign all the chosen guests or none."""
    return assign_page(table, request, queryset, request.POST.getlist(ACTION_CHECKBOX_NAME))


@admin.action(description=_("Assign an officer…"))
def assign_delegations(
    table: Any, request: HttpRequest, queryset: QuerySet[Delegation]
) -> HttpResponse | None:
    """The same for all the guests of the chosen delegations; the page then goes on in the list of visits."""
    visits = Visit.objects.visible_to(request.user, at=timezone.now()).filter(delegation__in=queryset)
    return assign_page(table, request, visits, [str(key) for key in visits.values_list("pk", flat=True)])


def assign_page(
    table: Any,
    request: HttpRequest,
    queryset: QuerySet[Visit],
    chosen: Sequence[str],
    *,
    span: Span | None = None,
    then: str = "",
) -> HttpResponse | None:
    """What `assign_chosen` shows and does, for these visits but those left out; over the span where one is given, and then back."""
    out = set(request.POST.getlist(_LEFT_OUT))
    rows = queryset.select_related("guest", "event", "delegation")
    visits = [visit for visit in rows if str(visit.pk) not in out]
    if len({visit.event_id for visit in visits}) != 1:
        messages.error(request, _("Choose guests of one event."))
        return None
    at, event = timezone.now(), visits[0].event
    form = ManyForm(
        request.POST if "officer" in request.POST else None, event=event, visits=visits, span=span, at=at
    )
    is_clear = form.is_bound and form.is_valid()
    if is_clear and "assign" in request.POST and _assigned(request, form, visits, at):
        return HttpResponseRedirect(then or request.get_full_path())
    context = table.admin_site.each_context(request) | {
        "title": _("Assign an officer"),
        "subtitle": event.name,
        "opts": table.opts,
        "form": form,
        "lines": _lines(visits, form.plan() if is_clear else None, span, at),
        "is_checked": is_clear,
        "back": then,
        "goes_to": reverse("admin:guests_visit_changelist") if table.model is Delegation else "",
        "chosen": chosen,
        "chosen_name": ACTION_CHECKBOX_NAME,
        "out": sorted(out),
        "select_across": request.POST.get("select_across", "0"),
    }
    return TemplateResponse(request, "admin/guests/visit/assign.html", context)


def _assigned(request: HttpRequest, form: ManyForm, visits: Sequence[Visit], at: datetime) -> bool:
    """Try; where it is refused, the page says for whom and why, and nothing was saved."""
    plan, reason = form.plan(), form.cleaned_data["override_reason"]
    try:
        made = assign_officers(
            visits=visits, override_reason=reason, by=request.user, at=at, **plan,  # type: ignore[arg-type]  # signed in
            handover=timedelta(minutes=form.cleaned_data["handover"] or 0),
        )  # fmt: skip
    except AssignmentError as refusal:
        form.add_error(None, _("Nobody was assigned."))
        form.add_error(None, str(refusal).splitlines())
        return False
    said = ngettext(
        "%(officer)s now has %(n)d more guest.", "%(officer)s now has %(n)d more guests.", len(made)
    )
    messages.success(request, said % {"officer": plan["officer"], "n": len(made)})
    return True


def _lines(
    visits: Sequence[Visit], plan: dict[str, Any] | None, span: Span | None, at: datetime
) -> list[Line]:
    if plan is None:
        duties = duties_for(visits, *(span or (None, None)), at=at)
        return [Line(duty.visit, duty.span, (), ()) for duty in duties]
    duties = duties_for(visits, plan["starts_at"], plan["ends_at"], at=at)
    found = collisions(duties=duties, officer=plan["officer"], role=plan["role"], at=at)
    lines = []
    for duty in duties:
        of_guest = [collision for collision in found if collision.visit == duty.visit]
        walls = [collision for collision in of_guest if not collision.can_be_meant]
        warnings = [collision for collision in of_guest if collision.can_be_meant]
        lines.append(Line(duty.visit, duty.span, walls, warnings))
    return lines
