"""Rows of others that a guest's notices quote: whoever changes one of them marks the plans it is quoted in.

Proxies, so that the triggers stand in the app that needs them and the tables know nothing of guests.
"""

from events.models import Event, Membership, Point, Shift, Vehicle, Venue
from guests.models.plan_mark import (
    OF_THE_EVENT,
    marks_officer,
    marks_officer_when_quoted_changes,
    marks_plan_when_quoted_changes,
    marks_plan_where_it_matters,
)
from liaison.accounts.models import User

_OF_ITEMS = "SELECT DISTINCT visit_id, now() FROM guests_itineraryitem WHERE {condition}"
_OF_THE_TEAM = (
    "SELECT DISTINCT visit.id, now() FROM guests_visit AS visit"
    " JOIN events_membership AS member ON member.event_id = visit.event_id WHERE {condition}"
)


class QuotedEvent(Event):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            marks_plan_when_quoted_changes(
                "SELECT id, now() FROM guests_visit WHERE event_id = ROW.id",
                "name",
                "time_zone",
                "travel_kmh",
                "travel_buffer_minutes",
                "quiet_from",
                "quiet_until",
            ),
            marks_officer_when_quoted_changes(
                "SELECT id, now() FROM events_membership WHERE event_id = ROW.id",
                "name",
                "time_zone",
                "quiet_from",
                "quiet_until",
            ),
        ]


class QuotedVenue(Venue):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            marks_plan_when_quoted_changes(
                _OF_ITEMS.format(
                    condition="venue_id = ROW.id OR origin_id = ROW.id OR point_id IN"
                    " (SELECT id FROM events_point WHERE venue_id = ROW.id) OR visit_id IN"
                    " (SELECT id FROM guests_visit WHERE hotel_id = ROW.id)"
                ),
                "name",
                "kind",
                "latitude",
                "longitude",
            )
        ]


class QuotedPoint(Point):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            marks_plan_when_quoted_changes(
                _OF_ITEMS.format(condition="point_id = ROW.id"), "name", "kind", "venue"
            )
        ]


class QuotedVehicle(Vehicle):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            marks_plan_when_quoted_changes(_OF_ITEMS.format(condition="vehicle_id = ROW.id"), "plate")
        ]


class AddressedMember(Membership):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *marks_plan_where_it_matters("ROW.role = 'coordinator'", "role", "user", visits=OF_THE_EVENT),
            marks_officer_when_quoted_changes("SELECT ROW.id, now()", "role", "user"),
        ]


class HoursOfMember(Shift):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = marks_officer("SELECT ROW.membership_id, now()")


class AddressedPerson(User):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            marks_plan_when_quoted_changes(
                _OF_THE_TEAM.format(condition="member.user_id = ROW.id"), "is_active", "name"
            ),
            marks_officer_when_quoted_changes(
                "SELECT id, now() FROM events_membership WHERE user_id = ROW.id", "is_active"
            ),
        ]
