"""Until when an officer has seen what changed around a guest."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from guests.models.plan_mark import marks_plan_when_read
from guests.models.visit import Visit
from liaison.accounts.models import User
from liaison.history import tracked
from liaison.scope import ScopedQuerySet


class LookQuerySet(ScopedQuerySet["Look"]):
    def claim_of(self, user: User, at: datetime) -> models.Q:
        """One's own, of the guests one may see."""
        return models.Q(user=user, visit__in=Visit.objects.visible_to(user, at=at))


@tracked()
class Look(models.Model):
    """That a person has seen what had changed around a guest up to a moment. Nobody else's business: no table at the desk."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="+", verbose_name=_("visit"))
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    seen_at = models.DateTimeField(_("seen up to"))

    objects = LookQuerySet.as_manager()

    class Meta:
        verbose_name = _("look")
        verbose_name_plural = _("looks")
        constraints = [models.UniqueConstraint(fields=["visit", "user"], name="one_look_of_each_at_each")]
        triggers = [marks_plan_when_read()]

    def __str__(self) -> str:
        return f"{self.user}: {self.visit}"
