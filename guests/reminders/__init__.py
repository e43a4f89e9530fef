"""Reminders: what should be sent, to whom, when and by which ways; the outbox sends it.

`facts` reads the plans, `items`, `duties` and `waiting` say what deserves a reminder, `telling` turns that and the rules
(`usual` where an event has none, `quiet` hours) into wishes, `planning` reconciles them with what is stored. `days` are
the mails of the morning, `escalating` passes on what nobody answered, `sample` shows a rule as its mail would look.
"""

from guests.reminders.planning import plan_key, plan_marked_officers, plan_marked_visits, wishes_for

__all__ = ["plan_key", "plan_marked_officers", "plan_marked_visits", "wishes_for"]
