"""What signing in leaves behind, and when it goes: sessions that ended, and the devices they were on."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

_YOUNG = timedelta(hours=1)  # the row of a device is written in the request that begins its session


def remove_ended_sessions(*, at: datetime) -> tuple[int, int]:
    """Forget sessions that have expired by `at`, and devices whose session is no more; how many of each.

    Twice does no harm, and no page needs it: an expired session opens nothing, and a device without one is not shown.
    """
    _rows, sessions = Session.objects.filter(expire_date__lte=at).delete()
    gone = UserSession.objects.filter(created_at__lt=at - _YOUNG)
    _rows, devices = gone.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return sessions.get("sessions.Session", 0), devices.get("usersessions.UserSession", 0)
