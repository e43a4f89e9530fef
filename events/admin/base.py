"""Tables whose rows belong to an event: in the coordinator's own events only, on the event's clocks, of one event."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.contrib.admin import site
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from events.admin.chosen import desk_of
from events.admin.filters import OfEventFilter
from events.models import Event, Role
from events.models.staff import events_of
from liaison.accounts.models import User
from liaison.admin import (
    ReadOnlyAdmin,
    ScopedAdmin,
    ScopedStackedInline,
    ScopedTabularInline,
    ScopeMixin,
    column,
    title_of,
)
from liaison.choices import RowSelect
from liaison.clock import clock_time, zone_label
from liaison.moments import MomentField
from liaison.templatetags.clock import day

OF_EVENT = "of_event"


def event_of(row: Any) -> Event | None:
    """The event a row belongs to, by the path its table names; None where it belongs to none."""
    if row is None or isinstance(row, Event):
        return row
    table = site.get_model_admin(type(row)) if site.is_registered(type(row)) else None
    for step in getattr(table, "event_path", "").split("__"):
        try:
            row = getattr(row, step, None)
        except ObjectDoesNotExist:
            return None
    return row if isinstance(row, Event) else None


def at_desk(rows: models.QuerySet[Any], user: User, event_path: str) -> models.QuerySet[Any]:
    """Those of the events a person runs: being an officer elsewhere opens no table there."""
    if not user.is_authenticated or not user.is_active:
        return rows.none()
    if user.is_superuser:
        return rows
    return rows.filter(**{f"{event_path}__in": events_of(user, Role.COORDINATOR)})


def zone_of(event: Event) -> str:
    """The event's zone as people say it on its first day."""
    return zone_label(datetime.combine(event.starts_on, time(12), tzinfo=UTC), event.time_zone)


def moment_column(model: type[models.Model], name: str) -> Any:
    """A column that shows a moment in the zone of the row's event, with the zone."""

    @column(title_of(model, name), ordering=name)
    def moment(row: Any) -> str:
        return shown(getattr(row, name), event_of(row))

    return moment


def number_of(rows: models.QuerySet[Any], by: str) -> Coalesce:
    """How many of the rows (already tied to the outer row) there are, as a column; `by` is what ties them."""
    counted = rows.order_by().values(by).annotate(number=models.Count("pk")).values("number")
    return Coalesce(models.Subquery(counted), 0)


def shown(moment: datetime | None, event: Event | None, *, mark: str = "") -> SafeString:
    """A moment in the event's zone, after a mark such as “~”; of a row without an event in UTC. Empty for no moment."""
    if moment is None:
        return SafeString()
    zone_name = event.time_zone if event else "UTC"
    return format_html(
        '<span class="desk-moment"><span>{}</span> <span>{} {}</span></span>',
        f"{mark} {day(moment, zone_name)}".strip(),
        clock_time(moment, zone_name),
        zone_label(moment, zone_name),
    )


class EventForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A row of one event: what it refers to is of that event, and its times are read and shown on the event's clocks.

    The event is the stored row's; for a new row the one chosen in the form, directly or by the visit, venue or person
    the row hangs on; before that the only one the coordinator runs. So a time is never read on other clocks than those
    it is shown on afterwards, whatever the browser's or the server's zone.

    A field that was not touched stays as it is now: what others changed while the page lay open is not put back.
    """

    anchor = "event"
    only_event: Event | None = None

    def __init__(
        self, *args: Any, event: Event | None = None, shared: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.event = event or event_of(self.instance) or self._chosen() or self.only_event
        self._say_whose_clocks()
        self._remember_what_is_shown()
        if self.event:
            for name, field in self.fields.items():
                if isinstance(field, forms.ModelChoiceField):
                    self._narrow(name, field, self.event, shared)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        for name in self._remembered - {*self.changed_data}:
            if name in cleaned:
                cleaned[name] = getattr(self.instance, name)
        for name, chosen in list(cleaned.items()):
            if not isinstance(chosen, models.Model) or name == self.anchor:
                continue
            event = event_of(chosen)
            if event and self.event and event != self.event:
                self.add_error(name, _("“%(row)s” belongs to another event.") % {"row": chosen})
        return cleaned

    def _remember_what_is_shown(self) -> None:
        """Let the page carry what each field said, so that what a person changed can be told from what others did."""
        columns = {column.name for column in self.instance._meta.concrete_fields}  # noqa: SLF001 (Django's own API)
        self._remembered = set[str]()
        for name, field in self.fields.items():
            if self.instance.pk and not isinstance(field, forms.FileField):
                field.show_hidden_initial = True
                self._remembered |= {name} & columns

    def _chosen(self) -> Event | None:
        """The event of the row chosen as anchor in what was sent, or proposed by the address."""
        field = self.fields.get(self.anchor)
        raw = self.data.get(self.add_prefix(self.anchor)) or self.initial.get(self.anchor)
        if not isinstance(field, forms.ModelChoiceField) or not raw:
            return None
        try:
            return event_of(field.clean(raw.pk if isinstance(raw, models.Model) else raw))
        except ValidationError:
            return None

    def _say_whose_clocks(self) -> None:
        for field in self.fields.values():
            if isinstance(field, MomentField):
                if self.event:
                    field.on_clock(self.event.time_zone, zone_of(self.event))
                else:
                    field.on_clock("UTC", _("in the event's zone"))

    def _narrow(
        self, name: str, field: "forms.ModelChoiceField[Any]", event: Event, shared: dict[str, Any] | None
    ) -> None:
        """Offer only what is of the event; in a table of forms, ask for it once for all of them."""
        widget = getattr(field.widget, "widget", field.widget)
        if isinstance(widget, EventAutocompleteSelect):
            widget.event = event
            widget.known = self.instance._state.fields_cache.get(name)  # noqa: SLF001 (what `select_related` read)
        elif field.queryset is not None and (path := event_path_of(field.queryset.model)):
            field.queryset = field.queryset.filter(**{path: event})
            if shared is not None:
                choices: Any = field.choices
                field.choices = (
                    shared[name] if name in shared else shared.setdefault(name, list(iter(choices)))
                )


def event_path_of(model: type[models.Model]) -> str:
    """The path from a row of the model to its event; empty where there is none, or the row is the event."""
    if model is Event or not site.is_registered(model):
        return ""
    return str(getattr(site.get_model_admin(model), "event_path", ""))


class EventAutocompleteSelect(RowSelect):
    """A field that searches as one types, among the rows of the form's event."""

    event: Event | None = None
    known: models.Model | None = None
    """What the row refers to, where it was read with the row: its name need not be asked for once more."""

    def get_url(self) -> str:
        url = super().get_url()
        return f"{url}?{urlencode({OF_EVENT: self.event.pk})}" if self.event else url

    def optgroups(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> list[Any]:
        if self.known is None or value != [str(self.known.pk)]:
            groups: list[Any] = super().optgroups(name, value, attrs)
            return groups
        label = self.choices.field.label_from_instance(self.known)
        empty = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        return [(None, [*empty, self.create_option(name, self.known.pk, label, True, len(empty))], 0)]


class EventChoices(ScopeMixin):
    """Fields of a form about an event."""

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", EventAutocompleteSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class EventRows(EventChoices):
    """Rows of the events a person runs; `event_path` leads from a row to its event, over single rows only."""

    event_path = "event"
    form = EventForm

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [*super().get_list_filter(request), OfEventFilter]  # type: ignore[misc]  # of the table this is mixed into

    def in_scope(self, rows: Any, request: HttpRequest) -> models.QuerySet[Any]:
        """Whoever runs an event sees all of its rows, so that this narrower claim, which is cheaper to ask, is enough."""
        return at_desk(rows, request.user, self.event_path)  # type: ignore[arg-type]  # the desk is for the signed-in


class EventAdmin(EventRows, ScopedAdmin):
    """A table of rows that belong to an event. A row stays with its event, visit or venue for good."""

    @property
    def anchor(self) -> str:
        """The field by which a row hangs on its event."""
        return self.event_path.split("__")[0]

    def zone_of_row(self, request: HttpRequest, row: Any) -> str:
        event = event_of(row)
        return event.time_zone if event else super().zone_of_row(request, row)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, self.anchor] if obj else list(fixed)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.anchor, form.only_event = self.anchor, only_event_of(request)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        event = only_event_of(request)
        return {"event": event.pk} | given if event and self.anchor == "event" else given

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        given: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        if issubclass(inline.form, EventForm):
            event = event_of(obj) or only_event_of(request)
            given["form_kwargs"] = {"event": event, "shared": {}}
        return given

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        event = request.GET.get(OF_EVENT, "")
        if event.isdecimal():
            queryset = queryset.filter(**{self.event_path: int(event)})
        found: tuple[models.QuerySet[Any], bool] = super().get_search_results(request, queryset, search_term)
        return found


class EventReadOnlyAdmin(EventRows, ReadOnlyAdmin):
    """A table of rows that belong to an event and are written by the app only."""


class EventTabularInline(EventChoices, ScopedTabularInline):
    """Rows of an event edited in a table on their parent's page; what they refer to is edited on its own."""

    form = EventForm

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class EventStackedInline(EventChoices, ScopedStackedInline):
    """Rows of an event edited one below the other on their parent's page."""

    form = EventForm


def only_event_of(request: HttpRequest) -> Event | None:
    """The event the desk is about, where it is one."""
    return desk_of(request).only
