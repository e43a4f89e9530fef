"""People at the desk. Who they are at an event is the team's table; here is how to reach them."""

from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import SpokenLanguage, User
from liaison.admin import ScopedAdmin, ScopedTabularInline, column
from liaison.filters import ChoicesDropdownFilter

# What one may do comes from memberships, not from groups; a person has one address, which is the account's; and second
# factors and devices are everybody's own business.
for unused in (Group, EmailAddress, EmailConfirmation, Authenticator, UserSession):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)


class SpokenLanguageInline(ScopedTabularInline):
    model = SpokenLanguage
    fields = ("language", "level")


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """People of one's teams. How somebody signs in, and whether, is for administrators: an address opens an account."""

    list_display = ("name", "email", "phone", "speaks", "language", "is_active")
    list_filter = (("language", ChoicesDropdownFilter),)
    search_fields = (
        "name",
        "email",
        "phone",
        "spoken_languages__language",
        "spoken_languages__level",
        "language",
    )
    inlines = (SpokenLanguageInline,)
    fieldsets = (
        (None, {"fields": ("name", ("email", "phone"), "photo")}),
        (_("Language and clock"), {"fields": (("language", "time_zone"),)}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    of_administrators = ("email", "is_active", "is_staff", "is_superuser")

    def for_list(self, rows: Any, request: HttpRequest) -> Any:
        return rows.prefetch_related("spoken_languages")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Others invite, in the team's table."""
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        of_an_administrator = obj is not None and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not of_an_administrator

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if request.user.is_superuser else self.of_administrators

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the photo where it could only be looked at: no address serves it."""
        if self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        return ((None, {"fields": ("name", ("email", "phone"))}),)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        obj.email = obj.email.lower()
        super().save_model(request, obj, form, change)

    @column(_("speaks"))
    def speaks(self, user: Any) -> str:
        return ", ".join(str(spoken) for spoken in user.spoken_languages.all())


@admin.register(SpokenLanguage)
class SpokenLanguageAdmin(ScopedAdmin):
    """Which languages the teams speak."""

    list_display = ("user", "language", "level")
    list_select_related = ("user",)
    list_filter = (("level", ChoicesDropdownFilter),)
    search_fields = (
        "user__name",
        "user__email",
        "language",
        "level",
    )
    autocomplete_fields = ("user",)
