"""`manage.py demo_code EMAIL`: the code that the app of an invented colleague shows now."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.accounts.models import User
from clinic.staff.management.codes import code_now, secret_of
from clinic.staff.management.people import STAFF


class Command(BaseCommand):
    """Prints one code, for somebody of the demo only."""

    help = "Print the sign-in code of somebody of the demo. Refused in production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("There is no demo data in production.")
        user = User.objects.filter(email=email.strip().lower(), email__in=[each[0] for each in STAFF]).first()
        secret = secret_of(user) if user else ""
        if not secret:
            raise CommandError("Nobody of the demo has this e-mail and an app.")
        code, seconds = code_now(secret)
        self.stdout.write(f"{code}  (good for {seconds} s and half a minute more; each code works once)")
