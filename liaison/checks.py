"""What must hold before Liaison may start, beyond Django's own checks."""

from ctypes.util import find_library
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import connection

from liaison.notices.gateways import gateways
from liaison.notices.vapid import public_key
from liaison.paper.letters import missing_fonts
from liaison.wall import ROLE


@register(Tags.security)
def private_data_keys(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Private data needs at least one well-formed Fernet key."""
    hint = "Make one with: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
    if not settings.PRIVATE_DATA_KEYS:
        return [Error("PRIVATE_DATA_KEYS is empty.", hint=hint, id="liaison.E001")]
    errors = []
    for place, key in enumerate(settings.PRIVATE_DATA_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            errors.append(
                Error(f"Key {place} of PRIVATE_DATA_KEYS is not a Fernet key.", hint=hint, id="liaison.E002")
            )
    return errors


@register()
def notice_ways(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A key for web push is one, and a service beside ours has its place for the person behind its host."""
    errors = []
    try:
        public_key()
    except ValueError:
        hint = "Make one with: manage.py make_push_keys"
        errors.append(Error("PUSH_PRIVATE_KEY is no key.", hint=hint, id="liaison.E005"))
    for name, gateway in gateways().items():
        if fault := gateway.fault():
            hint = "Write it as .env.example shows."
            errors.append(Error(f"{name} in APPRISE_GATEWAYS {fault}.", hint=hint, id="liaison.E006"))
    return errors


@register()
def print_libraries(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """PDFs need Pango, and are four times slower to make without HarfBuzz's subsetter."""
    found: list[CheckMessage] = []
    if not find_library("pango-1.0"):
        found.append(
            Error("Pango is missing: no PDF can be made.", hint="Install libpango-1.0-0.", id="liaison.E003")
        )
    if not find_library("harfbuzz-subset"):
        found.append(
            Caution(
                "HarfBuzz's subsetter is missing: PDFs are slow.",
                hint="Install libharfbuzz-subset0.",
                id="liaison.W001",
            )
        )
    return found


@register(Tags.database, deploy=True)
def second_wall(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Pages are answered under a role for which PostgreSQL's own wall holds; said only where a database is checked."""
    if not databases or not settings.SECOND_WALL:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls, pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = %s",
            [ROLE],
        )
        found = cursor.fetchone()
    if found == (False, True):
        return []
    said = (
        "does not exist"
        if found is None
        else "may see everything"
        if found[0]
        else "is not given to this user"
    )
    hint = f"CREATE ROLE {ROLE} NOLOGIN; GRANT {ROLE} TO the application's user; then migrate. Or set SECOND_WALL=no."
    return [Error(f"The role {ROLE} of pages {said}.", hint=hint, id="liaison.E007")]


@register()
def print_fonts(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Papers are set in the bundled fonts and no others."""
    if missing := missing_fonts():
        return [
            Error(
                f"Print fonts are missing: {', '.join(missing)}.",
                hint="They belong in static/fonts/print; static/README.md says how they are made.",
                id="liaison.E004",
            )
        ]
    return []
