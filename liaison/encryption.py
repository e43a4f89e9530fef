"""Text and files that stand encrypted where they are kept (Fernet: AES-128-CBC with HMAC-SHA256), under keys that can rotate."""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression


class UndecipherableError(Exception):
    """Something private was written under a key that this installation no longer has."""


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("PRIVATE_DATA_KEYS must hold at least one key.")
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """The installation's cipher: the first key writes, all keys read."""
    return _cipher(tuple(settings.PRIVATE_DATA_KEYS))


def enciphered(data: bytes) -> bytes:
    """The bytes as they may lie on a disk."""
    return cipher().encrypt(data)


def deciphered(token: bytes) -> bytes:
    """The bytes again. Raises UndecipherableError where the installation has lost the key."""
    try:
        return cipher().decrypt(token)
    except InvalidToken as error:
        raise UndecipherableError("Private data cannot be read with the keys given.") from error


def renewed(token: bytes) -> bytes | None:
    """The same under the newest key, None where it is already. Raises UndecipherableError as `deciphered` does."""
    newest = _cipher(tuple(settings.PRIVATE_DATA_KEYS[:1]))
    try:
        newest.decrypt(token)
    except InvalidToken:
        return enciphered(deciphered(token))
    return None


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A text column whose content no database reader, backup or query log can read. It cannot be searched."""

    def get_prep_value(self, value: Any) -> Any:
        return enciphered(str(value).encode()).decode() if value else ""

    def from_db_value(
        self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper
    ) -> str | None:
        return deciphered(value.encode()).decode() if value else value
