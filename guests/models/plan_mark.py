"""Which visits' plans, and which officers' hours, have changed since they were last turned into notices."""

from collections.abc import Mapping

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


class OfficerMark(models.Model):
    """That an officer's own notices, those about no single guest, must be planned again. As `PlanMark`."""

    officer_id = models.BigIntegerField(primary_key=True)
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("changed hours")
        verbose_name_plural = _("changed hours")

    def __str__(self) -> str:
        return str(self.officer_id)


_MARK = (
    "INSERT INTO {table} ({column}, marked_at) {rows} ON CONFLICT ({column}) DO UPDATE SET marked_at = now();"
)
_VISITS = {"table": "guests_planmark", "column": "visit_id"}
_OFFICERS = {"table": "guests_officermark", "column": "officer_id"}


def _marking(
    name: str,
    operation: pgtrigger.Operation,
    marked: str,
    *rows: str,
    into: Mapping[str, str] = _VISITS,
    condition: pgtrigger.Condition | None = None,
) -> pgtrigger.Trigger:
    written = " UNION ".join(marked.replace("ROW.", f"{row}.") for row in rows)
    func = _MARK.format(rows=written, **into) + " RETURN NULL;"
    return pgtrigger.Trigger(
        name=name, when=pgtrigger.After, operation=operation, condition=condition, func=func
    )


def _whenever_written(name: str, marked: str, into: Mapping[str, str]) -> list[pgtrigger.Trigger]:
    return [
        _marking(f"{name}_when_written", pgtrigger.Insert, marked, "NEW", into=into),
        _marking(f"{name}_when_changed", pgtrigger.Update, marked, "OLD", "NEW", into=into),
        _marking(f"{name}_when_deleted", pgtrigger.Delete, marked, "OLD", into=into),
    ]


def marks_plan(visits: str = "SELECT ROW.visit_id, now()") -> list[pgtrigger.Trigger]:
    """Triggers that mark the visits selected from the written row (`ROW.column`) whenever such a row is written."""
    return _whenever_written("marks_plan", visits, _VISITS)


def marks_officer(officers: str = "SELECT ROW.officer_id, now()") -> list[pgtrigger.Trigger]:
    """Triggers that mark the officers selected from the written row whenever such a row is written."""
    return _whenever_written("marks_officer", officers, _OFFICERS)


def marks_plan_when_read() -> pgtrigger.Trigger:
    """A trigger that marks the visit of a new row only."""
    return _marking("marks_plan_when_written", pgtrigger.Insert, "SELECT ROW.visit_id, now()", "NEW")


def marks_plan_where_it_matters(
    condition: str, *columns: str, visits: str = "SELECT ROW.visit_id, now()"
) -> list[pgtrigger.Trigger]:
    """Triggers for rows of which most say nothing to the planner: those for which the condition holds (`ROW.column`).

    A change counts where one of the columns changes.
    """
    is_new = pgtrigger.Condition(f"({condition.replace('ROW.', 'NEW.')})")
    was = pgtrigger.Condition(f"({condition.replace('ROW.', 'OLD.')})")
    return [
        _marking("marks_plan_when_written", pgtrigger.Insert, visits, "NEW", condition=is_new),
        _marking(
            "marks_plan_when_changed", pgtrigger.Update, visits, "OLD", "NEW", condition=pgtrigger.AnyChange(*columns)
        ),
        _marking("marks_plan_when_deleted", pgtrigger.Delete, visits, "OLD", condition=was),
    ]  # fmt: skip


def marks_plan_when_quoted_changes(visits: str, *columns: str) -> pgtrigger.Trigger:
    """A trigger for rows that notices quote: it marks the visits (`SELECT DISTINCT …`) when one of the columns changes."""
    changed = pgtrigger.AnyChange(*columns)
    return _marking("marks_plan_where_it_is_quoted", pgtrigger.Update, visits, "NEW", condition=changed)


def marks_plan_when(name: str, condition: str, visits: str) -> pgtrigger.Trigger:
    """A trigger that marks the visits where the condition holds of the row before and after (`OLD.`, `NEW.`)."""
    return _marking(name, pgtrigger.Update, visits, "NEW", condition=pgtrigger.Condition(f"({condition})"))


def marks_officer_when_quoted_changes(officers: str, *columns: str) -> pgtrigger.Trigger:
    """The same for what officers' own notices quote."""
    changed = pgtrigger.AnyChange(*columns)
    return _marking(
        "marks_officer_where_it_is_quoted", pgtrigger.Update, officers, "NEW", into=_OFFICERS, condition=changed
    )  # fmt: skip


OF_THE_EVENT = "SELECT id, now() FROM guests_visit WHERE event_id = ROW.event_id"
OFFICERS_OF_THE_EVENT = "SELECT id, now() FROM events_membership WHERE event_id = ROW.event_id"
