"""Papers about a whole event at the desk: its book, who comes and goes, who is driven where; looked at, opened, or printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib.admin import site
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from unfold.widgets import INPUT_CLASSES

from events.admin.chosen import desk_of
from events.models import Event
from guests.admin.printing import LookForm, choice, told_of
from guests.event_book import STYLES
from guests.look import USUAL, Look
from guests.models import Print
from guests.print_runs import request_event_papers
from guests.prints import print_event_paper
from guests.side_by_side import LANGUAGES, language_choices
from guests.tasks import render_prints
from liaison.clock import day_of
from liaison.moments import DayInput
from liaison.queue import nudge

MOST_DAYS = 31
_DAY = " ".join((*INPUT_CLASSES, "desk-day"))
_HOLDS = {
    Print.Kind.EVENT_BOOK: gettext_lazy(
        "The programme day by day, the venues with their gates, whom to call, and the delegations in order of precedence. "
        "Nothing private is in it."
    ),
    Print.Kind.ARRIVALS: gettext_lazy(
        "Every arrival and departure by time, with flight, place, officer and car. Without a day, the whole event on one list."
    ),
    Print.Kind.TRANSPORT: gettext_lazy(
        "For each car and driver of a day when to leave, from where to where, with whom. What nobody drives yet stands first."
    ),
}


class PaperForm(LookForm):
    """How papers about an event are wished; only what can be chosen of that kind."""

    language = choice(gettext_lazy("Language"))
    first_day = forms.DateField(
        label=gettext_lazy("From day"), required=False, widget=DayInput({"class": _DAY})
    )
    last_day = forms.DateField(
        label=gettext_lazy("To day"),
        required=False,
        widget=DayInput({"class": _DAY}),
        help_text=gettext_lazy("Each day is a paper of its own."),
    )
    field_order = ("language", "first_day", "last_day", "sheet", "pictures", "output")

    def __init__(self, data: Any, *, kind: Print.Kind, event: Event) -> None:
        super().__init__(data, auto_id=f"{kind}_%s")
        self.kind = kind
        is_book = kind == Print.Kind.EVENT_BOOK
        for name in ("first_day", "last_day") if is_book else ("sheet", "pictures"):
            del self.fields[name]
        languages = cast("forms.ChoiceField", self.fields["language"])
        languages.choices = language_choices()
        self.initial["language"] = next(code for code in LANGUAGES if code == (get_language() or "en")[:2])
        if is_book:
            sheets = cast("forms.ChoiceField", self.fields["sheet"])
            sheets.choices, sheets.help_text = [(one.value, one.label) for one in STYLES], ""
        elif kind == Print.Kind.TRANSPORT:
            today = day_of(timezone.now(), event.time_zone)
            self.initial["first_day"] = (
                today if event.starts_on <= today <= event.ends_on else event.starts_on
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if self.kind == Print.Kind.TRANSPORT and not first and "first_day" not in self.errors:
            self.add_error("first_day", _("Give the day."))
        elif last and not first and "first_day" not in self.errors:
            self.add_error("first_day", _("Give the first day as well."))
        if first and last and last < first:
            self.add_error("last_day", _("The last day must not come before the first."))
        if first and last and (last - first).days >= MOST_DAYS:
            self.add_error("last_day", _("Choose at most %(most)d days.") % {"most": MOST_DAYS})
        return cleaned

    def days(self) -> Sequence[date | None]:
        """The days chosen; None where the paper is about the whole event."""
        first = self.cleaned_data.get("first_day")
        if first is None:
            return [None]
        last = self.cleaned_data.get("last_day") or first
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def look(self) -> Look:
        return super().look() if self.kind == Print.Kind.EVENT_BOOK else USUAL


@dataclass(frozen=True)
class Offer:
    """A paper on the page, with the form that asks for it."""

    kind: str
    label: Any
    holds: Any
    form: PaperForm


@require_safe
def event_papers_of(request: HttpRequest) -> HttpResponse:
    """The events the person runs; straight on where the desk is about one."""
    desk = desk_of(request)
    if desk.only:
        return HttpResponseRedirect(reverse("event_papers", args=[desk.only.slug]))
    context = site.each_context(request) | {"title": _("Papers of the event"), "events": desk.events}
    return TemplateResponse(request, "admin/guests/print/events.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def event_papers(request: HttpRequest, slug: str) -> HttpResponse:
    """What can be printed about the event; by POST a look at it, one version opened, or a print run."""
    event = get_object_or_404(Event.objects.coordinated_by(request.user), slug=slug)  # type: ignore[arg-type]  # signed in
    chosen = request.POST.get("kind", "")
    if chosen and chosen not in _HOLDS:
        raise Http404
    forms_by_kind = {
        kind: PaperForm(request.POST if kind == chosen else None, kind=kind, event=event) for kind in _HOLDS
    }
    form = forms_by_kind[Print.Kind(chosen)] if chosen else None
    if form and form.is_valid() and (answer := _answer(request, event, form)):
        return answer
    offers = [Offer(kind, kind.label, _HOLDS[kind], forms_by_kind[kind]) for kind in _HOLDS]
    context = site.each_context(request) | {
        "title": _("Papers of the event"), "subtitle": event.name, "event": event, "offers": offers,
    }  # fmt: skip
    return TemplateResponse(request, "admin/guests/print/event.html", context, status=422 if form else 200)


def _answer(request: HttpRequest, event: Event, form: PaperForm) -> HttpResponse | None:
    """Where the button leads that was pressed; None where what it does cannot be done for what was chosen."""
    language, days, look = form.cleaned_data["language"], form.days(), form.look()
    by, at = cast("Any", request.user), timezone.now()  # the desk has turned everybody else away
    if "print" in request.POST:
        run = request_event_papers(
            event=event, kind=form.kind, language=language, days=days, by=by, at=at, look=look,
            output=form.cleaned_data["output"],
        )  # fmt: skip
        nudge(render_prints)
        return told_of(request, [run])
    if len(days) > 1:
        form.add_error("last_day", _("One day at a time can be opened; several are printed into one file."))
        return None
    if "preview" in request.POST:
        said = {"language": language} | ({"day": days[0].isoformat()} if days[0] else {}) | look.as_words()
        page = reverse("preview_event_paper", args=[event.slug, form.kind])
        return HttpResponseRedirect(f"{page}?{urlencode(said)}", status=303)
    version = print_event_paper(form.kind, event=event, by=by, at=at, language=language, day=days[0])
    words = look.as_words()
    query = f"?{urlencode(words)}" if words else ""
    return HttpResponseRedirect(f"{reverse(version.kind, args=[version.pk])}{query}", status=303)
