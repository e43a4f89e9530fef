"""Asking for paper at the desk: how it is to look, a look at the first one, and the print run that makes it."""

from collections.abc import Callable, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget

from guests.look import Look, Pictures, Sheet
from guests.models import Print, PrintRun, Visit
from guests.print_runs import RunRefusedError, request_again, request_day_sheets, request_print_run
from guests.tasks import render_prints
from guests.wording import LANGUAGES
from liaison.clock import day_of
from liaison.queue import nudge


def choice(label: Any, choices: Any = (), **more: Any) -> forms.ChoiceField:
    """A field to choose from, as the desk draws one."""
    return forms.ChoiceField(label=label, choices=choices, widget=UnfoldAdminSelectWidget(), **more)


class OutputForm(forms.Form):
    """As what the papers of a run are handed out."""

    output = choice(gettext_lazy("As"), PrintRun.Output.choices)


class LookForm(OutputForm):
    """How papers for guests are to look."""

    sheet = choice(
        gettext_lazy("Sheet"),
        Sheet.choices,
        help_text=gettext_lazy(
            "Print a booklet on both sides, turned over the long edge; cut it across the middle, fold each half, and put "
            "the upper half around the lower one."
        ),
    )
    pictures = choice(gettext_lazy("Where a picture is broken"), Pictures.choices)
    field_order: Sequence[str] = ("language", "sheet", "pictures", "output")

    def look(self) -> Look:
        return Look(self.cleaned_data["sheet"], self.cleaned_data["pictures"])


class HandoutForm(LookForm):
    """The same, and in which language."""

    language = choice(gettext_lazy("Language"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        own = [(code, get_language_info(code)["name_local"]) for code in LANGUAGES]
        cast("forms.ChoiceField", self.fields["language"]).choices = [("", _("each guest's own")), *own]


class DayForm(OutputForm):
    """Of which day."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=UnfoldAdminDateWidget(attrs={"type": "date"}))
    field_order = ("day", "output")


@admin.action(description=gettext_lazy("Print the handouts…"))
def print_handouts(table: Any, request: HttpRequest, chosen: QuerySet[Visit]) -> HttpResponse | None:
    """Ask how the handouts of the chosen guests are to look, have them printed, and lead to where they will be."""
    visits = list(chosen.select_related("event"))
    form = HandoutForm(_sent(request))
    if not (form.is_bound and form.is_valid()):
        return _asking(table, request, form, title=_("Print the handouts"), number=len(visits))
    language, look, output = form.cleaned_data["language"], form.look(), form.cleaned_data["output"]
    if "preview" in request.POST and visits:
        said = look.as_words() | ({"language": language} if language else {})
        return _preview("preview_handout", visits[0], said)
    by: Any = request.user  # the desk has turned everybody else away
    return _begun(
        table,
        request,
        lambda: [
            request_print_run(
                visits=visits, by=by, at=timezone.now(), language=language, look=look, output=output
            )
        ],
    )


@admin.action(description=gettext_lazy("Print the day sheets…"))
def print_day_sheets(table: Any, request: HttpRequest, chosen: QuerySet[Visit]) -> HttpResponse | None:
    """Ask of which day, and have a sheet printed for each officer who looks after one of the chosen guests on it."""
    visits = list(chosen.select_related("event"))
    form = DayForm(_sent(request))
    if visits:
        form.initial["day"] = day_of(timezone.now(), visits[0].event.time_zone)
    if not (form.is_bound and form.is_valid()):
        return _asking(table, request, form, title=_("Print the day sheets"), number=len(visits))
    day, output, by = form.cleaned_data["day"], form.cleaned_data["output"], cast("Any", request.user)
    if "preview" in request.POST and visits:
        return _preview("preview_day_sheet", visits[0], {"day": day.isoformat()})
    return _begun(
        table,
        request,
        lambda: [request_day_sheets(visits=visits, day=day, by=by, at=timezone.now(), output=output)],
    )


@admin.action(description=gettext_lazy("Print again…"), permissions=["view"])
def print_again(table: Any, request: HttpRequest, chosen: QuerySet[Print]) -> HttpResponse | None:
    """Ask for the chosen papers, and no others, as they would be now, and lead to where they will be."""
    form = LookForm(_sent(request))
    versions = list(chosen.select_related("event").defer("data"))
    if not (form.is_bound and form.is_valid()):
        return _asking(table, request, form, title=_("Print again"), number=len(versions), of_papers=True)
    by, look, output = cast("Any", request.user), form.look(), form.cleaned_data["output"]
    return _begun(
        table,
        request,
        lambda: request_again(versions=versions, by=by, at=timezone.now(), look=look, output=output),
    )


def _sent(request: HttpRequest) -> Any:
    """What was filled in; None while the list's action has only just been chosen."""
    return request.POST if {"print", "preview"} & {*request.POST} else None


def _preview(page: str, visit: Visit, said: dict[str, str]) -> HttpResponse:
    query = f"?{urlencode(said)}" if said else ""
    return HttpResponseRedirect(f"{reverse(page, args=[visit.pk])}{query}")


def _begun(table: Any, request: HttpRequest, ask: Callable[[], Sequence[PrintRun]]) -> HttpResponse | None:
    """Begin the runs and lead to them; a refusal is said above the list."""
    try:
        runs = ask()
    except RunRefusedError as refused:
        table.message_user(request, str(refused), messages.ERROR)
        return None
    nudge(render_prints)
    return told_of(request, runs)


def told_of(request: HttpRequest, runs: Sequence[PrintRun]) -> HttpResponse:
    """Say how many papers are on their way, and lead to where they will be."""
    number = sum(run.total for run in runs)
    said = ngettext("%(number)d paper is being printed.", "%(number)d papers are being printed.", number)
    messages.success(request, said % {"number": number})
    if len(runs) == 1:
        return HttpResponseRedirect(reverse("admin:guests_printrun_change", args=[runs[0].pk]))
    return HttpResponseRedirect(reverse("admin:guests_printrun_changelist"))


def _asking(
    table: Any, request: HttpRequest, form: forms.Form, *, title: str, number: int, of_papers: bool = False
) -> HttpResponse:
    said = (
        ngettext("%(number)d paper", "%(number)d papers", number)
        if of_papers
        else ngettext("%(number)d guest", "%(number)d guests", number)
    )
    page = table.admin_site.each_context(request) | {
        "title": title, "subtitle": said % {"number": number}, "opts": table.opts, "form": form,
        "action": request.POST.get("action", ""), "back": request.get_full_path(), "can_preview": not of_papers,
        "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME), "chosen_name": ACTION_CHECKBOX_NAME,
        "select_across": request.POST.get("select_across", "0"),
    }  # fmt: skip
    return TemplateResponse(request, "admin/guests/printrun/ask.html", page)
