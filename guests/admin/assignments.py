"""Who looks after whom, at the desk: one guest, the rows of a visit, or many guests at once."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.forms import PaginationInlineFormSet

from events.admin.base import EventAdmin, EventForm, EventTabularInline, moment_column
from events.admin.searched import SearchedFilter
from events.models import Membership
from guests.admin.filters import CollisionFilter, ConfirmationFilter
from guests.admin.words import guest_of
from guests.assignment import AssignmentError, assign_officer, withdraw, write_assignments
from guests.collisions import Kind, between, collisions
from guests.duties import Duty, duties_for, overlap
from guests.models import Assignment
from liaison.admin import column
from liaison.filters import ChoicesDropdownFilter

_FIELD_OF = {
    Kind.WRONG_OFFICER: "officer",
    Kind.REPEATED: "officer",
    Kind.REVERSED: "ends_at",
    Kind.SECOND_LEAD: "role",
}  # what a reason overrides is said where the reason is written


class AssignmentForm(EventForm):
    """Judges an assignment as the workflow does, and says by field what stands against it.

    An empty span is the guest's own, see `guests.duties.usual_duty`.
    """

    besides: Sequence[int] = ()

    class Meta:
        model = Assignment
        fields = ("visit", "officer", "role", "starts_at", "ends_at", "override_reason", "is_locked")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_at", "ends_at"):
            if name in self.fields:
                self.fields[name].required = False

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        visit = self.instance.visit if self.instance.pk else cleaned.get("visit")
        officer = cleaned.get("officer")
        is_as_it_was = self.instance.pk and not self.has_changed()
        if visit is None or officer is None or is_as_it_was or self.errors:
            return cleaned
        if self.instance.state == Assignment.State.WITHDRAWN:
            self.add_error(None, _("This assignment was withdrawn and stays as it is; make a new one."))
            return cleaned
        (duty,) = duties_for([visit], cleaned.get("starts_at"), cleaned.get("ends_at"), at=timezone.now())
        cleaned |= {"starts_at": duty.starts_at, "ends_at": duty.ends_at}
        self._judge(duty, officer, cleaned)
        return cleaned

    def _judge(self, duty: Duty, officer: Membership, cleaned: dict[str, Any]) -> None:
        found = collisions(
            duties=[duty],
            officer=officer,
            role=Assignment.Role(cleaned.get("role") or self.instance.role),
            at=timezone.now(),
            besides={*self.besides, *([self.instance.pk] if self.instance.pk else [])},
        )
        reason = cleaned.get("override_reason", "").strip()
        for collision in found:
            if not (collision.can_be_meant and reason):
                self.add_error(_FIELD_OF.get(collision.kind, "override_reason"), collision.sentence)

    def _get_validation_exclusions(self) -> set[str]:
        """Leave the table's rule on leads to `clean`: it names the lead, and Django would judge without the state."""
        return {*super()._get_validation_exclusions(), "visit"}  # type: ignore[misc]


class AssignmentFormSet(PaginationInlineFormSet, BaseInlineFormSet):  # type: ignore[misc, type-arg]
    """The assignments of one visit, judged together: a lead may be cut short and the next begin in one go."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)
        form.besides = [row.pk for row in self.get_queryset()]
        form.instance.visit = self.instance
        return form

    def clean(self) -> None:
        super().clean()
        for one, other in combinations(filter(self._stands, self.forms), 2):
            if overlap(one.instance, other.instance):
                later, first = (other, one) if other.has_changed() else (one, other)
                self._judge(later, first.instance)

    def _stands(self, form: Any) -> bool:
        is_filled = form.is_valid() and bool(form.has_changed() or form.instance.pk)
        is_kept = form not in self.deleted_forms
        return is_filled and is_kept and form.instance.state != Assignment.State.WITHDRAWN

    def _judge(self, form: Any, other: Assignment) -> None:
        row = form.instance
        if collision := between(
            Duty(self.instance, row.starts_at, row.ends_at), row.officer, row.role, [other]
        ):
            form.add_error(_FIELD_OF[collision.kind], collision.sentence)


class AssignmentInline(EventTabularInline):
    """Who looks after the guest, on the visit's page."""

    model = Assignment
    form = AssignmentForm
    formset = AssignmentFormSet
    fields = ("officer", "role", "starts_at", "ends_at", "override_reason", "is_locked", "state_shown")
    readonly_fields = ("state_shown",)
    autocomplete_fields = ("officer",)
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assignment]:
        rows: QuerySet[Assignment] = super().get_queryset(request).exclude(state=Assignment.State.WITHDRAWN)
        return rows.select_related("officer__user", "officer__event", "visit__guest", "visit__event")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, **_officers_only(db_field, kwargs))

    @column(_("state"))
    def state_shown(self, assignment: Assignment) -> str:
        if assignment.cannot_because:
            return _("cannot: %(reason)s") % {"reason": assignment.cannot_because}
        return assignment.get_state_display() if assignment.pk else ""


