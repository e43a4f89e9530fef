"""Configuration of the project's own rooms."""

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class LiaisonConfig(AppConfig):
    name = "liaison"

    def ready(self) -> None:
        from liaison import checks  # noqa: F401, PLC0415 (registers the system checks once the apps are there)
        from liaison.wall import take_role  # noqa: PLC0415 (the same)
        from liaison.wall_role import give_role  # noqa: PLC0415 (the same)

        connection_created.connect(take_role, dispatch_uid="second wall")
        post_migrate.connect(give_role, sender=apps.get_app_config("accounts"), dispatch_uid="second wall")

        if settings.SENTRY_DSN:
            from liaison.watching.reporting import report_errors_to  # noqa: PLC0415 (only where it is on)

            report_errors_to(settings.SENTRY_DSN)


class AdminConfig(DjangoAdminConfig):
    default_site = "liaison.admin.DeskSite"
