"""The key by which push services know the installation (RFC 8292). Without one there is no web push."""

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

_LASTS = 12 * 3600  # seconds; services accept a day at most
_SIZE = 32


def make_private_key() -> str:
    """A new key on P-256, as it stands in PUSH_PRIVATE_KEY."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return _written(number.to_bytes(_SIZE, "big"))


@lru_cache(maxsize=4)
def key_of(written: str) -> ec.EllipticCurvePrivateKey:
    """The key behind a setting; raises ValueError for what is none."""
    raw = urlsafe_b64decode(written + "=" * (-len(written) % 4))
    if len(raw) != _SIZE:
        raise ValueError(f"The key has {len(raw)} bytes instead of {_SIZE}.")
    return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())


def public_key() -> str:
    """What a browser is given to subscribe with; empty where web push is off."""
    if not settings.PUSH_PRIVATE_KEY:
        return ""
    point = key_of(settings.PUSH_PRIVATE_KEY).public_key()
    return _written(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def authorization(endpoint: str) -> dict[str, str]:
    """The header that says to the endpoint's service who is asking."""
    service = urlsplit(endpoint)
    claims = {
        "aud": f"{service.scheme}://{service.netloc}",
        "sub": settings.PUSH_CONTACT,
        "exp": int(time.time()) + _LASTS,
    }
    headers: dict[str, str] = Vapid02(key_of(settings.PUSH_PRIVATE_KEY)).sign(claims)
    return headers


def _written(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
