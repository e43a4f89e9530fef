"""Text that stands encrypted in the database (Fernet: AES-128-CBC with HMAC-SHA256), under keys that can rotate."""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression


class UndecipherableError(Exception):
    """A private text was written under a key that this installation no longer has."""


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("PRIVATE_DATA_KEYS must hold at least one key.")
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """The installation's cipher: the first key writes, all keys read."""
    return _cipher(tuple(settings.PRIVATE_DATA_KEYS))


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A text column whose content no database reader, backup or query log can read. It cannot be searched."""

    def get_prep_value(self, value: Any) -> Any:
        return cipher().encrypt(str(value).encode()).decode() if value else ""

    def from_db_value(
        self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper
    ) -> str | None:
        if not value:
            return value
        try:
            return cipher().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise UndecipherableError("A private text cannot be read with the keys given.") from error
