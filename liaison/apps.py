"""Configuration of the project's own rooms."""

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class LiaisonConfig(AppConfig):
    name = "liaison"

    def ready(self) -> None:
        from liaison import checks  # noqa: F401, PLC0415 (registers the system checks once the apps are there)

        if settings.SENTRY_DSN:
            from liaison.watching.reporting import report_errors_to  # noqa: PLC0415 (only where it is on)

            report_errors_to(settings.SENTRY_DSN)


class AdminConfig(DjangoAdminConfig):
    default_site = "liaison.admin.DeskSite"
