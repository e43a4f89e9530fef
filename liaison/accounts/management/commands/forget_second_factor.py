"""For whoever lost both the phone and the recovery codes."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from liaison.accounts.models import User


class Command(BaseCommand):
    help = (
        "Forget a person's passkeys, authenticator app and recovery codes, sign them out everywhere, and give those who"
        " need a second factor their days of grace anew. Make sure first, by voice or face, that it is they who ask."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address the person signs in with")

    @transaction.atomic
    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.select_for_update().filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"Nobody signs in with {email}.")
        Authenticator.objects.filter(user=user).delete()
        for session in UserSession.objects.filter(user=user):
            session.end()
        User.objects.filter(pk=user.pk).update(second_factor_asked_at=None)
        self.stdout.write(f"{user} signs in without a second factor now.")
