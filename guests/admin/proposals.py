"""Proposals at the desk: what matters, how far it is, what it would change and why, and which of it is accepted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget

from events.admin.base import EventReadOnlyAdmin, moment_column
from events.models import Event
from guests.models import ProposalLine, ProposalRun, Visit
from guests.proposals.accepting import accept, set_locks
from guests.proposals.runs import NoProposalError, request_proposal
from guests.proposals.weights import MOST, Weights, last_weights
from guests.proposals.wording import HELP, LABELS, Reason, proof_of, reasons_of, stopped_of
from guests.tasks import solve_proposals
from liaison.accounts.models import User
from liaison.admin import column
from liaison.clock import span_text
from liaison.filters import ChoicesDropdownFilter
from liaison.queue import nudge

_INPUT = " ".join(INPUT_CLASSES)


class WeightsForm(forms.Form):
    """How much each wish matters."""

    def __init__(self, data: Any, *, initial: Weights) -> None:
        super().__init__(data, initial=initial.as_json())
        for name, label in LABELS.items():
            self.fields[name] = forms.IntegerField(
                label=capfirst(str(label)),
                min_value=0,
                max_value=MOST,
                widget=forms.NumberInput({"class": _INPUT, "inputmode": "numeric"}),
                help_text=str(HELP[name]),
            )

    def weights(self) -> Weights:
        return Weights(**{name: self.cleaned_data[name] for name in LABELS})


class EventForm(forms.Form):
    """For which event."""

    event = forms.ModelChoiceField(
        label=gettext_lazy("Event"), queryset=Event.objects.none(), widget=UnfoldAdminSelectWidget()
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        events = Event.objects.coordinated_by(user)
        cast("forms.ModelChoiceField[Event]", self.fields["event"]).queryset = events
        self.initial["event"] = events.first()


@admin.action(description=gettext_lazy("Propose leads…"))
def propose_chosen(table: Any, request: HttpRequest, queryset: QuerySet[Visit]) -> HttpResponse | None:
    """Ask what matters, then have leads proposed for the chosen guests."""
    visits = list(queryset.select_related("event"))
    if len({visit.event_id for visit in visits}) != 1:
        messages.error(request, _("Choose guests of one event."))
        return None
    event = visits[0].event
    form = WeightsForm(request.POST if "propose" in request.POST else None, initial=last_weights(event.pk))
    if form.is_bound and form.is_valid() and (run := _asked(request, visits, form.weights())):
        return HttpResponseRedirect(_address(run))
    said = ngettext("%(event)s: %(number)d guest", "%(event)s: %(number)d guests", len(visits))
    return _weights_page(
        table,
        request,
        form,
        subtitle=said % {"event": event, "number": len(visits)},
        chosen=request.POST.getlist(ACTION_CHECKBOX_NAME),
        chosen_name=ACTION_CHECKBOX_NAME,
        select_across=request.POST.get("select_across", "0"),
    )


def _weights_page(table: Any, request: HttpRequest, form: WeightsForm, **context: Any) -> HttpResponse:
    common = table.admin_site.each_context(request) | {
        "title": _("Propose leads"), "opts": table.opts, "form": form, "back": request.get_full_path(),
    }  # fmt: skip
    return TemplateResponse(request, "admin/guests/proposalrun/weights.html", common | context)


def _asked(
    request: HttpRequest, visits: Sequence[Visit], weights: Weights, **given: Any
) -> ProposalRun | None:
    by = cast("User", request.user)  # the desk has turned everybody else away
    try:
        run = request_proposal(visits=visits, weights=weights, by=by, at=timezone.now(), **given)
    except NoProposalError as refused:
        messages.error(request, str(refused))
        return None
    nudge(solve_proposals)
    return run


def _address(run: ProposalRun) -> str:
    return reverse("admin:guests_proposalrun_change", args=[run.pk])


@dataclass(frozen=True)
class Row:
    """A line as the page shows it."""

    line: ProposalLine
    span: str
    reasons: list[Reason]
    stopped: str


@admin.register(ProposalRun)
class ProposalRunAdmin(EventReadOnlyAdmin):
    """Proposals: those made before, and the page of each."""

    list_display = (
        "__str__",
        "event",
        "state_shown",
        "without_lead",
        moment_column(ProposalRun, "requested_at"),
        "requested_by",
    )
    search_fields = (
        "event__name",
        "state",
        "total",
        "without_lead",
        "requested_by__name",
        "requested_at",
    )
    list_filter = (("state", ChoicesDropdownFilter),)

    @column(
        gettext_lazy("state"),
        ordering="state",
        label={
            "waiting": "warning",
            "running": "info",
            "done": "success",
            "failed": "danger",
            "off": "default",
        },
    )
    def state_shown(self, run: ProposalRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProposalRun]:
        rows: QuerySet[ProposalRun] = super().get_queryset(request)
        return rows.select_related("event", "requested_by")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask what matters, then have leads proposed for all guests of an event."""
        user = cast("User", request.user)
        choice = EventForm(request.POST or (request.GET if "event" in request.GET else None), user=user)
        event = choice.cleaned_data["event"] if choice.is_bound and choice.is_valid() else None
        event = event or choice.initial["event"]
        if event is None:
            raise Http404
        form = WeightsForm(
            request.POST if "propose" in request.POST else None, initial=last_weights(event.pk)
        )
        if form.is_bound and form.is_valid() and choice.is_valid():
            visits = Visit.objects.visible_to(user, at=timezone.now()).filter(event=event)
            if run := _asked(request, list(visits.select_related("event")), form.weights()):
                return HttpResponseRedirect(_address(run))
        return _weights_page(self, request, form, choice=choice, subtitle=_("All guests of an event"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The proposal: its progress while a worker is at it, then its lines."""
        run = self.get_object(request, object_id)
        if run is None:
            raise Http404
        if request.method == "POST":
            return HttpResponseRedirect(_address(self._done(request, run)))
        page = self.admin_site.each_context(request) | {
            "title": _("Proposal"), "subtitle": str(run.event), "opts": self.opts, "run": run,
        }  # fmt: skip
        if run.state != ProposalRun.State.DONE:
            return TemplateResponse(request, "admin/guests/proposalrun/waiting.html", page)
        form = WeightsForm(None, initial=Weights.from_json(run.weights))
        return TemplateResponse(
            request, "admin/guests/proposalrun/proposal.html", page | _told(run) | {"form": form}
        )

    def _done(self, request: HttpRequest, run: ProposalRun) -> ProposalRun:
        """Do what the pressed button says; answers the proposal to look at then."""
        at = timezone.now()
        if "off" in request.POST:
            run.call_off(at=at)
            return run
        set_locks(run=run, locked=_keys(request, "lock"))
        if "again" in request.POST:
            return self._again(request, run)
        chosen = _keys(request, "accept")
        if "all" in request.POST:
            chosen = list(run.lines.open().values_list("pk", flat=True))
        _say(request, accept(run=run, lines=chosen, by=cast("User", request.user), at=at))
        return run

    def _again(self, request: HttpRequest, run: ProposalRun) -> ProposalRun:
        form = WeightsForm(request.POST, initial=Weights.from_json(run.weights))
        if not form.is_valid():
            messages.error(request, _("A weight is a number from 0 to 10."))
            return run
        locked = run.lines.filter(is_locked=True).exclude(officer=None)
        kept = dict(locked.values_list("visit_id", "officer_id"))
        visits = list(run.visits.select_related("event"))
        return _asked(request, visits, form.weights(), kept=kept, previous=run) or run


def _keys(request: HttpRequest, name: str) -> list[int]:
    return [int(key) for key in request.POST.getlist(name) if key.isdecimal()]


def _say(request: HttpRequest, lines: Sequence[ProposalLine]) -> None:
    refused = [line for line in lines if line.state == ProposalLine.State.REFUSED]
    taken = len(lines) - len(refused)
    said = ngettext("%d line was accepted.", "%d lines were accepted.", taken) % taken
    messages.success(request, said) if taken else None
    if refused:
        said = ngettext("%d line no longer fits.", "%d lines no longer fit.", len(refused)) % len(refused)
        messages.warning(request, said)
    if not lines:
        messages.info(request, _("Nothing was chosen."))


def _told(run: ProposalRun) -> dict[str, Any]:
    """The lines in the order in which they need a person: without an officer, changes, what has to stay, what may."""
    weights = Weights.from_json(run.weights)
    lines = run.lines.select_related(
        "visit__guest", "visit__delegation", "officer__user", "second__user", "today__officer__user"
    )
    rows = [
        Row(
            line,
            span_text(line.starts_at, line.ends_at, run.event.time_zone),
            reasons_of(line, weights) if line.officer_id else [],
            "" if line.officer_id and not line.stopped else stopped_of(line),
        )
        for line in lines
    ]
    return {
        "proof": proof_of(run),
        "nobody": [row for row in rows if row.line.officer_id is None],
        "changes": [row for row in rows if row.line.is_change],
        "bound": [row for row in rows if row.line.is_bound],
        "same": [
            row for row in rows if row.line.officer_id and not row.line.is_change and not row.line.is_bound
        ],
    }
