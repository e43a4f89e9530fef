"""What the second wall shows of the guests' own tables to whoever reads a page; `liaison.wall` says who that is."""

from django.db import migrations

VIEWER = "(SELECT nullif(current_setting('liaison.viewer', true), '')::bigint)"
VISITS = "(SELECT nullif(current_setting('liaison.visits', true), '')::bigint[])::bigint[]"
EVENTS = "(SELECT nullif(current_setting('liaison.events', true), '')::bigint[])::bigint[]"
ALL = "(SELECT current_setting('liaison.all', true) = 'yes')"
OF_VISIT = (
    f"visit_id = ANY ({VISITS}) OR visit_id IN (SELECT id FROM guests_visit WHERE event_id = ANY ({EVENTS}))"
)

SEEN = {
    "guests_visit": f"id = ANY ({VISITS}) OR event_id = ANY ({EVENTS})",
    "guests_guest": f"id IN (SELECT guest_id FROM guests_visit) OR introduced_by_id = {VIEWER}",
    "guests_guestprivate": "guest_id IN (SELECT id FROM guests_guest)",
    "guests_protocolnote": f"event_id = ANY ({EVENTS}) OR guest_id IN (SELECT guest_id FROM guests_visit)"
    " OR (guest_id IS NULL AND event_id IN (SELECT event_id FROM guests_visit))",
    "guests_handover": "assignment_id IN (SELECT id FROM guests_assignment WHERE " + OF_VISIT + ")",
    **dict.fromkeys(
        [
            "guests_itineraryitem",
            "guests_request",
            "guests_incident",
            "guests_document",
            "guests_dayreport",
        ],
        OF_VISIT,
    ),
    "guests_print": f"{OF_VISIT} OR (visit_id IS NULL AND event_id = ANY ({EVENTS}))",
}

# Whoever signs in: the guests they look after or are offered, and all at the events they run or tell the press of.
ENTER = """
CREATE FUNCTION liaison_enter(person bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE visits bigint[]; events bigint[]; rules boolean;
BEGIN
    SELECT array_agg(duty.visit_id) INTO visits
    FROM guests_assignment AS duty JOIN events_membership AS officer ON officer.id = duty.officer_id
    WHERE officer.user_id = person AND officer.role = 'officer' AND duty.state <> 'withdrawn' AND duty.ends_at > now();
    SELECT visits || array_agg(duty.visit_id) INTO visits
    FROM guests_handover AS offer JOIN events_membership AS officer ON officer.id = offer.receiver_id
    JOIN guests_assignment AS duty ON duty.id = offer.assignment_id
    WHERE officer.user_id = person AND offer.state = 'offered';
    SELECT array_agg(event_id) INTO events FROM events_membership
    WHERE user_id = person AND role IN ('coordinator', 'press');
    SELECT is_superuser INTO rules FROM accounts_user WHERE id = person;
    PERFORM set_config('liaison.viewer', person::text, false),
        set_config('liaison.visits', coalesce(visits, '{}')::text, false),
        set_config('liaison.events', coalesce(events, '{}')::text, false),
        set_config('liaison.all', CASE WHEN rules THEN 'yes' ELSE '' END, false);
    RETURN person;
END $$
"""


def _walled(table: str, seen: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY second_wall ON {table} USING ({ALL} OR {seen}) WITH CHECK (true)",
        ],
        [f"DROP POLICY second_wall ON {table}", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"],
    )


class Migration(migrations.Migration):
    dependencies = [("guests", "0002_papers_of_events")]

    operations = [
        migrations.RunSQL(ENTER, "DROP FUNCTION liaison_enter(bigint)"),
        *(_walled(table, seen) for table, seen in SEEN.items()),
    ]
