"""A stream sealed with a passphrase, piece by piece, so that an archive of any size needs little memory.

Scrypt (RFC 7914) makes the key; each piece is sealed with AES-256-GCM under a nonce that counts the pieces and marks the
last one (the STREAM construction), so that pieces left out, moved or cut off at the end are noticed.
"""

import os
from types import TracebackType
from typing import IO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from liaison.backup import BackupError

MAGIC = b"liaison-sealed-1\n"
_SALT, _PREFIX, _TAG = 16, 7, 16
_PIECE = 1024 * 1024


def _key(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**17, r=8, p=1).derive(passphrase.encode()))


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([is_last])


class Sealed:
    """Writes into another file what is written into it, sealed; whole only once it is closed without an error."""

    def __init__(self, out: IO[bytes], passphrase: str) -> None:
        salt, self._prefix = os.urandom(_SALT), os.urandom(_PREFIX)
        self._out, self._cipher = out, _key(passphrase, salt)
        self._waiting, self._number = bytearray(), 0
        out.write(MAGIC + salt + self._prefix)

    def write(self, data: bytes) -> int:
        """Take some bytes; all but the last piece is written at once."""
        self._waiting += data
        while len(self._waiting) > _PIECE:
            self._seal(bytes(self._waiting[:_PIECE]), is_last=False)
            del self._waiting[:_PIECE]
        return len(data)

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        self._out.write(
            self._cipher.encrypt(_nonce(self._prefix, self._number, is_last=is_last), piece, None)
        )
        self._number += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._seal(bytes(self._waiting), is_last=True)


class Unsealed:
    """Reads what `Sealed` wrote. Raises BackupError for another passphrase, and for whatever was changed or cut off."""

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        if source.read(len(MAGIC)) != MAGIC:
            raise BackupError("The file is no encrypted backup.")
        self._cipher = _key(passphrase, source.read(_SALT))
        self._prefix, self._source = source.read(_PREFIX), source
        self._ahead, self._number = source.read(_PIECE + _TAG), 0
        self._waiting = bytearray()

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer only at the end."""
        while (size < 0 or len(self._waiting) < size) and self._open_next():
            pass
        size = len(self._waiting) if size < 0 else size
        data = bytes(self._waiting[:size])
        del self._waiting[:size]
        return data

    def _open_next(self) -> bool:
        if self._number < 0:
            return False
        piece, self._ahead = self._ahead, self._source.read(_PIECE + _TAG)
        is_last = not self._ahead
        try:
            self._waiting += self._cipher.decrypt(
                _nonce(self._prefix, self._number, is_last=is_last), piece, None
            )
        except (InvalidTag, ValueError) as error:
            raise BackupError(
                "The passphrase is another one, or the file is damaged or not whole."
            ) from error
        self._number = -1 if is_last else self._number + 1
        return True
