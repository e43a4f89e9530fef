"""Visits and delegations at the desk: who comes, when, how important, and who looks after them."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events.admin.base import EventAdmin, EventForm, number_of, shown
from events.admin.searched import SearchedFilter
from guests.admin.assigning import assign_chosen, assign_delegations
from guests.admin.assignments import AssignmentInline, save_assignments
from guests.admin.documents import DocumentInline, sign_documents
from guests.admin.filters import (
    ArrivalFilter,
    CollisionOfGuestFilter,
    DepartureFilter,
    LanguagesFilter,
    LeadFilter,
    OfficerFilter,
    RedLineFilter,
    RequestsFilter,
    TimesFilter,
)
from guests.admin.itinerary import ItemInline
from guests.admin.printing import print_day_sheets, print_handouts
from guests.admin.proposals import propose_chosen
from guests.admin.words import guest_at, guest_of
from guests.assignment import AssignmentError
from guests.models import (
    Assignment,
    Delegation,
    Document,
    ItineraryItem,
    Movement,
    ProtocolNote,
    Request,
    Visit,
)
from liaison.admin import column, flag
from liaison.changes import Beside
from liaison.filters import ChoicesDropdownFilter
from liaison.searching import Said


class VisitForm(EventForm):
    """A visit whose guest leaves after having come."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        arrives_at, departs_at = cleaned.get("arrives_at"), cleaned.get("departs_at")
        if arrives_at and departs_at and departs_at <= arrives_at:
            self.add_error("departs_at", _("The departure must come after the arrival."))
        return cleaned


