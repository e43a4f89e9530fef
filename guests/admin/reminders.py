"""The rules of reminders at the desk: what, to whom, when, in which words; how the mail looks, and one to oneself."""

from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from events.admin.base import EventAdmin, EventForm, EventTabularInline
from events.admin.chosen import desk_of
from events.admin.event import EventTableAdmin
from events.models import Event
from guests.models import ReminderRule
from guests.models.reminder import LANGUAGES, PLACEHOLDERS
from guests.reminders.sample import sample_of
from guests.reminders.telling import TEST_OF_USE
from guests.reminders.usual import usual_rules, write_usual_rules
from guests.tasks import send_at_once
from liaison.admin import column
from liaison.filters import ChoicesDropdownFilter
from liaison.notices import outbox
from liaison.notices.channels import CHANNELS
from liaison.queue import nudge
from liaison.searching import Said

if TYPE_CHECKING:
    from liaison.accounts.models import User

_AFTER = (ReminderRule.What.OVERDUE, ReminderRule.What.HANDOVER)
_NAMES = {
    "email": gettext_lazy("e-mail"),
    "push": gettext_lazy("on the phone"),
    "gateway": gettext_lazy("by messenger"),
}


class RuleForm(EventForm):
    """A rule with the ways there are as boxes to tick."""

    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Ways"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy("None ticked: every way there is."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.MultipleChoiceField", self.fields["channels"])
        field.choices = [(name, _NAMES.get(name, name)) for name in CHANNELS]


class ReminderRuleInline(EventTabularInline):
    """The event's rules in short; each is edited on its own page, where its mail is shown."""

    model = ReminderRule
    fields = readonly_fields = ("what", "kind", "audience", "minutes_before", "clock")
    show_change_link = True
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


# An event's page knows nothing of guests; what belongs to both joins it from this side.
EventTableAdmin.inlines = (*EventTableAdmin.inlines, ReminderRuleInline)


