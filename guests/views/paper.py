"""Paper: choosing what to print, looking at it first, reading it as PDF, and downloading what was printed for many."""

from datetime import date
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header
from django.utils.translation import get_language_info
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from guests import papers as kinds
from guests import prints
from guests.access import holders_of
from guests.day_sheet_changes import changes_between
from guests.duty_day import DutyDay
from guests.look import Look, Pictures, Sheet
from guests.models import Print, PrintRun, Visit
from guests.papers import PAPERS, Wish
from guests.views.acting import own_visit
from guests.wording import LANGUAGES, language_of
from liaison.accounts.models import User
from liaison.clock import day_of
from liaison.paper.pdf import PaperError

HANDOUT, DAY_SHEET = Print.Kind.HANDOUT, Print.Kind.DAY_SHEET


class SignedIn(HttpRequest):
    """A request of a person who has signed in."""

    user: User


@login_required
@require_safe
def papers(request: SignedIn, pk: int) -> HttpResponse:
    """What can be printed about a guest, and how."""
    at = timezone.now()
    visit = own_visit(request.user, pk, at)
    page = {
        "visit": visit,
        "languages": [(code, get_language_info(code)["name_local"]) for code in LANGUAGES],
        "language": language_of(visit.guest.languages),
        "sheets": Sheet.choices,
        "pictures": Pictures.choices,
        "day": day_of(at, visit.event.time_zone).isoformat(),
        "holders": holders_of(visit, request.user, at=at),
    }
    return render(request, "phone/paper.html", page)


@login_required
@require_POST
def print_handout(request: SignedIn, pk: int) -> HttpResponse:
    """Make the handout's version that holds now, and lead to it; for coordinators, and officers from assignment to end.

    Whoever only wants to look is led to the preview, and nothing is made.
    """
    at = timezone.now()
    visit = own_visit(request.user, pk, at)
    asked = request.POST.get("language", "")
    language = asked if asked in LANGUAGES else language_of(visit.guest.languages)
    look = Look.asked(request.POST.dict())
    if "preview" in request.POST:
        return _to("preview_handout", pk, look.as_words() | {"language": language})
    version = prints.print_handout(visit=visit, by=request.user, at=at, language=language)
    return _to("handout", version.pk, look.as_words())


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def preview_handout(request: SignedIn, pk: int) -> HttpResponse:
    """The handout as it would be printed now; it says that it is a preview, and nothing is written."""
    at = timezone.now()
    visit = own_visit(request.user, pk, at)
    asked = request.GET.get("language", "")
    wish = Wish(visit.pk, asked if asked in LANGUAGES else language_of(visit.guest.languages))
    return _shown(request, prints.preview(HANDOUT, wish, at=at), visit)


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def handout(request: SignedIn, pk: int) -> HttpResponse:
    """One version as PDF, the same bytes each time; where it cannot be rendered, why."""
    version = _own_print(request.user, pk, HANDOUT)
    return _shown(request, version, version.stay)


@login_required
@require_POST
def print_day_sheet(request: SignedIn, pk: int) -> HttpResponse:
    """Make the version of the day sheet that holds now, and lead to it; an officer's own, for coordinators anybody's on duty."""
    at = timezone.now()
    visit = own_visit(request.user, pk, at)
    day, holder = _asked_day(request.POST.get("day", ""), visit), _asked_holder(request, visit)
    if "preview" in request.POST:
        return _to("preview_day_sheet", pk, {"day": day.isoformat(), "holder": str(holder.pk)})
    sheet = prints.print_day_sheet(visit=visit, day=day, holder=holder, by=request.user, at=at)
    return _to("day_sheet", sheet.pk, {})


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def preview_day_sheet(request: SignedIn, pk: int) -> HttpResponse:
    """The day sheet as it would be printed now; it says that it is a preview, and nothing is written."""
    at = timezone.now()
    visit = own_visit(request.user, pk, at)
    holder = _asked_holder(request, visit)
    wish = Wish(visit.pk, holder.language, _asked_day(request.GET.get("day", ""), visit), holder.pk)
    return _shown(request, prints.preview(DAY_SHEET, wish, at=at), visit)


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def day_sheet(request: SignedIn, pk: int) -> HttpResponse:
    """One version as PDF, the same bytes each time; for the officer whose it is while the duty lasts, and coordinators."""
    version = _own_print(request.user, pk, DAY_SHEET)
    return _shown(request, version, version.stay)


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def since_day_sheet(request: SignedIn, pk: int) -> HttpResponse:
    """What has changed since a day sheet was printed: where the code on it leads, behind the sign-in."""
    at = timezone.now()
    sheet = _own_print(request.user, pk, DAY_SHEET)
    wish = Wish.of(sheet)
    now = DutyDay.of_data(PAPERS[DAY_SHEET].tell([wish], at)[wish])
    changes = changes_between(DutyDay.of_data(sheet.data), now)
    page = {"sheet": sheet, "visit": sheet.visit, "changes": changes}
    return render(request, "phone/since_day_sheet.html", page)


def _own_print(user: User, pk: int, kind: Print.Kind) -> Print:
    shown = Print.objects.visible_to(user, at=timezone.now()).filter(kind=kind)
    return get_object_or_404(shown.select_related("visit__guest", "visit__event", "holder"), pk=pk)


def _shown(request: SignedIn, version: Print, visit: Visit) -> HttpResponse:
    """The version as PDF, as the address wants it to look."""
    try:
        data = kinds.render([version], Look.asked(request.GET.dict()), duplex=False).data
    except PaperError as error:
        return render(request, "handout/cannot.html", {"visit": visit, "error": error}, status=409)
    day = [version.day.isoformat()] if version.day else []
    name = " – ".join([visit.guest.name, str(visit.event), *day, str(version.version)])
    named = {
        "Content-Disposition": content_disposition_header(as_attachment=False, filename=f"{name}.pdf") or ""
    }
    return HttpResponse(data, content_type="application/pdf", headers=named)


def _asked_day(asked: str, visit: Visit) -> date:
    """The day asked for; today at the event for what is no day."""
    try:
        day = parse_date(asked)
    except ValueError:
        day = None
    return day or day_of(timezone.now(), visit.event.time_zone)


def _asked_holder(request: SignedIn, visit: Visit) -> User:
    """For whom: somebody for whom the person may print it, else the person."""
    asked = (request.POST if request.method == "POST" else request.GET).get("holder", "")
    allowed = holders_of(visit, request.user, at=timezone.now())
    return next((one for one in allowed if str(one.pk) == asked), request.user)


def _to(page: str, pk: int, said: dict[str, str]) -> HttpResponse:
    query = f"?{urlencode(said)}" if said else ""
    return HttpResponseRedirect(f"{reverse(page, args=[pk])}{query}", status=303)


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def print_run_file(request: SignedIn, pk: int) -> FileResponse:
    """The file of a finished run, for those who run the event."""
    runs = PrintRun.objects.visible_to(request.user, at=timezone.now())
    done = runs.filter(state=PrintRun.State.DONE).exclude(file="").select_related("event")
    run = get_object_or_404(done.defer("wishes"), pk=pk)
    try:
        file = run.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"{run.get_kind_display()} – {run.event} – {run.requested_at:%Y-%m-%d}.{run.output}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=f"application/{run.output}")
