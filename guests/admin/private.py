"""What is private about guests, at the desk: written without being shown, read only as an act that is written down."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from events.admin.chosen import zones_at_desk
from guests.admin.people import guests_at_desk
from guests.admin.words import guest_at
from guests.models import GuestPrivate, PrivateReading, Visit
from guests.privacy import read_private
from liaison.admin import ReadOnlyAdmin, ScopedAdmin, column, title_of
from liaison.clock import moment_text
from liaison.encryption import UndecipherableError
from liaison.searching import Clock, Said

PRIVATE_FIELDS = ("health", "passport", "phones", "security")


def _kept(field: str) -> forms.CharField:
    widget = UnfoldAdminTextareaWidget({"rows": 3, "autocomplete": "off"})
    return forms.CharField(
        label=capfirst(title_of(GuestPrivate, field)), required=False, max_length=5000, widget=widget
    )


def _erase() -> forms.BooleanField:
    return forms.BooleanField(label=_("Erase it"), required=False, widget=UnfoldBooleanSwitchWidget())


class PrivateForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Writes private data and never shows it: an empty field keeps what is on file."""

    new_health, erase_health = _kept("health"), _erase()
    new_passport, erase_passport = _kept("passport"), _erase()
    new_phones, erase_phones = _kept("phones"), _erase()
    new_security, erase_security = _kept("security"), _erase()

    class Meta:
        model = GuestPrivate
        fields = ("guest",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PRIVATE_FIELDS:
            is_on_file = getattr(self.instance, f"has_{name}", False)
            self.fields[f"new_{name}"].help_text = (
                _("On file. Leave empty to keep it.") if is_on_file else _("Nothing on file.")
            )
            if not is_on_file:
                self.fields[f"erase_{name}"].disabled = True

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        for name in PRIVATE_FIELDS:
            if cleaned.get(f"erase_{name}") and cleaned.get(f"new_{name}"):
                self.add_error(f"erase_{name}", _("Either write something new or erase it."))
        return cleaned

    def _post_clean(self) -> None:
        for name in PRIVATE_FIELDS:
            if self.cleaned_data.get(f"erase_{name}"):
                setattr(self.instance, name, "")
            elif new := self.cleaned_data.get(f"new_{name}"):
                setattr(self.instance, name, new)
        super()._post_clean()  # type: ignore[misc]


_FIELDSETS: Any = (
    (None, {"fields": ("guest",)}),
    *(
        (title_of(GuestPrivate, name), {"fields": (f"new_{name}", f"erase_{name}")})
        for name in PRIVATE_FIELDS
    ),
)


@admin.register(GuestPrivate)
class GuestPrivateAdmin(ScopedAdmin):
    """What is on file in private, without saying it. Reading is its own act, and is written down."""

    form = PrivateForm
    list_display = ("guest", "on_file")
    search_fields = (*guest_at("guest"),)
    autocomplete_fields = ("guest",)
    said = tuple(
        Said(title_of(GuestPrivate, name), Q(**{f"has_{name}": True}), needs=f"has_{name}")
        for name in PRIVATE_FIELDS
    )
    fieldsets = _FIELDSETS
    change_form_outer_after_template = "admin/guests/guestprivate/read_button.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[GuestPrivate]:
        """The rows without their texts: these leave the database by `guests.privacy.read_private` only."""
        rows = guests_at_desk(super().get_queryset(request), request.user, "guest")  # type: ignore[arg-type]
        filled = {
            f"has_{name}": Case(When(**{name: ""}, then=Value(value=False)), default=Value(value=True))
            for name in PRIVATE_FIELDS
        }
        described: QuerySet[GuestPrivate] = (
            rows.defer(*PRIVATE_FIELDS).annotate(**filled).select_related("guest")
        )
        return described

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("guest",) if obj else ()

    def get_urls(self) -> list[URLPattern]:
        read = path(
            "<int:pk>/read/", self.admin_site.admin_view(self.read_view), name="guests_guestprivate_read"
        )
        return [read, *super().get_urls()]

    @method_decorator(require_POST)
    def read_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what is on file, once, to a coordinator who asked for it; the asking is kept."""
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        visits = Visit.objects.coordinated_by(request.user)  # type: ignore[arg-type]  # signed in
        visit = (
            visits.filter(guest=row.guest_id).select_related("event").order_by("-event__starts_on").first()
        )
        if visit is None:
            raise Http404
        try:
            private = read_private(visit=visit, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        except UndecipherableError:
            messages.error(request, _("What is on file cannot be read with the keys of this installation."))
            return HttpResponseRedirect(reverse("admin:guests_guestprivate_change", args=[pk]))
        filled = [(title_of(GuestPrivate, name), getattr(private, name)) for name in PRIVATE_FIELDS]
        context = self.admin_site.each_context(request) | {
            "title": _("Private data"), "subtitle": str(row.guest), "opts": self.opts, "private": filled, "row": row,
        }  # fmt: skip
        return TemplateResponse(request, "admin/guests/guestprivate/read.html", context)

    @column(_("on file"))
    def on_file(self, private: GuestPrivate) -> str:
        filled = (name for name in PRIVATE_FIELDS if getattr(private, f"has_{name}"))
        return ", ".join(str(title_of(GuestPrivate, name)) for name in filled)


@admin.register(PrivateReading)
class PrivateReadingAdmin(ReadOnlyAdmin):
    """Who has read whose private data."""

    list_display = ("guest", "reader", "read", "export")
    list_select_related = ("guest", "reader", "export__event")
    search_fields = (
        *guest_at("guest"),
        "reader__name",
        "read_at",
        "export__kind",
        "export__event__name",
    )
    fields = readonly_fields = ("guest", "reader", "read", "export")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrivateReading]:
        visits = Visit.objects.visible_to(request.user, at=timezone.now()).filter(guest=OuterRef("guest"))
        zones = visits.order_by("-event__starts_on").values("event__time_zone")
        rows: QuerySet[PrivateReading] = super().get_queryset(request)
        return rows.annotate(zone_name=Subquery(zones[:1]))

    def clock_of_rows(self, request: HttpRequest) -> Clock:
        """The zone of the guest's last event, as the column shows."""
        return Clock(Coalesce(F("zone_name"), Value("UTC")), zones_at_desk(request))

    @column(_("read"), ordering="read_at")
    def read(self, reading: Any) -> str:
        return moment_text(reading.read_at, reading.zone_name or "UTC")
