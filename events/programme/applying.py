"""Writing a programme: one transaction, by external key, once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.models import Event, Point, ProgrammeFile, Session, SessionAsListed, Venue
from events.programme.diffing import Diff, Kind, RowDiff, diff_of
from events.programme.filing import listing_of
from events.programme.listed import Listing
from events.programme.stored import KEYS, PLACES, StoredSession, stored_at
from liaison.sheets.comparing import same

_BATCH = 500


class NotAppliedError(Exception):
    """Nothing was written; the message says why and what to do, in the reader's language."""


class FaultyRowsError(NotAppliedError):
    """The file has sessions with errors, and nobody chose to leave them out."""


class ChangedMeanwhileError(NotAppliedError):
    """What the file would do is no longer what was looked at."""


def apply_programme(
    *,
    programme_file: ProgrammeFile,
    at: datetime,
    leave_out_errors: bool = False,
    remove_gone: bool = False,
    seen: str = "",
    listing: Listing | None = None,
) -> ProgrammeFile:
    """Write the file's sessions, venues and rooms, all or nothing; a file already applied stays as it is.

    `seen` is the digest of the preview that was confirmed; where the outcome would differ, nothing is written. Files of
    one event are applied one after the other; a double confirmation applies once. `remove_gone` cancels the sessions
    that earlier files listed and this one does not, and deletes those that are in nobody's itinerary. The itinerary
    items that follow a session are moved by the database. Raises NotAppliedError, and UnreadableFileError where the
    stored file is gone. `listing` is what `listing_of` gave just before.
    """
    listing = listing or listing_of(programme_file)
    try:
        with transaction.atomic():
            event = Event.objects.select_for_update(no_key=True).get(pk=programme_file.event_id)
            locked = ProgrammeFile.objects.select_for_update().get(pk=programme_file.pk)
            if locked.state == ProgrammeFile.State.APPLIED:
                return locked
            diff = diff_of(listing, stored_at(event, lock=True), event.time_zone)
            _refuse(diff, leave_out_errors=leave_out_errors, seen=seen)
            _write(diff, locked, event, at=at)
            removed = _remove(diff.gone if remove_gone else (), at=at)
            locked.mark_applied(_summary(diff) | removed, at=at)
            return locked
    except (IntegrityError, ProgrammeFile.DoesNotExist) as error:
        raise ChangedMeanwhileError(_changed_meanwhile()) from error


def _changed_meanwhile() -> str:
    return _(
        "The event's programme has changed since you looked. Nothing was written; look at the preview again."
    )


def _refuse(diff: Diff, *, leave_out_errors: bool, seen: str) -> None:
    if seen and seen != diff.digest:
        raise ChangedMeanwhileError(_changed_meanwhile())
    if diff.count(Kind.FAULTY) and not leave_out_errors:
        raise FaultyRowsError(
            _("Some sessions have errors. Correct the file and upload it again, or leave these sessions out.")
        )


def _summary(diff: Diff) -> dict[str, Any]:
    return {
        "new": diff.count(Kind.NEW),
        "changed": diff.count(Kind.CHANGED),
        "unchanged": diff.count(Kind.UNCHANGED),
        "left_out": [row.row.place for row in diff.of_kind(Kind.FAULTY)],
        "venues": len(diff.venues),
        "points": len(diff.points),
        "following": diff.following,
        "gone": len(diff.gone),
    }


def _write(diff: Diff, programme_file: ProgrammeFile, event: Event, *, at: datetime) -> None:
    places = _Places(event, diff)
    created = Session.objects.bulk_create(
        [Session(event=event, **_columns(one, places)) for one in diff.of_kind(Kind.NEW)], batch_size=_BATCH
    )
    _update(diff.of_kind(Kind.CHANGED), places, at=at)
    keys = {id(one): session.pk for one, session in zip(diff.of_kind(Kind.NEW), created, strict=True)}
    keys |= {id(one): one.stored.session_id for one in diff.rows if one.stored}
    _note_as_listed(diff.rows, keys, programme_file)


class _Places:
    """The keys of the event's venues and rooms by name, after the missing ones were made."""

    def __init__(self, event: Event, diff: Diff) -> None:
        Venue.objects.bulk_create([Venue(event=event, name=name) for name in diff.venues])
        self.venues = {
            same(name): key for key, name in Venue.objects.filter(event=event).values_list("pk", "name")
        }
        Point.objects.bulk_create(
            [Point(venue_id=self.venues[same(venue)], name=name) for venue, name in diff.points]
        )
        found = Point.objects.filter(venue__event=event).values_list("venue__name", "name", "pk")
        self.points = {(same(venue), same(name)): key for venue, name, key in found}

    def columns_of(self, one: RowDiff) -> dict[str, int | None]:
        venue, point = (same(str(one.after(key))) for key in PLACES)
        return {"venue_id": self.venues.get(venue), "point_id": self.points.get((venue, point))}


def _columns(one: RowDiff, places: _Places) -> dict[str, Any]:
    """What a row writes, by the names of the session's columns."""
    changed = {change.key: change.after for change in one.changes}
    columns: dict[str, Any] = {
        key: value for key, value in changed.items() if key in KEYS and key not in PLACES
    }
    if "key" in changed:
        columns["external_key"] = changed["key"]
    return columns | (places.columns_of(one) if changed.keys() & {*PLACES} else {})


def _update(diffs: Sequence[RowDiff], places: _Places, *, at: datetime) -> None:
    """Change the fields that differ and no others; the rows are held since they were compared."""
    sessions = Session.objects.in_bulk([one.stored.session_id for one in diffs if one.stored])
    fields: set[str] = set()
    for one in diffs:
        columns = _columns(one, places) | {"updated_at": at}
        fields |= columns.keys()
        for column, value in columns.items():
            setattr(sessions[one.stored.session_id], column, value)  # type: ignore[union-attr]  # what changes is stored
    if sessions:
        Session.objects.bulk_update(sessions.values(), fields, batch_size=_BATCH)


def _note_as_listed(diffs: Iterable[RowDiff], keys: Mapping[int, int], programme_file: ProgrammeFile) -> None:
    """Keep what the file said of each session, on top of what earlier files said."""
    SessionAsListed.objects.bulk_create(
        [
            SessionAsListed(
                session_id=keys[id(one)],
                programme_file=programme_file,
                values={**(one.stored.listed or {} if one.stored else {}), **one.read.said},
                said=one.read.fingerprint,
                sequence=max(one.row.sequence, one.stored.sequence if one.stored else 0),
            )
            for one in diffs
            if one.kind is not Kind.FAULTY and not one.is_older and id(one) in keys
        ],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["session"],
        update_fields=["values", "said", "sequence", "programme_file"],
    )


def _remove(gone: Iterable[StoredSession], *, at: datetime) -> dict[str, int]:
    """Cancel what some guest's itinerary has, so that it can be explained and come back; delete the rest."""
    used = [one for one in gone if one.is_in_use]
    unused = [one.session_id for one in gone if not one.is_in_use]
    cancelled = Session.State.CANCELLED
    Session.objects.filter(pk__in=[one.session_id for one in used]).update(state=cancelled, updated_at=at)
    for row in SessionAsListed.objects.filter(session__in=[one.session_id for one in used]):
        row.values |= {"state": cancelled.value}
        row.save(update_fields=["values"])
    Session.objects.filter(pk__in=unused).delete()
    return {"cancelled": len(used), "removed": len(unused)}
