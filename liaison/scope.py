"""Row scope: every read on behalf of a person starts at `visible_to`, and `visible_to` starts at nothing."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from liaison.accounts.models import User

Row = TypeVar("Row", bound=models.Model, covariant=True)


class ScopedQuerySet(models.QuerySet[Row]):
    """A QuerySet that shows a person only the rows they have a claim to."""

    def visible_to(self, user: "User | AnonymousUser", *, at: datetime) -> Self:
        """The rows `user` may see at the moment `at`; none for whoever has no claim, all for an administrator."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.all()
        claim = self.claim_of(user, at)
        return self.none() if claim is None else self.filter(claim)

    def claim_of(self, user: "User", at: datetime) -> models.Q | None:
        """What makes a row of this table visible to `user`; None where nothing does.

        A claim is written over columns and subqueries, never over joins to many rows, so that it repeats no row.
        """
        return None


ScopedManager: Any = models.Manager.from_queryset(ScopedQuerySet)
