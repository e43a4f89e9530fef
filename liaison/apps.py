"""Configuration of the project's own rooms."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class LiaisonConfig(AppConfig):
    name = "liaison"

    def ready(self) -> None:
        from liaison import checks  # noqa: F401, PLC0415 (registers the system checks once the apps are there)


class AdminConfig(DjangoAdminConfig):
    default_site = "liaison.admin.DeskSite"
