"""The desk: the admin site, and the base every table of it stands on. A person finds there only the rows in their scope."""

from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlencode

from allauth.account.views import logout
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR, BaseModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.decorators import display
from unfold.sites import UnfoldAdminSite
from unfold.views import ChangeList
from unfold.widgets import INPUT_CLASSES, UnfoldAdminTextInputWidget

from liaison.changes import Beside, changes_of
from liaison.choices import RowSelect, could_be_key
from liaison.moments import DayInput, MomentField, MomentInput
from liaison.pages import KeysFirst
from liaison.saved_lists import lists_above
from liaison.searching import Clock, Said, matching
from liaison.uploads import PictureField, PrivateFileInput
from liaison.wall import openly

if TYPE_CHECKING:
    from django.forms import ModelChoiceField

# The admin theme's widgets evaluate expressions that stand in attributes; only its pages are allowed to.
_THEME_NEEDS = {"script-src": ["'unsafe-eval'", "'unsafe-inline'"], "style-src": ["'unsafe-inline'"]}
_INPUT = " ".join(INPUT_CLASSES)


Method = TypeVar("Method", bound=Callable[..., Any])


def column(description: Any, *, ordering: Any = None, **shown: Any) -> Callable[[Method], Method]:
    """Name a column of a list, what it sorts by and how it is shown; the theme's `display` with types."""
    named: Callable[[Method], Method] = display(description=description, ordering=ordering, **shown)
    return named


def flag(word: Any, colour: str) -> SafeString:
    """A state that wants to be seen: a sign and a word, in red, amber or green."""
    sign = {"red": "▲", "amber": "◆", "green": "●"}[colour]
    return format_html(
        '<span class="desk-flag desk-flag-{}"><span aria-hidden="true">{}</span> {}</span>',
        colour,
        sign,
        word,
    )


def title_of(model: type[models.Model], field: str) -> Any:
    """What a model's field is called on screens."""
    return cast("Any", model._meta.get_field(field)).verbose_name  # noqa: SLF001 (Django's own API)


class DeskSite(UnfoldAdminSite):  # type: ignore[misc]
    """The admin site, entered and left through the same door as every other page."""

    site_title = site_header = "Liaison"
    index_title = _("Desk")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.user.is_authenticated:
            raise PermissionDenied
        then = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
        return HttpResponseRedirect(f"{reverse('account_login')}?{then}")

    @method_decorator(never_cache)
    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = logout(request)
        return response

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_change_password"))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's, but whoever is signed in and has no desk is told so instead of being asked to sign in again.

        What is written at the desk is written before the second wall: deleting takes what hangs on a row with it, and
        checks look at all rows, also where the person may not.
        """
        inner = super().admin_view(csp_update(_THEME_NEEDS)(view), cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            if request.method in {"GET", "HEAD"}:
                return inner(request, *args, **kwargs)
            with openly():
                return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)


class ScopeMixin(BaseModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Rows, choices and permissions of an admin page, limited to what the person may see.

    Someone else's row answers 404. Coordinators may do all with the rows in their scope; what a table forbids to
    everybody (appending to a log by hand, deleting history) it says itself.
    """

    formfield_overrides = {
        models.DateTimeField: {
            "form_class": MomentField,
            "widget": MomentInput(
                day={"class": f"{_INPUT} desk-day"}, clock={"class": f"{_INPUT} desk-clock"}
            ),
        },
        models.DateField: {"widget": DayInput({"class": f"{_INPUT} desk-day"})},
        models.FileField: {"widget": PrivateFileInput},
        models.ImageField: {"form_class": PictureField, "widget": PrivateFileInput},
        ArrayField: {"widget": UnfoldAdminTextInputWidget},
    }

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return self.in_scope(super().get_queryset(request), request)

    def in_scope(self, rows: Any, request: HttpRequest) -> models.QuerySet[Any]:
        """Of a table's rows those the person may see; a table may narrow that, never widen it."""
        return rows.visible_to(request.user, at=timezone.now())  # type: ignore[no-any-return]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        kwargs["queryset"] = self._choices(db_field, request, kwargs.get("queryset"))
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", RowSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: "models.ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        kwargs["queryset"] = self._choices(db_field, request, kwargs.get("queryset"))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def _choices(self, db_field: Any, request: HttpRequest, rows: Any) -> Any:
        """What a person may choose in a field: the rows they find in that table; of a table without scope, all."""
        model = db_field.remote_field.model
        if self.admin_site.is_registered(model):
            found: Any = self.admin_site.get_model_admin(model).get_queryset(request)
        else:
            found = model.objects.all()
            found = (
                found.visible_to(request.user, at=timezone.now()) if hasattr(found, "visible_to") else found
            )
        return found if rows is None else found.filter(pk__in=rows.values("pk"))


class DeskChangeList(ChangeList):  # type: ignore[misc]
    """A list whose rows carry what its columns show."""

    root_queryset: Any

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self._prepared = False
        super().__init__(request, *args, **kwargs)

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        if not self._prepared:
            self._prepared = True
            self.root_queryset = self.model_admin.for_list(
                self.model_admin.narrowed(self.root_queryset, request), request
            )
        return super().get_queryset(request, exclude_parameters)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.model_admin.for_page(self.result_list, request)