def _officers_only(db_field: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    if db_field.name == "officer":
        kwargs["queryset"] = Membership.objects.officers().select_related("user")
    return kwargs


def save_assignments(request: HttpRequest, formset: Any) -> None:
    """Save the assignments of a visit's page: what goes or is cut short first, so that a lead may follow a lead.

    A row that is taken out is withdrawn and stays as a record.
    """
    at = timezone.now()
    formset.save(commit=False)
    withdraw(assignments=formset.deleted_objects, at=at)
    write_assignments([row for row, _changed in formset.changed_objects], at=at)
    for row in formset.new_objects:
        row.assigned_by = request.user
    write_assignments(formset.new_objects, at=at)


@admin.register(Assignment)
class AssignmentAdmin(EventAdmin):
    """Every duty, by officer and by guest."""

    event_path = "visit__event"
    form = AssignmentForm
    list_before_template = "admin/guests/export/above.html"
    list_display = (
        "visit",
        "officer",
        "role_shown",
        moment_column(Assignment, "starts_at"),
        moment_column(Assignment, "ends_at"),
        "state_shown",
        "override_reason",
    )
    list_select_related = ("visit__guest", "visit__event", "officer__user")
    list_filter = (
        ("role", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("officer", SearchedFilter),
        CollisionFilter,
        ConfirmationFilter,
    )
    search_fields = (
        *guest_of("visit"),
        "officer__user__name",
        "role",
        "state",
        "starts_at",
        "ends_at",
        "override_reason",
        "cannot_because",
    )
    readonly_fields = ("state_said",)
    autocomplete_fields = ("visit", "officer")
    actions = ("withdraw_chosen",)
    refusals = (AssignmentError,)
    fieldsets = (
        (None, {"fields": ("visit", ("officer", "role"), "state_said")}),
        (
            _("From when to when"),
            {
                "fields": ("starts_at", "ends_at"),
                "description": _(
                    "Left empty: from three hours before the guest arrives, or from now on, to three hours after the departure."
                ),
            },
        ),
        (_("If it collides"), {"fields": ("override_reason",)}),
        (_("When officers are proposed"), {"fields": ("is_locked",)}),
    )

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """With what collides, where the list asks for it."""
        asked = request.GET.get(CollisionFilter.parameter_name)
        first, second, *rest = self.list_display
        return (first, second, "collides", *rest) if asked else self.list_display

    def for_page(self, rows: QuerySet[Assignment], request: HttpRequest) -> None:
        if request.GET.get(CollisionFilter.parameter_name):
            said = CollisionFilter.said_of(Assignment.objects.filter(pk__in=[row.pk for row in rows]))
            for assignment in rows:
                assignment.said = said.get(assignment.pk, ())  # type: ignore[attr-defined]  # for this page

    @column(_("why it collides"))
    def collides(self, assignment: Any) -> str:
        return format_html_join("", '<span class="desk-why">{}</span>', ([why] for why in assignment.said))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, **_officers_only(db_field, kwargs))

    def save_model(self, request: HttpRequest, obj: Assignment, form: Any, change: bool) -> None:
        at = timezone.now()
        if change:
            write_assignments([obj], at=at)
            return
        made = assign_officer(
            visit=obj.visit,
            officer=obj.officer,
            role=Assignment.Role(obj.role),
            starts_at=obj.starts_at,
            ends_at=obj.ends_at,
            override_reason=obj.override_reason,
            by=request.user,  # type: ignore[arg-type]  # the desk is for the signed-in
            at=at,
        )
        obj.pk = made.pk

    @admin.action(description=_("Withdraw"))
    def withdraw_chosen(self, request: HttpRequest, queryset: QuerySet[Assignment]) -> None:
        """Take the officers off the guests; what is over stays on record."""
        gone = withdraw(assignments=list(queryset), at=timezone.now())
        said = ngettext(
            "%d officer was taken off a guest.", "%d officers were taken off their guests.", len(gone)
        )
        messages.success(request, said % len(gone))

    @column(_("role"), ordering="role", label={"lead": "primary", "deputy": "info"})
    def role_shown(self, assignment: Assignment) -> tuple[str, str]:
        return assignment.role, assignment.get_role_display()

    @column(
        _("state"),
        ordering="state",
        label={"assigned": "warning", "cannot": "danger", "confirmed": "success", "withdrawn": "default"},
    )
    def state_shown(self, assignment: Assignment) -> tuple[str, str]:
        """An officer who cannot is a state of its own here, with the officer's reason."""
        if assignment.state == Assignment.State.ASSIGNED and assignment.cannot_because:
            return "cannot", _("cannot: %(reason)s") % {"reason": assignment.cannot_because}
        return assignment.state, assignment.get_state_display()

    @column(_("state"))
    def state_said(self, assignment: Assignment) -> str:
        """The same on the assignment's own page, where the theme shows words only."""
        return self.state_shown(assignment)[1]
