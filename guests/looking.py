"""What changed around an officer's guests since the officer last looked: read from the histories, worded for the card."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from guests.hours import Hours
from guests.models import (
    Assignment,
    ItineraryItem,
    LogbookEntry,
    Look,
    Movement,
    Request,
    RequestComment,
    Visit,
)
from liaison.accounts.models import User

CHANGES_ON_A_CARD = 6

_ITEMS = ItineraryItem.pgh_event_model._meta.db_table  # type: ignore[attr-defined]  # noqa: SLF001 (Django's own API)
_DUTIES = Assignment.pgh_event_model._meta.db_table  # type: ignore[attr-defined]  # noqa: SLF001 (Django's own API)
_REQUESTS = Request.pgh_event_model._meta.db_table  # type: ignore[attr-defined]  # noqa: SLF001 (Django's own API)
_COMMENTS = RequestComment._meta.db_table  # noqa: SLF001 (Django's own API)
_LOGBOOK = LogbookEntry._meta.db_table  # noqa: SLF001 (Django's own API)

# Whether anything at all happened since a look: five index scans, which cost far less than the whole question.
_NEWS = f"""(
    SELECT EXISTS (SELECT FROM {_ITEMS} AS one WHERE one.visit_id = look.visit_id AND one.pgh_created_at > look.seen_at)
        OR EXISTS (SELECT FROM {_DUTIES} AS one WHERE one.visit_id = look.visit_id AND one.pgh_created_at > look.seen_at
            AND one.officer_id <> guests_assignment.officer_id)
        OR EXISTS (SELECT FROM {_REQUESTS} AS one WHERE one.visit_id = look.visit_id AND one.pgh_created_at > look.seen_at)
        OR EXISTS (SELECT FROM {_LOGBOOK} AS one WHERE one.visit_id = look.visit_id AND one.happened_at > look.seen_at
            AND one.author_id <> look.user_id AND one.kind <> 'request')
        OR EXISTS (SELECT FROM {_COMMENTS} AS one JOIN guests_request AS request ON request.id = one.request_id
            WHERE request.visit_id = look.visit_id AND one.written_at > look.seen_at AND one.author_id <> look.user_id)
    FROM guests_look AS look WHERE look.visit_id = guests_assignment.visit_id AND look.user_id = %s
)"""  # noqa: S608 (tables of ours, by their models' own names)

_SIDE = """jsonb_build_object('title', {x}.title, 'starts_at', {x}.starts_at, 'precision', {x}.precision,
    'leave_by_at', {x}.leave_by_at, 'state', {x}.state, 'label', {x}.pgh_label, 'venue', {x}venue.name,
    'point', {x}point.name, 'plate', {x}car.plate)"""
_NAMES = """LEFT JOIN events_venue AS {x}venue ON {x}venue.id = {x}.venue_id
    LEFT JOIN events_point AS {x}point ON {x}point.id = {x}.point_id
    LEFT JOIN events_vehicle AS {x}car ON {x}car.id = {x}.vehicle_id"""

# What others did, since each guest's own look: for items and duties as it was then and as it is now.
_CHANGES = f"""
    WITH looked AS (SELECT * FROM unnest(%(visits)s::bigint[], %(looks)s::timestamptz[]) AS looked (visit_id, since)),
    items AS (
        SELECT DISTINCT event.visit_id, event.pgh_obj_id, looked.since
        FROM {_ITEMS} AS event JOIN looked ON looked.visit_id = event.visit_id AND event.pgh_created_at > looked.since
        LEFT JOIN pghistory_context AS context ON context.id = event.pgh_context_id
        WHERE context.metadata->>'user' IS DISTINCT FROM %(me)s::text
    ),
    requests AS (
        SELECT DISTINCT event.visit_id, event.pgh_obj_id, looked.since
        FROM {_REQUESTS} AS event JOIN looked ON looked.visit_id = event.visit_id AND event.pgh_created_at > looked.since
        LEFT JOIN pghistory_context AS context ON context.id = event.pgh_context_id
        WHERE context.metadata->>'user' IS DISTINCT FROM %(me)s::text
    ),
    duties AS (
        SELECT DISTINCT event.visit_id, event.pgh_obj_id, looked.since
        FROM {_DUTIES} AS event JOIN looked ON looked.visit_id = event.visit_id AND event.pgh_created_at > looked.since
    )
    SELECT 'item', items.visit_id, a.starts_at AS at, CASE WHEN b.pgh_id IS NULL THEN NULL ELSE {_SIDE.format(x="b")} END, {_SIDE.format(x="a")}
    FROM items
    JOIN LATERAL (SELECT * FROM {_ITEMS} WHERE pgh_obj_id = items.pgh_obj_id ORDER BY pgh_id DESC LIMIT 1) AS a ON true
    LEFT JOIN LATERAL (SELECT * FROM {_ITEMS} WHERE pgh_obj_id = items.pgh_obj_id AND pgh_created_at <= items.since
        ORDER BY pgh_id DESC LIMIT 1) AS b ON true
    {_NAMES.format(x="a")}
    {_NAMES.format(x="b")}
    UNION ALL
    SELECT 'duty', duties.visit_id, a.starts_at,
        jsonb_build_object('role', b.role, 'state', b.state, 'ends_at', b.ends_at, 'starts_at', b.starts_at),
        jsonb_build_object('role', a.role, 'state', a.state, 'label', a.pgh_label, 'name', person.name, 'ends_at', a.ends_at, 'starts_at', a.starts_at)
    FROM duties
    JOIN LATERAL (SELECT * FROM {_DUTIES} WHERE pgh_obj_id = duties.pgh_obj_id ORDER BY pgh_id DESC LIMIT 1) AS a ON true
    LEFT JOIN LATERAL (SELECT * FROM {_DUTIES} WHERE pgh_obj_id = duties.pgh_obj_id AND pgh_created_at <= duties.since
        ORDER BY pgh_id DESC LIMIT 1) AS b ON true
    JOIN events_membership AS officer ON officer.id = a.officer_id
    JOIN accounts_user AS person ON person.id = officer.user_id AND person.id <> %(me)s
    UNION ALL
    SELECT 'request', requests.visit_id, a.raised_at, jsonb_build_object('state', b.state, 'text', b.text),
        jsonb_build_object('state', a.state, 'text', a.text, 'category', a.category, 'label', a.pgh_label)
    FROM requests
    JOIN LATERAL (SELECT * FROM {_REQUESTS} WHERE pgh_obj_id = requests.pgh_obj_id ORDER BY pgh_id DESC LIMIT 1) AS a ON true
    LEFT JOIN LATERAL (SELECT * FROM {_REQUESTS} WHERE pgh_obj_id = requests.pgh_obj_id AND pgh_created_at <= requests.since
        ORDER BY pgh_id DESC LIMIT 1) AS b ON true
    UNION ALL
    SELECT 'comment', request.visit_id, comment.written_at, NULL,
        jsonb_build_object('on', request.text, 'category', request.category, 'text', comment.text, 'name', person.name)
    FROM {_COMMENTS} AS comment JOIN guests_request AS request ON request.id = comment.request_id
    JOIN looked ON looked.visit_id = request.visit_id AND comment.written_at > looked.since
    JOIN accounts_user AS person ON person.id = comment.author_id AND person.id <> %(me)s
    UNION ALL
    SELECT 'entry', entry.visit_id, entry.happened_at, NULL,
        jsonb_build_object('kind', entry.kind, 'status', entry.status, 'text', entry.text, 'name', person.name)
    FROM {_LOGBOOK} AS entry JOIN looked ON looked.visit_id = entry.visit_id AND entry.happened_at > looked.since
        AND entry.kind <> 'request'
    JOIN accounts_user AS person ON person.id = entry.author_id AND person.id <> %(me)s
    ORDER BY 3
