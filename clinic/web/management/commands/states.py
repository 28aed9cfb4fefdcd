"""`manage.py states`: print docs/states.md."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from clinic.web.states import states_page


class Command(BaseCommand):
    """Prints the page of all states."""

    help = "Print docs/states.md, made from the TRANSITIONS tables."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(states_page(), ending="")
