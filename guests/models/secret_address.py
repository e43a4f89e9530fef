"""What addresses have in common that open without a sign-in: a secret in them, stored as a digest only, and an end."""

import secrets
from datetime import datetime
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import User
from liaison.scope import ScopedQuerySet

Address = TypeVar("Address", bound="SecretAddress", covariant=True)


class SecretAddressQuerySet(ScopedQuerySet[Address]):
    def open(self) -> Self:
        """Not revoked."""
        return self.filter(revoked_at=None)

    def of_secret(self, secret: str) -> Self:
        """The one behind an address; found by digest, so that no comparison tells how much of a guess was right."""
        return self.filter(secret_digest=self.model.digest_of(secret))


def new_secret() -> str:
    """256 bits as a part of an address."""
    return secrets.token_urlsafe(32)


class SecretAddress(models.Model):
    """An address that opens for whoever has it, until it is revoked or over."""

    SALT: ClassVar[str]
    """Tells one kind of address from another, so that the secret of one opens no other."""

    secret_digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        abstract = True

    @classmethod
    def digest_of(cls, secret: str) -> str:
        """What is stored of an address: whoever reads the database cannot open it."""
        return salted_hmac(cls.SALT, secret, algorithm="sha256").hexdigest()

    def revoke(self, *, at: datetime) -> None:
        """It opens for nobody any more."""
        self.revoked_at = at
        self.save(update_fields=["revoked_at"])
