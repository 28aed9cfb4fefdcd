"""`manage.py invite EMAIL --role director`: the first people of a new clinic; others are invited on the page."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from clinic.accounts.actions import AlreadyOnStaff
from clinic.accounts.permissions import Role
from clinic.audit.actors import system
from clinic.staff import actions


class Command(BaseCommand):
    """Invites somebody in the name of whoever runs the machine."""

    help = "Invite somebody to the staff by e-mail; meant for the first medical director and administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--role", choices=[role.value for role in Role], required=True)

    def handle(self, *args: Any, email: str, role: str, **options: Any) -> None:
        try:
            validate_email(email)
            actions.invite(email=email, role=Role(role), by=system("command"), now=timezone.now())
        except ValidationError:
            raise CommandError("That is not an e-mail address.") from None
        except AlreadyOnStaff:
            raise CommandError("Somebody with this e-mail is on the staff already, or was.") from None
        self.stdout.write(f"Invited {email} as {role}. The link goes out by e-mail; it works once, for three days.")
