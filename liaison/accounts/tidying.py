"""What signing in leaves behind, and when it goes: sessions that ended, the devices they were on, tries that were counted."""

from datetime import datetime, timedelta
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session

from liaison.cache import forget_old_tries

_YOUNG = timedelta(hours=1)  # the row of a device is written in the request that begins its session


def forget_old_sign_ins(*, at: datetime) -> None:
    """Delete the sessions that have run out, and what stands in them: Django leaves them until somebody does.

    With them go the devices whose session is no more: they name addresses and browsers, and open nothing.
    """
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    devices = UserSession.objects.filter(created_at__lt=at - _YOUNG)
    devices.exclude(session_key__in=Session.objects.values("session_key")).delete()
    forget_old_tries(at=at)
