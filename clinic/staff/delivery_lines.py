"""Messages that did not arrive, follow-ups that were given up and addresses that are closed, as lines of one page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from clinic.accounts.models import User
from clinic.accounts.permissions import ROLE_WORDS, Permission, Role
from clinic.followups.coverage import OF_THE_CLINIC
from clinic.followups.models import FollowUp
from clinic.intake import protocols
from clinic.notifications.models import Message, StoppedAddress

MOST: Final = 100
"""Rows of each kind, the newest first."""
LATELY: Final = timedelta(days=30)
CHANNELS: Final = {Message.Channel.SMS: "text", Message.Channel.EMAIL: "email", Message.Channel.PAGER: "page"}
NOT_THERE: Final = (Message.Arrival.UNDELIVERED, Message.Arrival.BOUNCED, Message.Arrival.COMPLAINED)


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One row. `what` names the message only for those who may see an intake; `reference` is a patient's, or nothing.

    `may_go` is true for what somebody may take off the list; an urgent page stays until it is sent.
    """

    id: UUID
    what: str
    to: str
    reference: str
    why: str
    at: datetime
    may_go: bool = False


def parked(user: User) -> list[DeliveryLine]:
    """Messages that could not be sent."""
    rows = Message.objects.filter(state=Message.State.FAILED).select_related("patient", "staff")
    return [_of_message(row, user, _in_words(row.reason), row.due_at) for row in rows.order_by("-due_at")[:MOST]]


def not_arrived(user: User, *, now: datetime) -> list[DeliveryLine]:
    """Messages that left in the last thirty days, and did not arrive by what the provider says."""
    rows = Message.objects.filter(arrival__in=NOT_THERE, arrival_at__gte=now - LATELY)
    found = rows.select_related("patient", "staff").order_by("-arrival_at")[:MOST]
    return [_of_message(row, user, row.get_arrival_display(), row.arrival_at) for row in found]


def given_up(user: User) -> list[DeliveryLine]:
    """Follow-ups that broke at every try."""
    contents = {plan.id: plan.content for plan in (*protocols.current().followups, *OF_THE_CLINIC)}
    sees = user.may(Permission.SEE_INTAKE)
    rows = FollowUp.objects.filter(state=FollowUp.State.FAILED).select_related("patient").order_by("-due_at")[:MOST]
    return [
        DeliveryLine(
            id=row.pk,
            what=contents.get(row.plan, f"Follow-up {row.plan}") if sees else "A follow-up",
            to=FollowUp.Audience(row.audience).label.capitalize(),
            reference=row.patient.reference,
            why=_in_words(row.reason),
            at=row.due_at,
        )
        for row in rows
    ]


def closed(*, now: datetime) -> list[DeliveryLine]:
    """Addresses that nothing is sent to."""
    rows = StoppedAddress.objects.filter(lifted_at__isnull=True, at__gte=now - LATELY).select_related("patient")
    return [
        DeliveryLine(
            id=row.pk,
            what="Phone number" if row.channel == Message.Channel.SMS else "Email address",
            to="Patient",
            reference=row.patient.reference,
            why=row.get_because_display(),
            at=row.at,
            may_go=row.because == StoppedAddress.Because.BOUNCED,
        )
        for row in rows.order_by("-at")[:MOST]
    ]


def _of_message(row: Message, user: User, why: str, at: datetime) -> DeliveryLine:
    named = row.template.replace("-", " ").capitalize() if user.may(Permission.SEE_INTAKE) else "A message"
    return DeliveryLine(
        id=row.pk,
        what=f"{named}, by {CHANNELS[Message.Channel(row.channel)]}",
        to=_to(row),
        reference=row.patient.reference if row.patient and not row.to_role else "",
        why=why,
        at=at,
        may_go=not row.is_urgent,
    )


def _in_words(reason: str) -> str:
    """The reason of a row; the name of an error is said to be one."""
    if not reason.isidentifier():
        return reason
    return (
        f"no connection ({reason})" if reason.startswith(("Timeout", "Connection", "gai")) else f"it broke ({reason})"
    )


def _to(row: Message) -> str:
    if row.staff:
        return str(row.staff)
    return ROLE_WORDS.get(Role(row.to_role), row.to_role) if row.to_role in list(Role) else row.to_role or "Patient"
