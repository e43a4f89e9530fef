"""Which visits' plans have changed since they were last turned into notices."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanMark(models.Model):
    """That a visit's notices must be planned again.

    Written by database triggers, so that no way of changing a plan, bulk and raw writes included, can forget it.
    Taken away in the transaction that plans the visit. Has no foreign key, since deleting a visit's items marks the
    visit that is just being deleted.
    """

    visit_id = models.BigIntegerField(primary_key=True)
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("changed plan")
        verbose_name_plural = _("changed plans")

    def __str__(self) -> str:
        return str(self.visit_id)


_MARK = "INSERT INTO guests_planmark (visit_id, marked_at) {visits} ON CONFLICT (visit_id) DO UPDATE SET marked_at = now();"


def _marking(
    name: str,
    operation: pgtrigger.Operation,
    visits: str,
    *rows: str,
    condition: pgtrigger.Condition | None = None,
) -> pgtrigger.Trigger:
    written = " UNION ".join(visits.replace("ROW.", f"{row}.") for row in rows)
    func = _MARK.format(visits=written) + " RETURN NULL;"
    return pgtrigger.Trigger(
        name=name, when=pgtrigger.After, operation=operation, condition=condition, func=func
    )


def marks_plan(visits: str = "SELECT ROW.visit_id, now()") -> list[pgtrigger.Trigger]:
    """Triggers that mark the visits selected from the written row (`ROW.column`) whenever such a row is written."""
    return [
        _marking("marks_plan_when_written", pgtrigger.Insert, visits, "NEW"),
        _marking("marks_plan_when_changed", pgtrigger.Update, visits, "OLD", "NEW"),
        _marking("marks_plan_when_deleted", pgtrigger.Delete, visits, "OLD"),
    ]


def marks_plan_when_quoted_changes(visits: str, *columns: str) -> pgtrigger.Trigger:
    """A trigger for rows that notices quote: it marks the visits (`SELECT DISTINCT …`) when one of the columns changes."""
    return _marking(
        "marks_plan_where_it_is_quoted",
        pgtrigger.Update,
        visits,
        "NEW",
        condition=pgtrigger.AnyChange(*columns),
    )


OF_THE_EVENT = "SELECT id, now() FROM guests_visit WHERE event_id = ROW.event_id"
