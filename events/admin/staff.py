"""The team at the desk: inviting, shifts, and who leaves."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from events.admin.base import EventAdmin, EventForm, EventTabularInline, moment_column, number_of
from events.admin.searched import SearchedFilter
from events.models import Membership, Role, Shift
from events.staff import InvitationError, dismiss, invite, send_invitation
from liaison.accounts.models import User
from liaison.admin import column
from liaison.filters import ChoicesDropdownFilter


class InvitationForm(EventForm):
    """Whom to invite to an event's team, as what."""

    email = forms.EmailField(
        label=capfirst(_("e-mail address")),
        widget=UnfoldAdminEmailInputWidget(),
        help_text=_("The invitation goes there, and says how to sign in."),
    )
    name = forms.CharField(
        label=capfirst(_("name")),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Somebody who already signs in here keeps the name they have."),
    )

    def clean(self) -> dict[str, Any] | None:
        """Refuse whom the team already has in this role; `invite` refuses them again under a race."""
        cleaned = super().clean() or self.cleaned_data
        event, email = cleaned.get("event"), cleaned.get("email", "").strip().lower()
        if event and email and "role" in cleaned:
            user = User.objects.filter(email__iexact=email).first()
            if user and not user.is_active:
                self.add_error("email", _("This person may no longer sign in; ask an administrator."))
            elif user and user.memberships.filter(event=event, role=cleaned["role"]).exists():
                self.add_error("email", _("This person already has this role at the event."))
        return cleaned


class ShiftInline(EventTabularInline):
    model = Shift
    fields = ("starts_at", "ends_at")


@admin.register(Membership)
class MembershipAdmin(EventAdmin):
    """Who works at the event. A person is added by an invitation and stays in the role; another role is another row."""

    list_display = ("user", "role_shown", "event", "capacity", "email", "phone", "shift_count")
    list_filter = (("role", ChoicesDropdownFilter),)
    search_fields = (
        "user__name",
        "user__email",
        "user__phone",
        "role",
        "capacity",
        "shift_number",
        "event__name",
    )
    ordering = ("user__name", "pk")
    actions = ("invite_again",)
    add_fieldsets = ((None, {"fields": ("event", "email", "name", "role", "capacity")}),)
    fieldsets = ((None, {"fields": ("user", "event", "role", "capacity", "gender", "duty_note")}),)
    refusals = (InvitationError,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        rows: QuerySet[Membership] = super().get_queryset(request)
        return rows.select_related("user", "event")

    def for_list(self, rows: QuerySet[Membership], request: HttpRequest) -> QuerySet[Membership]:
        return rows.annotate(
            shift_number=number_of(Shift.objects.filter(membership=OuterRef("pk")), "membership")
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Membership], search_term: str
    ) -> tuple[QuerySet[Membership], bool]:
        """A field that is called an officer finds officers only."""
        if request.GET.get("field_name") == "officer":
            queryset = queryset.filter(role=Role.OFFICER)
        return super().get_search_results(request, queryset, search_term)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs |= {"form": InvitationForm, "fields": ("event", "role", "capacity", "email", "name")}
        return super().get_form(request, obj, change=change, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[type[Any]]:
        return [ShiftInline] if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "user", "role"] if obj else fixed

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        invited = form.cleaned_data
        member = invite(
            email=invited["email"],
            name=invited["name"],
            event=obj.event,
            role=obj.role,  # type: ignore[arg-type]  # cleaned to one of the choices
            capacity=obj.capacity,
            by=request.user,  # type: ignore[arg-type]  # the desk is for the signed-in
            at=timezone.now(),
        )
        obj.pk, obj.user = member.pk, member.user

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        dismiss(member=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for member in queryset:
            dismiss(member=member)

    @admin.action(description=_("Send the invitation again"))
    def invite_again(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        members = list(queryset.select_related("event").filter(user__is_active=True))
        for member in members:
            send_invitation(member=member, by=request.user, at=timezone.now())  # type: ignore[arg-type]  # signed in
        sent = ngettext("%d invitation is on its way.", "%d invitations are on their way.", len(members))
        messages.success(request, sent % len(members))

    @column(
        _("role"),
        ordering="role",
        label={"coordinator": "primary", "officer": "info", "press": "default"},
    )
    def role_shown(self, member: Membership) -> tuple[str, str]:
        return member.role, member.get_role_display()

    @column(_("e-mail address"), ordering="user__email")
    def email(self, member: Membership) -> str:
        return member.user.email

    @column(_("phone"))
    def phone(self, member: Membership) -> str:
        return member.user.phone

    @column(_("shifts"), ordering="shift_number")
    def shift_count(self, member: Any) -> int:
        return int(member.shift_number)


@admin.register(Shift)
class ShiftAdmin(EventAdmin):
    """When who is on duty."""

    event_path = "membership__event"
    list_display = ("membership", moment_column(Shift, "starts_at"), moment_column(Shift, "ends_at"))
    list_select_related = ("membership__user", "membership__event")
    list_filter = (("membership", SearchedFilter),)
    search_fields = (
        "membership__user__name",
        "starts_at",
        "ends_at",
    )
    autocomplete_fields = ("membership",)
