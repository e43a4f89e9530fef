"""The people who sign in, and the languages they speak."""

from datetime import date, datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.clock import validate_zone
from liaison.history import tracked
from liaison.phones import validate_phone
from liaison.scope import ScopedQuerySet

SECOND_FACTORS = ("webauthn", "totp")  # recovery codes only stand in for one of these


class UserQuerySet(ScopedQuerySet["User"]):
    def claim_of(self, user: "User", at: datetime) -> models.Q:
        """Oneself, and the members of the events one coordinates."""
        coordinated = user.memberships.filter(role="coordinator").values("event_id")
        members = User.objects.filter(memberships__event__in=coordinated).values("pk")
        return models.Q(pk=user.pk) | models.Q(pk__in=members)

    def with_standing(self) -> Self:
        """With what decides whether and how one may sign in: the last day of work, and whether there is a second factor."""
        own = User.objects.filter(pk=models.OuterRef("pk"))
        days = own.order_by().values("pk").annotate(day=models.Max("memberships__event__ends_on"))
        return self.annotate(
            last_day=models.Subquery(days.values("day")),
            has_second_factor=models.Exists(own.filter(authenticator__type__in=SECOND_FACTORS)),
        )


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user who signs in with that address; without a password, by a code sent to it."""
        user: User = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An administrator of the whole installation."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


@tracked(exclude=["password", "last_login", "second_factor_asked_at"])
class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail: officer, coordinator, press officer or administrator."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    phone = models.CharField(
        _("phone"), max_length=20, blank=True, validators=[validate_phone], help_text="+62…"
    )
    photo = models.ImageField(_("photo"), upload_to="people/", blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Asia/Jakarta", validators=[validate_zone]
    )
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="id")
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(
        _("may open the desk"),
        default=False,
        help_text=_("Opens the door only; the rows inside come from memberships."),
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    second_factor_asked_at = models.DateTimeField(null=True, editable=False)

    last_day: date | None
    has_second_factor: bool

    objects: UserManager = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_user_per_address",
                violation_error_message=_("This address is taken."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def must_have_second_factor(self) -> bool:
        """Whoever opens the desk sees everybody's guests; officers may have one and need not."""
        return self.is_staff or self.is_superuser

    def is_over(self, at: datetime) -> bool:
        """Whether the person's last event has been over for so long that signing in has ended; never for the desk.

        Of a person read `with_standing`, as are the two below.
        """
        if self.last_day is None or self.must_have_second_factor:
            return False
        return self.last_day + timedelta(days=settings.SIGN_IN_ENDS_AFTER_DAYS) < at.date()

    def days_without_second_factor(self, at: datetime) -> int | None:
        """How many days are left, begun ones too, until nothing goes without a second factor; None for whoever is free of it."""
        if not self.must_have_second_factor or self.has_second_factor:
            return None
        until = (self.second_factor_asked_at or at) + timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)
        return max(0, -((at - until) // timedelta(days=1)))

    def ask_for_second_factor(self, at: datetime) -> None:
        """Start the days of grace, once."""
        if self.must_have_second_factor and self.second_factor_asked_at is None:
            User.objects.filter(pk=self.pk, second_factor_asked_at=None).update(second_factor_asked_at=at)


class SpokenLanguageQuerySet(ScopedQuerySet["SpokenLanguage"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(user__in=User.objects.visible_to(user, at=at))


class SpokenLanguage(models.Model):
    """A language a person speaks, and how well."""

    class Level(models.IntegerChoices):
        BASIC = 1, _("basic")
        WORKING = 2, _("working")
        FLUENT = 3, _("fluent")
        NATIVE = 4, _("native")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="spoken_languages")
    language = models.CharField(
        _("language"), max_length=12, help_text=_("Code of the language, such as ar or zh.")
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Level, default=Level.WORKING)

    objects = SpokenLanguageQuerySet.as_manager()

    class Meta:
        verbose_name = _("spoken language")
        verbose_name_plural = _("spoken languages")
        ordering = ["-level", "language"]
        constraints = [models.UniqueConstraint(fields=["user", "language"], name="each_language_once")]

    def __str__(self) -> str:
        return f"{self.language} ({self.get_level_display()})"


class SavedListQuerySet(ScopedQuerySet["SavedList"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        return models.Q(user=user)


class SavedList(models.Model):
    """A list of the desk as a person keeps it: which table, searched and filtered how. Holds no rows, only the question."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_lists")
    table = models.CharField(max_length=100, help_text=_("As the app and model are called: guests.visit."))
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=1000, help_text=_("The address after the question mark."))

    objects = SavedListQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved list")
        verbose_name_plural = _("saved lists")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "table", "name"], name="each_saved_list_once")]

    def __str__(self) -> str:
        return self.name
