"""`manage.py demo`: make the invented clinic once, and say who can sign in."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.onebox import places
from clinic.staff.management import people as demo


class Command(BaseCommand):
    """Makes the demo data when there is no staff yet; says the sign-ins each time."""

    help = "Make the invented clinic of the demo, and print its sign-ins. Refused in production."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("There is no demo data in production.")
        kept = places.secrets_dir() / "demo-password"
        if not User.objects.exists():
            self._make(kept)
        if kept.exists():
            self._print_sign_ins(kept.read_text().strip())

    def _make(self, kept: Any) -> None:
        password = "-".join(secrets.choice(WORDS) for _ in range(4))
        now = timezone.now()
        with transaction.atomic():
            staff = demo.people_the_staff(password)
            clinicians = [user for user in staff if user.role == Role.CLINICIAN]
            demo.open_hours(clinicians, now=now)
            demo.invite_patients(clinicians[0], now=now)
            kept.touch(mode=0o600)
            kept.write_text(password)

    def _print_sign_ins(self, password: str) -> None:
        self.stdout.write(f"Sign in at {settings.SITE_URL}/staff/ with the password {password}")
        for user in User.objects.order_by("pk"):
            self.stdout.write(f"  {user.email:<28} {user.name} ({user.role})")


WORDS = (
    *("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "jetty", "kelp", "lagoon"),
    *("meadow", "north", "orchard", "pebble", "quartz", "ridge", "spruce", "thicket", "upland", "valley", "willow"),
)
