"""What a guest needs, on the phone: writing it down in two taps, and one page for all that becomes of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from guests.access import owners_of
from guests.forms import ActionForm, CommentForm, DeadlineForm, DeclineForm, OwnerForm, RequestForm
from guests.hours import Hours
from guests.models import Request, RequestDeadline, Visit
from guests.request_page import request_page as page_of
from guests.requests import RequestError
from guests.requests import accept_request as accept
from guests.requests import close_request as close
from guests.requests import comment_on_request as comment
from guests.requests import decline_request as decline
from guests.requests import give_request as give
from guests.requests import log_request as log
from guests.requests import reopen_request as reopen
from guests.requests import set_deadline as put_off
from guests.views import SignedIn
from guests.views.acting import action, not_understood, require_duty, to_today, visit_on_duty


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)  # going back must not show a form that was already used
def log_request(request: SignedIn, pk: int) -> HttpResponse:
    """What the guest needs, in one tap for a preset; what was typed stays where something is missing."""
    at = timezone.now()
    found = visit_on_duty(request.user, pk, at)
    form = RequestForm(request.POST if request.method == "POST" else None)
    usual = RequestDeadline.objects.minutes_of(found.event_id)
    if request.method != "POST" or not form.is_valid():
        page = {"visit": found, "form": form, "presets": _presets(found, usual, at)}
        return render(request, "phone/log_request.html", page, status=422 if form.is_bound else 200)
    typed = form.cleaned_data
    category, text = Request.Category(typed["category"]), typed["text"]
    logged = log(
        visit=found, category=category, text=text, by=request.user, at=at, due_at=form.due_at(at, usual),
        client_uuid=form.action_uuid("request", pk, category, text),
    )  # fmt: skip
    said = {"guest": found.guest.called, "what": logged}
    if logged.due_at is None:
        messages.success(request, _("Noted for %(guest)s: %(what)s") % said)
    else:
        said["time"] = Hours(found.event.time_zone, at).say(logged.due_at)
        messages.success(request, _("Noted for %(guest)s: %(what)s, due %(time)s") % said)
    return to_today(pk)


def _presets(visit: Visit, usual: dict[str, int], at: datetime) -> list[tuple[str, str, str]]:
    """Each kind of request with its word and when it is due if it is asked for now."""
    hours = Hours(visit.event.time_zone, at)
    return [
        (each.value, str(each.label), hours.say(at + timedelta(minutes=usual[each])))
        for each in Request.Category
    ]


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def request_page(request: SignedIn, pk: int) -> HttpResponse:
    """All there is to know of one request, and what can be done with it."""
    at = timezone.now()
    return _shown(request, _visible(request, pk, at), at)


@action
def accept_request(request: SignedIn, pk: int) -> HttpResponse:
    """I see to it."""
    return _tapped(request, pk, accept, _("You see to it: %(what)s"))


@action
def close_request(request: SignedIn, pk: int) -> HttpResponse:
    """A request is seen to; whoever tapped by mistake finds the way back in the answer."""
    way_back = format_html('<a href="{}">{}</a>', reverse("request", args=[pk]), _("Not yet?"))
    return _tapped(request, pk, close, _("Done: %(what)s"), way_back)


@action
def reopen_request(request: SignedIn, pk: int) -> HttpResponse:
    """It was not over."""
    return _tapped(request, pk, reopen, _("Open again: %(what)s"))


@action
def decline_request(request: SignedIn, pk: int) -> HttpResponse:
    """It will not be done, and why."""
    return _written(request, pk, decline, DeclineForm, _("Declined: %(what)s"))


@action
def comment_on_request(request: SignedIn, pk: int) -> HttpResponse:
    """A word on it."""
    return _written(request, pk, comment, CommentForm, _("Written down: %(what)s"))


@action
def give_request(request: SignedIn, pk: int) -> HttpResponse:
    """Somebody else sees to it, or I do."""
    at = timezone.now()
    found = _on_duty(request, pk, at)
    form = OwnerForm(request.POST, owners=owners_of(found, at=at))
    if not form.is_valid():
        return _refused(
            request, found, " ".join(map(str, form.errors.get("owner", []))) or _("Please tap again.")
        )
    owner = form.cleaned_data["owner"]
    uuid = form.action_uuid("owner", pk, owner.pk)
    act = partial(give, request=found, owner=owner, by=request.user, at=at, client_uuid=uuid)
    return _answered(request, found, act, _("Now with %(who)s.") % {"who": owner})


@action
def set_deadline(request: SignedIn, pk: int) -> HttpResponse:
    """It is needed sooner, later, or at no set time."""
    at = timezone.now()
    found = _on_duty(request, pk, at)
    form = DeadlineForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, _("Choose when it is needed."))
    uuid = form.action_uuid("deadline", pk, form.cleaned_data["due"])
    act = partial(put_off, request=found, due_at=form.due_at(at), by=request.user, at=at, client_uuid=uuid)
    return _answered(request, found, act, _("The deadline is changed."))


def _visible(request: SignedIn, pk: int, at: datetime) -> Request:
    rows = Request.objects.visible_to(request.user, at=at).for_its_page(at)
    return get_object_or_404(rows, pk=pk)


def _on_duty(request: SignedIn, pk: int, at: datetime) -> Request:
    found = _visible(request, pk, at)
    require_duty(request.user, found.visit, at)
    return found


def _shown(request: SignedIn, found: Request, at: datetime, failed: ActionForm | None = None) -> HttpResponse:
    page = {
        "page": page_of(found, reader=request.user, at=at),
        "decline": failed if isinstance(failed, DeclineForm) else DeclineForm(),
        "comment": failed if isinstance(failed, CommentForm) else CommentForm(),
        "deadline": DeadlineForm(),
        "failed": failed,
        "client_uuid": failed["client_uuid"].value() if failed else uuid4(),
    }
    return render(request, "phone/request.html", page, status=422 if failed else 200)


def _tapped(
    request: SignedIn, pk: int, workflow: Callable[..., None], said: str, more: SafeString | str = ""
) -> HttpResponse:
    """Something done to a request by one tap."""
    at = timezone.now()
    found = _on_duty(request, pk, at)
    form = ActionForm(request.POST)
    if not form.is_valid():
        return not_understood(request)
    uuid = form.action_uuid(workflow.__name__, pk)
    act = partial(workflow, request=found, by=request.user, at=at, client_uuid=uuid)
    whole = said % {"what": found}
    return _answered(request, found, act, format_html("{} {}", whole, more) if more else whole)


def _written(
    request: SignedIn,
    pk: int,
    workflow: Callable[..., None],
    form_of: type[DeclineForm] | type[CommentForm],
    said: str,
) -> HttpResponse:
    """Something that needs words; where they are missing, the page comes back with what was typed."""
    at = timezone.now()
    found = _on_duty(request, pk, at)
    form = form_of(request.POST)
    if not form.is_valid():
        return _shown(request, found, at, failed=form)
    words = {name: value for name, value in form.cleaned_data.items() if name != "client_uuid"}
    uuid = form.action_uuid(workflow.__name__, pk, *words.values())
    act = partial(workflow, request=found, by=request.user, at=at, client_uuid=uuid, **words)
    return _answered(request, found, act, said % {"what": found})


def _answered(request: SignedIn, found: Request, act: Callable[[], None], said: str) -> HttpResponse:
    """Do it and go back to where the tap came from; where it can no longer be done, say why on the request's page."""
    try:
        act()
    except RequestError as error:
        return _refused(request, found, str(error))
    messages.success(request, said)
    match request.POST.get("then"):
        case "visit":
            return HttpResponseRedirect(reverse("visit", args=[found.visit_id]))
        case "request":
            return HttpResponseRedirect(reverse("request", args=[found.pk]))
    return to_today(found.visit_id)


def _refused(request: SignedIn, found: Request, why: str) -> HttpResponse:
    messages.warning(request, why)
    return HttpResponseRedirect(reverse("request", args=[found.pk]))