@admin.register(ReminderRule)
class ReminderRuleAdmin(EventAdmin):
    """Of what, whom, how long before, by which ways and in which words."""

    form = RuleForm
    list_before_template = "admin/guests/reminderrule/above.html"
    change_form_outer_after_template = "admin/guests/reminderrule/buttons.html"
    list_display = ("what_shown", "kind_shown", "audience", "when", "event")
    list_display_links = ("what_shown",)
    list_select_related = ("event",)
    list_filter = (("what", ChoicesDropdownFilter), ("audience", ChoicesDropdownFilter))
    search_fields = ("event__name", "what", "kind", "audience", "minutes_before", "clock")
    said = (
        Said(gettext_lazy("every kind"), Q(kind="")),
        Said(gettext_lazy("min before"), ~Q(what__in=[*ReminderRule.USUAL_CLOCKS, *_AFTER])),
        Said(gettext_lazy("min after"), Q(what__in=_AFTER)),
        Said(gettext_lazy("on the evening before"), Q(what=ReminderRule.What.BRIEFING)),
        Said(
            gettext_lazy("every day"),
            Q(what__in=ReminderRule.USUAL_CLOCKS) & ~Q(what=ReminderRule.What.BRIEFING),
        ),
    )
    fieldsets = (
        (None, {"fields": ("event", ("what", "kind"), "audience", ("minutes_before", "clock"))}),
        (
            gettext_lazy("By which ways"),
            {"fields": ("channels", ("wants_acknowledgement", "escalate_after"))},
        ),
        (
            gettext_lazy("In your own words"),
            {
                "fields": (("subject_en", "subject_id"), ("text_en", "text_id")),
                "description": gettext_lazy(
                    "May stay empty. The subject takes the usual one’s place; the text stands above the usual one. In braces may stand: %(names)s."
                )
                % {"names": " ".join("{" + name + "}" for name in PLACEHOLDERS)},
            },
        ),
    )

    @column(gettext_lazy("of what"), ordering="what")
    def what_shown(self, rule: ReminderRule) -> str:
        return str(rule.get_what_display())

    @column(gettext_lazy("kind of item"), ordering="kind")
    def kind_shown(self, rule: ReminderRule) -> str:
        if rule.what not in ReminderRule.OF_ITEMS:
            return ""
        return str(rule.get_kind_display() or _("every kind"))

    @column(gettext_lazy("when"), ordering="minutes_before")
    def when(self, rule: ReminderRule) -> str:
        return when_of(rule)

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        own = [
            path("usual/", guarded(self.usual_view), name="guests_reminderrule_usual"),
            path("<int:pk>/preview/", guarded(self.preview_view), name="guests_reminderrule_preview"),
            path("<int:pk>/test/", guarded(self.test_view), name="guests_reminderrule_test"),
        ]
        return own + list(super().get_urls())

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The rules, and above them what holds at an event that has none."""
        chosen = desk_of(request)
        with_rules = set(self.get_queryset(request).order_by().values_list("event", flat=True).distinct())
        bare = [event for event in chosen.events if event.pk not in with_rules]
        bare = [event for event in bare if chosen.only in {None, event}]
        above = {"bare": bare, "usual": [(rule, when_of(rule)) for rule in usual_rules()] if bare else []}
        return super().changelist_view(request, (extra_context or {}) | above)

    @method_decorator(require_POST)
    def usual_view(self, request: HttpRequest) -> HttpResponse:
        """Write the usual rules as rows to edit."""
        mine = Event.objects.coordinated_by(cast("User", request.user))
        key = request.POST.get("event", "")
        if not key.isdecimal():
            raise Http404
        written = write_usual_rules(get_object_or_404(mine, pk=int(key)))
        said = ngettext("%d rule was written.", "%d rules were written.", written) % written
        messages.success(request, said) if written else messages.info(
            request, _("The event has rules already.")
        )
        return HttpResponseRedirect(reverse("admin:guests_reminderrule_changelist"))

    @method_decorator(require_safe)
    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The mail in each language, of something real that is ahead or of something made up."""
        rule = get_object_or_404(self.get_queryset(request).select_related("event"), pk=pk)
        sample = sample_of(rule, at=timezone.now())
        reader, wants = cast("User", request.user), rule.wants_acknowledgement
        letters = [sample.worded(reader, language, wants_acknowledgement=wants) for language in LANGUAGES]
        context = self.admin_site.each_context(request) | {
            "title": _("How the mail looks"), "subtitle": f"{rule.event}, {rule}", "opts": self.opts, "rule": rule,
            "letters": letters, "is_real": sample.is_real, "client_uuid": uuid4(),
        }  # fmt: skip
        return TemplateResponse(request, "admin/guests/reminderrule/preview.html", context)

    @method_decorator(require_POST)
    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send it to oneself by the rule's ways; once for each page on which the button stood."""
        rule = get_object_or_404(self.get_queryset(request).select_related("event"), pk=pk)
        at, reader = timezone.now(), cast("User", request.user)
        sample = sample_of(rule, at=at)
        outbox.put(
            wish=outbox.Wish(
                recipient_id=reader.pk,
                event_id=rule.event_id,
                kind=sample.kind,
                subject_ref="test",
                dedupe_key=f"test:{rule.pk}:{reader.pk}:{request.POST.get('client_uuid', '')[:36]}",
                payload=sample.payload,
                channels=rule.channels,
                due_at=at,
                expires_at=at + TEST_OF_USE,
            ),
            at=at,
        )
        nudge(send_at_once)
        messages.success(request, _("It is on its way to %(address)s.") % {"address": reader.email})
        return HttpResponseRedirect(reverse("admin:guests_reminderrule_preview", args=[rule.pk]))


def when_of(rule: ReminderRule) -> str:
    """When it comes, in the reader's language."""
    what = ReminderRule.What
    if rule.what in ReminderRule.USUAL_CLOCKS:
        said = {"time": f"{rule.hour:%H:%M}"}
        pattern = (
            _("%(time)s on the evening before") if rule.what == what.BRIEFING else _("%(time)s every day")
        )
        return pattern % said
    minutes = {"minutes": rule.minutes_before}
    return (_("%(minutes)s min after") if rule.what in _AFTER else _("%(minutes)s min before")) % minutes
