"""`manage.py demo`: make the invented clinic once, and say who can sign in."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.onebox import places
from clinic.staff.management import people as demo
from clinic.staff.management.codes import address_for_app


class Command(BaseCommand):
    """Makes the demo data when there is no staff yet; says the sign-ins each time."""

    help = "Make the invented clinic of the demo, and print its sign-ins. Refused in production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--site", default=settings.SITE_URL, help="where the clinic is open; default SITE_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("There is no demo data in production.")
        kept = places.secrets_dir() / "demo-password"
        if not User.objects.exists():
            self._make(kept)
        if kept.exists():
            password = kept.read_text().strip()
            self._print_sign_ins(demo.people_the_staff(password), password, options["site"])

    def _make(self, kept: Path) -> None:
        password = "-".join(secrets.choice(WORDS) for _ in range(4))
        now = timezone.now()
        with transaction.atomic():
            staff = demo.people_the_staff(password)
            clinicians = [user for user in staff if user.role == Role.CLINICIAN]
            demo.open_hours(clinicians, now=now)
            demo.invite_patients(clinicians[0], now=now)
            kept.touch(mode=0o600)
            kept.write_text(password)

    def _print_sign_ins(self, staff: list[User], password: str, site: str) -> None:
        self.stdout.write(f"Sign in at {site}/staff/ with the password {password} and a code:")
        self.stdout.write(f"  .venv/bin/python manage.py demo_code {staff[0].email} prints it; an app does, too.")
        for user in staff:
            self.stdout.write(f"  {user.email:<28} {user.name} ({user.role_in_words})")
            if address := address_for_app(user):
                self.stdout.write(f"    {address}")


WORDS = (
    *("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "jetty", "kelp", "lagoon"),
    *("meadow", "north", "orchard", "pebble", "quartz", "ridge", "spruce", "thicket", "upland", "valley", "willow"),
)