"""  # noqa: S608 (tables of ours, by their models' own names)


def begin_looking(*, visits: Iterable[int], user: User, at: datetime) -> None:
    """From now on changes are told; who looks already goes on from the last look."""
    Look.objects.bulk_create(
        [Look(visit_id=visit, user=user, seen_at=at) for visit in sorted(set(visits))], ignore_conflicts=True
    )


def note_look(*, visit: Visit, user: User, seen_at: datetime) -> None:
    """The user has seen what had changed up to that moment, that of the page; an earlier one takes nothing back."""
    begin_looking(visits=[visit.pk], user=user, at=seen_at)
    looks = Look.objects.filter(visit=visit, user=user, seen_at__lt=seen_at)
    looks.update(seen_at=Greatest("seen_at", seen_at))


def has_news(person: Any) -> RawSQL:
    """For a query of assignments: whether anything happened since that person's look at the guest; null without one."""
    return RawSQL(_NEWS, [person], output_field=BooleanField(null=True))  # noqa: S611 (the text is ours)


def changes_since(
    looks: Mapping[int, datetime], *, user: User, hours: Mapping[int, Hours]
) -> dict[int, Sequence[str]]:
    """What others changed around each visit since the look at it, in words; own doings are left out.

    One query, whatever the number of guests; ask it for those with news. A change counts by the moment at which its
    transaction began.
    """
    if not looks:
        return {}
    said = {"visits": list(looks), "looks": list(looks.values()), "me": user.pk}
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, said)  # type: ignore[arg-type]  # lists become arrays
        rows = cursor.fetchall()
    found: defaultdict[int, list[str]] = defaultdict(list)
    for kind, visit, _at, before, after in rows:
        words = _WORDS[kind](_read(before), _read(after), hours[visit])
        found[visit] += words
    return dict(found)


def _read(side: str | None) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(side) if side else {}
    return {
        name: datetime.fromisoformat(value) if value and name.endswith("_at") else value
        for name, value in values.items()
    }


def _is_gone(side: Mapping[str, Any]) -> bool:
    return side.get("label") == "delete" or side.get("state") == ItineraryItem.State.CANCELLED


