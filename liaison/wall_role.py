"""The role of pages: made, and given what pages need, whenever tables have been made."""

from typing import Any

from django.conf import settings
from django.db import connections

_MADE = """
DO $do$ BEGIN
    CREATE ROLE {role} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $do$
"""
_GIVEN = """
GRANT {role} TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}
"""
# What triggers write follows from the whole plan, not from what a reader sees of it.
_TRIGGERS_SEE_ALL = """
DO $do$ DECLARE one regprocedure; BEGIN
    FOR one IN SELECT oid FROM pg_proc WHERE proname LIKE 'pgtrigger\\_%' AND NOT prosecdef LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path FROM CURRENT', one);
    END LOOP;
END $do$
"""


def give_role(using: str, **_signal: Any) -> None:
    """After each migration. Where the role cannot be made, somebody who can must; the deployment check says so."""
    if not settings.DATABASE_WEB_ROLE:
        return
    connection = connections[using]
    role = connection.ops.quote_name(settings.DATABASE_WEB_ROLE)
    with connection.cursor() as cursor:
        for text in (_MADE, _GIVEN, _TRIGGERS_SEE_ALL):
            cursor.execute(text.format(role=role) if "{role}" in text else text)