@admin.register(Visit)
class VisitAdmin(EventAdmin):
    """The guests of one's events."""

    form = VisitForm
    list_before_template = "admin/guests/export/above.html"
    list_display = (
        "who",
        "level_shown",
        "lead",
        "attention",
        "where",
        "arrives",
        "departs",
        "delegation",
    )
    list_per_page = 100
    list_display_links = ("who",)
    list_filter = (
        LeadFilter,
        ("assignments__officer", OfficerFilter),
        ArrivalFilter,
        DepartureFilter,
        ("level", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ("delegation", SearchedFilter),
        ("hotel", SearchedFilter),
        RequestsFilter,
        RedLineFilter,
        LanguagesFilter,
        CollisionOfGuestFilter,
        TimesFilter,
    )
    search_fields = (
        *guest_at("guest"),
        "guest__office",
        "guest__organisation",
        "guest__diet",
        "guest__country",
        "guest__languages",
        "level",
        "status",
        "status_at",
        "arrives_at",
        "departs_at",
        "arrival_precision",
        "departure_precision",
        "open_number",
        "delegation__name",
        "hotel__name",
        "room",
        "note",
        "external_key",
        "arrival_note",
        "departure_note",
        "companions_note",
        "items__title",
        "items__flight_number",
        "items__vehicle__plate",
        "items__venue__name",
        "assignments__officer__user__name",
        "requests__text",
    )
    said = (
        Said(_("no lead"), Q(is_led=False), needs="is_led"),
        Said(_("not confirmed"), Q(lead_state=Assignment.State.ASSIGNED), needs="lead_state"),
        Said(_("cannot"), ~Q(lead_cannot=""), needs="lead_cannot"),
        Said(_("red line"), Q(has_red_line=True), needs="has_red_line"),
        Said(_("requests"), Q(open_number__gt=0), needs="open_number"),
        Said(_("languages not known"), Q(guest__languages=[])),
        Said(
            _("no shared language"),
            ~Q(guest__languages=[]) & Q(shares_language=False),
            needs="shares_language",
        ),
    )
    autocomplete_fields = ("guest", "delegation", "hotel")
    readonly_fields = ("where",)
    inlines = (AssignmentInline, ItemInline, DocumentInline)
    change_form_outer_before_template = "admin/guests/visit/elsewhere.html"
    change_form_outer_after_template = "admin/guests/visit/screen.html"
    actions = (assign_chosen, propose_chosen, print_handouts, print_day_sheets)
    beside = (
        Beside(ItineraryItem, "visit", "title"),
        Beside(Assignment, "visit", "officer"),
        Beside(Request, "visit", "text"),
    )
    refusals = (AssignmentError,)
    fieldsets = (
        (None, {"fields": ("event", ("guest", "delegation"), ("level", "rank"), "where")}),
        (
            _("Coming and going"),
            {
                "fields": (
                    ("arrives_at", "departs_at"),
                    ("arrival_precision", "departure_precision"),
                    ("arrival_note", "departure_note"),
                    ("hotel", "room"),
                )
            },
        ),
        (_("With whom"), {"fields": (("companions", "companions_note"), "officer_wished")}),
        (_("For the press"), {"fields": (("photo_consent", "press_consent"),)}),
        (_("For the team"), {"fields": ("note", "external_key")}),
    )

    def for_list(self, rows: QuerySet[Visit], request: HttpRequest) -> QuerySet[Visit]:
        """The lead on duty now or next, or the last there was; open requests; whether a red line is drawn."""
        at = timezone.now()
        stale = ItineraryItem.objects.stale_estimates(at).filter(visit=OuterRef("pk"))
        leads = Assignment.objects.standing().filter(visit=OuterRef("pk"), role=Assignment.Role.LEAD)
        is_over = Case(When(ends_at__gt=at, then=Value(value=False)), default=Value(value=True))
        lead = leads.annotate(is_over=is_over).order_by("is_over", "starts_at")
        spoken = F("officer__user__spoken_languages__language")
        place = Func(
            OuterRef("guest__languages"), spoken, function="ARRAY_POSITION", output_field=IntegerField()
        )
        sharing = leads.annotate(place=place).filter(place__isnull=False)
        red_lines = ProtocolNote.objects.red_lines().filter(event=OuterRef("event"), guest=OuterRef("guest"))
        if request.GET.get(TimesFilter.parameter_name):
            rows = rows.annotate(unsure=Subquery(stale.values("title")[:1]))
        return rows.select_related("delegation").annotate(
            lead_name=Subquery(lead.values("officer__user__name")[:1]),
            lead_state=Subquery(lead.values("state")[:1]),
            lead_cannot=Subquery(lead.values("cannot_because")[:1]),
            is_led=Exists(leads.filter(ends_at__gt=at), output_field=BooleanField()),
            open_number=number_of(Request.objects.open().filter(visit=OuterRef("pk")), "visit"),
            has_red_line=Exists(red_lines, output_field=BooleanField()),
            shares_language=Exists(sharing, output_field=BooleanField()),
        )

    def for_page(self, rows: QuerySet[Visit], request: HttpRequest) -> None:
        """What collides, in words, where the list asks for it."""
        if not request.GET.get(CollisionOfGuestFilter.parameter_name):
            return
        said = CollisionOfGuestFilter.said_of(Assignment.objects.filter(visit__in=list(rows)))
        for visit in rows:
            visit.collides = said.get(visit.pk, ())  # type: ignore[attr-defined]  # for this page

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A visit stays with its guest, too."""
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "guest"] if obj else fixed

    def get_queryset(self, request: HttpRequest) -> QuerySet[Visit]:
        rows: QuerySet[Visit] = super().get_queryset(request)
        return rows.select_related("guest", "event")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is Document:
            sign_documents(request, formset)
        if formset.model is Assignment:
            save_assignments(request, formset)
        else:
            super().save_formset(request, form, formset, change)

    @column(_("guest"), ordering="guest__name", header=True)
    def who(self, visit: Visit) -> tuple[str, str]:
        guest = visit.guest
        return guest.titled_name, guest.office or guest.organisation

    @column(_("level"), ordering="level", label={"vvip": "primary", "vip": "info", "guest": "default"})
    def level_shown(self, visit: Visit) -> tuple[str, str]:
        return visit.level, str(Visit.Level(visit.level).label)  # ten times as fast as Django's own display

    @column(_("lead"), ordering="lead_name")
    def lead(self, visit: Any) -> str:
        """Who leads now or next, and whether they have confirmed; of a guest still here and no longer led, who did."""
        if not visit.is_led and (not visit.lead_name or visit.is_expected(timezone.now())):
            was = format_html(" ({})", visit.lead_name) if visit.lead_name else ""
            return format_html("{}{}", flag(_("no lead"), "red"), was)
        if visit.is_led and visit.lead_cannot:
            return format_html("{}<br>{}", visit.lead_name, flag(_("cannot"), "red"))
        if visit.is_led and visit.lead_state == Assignment.State.ASSIGNED:
            return format_html("{}<br>{}", visit.lead_name, flag(_("not confirmed"), "amber"))
        return str(visit.lead_name)

    @column(_("arrives"), ordering="arrives_at")
    def arrives(self, visit: Visit) -> str:
        return _estimated(visit, visit.arrives_at, visit.arrival_precision, visit.arrival_note)

    @column(_("departs"), ordering="departs_at")
    def departs(self, visit: Visit) -> str:
        return _estimated(visit, visit.departs_at, visit.departure_precision, visit.departure_note)

    @column(_("where now"), ordering="status")
    def where(self, visit: Visit) -> str:
        return format_html("{} {}", Movement(visit.status).label, shown(visit.status_at, visit.event))

    @column(_("attention"), ordering="open_number")
    def attention(self, visit: Any) -> str:
        """Whether a red line is drawn, how many requests are open, and whether guest and lead can talk to one another."""
        requests = ngettext("%d request", "%d requests", visit.open_number) % visit.open_number
        shown = [
            flag(_("red line"), "red") if visit.has_red_line else "",
            flag(requests, "amber") if visit.open_number else "",
            flag(word, "amber") if (word := _trouble_with_languages(visit)) else "",
            flag(_("“%(item)s” at what time?") % {"item": item}, "amber")
            if (item := getattr(visit, "unsure", ""))
            else "",
            *(format_html('<span class="desk-why">{}</span>', why) for why in getattr(visit, "collides", ())),
        ]
        return format_html_join(" ", "{}", ([part] for part in shown if part))


def _trouble_with_languages(visit: Any) -> Any:
    """Empty where the lead speaks a language of the guest, or there is no lead yet to ask about."""
    if not visit.guest.languages:
        return _("languages not known")
    return _("no shared language") if visit.lead_name and not visit.shares_language else ""


def _estimated(visit: Visit, moment: datetime | None, precision: str, as_written: str) -> str:
    """An approximate time carries a tilde; what is to be confirmed says so, or shows what the list said."""
    if precision == Visit.Precision.TO_BE_CONFIRMED:
        note = as_written or Visit.Precision.TO_BE_CONFIRMED.label
        return format_html("{} ({})", shown(moment, visit.event), note)
    return shown(moment, visit.event, mark="~" if precision == Visit.Precision.APPROXIMATE else "")


class DelegationForm(EventForm):
    """A delegation whose head travels with it."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        head = cleaned.get("head")
        if head and head.delegation_id != self.instance.pk:
            self.add_error("head", _("%(guest)s is not in this delegation.") % {"guest": head})
        return cleaned


@admin.register(Delegation)
class DelegationAdmin(EventAdmin):
    """Who travels together."""

    form = DelegationForm
    list_display = ("name", "country", "head", "size", "event")
    list_select_related = ("head__guest", "event")
    search_fields = (
        "name",
        "country",
        *guest_of("head"),
        "visit_number",
        "event__name",
        "external_key",
    )
    autocomplete_fields = ("head",)
    actions = (assign_delegations,)
    fields = ("event", ("name", "country"), "head", "external_key")

    def for_list(self, rows: QuerySet[Delegation], request: HttpRequest) -> QuerySet[Delegation]:
        return rows.annotate(
            visit_number=number_of(Visit.objects.filter(delegation=OuterRef("pk")), "delegation")
        )

    @column(_("guests"), ordering="visit_number")
    def size(self, delegation: Any) -> int:
        return int(delegation.visit_number)
