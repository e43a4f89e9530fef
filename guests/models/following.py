"""Itinerary items follow the session they are for: the triggers that move, cancel and revive them.

An item follows while it has the session's own times (its end may be open). One whose times a person set otherwise
stays where it is.
"""

import pgtrigger

# A place a person chose otherwise stays; a room chosen in the venue that is left does not.
_MOVE = """
UPDATE guests_itineraryitem SET
    starts_at = NEW.starts_at,
    ends_at = CASE WHEN ends_at IS NULL THEN NULL ELSE NEW.ends_at END,
    leave_by_at = leave_by_at + (NEW.starts_at - OLD.starts_at),
    title = CASE WHEN title = OLD.title THEN NEW.title ELSE title END,
    dress = CASE WHEN dress = OLD.dress THEN NEW.dress ELSE dress END,
    venue_id = CASE WHEN venue_id IS NOT DISTINCT FROM OLD.venue_id THEN NEW.venue_id ELSE venue_id END,
    point_id = CASE
        WHEN venue_id IS DISTINCT FROM OLD.venue_id THEN point_id
        WHEN point_id IS NOT DISTINCT FROM OLD.point_id THEN NEW.point_id
        WHEN NEW.venue_id IS DISTINCT FROM OLD.venue_id THEN NULL
        ELSE point_id
    END,
    state_before = CASE
        WHEN NEW.state <> 'cancelled' THEN ''
        WHEN OLD.state <> 'cancelled' AND state <> 'cancelled' THEN state
        ELSE state_before
    END,
    state = CASE
        WHEN OLD.state <> 'cancelled' AND NEW.state = 'cancelled' THEN 'cancelled'
        WHEN OLD.state = 'cancelled' AND NEW.state <> 'cancelled' AND state_before <> '' THEN state_before
        ELSE state
    END,
    updated_at = now()
WHERE session_id = OLD.id AND starts_at = OLD.starts_at AND (ends_at = OLD.ends_at OR ends_at IS NULL);
RETURN NULL;
"""


def is_followed_by_items() -> pgtrigger.Trigger:
    """For sessions: whatever moves, renames, cancels or revives one does so to the items that follow it."""
    return pgtrigger.Trigger(
        name="is_followed_by_items",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange("starts_at", "ends_at", "venue", "point", "title", "dress", "state"),
        func=_MOVE,
    )


def forgets_its_session_was_cancelled() -> pgtrigger.Trigger:
    """For items: one that a person revives is no longer revived, nor cancelled again, in the session's name."""
    return pgtrigger.Trigger(
        name="forgets_its_session_was_cancelled",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition("NEW.state <> 'cancelled' AND NEW.state_before <> ''"),
        func="NEW.state_before = ''; RETURN NEW;",
    )
