"""Every table and every column is spoken of: erased in some way, or kept for a reason."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from guests.erasing.rules import Blank
from guests.erasing.table import BY_LABEL, KEPT, KEPT_APPS, RULES


def tables() -> list[Any]:
    """All tables there are: ours, those of packages, those in between, and the histories."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if not model._meta.proxy]  # noqa: SLF001 (Django's own API)


@pytest.mark.parametrize("model", tables(), ids=lambda model: model._meta.label)  # noqa: SLF001 (Django's own API)
def test_a_table_is_erased_or_kept_for_a_reason(model: Any) -> None:
    opts = model._meta  # noqa: SLF001 (Django's own API)
    tracked = getattr(model, "pgh_tracked_model", None)
    label = tracked._meta.label if tracked else opts.label  # noqa: SLF001 (the same)
    assert (label in BY_LABEL) + (label in KEPT) + (opts.app_label in KEPT_APPS) == 1, label


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.label)
def test_every_column_is_erased_or_kept_for_a_reason(rule: Any) -> None:
    columns = {column.name for column in rule.model._meta.local_concrete_fields}  # noqa: SLF001 (Django's own API)
    if not rule.is_deleted_whole:
        assert rule.covered() == columns
    else:
        assert not rule.keeps
    if rule.history is not None:
        own = {column.name for column in rule.history._meta.local_concrete_fields}  # noqa: SLF001 (the same)
        assert {name for name in own if not name.startswith("pgh_")} <= columns


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.label)
def test_no_text_is_kept_without_being_a_choice_or_a_number(rule: Any) -> None:
    """What a person may have typed is not kept under the word “kind” or “number”."""
    kept = {name for names in rule.keeps.values() for name in names.split()}
    typed = {
        name
        for name in kept
        for column in [rule.model._meta.get_field(name)]  # noqa: SLF001 (Django's own API)
        if isinstance(column, models.CharField | models.TextField | models.JSONField | models.FileField)
        and not column.choices
    }
    of_nobody = {"guests.ProtocolNote": {"country", "text", "source"}, "events.Vehicle": {"kind"}}
    by_the_app = {
        "notices.Notice": {"subject_ref", "plan_key", "dedupe_key", "kind", "channels"},
        "notices.Delivery": {"channel", "message_id"},
    }
    assert typed <= (of_nobody | by_the_app).get(rule.label, set())


def test_what_hangs_on_a_row_stands_before_it() -> None:
    place = {rule.label: number for number, rule in enumerate(RULES)}
    for rule in RULES:
        if rule.of not in {"", "event"}:
            parent = rule.model._meta.get_field(rule.of).related_model._meta.label  # type: ignore[union-attr]  # noqa: SLF001
            ends = any(not isinstance(act, Blank) for act in BY_LABEL[parent].acts)
            assert not ends or place[rule.label] < place[parent], rule.label
