"""The role of pages: made, and given what pages need, whenever tables have been made."""

from typing import Any

from django.conf import settings
from django.db import connections

from liaison.wall import ROLE

_MADE = f"""
DO $do$ BEGIN
    CREATE ROLE {ROLE} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $do$
"""
_GIVEN = f"""
GRANT {ROLE} TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO {ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}
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
    if not settings.SECOND_WALL:
        return
    with connections[using].cursor() as cursor:
        for text in (_MADE, _GIVEN, _TRIGGERS_SEE_ALL):
            cursor.execute(text)
