"""The desk: the admin site, and the base every table of it stands on. A person finds there only the rows in their scope."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from csp.decorators import csp_update
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.sites import UnfoldAdminSite

if TYPE_CHECKING:
    from django.forms import ModelChoiceField

# The admin theme's widgets evaluate expressions that stand in attributes; only its pages are allowed to.
_THEME_NEEDS = {"script-src": ["'unsafe-eval'", "'unsafe-inline'"], "style-src": ["'unsafe-inline'"]}


class DeskSite(UnfoldAdminSite):  # type: ignore[misc]
    """The admin site, entered through the same door as every other page."""

    site_title = site_header = "Liaison"
    index_title = _("Desk")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.user.is_authenticated:
            raise PermissionDenied
        return HttpResponseRedirect(
            f"{reverse('account_login')}?{urlencode({'next': request.GET.get('next', '/admin/')})}"
        )

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return super().admin_view(csp_update(_THEME_NEEDS)(view), cacheable)


def _choices(db_field: Any, request: HttpRequest, rows: Any) -> Any:
    """What a person may choose in a field: the rows in their scope; of a table without scope, all."""
    rows = db_field.remote_field.model.objects.all() if rows is None else rows
    return rows.visible_to(request.user, at=timezone.now()) if hasattr(rows, "visible_to") else rows


class ScopeMixin:
    """Rows, choices and permissions of an admin page, limited to what the person may see.

    Someone else's row answers 404. Coordinators may do all with the rows in their scope; what a table forbids to
    everybody (appending to a log by hand, deleting history) it says itself.
    """

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return rows.visible_to(request.user, at=timezone.now())  # type: ignore[attr-defined, no-any-return]

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
        kwargs["queryset"] = _choices(db_field, request, kwargs.get("queryset"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc, no-any-return]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = _choices(db_field, request, kwargs.get("queryset"))
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


class ScopedAdmin(ScopeMixin, ModelAdmin):  # type: ignore[misc]
    """A table of the desk."""

    show_full_result_count = False
    list_per_page = 50
    warn_unsaved_form = True

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
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