def _item(before: dict[str, Any], after: dict[str, Any], hours: Hours) -> Iterator[str]:
    title = {"title": after["title"]}
    when = (
        hours.start(after["starts_at"], after["precision"])
        if after["starts_at"]
        else _("time to be confirmed")
    )
    if not before or _is_gone(before):
        if not _is_gone(after):
            yield _("New: %(title)s, %(time)s") % (title | {"time": when})
        return
    if _is_gone(after):
        yield _("Cancelled: %(title)s, %(time)s") % (title | {"time": when})
        return
    yield from _moved(before, after, hours, title)


def _moved(
    before: dict[str, Any], after: dict[str, Any], hours: Hours, title: dict[str, str]
) -> Iterator[str]:
    if before["title"] != after["title"]:
        yield _("%(title)s: was “%(before)s”") % (title | {"before": before["title"]})
    if _differ(before, after, "starts_at", "precision"):
        yield _("%(title)s: %(before)s → %(after)s") % (title | _from_to(before, after, "starts_at", hours))
    if _differ(before, after, "leave_by_at") and not _went_along(before, after):
        yield _("%(title)s, leave by: %(before)s → %(after)s") % (
            title | _from_to(before, after, "leave_by_at", hours)
        )
    if _differ(before, after, "venue", "point"):
        yield _("%(title)s: now at %(place)s") % (title | {"place": _where(after)})
    if _differ(before, after, "plate"):
        yield _car(before["plate"], after["plate"], title)
    if before["state"] != after["state"]:
        is_sure = after["state"] == ItineraryItem.State.CONFIRMED
        yield (_("%(title)s: confirmed") if is_sure else _("%(title)s: tentative again")) % title


def _differ(before: dict[str, Any], after: dict[str, Any], *names: str) -> bool:
    return any(before[name] != after[name] for name in names)


def _went_along(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether the leave-by moved as the start did, which says it."""
    sides = [side for side in (before, after) if side["starts_at"] and side["leave_by_at"]]
    gaps = {side["starts_at"] - side["leave_by_at"] for side in sides}
    return len(sides) == 2 and len(gaps) == 1


def _from_to(before: dict[str, Any], after: dict[str, Any], name: str, hours: Hours) -> dict[str, str]:
    def say(side: Mapping[str, Any]) -> str:
        if not side[name]:
            return _("open")
        return hours.start(side[name], side["precision"]) if name == "starts_at" else hours.say(side[name])

    return {"before": say(before), "after": say(after)}


def _where(side: Mapping[str, Any]) -> str:
    return ", ".join(filter(None, (side["point"], side["venue"]))) or _("a place to be said")


def _car(before: str | None, after: str | None, title: dict[str, str]) -> str:
    said = title | {"before": before or "", "after": after or ""}
    if before and after:
        return _("%(title)s, car: %(after)s instead of %(before)s") % said
    return (_("%(title)s, car: %(after)s") if after else _("%(title)s: no car any more")) % said


def _duty(before: dict[str, Any], after: dict[str, Any], hours: Hours) -> Iterator[str]:
    is_lead = after["role"] == Assignment.Role.LEAD
    said = {"name": after["name"], "time": hours.say(after["starts_at"]), "end": hours.say(after["ends_at"])}
    withdrawn = Assignment.State.WITHDRAWN
    is_there = after["state"] != withdrawn and after["label"] != "delete"
    was_there = bool(before["state"]) and before["state"] != withdrawn
    if is_there and not was_there:
        yield (_("Lead from %(time)s: %(name)s") if is_lead else _("Deputy from %(time)s: %(name)s")) % said
    elif was_there and not is_there:
        yield _("No longer with the guest: %(name)s") % said
    elif is_there and _differ(before, after, "role", "starts_at", "ends_at"):
        pattern = (
            _("Lead from %(time)s to %(end)s: %(name)s")
            if is_lead
            else _("Deputy from %(time)s to %(end)s: %(name)s")
        )
        yield pattern % said


def _request(before: dict[str, Any], after: dict[str, Any], _hours: Hours) -> Iterator[str]:
    what = {"what": after["text"] or str(Request.Category(after["category"]).label)}
    if after["label"] == "delete":
        return
    if before["state"] is None:
        yield _("Asked for: %(what)s") % what
    elif before["text"] != after["text"]:
        yield _("Request: %(what)s, was “%(before)s”") % (what | {"before": before["text"]})
    if after["state"] != (before["state"] or Request.State.OPEN):
        yield _("%(what)s: %(state)s") % (what | {"state": Request.State(after["state"]).label})


def _comment(_before: dict[str, Any], after: dict[str, Any], _hours: Hours) -> Iterator[str]:
    on = after["on"] or str(Request.Category(after["category"]).label)
    yield f"{on}: “{after['text']}” ({after['name']})"


def _entry(_before: dict[str, Any], after: dict[str, Any], _hours: Hours) -> Iterator[str]:
    what = after["text"]
    if after["kind"] in {LogbookEntry.Kind.STATUS, LogbookEntry.Kind.UNDO}:
        what = str(Movement(after["status"]).label)
    yield f"{what} ({after['name']})"


_WORDS = {"item": _item, "duty": _duty, "request": _request, "comment": _comment, "entry": _entry}