class ScopedAdmin(ScopeMixin, ModelAdmin):  # type: ignore[misc]
    """A table of the desk.

    `event_path` leads from a row to its event, over single rows only; lists then show those of the chosen event.
    `search_fields` are the paths to what a search looks through, `said` the words that a column makes of conditions.
    `beside` are tables whose rows hang on a row, and whose changes its history tells.
    `refusals` are the errors by which a workflow refuses what passed validation, since somebody else was faster:
    the form is then judged again and says so by field.
    """

    show_full_result_count = False
    list_fullwidth = True
    compressed_fields = False
    list_per_page = 50
    paginator = KeysFirst
    warn_unsaved_form = True
    said: tuple[Said, ...] = ()
    beside: tuple[Beside, ...] = ()
    refusals: tuple[type[Exception], ...] = ()
    event_path = ""
    list_before_template = "admin/desk/saved_lists.html"
    list_filter_submit = True  # several filters are chosen, then asked for once

    def narrowed(self, rows: Any, request: HttpRequest) -> Any:
        """The rows of the event chosen at the top of the desk; all where none is chosen."""
        event = import_string(settings.DESK_EVENT)(request) if self.event_path else None
        return rows.filter(**{self.event_path: event}) if event else rows

    def for_list(self, rows: Any, request: HttpRequest) -> Any:
        """The rows with what the list's columns show."""
        return rows

    def for_page(self, rows: Any, request: HttpRequest) -> None:
        """Give the rows of one page what the database does not tell of each; in as many queries for many as for one."""

    def clock_of_rows(self, request: HttpRequest) -> Clock:
        """On which clock the list shows moments."""
        zone_name = request.user.time_zone  # type: ignore[union-attr]  # the desk is for the signed-in
        if not self.event_path:
            return Clock(models.Value(zone_name), {zone_name})
        zone = models.F(f"{self.event_path}__time_zone")
        return Clock(zone, import_string(settings.DESK_ZONES)(request))

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """The rows that show every typed word, and that none of them is there twice."""
        if not search_term.strip():
            return queryset, False
        clock = self.clock_of_rows(request)
        return matching(
            queryset, search_term, self.get_search_fields(request), said=self.said, clock=clock
        ), False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return DeskChangeList

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what one finds in this table: deleting a row also asks this of all that hangs on it."""
        if not self.has_module_permission(request):
            return False
        if obj is None or request.user.is_superuser:
            return True
        return self.get_queryset(request).filter(pk=obj.pk).exists()

    def zone_of_row(self, request: HttpRequest, row: Any) -> str:
        """In which zone the row's history is told."""
        return request.user.time_zone  # type: ignore[union-attr]  # the desk is for the signed-in

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        above = {} if IS_POPUP_VAR in request.GET else lists_above(self.model, request)
        answer: HttpResponse = super().changelist_view(request, (extra_context or {}) | above)
        return answer

    def response_action(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
        """Does what was chosen with the chosen rows; what could be the key of no row is not there."""
        if not all(could_be_key(self.model, key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise Http404
        return cast("HttpResponse | None", super().response_action(request, queryset))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Who changed the row, when, from what: from the triggers' record, which sees what no form did as well."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        zone_name = self.zone_of_row(request, row)
        viewer: Any = request.user
        changes = changes_of(row, viewer=viewer, zone_name=zone_name, at=timezone.now(), beside=self.beside)
        context = self.admin_site.each_context(request) | {
            "title": _("History"), "subtitle": str(row), "opts": self.opts, "original": row,
            "changes": changes, "zone_name": zone_name,
        }  # fmt: skip
        return TemplateResponse(request, "admin/history.html", context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        self._require_in_scope(request, object_id)
        with (
            openly()
        ):  # what hangs on the row is looked for everywhere, and what one may not delete forbids it
            return cast("HttpResponse", super().delete_view(request, object_id, extra_context))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        if object_id and request.method == "POST":
            self._require_in_scope(request, object_id)
        for _attempt in range(2):
            try:
                answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
            except self.refusals as refusal:
                reason = str(refusal)
            else:
                return answer
        messages.error(request, reason)
        return HttpResponseRedirect(request.get_full_path())

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """As Django's; the empty name of a field, over which Django falls, is none."""
        return super().get_object(request, object_id, from_field or None)

    def _require_in_scope(self, request: HttpRequest, object_id: str) -> None:
        """Whether a row exists is said before what is forbidden."""
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str | None
    ) -> HttpResponse:
        raise Http404


class ReadOnlyAdmin(ScopedAdmin):
    """A table that is written by the app and only read at the desk."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ScopedTabularInline(ScopeMixin, TabularInline):  # type: ignore[misc]
    """Rows edited together with their parent, as a table."""

    extra = 0


class ScopedStackedInline(ScopeMixin, StackedInline):  # type: ignore[misc]
    """Rows edited together with their parent, one below the other."""

    extra = 0
