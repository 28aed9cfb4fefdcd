"""`manage.py verify_audit`: is the record unbroken, or where does it break?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.audit.checking import look_through


class Command(BaseCommand):
    """Reads the whole record; the exit code is 1 when it is broken."""

    help = "Say whether the audit record is unbroken, or which line is the first that is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seal", default="", help="the hash of a seal kept elsewhere, which must be in the chain")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = look_through(expected=options["seal"])
        if verdict.found:
            raise CommandError(str(verdict))
        self.stdout.write(str(verdict))
        self.stdout.write(f"{verdict.waiting} lines wait to be sealed. Last of {verdict.seals} seals: {verdict.hash}")
