"""`manage.py watchdog`: say what is late, for a timer that wakes somebody when this ends with anything but 0."""

from __future__ import annotations

from typing import Any, Final

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone

from clinic.followups import watch

LATE: Final = 1
CANNOT_TELL: Final = 2


class Command(BaseCommand):
    """Prints counts and never rows. Ends with 0 when nothing is late, 1 when something is, 2 when it cannot tell."""

    help = "Say what is late. Ends with 1 when anything is, with 2 when the database does not answer."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = watch.late(timezone.now())
        except DatabaseError:
            self.stderr.write("The database does not answer: nobody can tell what is late.")
            raise SystemExit(CANNOT_TELL) from None
        for each in found:
            self.stdout.write(f"LATE  {each.count}  {each.what}")
        if found:
            raise SystemExit(LATE)
        self.stdout.write("Nothing is late.")
