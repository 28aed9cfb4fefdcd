"""What it takes to sign a decision: when it must be explained, confirmed in a second step, or preceded by a talk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from clinic.accounts.models import User
from clinic.accounts.permissions import Permission
from clinic.audit.actors import Actor
from clinic.intake.models import ScreeningRecord
from clinic.reviews.models import OPENS_BOOKING, ReasonCode, Route
from clinic.reviews.suggestion import is_urgent, stopping_findings, suggested_route

UNDO_FOR: Final = timedelta(minutes=10)
"""A decision can be taken back before its message leaves. Source: ux.md C3."""
REASON_CHARACTERS: Final = 20
"""The shortest reason that says something. Source: ux.md C3."""


class MayNotDecide(Exception):
    """Only a clinician takes and takes back clinical decisions."""


class ReasonNeeded(Exception):
    """This decision has to say why; `code_too` when it differs from what the protocol suggests."""

    def __init__(self, *, code_too: bool) -> None:
        super().__init__("reason needed")
        self.code_too = code_too


class StopNeedsSecondStep(Exception):
    """The decision opens booking over findings that stop it; somebody has to say that they read each of them."""


class ContactNotRecorded(Exception):
    """An urgent record is closed only by somebody who has spoken with the patient since it became urgent."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody of the staff spoke with the patient."""

    at: datetime
    by: User


def clinician_of(by: Actor) -> User:
    """The clinician who acts.

    Raises:
        MayNotDecide: it is not one.
    """
    user = User.objects.filter(pk=by.ref.removeprefix("staff:")).first() if by.is_staff else None
    if user is None or not user.may(Permission.DECIDE):
        raise MayNotDecide
    return user


def is_explained(reason: str) -> bool:
    """True for a reason that is long enough to say something."""
    return len(reason.strip()) >= REASON_CHARACTERS


def must_be_explained(record: ScreeningRecord, route: str, reason: str, reason_code: str) -> None:
    """Agreeing with the protocol needs no words; differing, a code and words; where it leaves the choice, words.

    Raises:
        ReasonNeeded: they are missing.
    """
    suggested = suggested_route(record)
    if route == suggested:
        return
    differs = suggested is not None
    if not is_explained(reason) or (differs and reason_code not in ReasonCode.values):
        raise ReasonNeeded(code_too=differs)


def must_be_confirmed(record: ScreeningRecord, route: str, confirmed: bool) -> bool:
    """True when a decision opens booking over findings that stop it, and that was confirmed in a second step.

    Raises:
        StopNeedsSecondStep: it was not.
    """
    over_a_stop = route in OPENS_BOOKING and bool(stopping_findings(record.result))
    if over_a_stop and not confirmed:
        raise StopNeedsSecondStep
    return over_a_stop


def must_follow_a_talk(record: ScreeningRecord, route: str, contact: Contact | None, now: datetime) -> None:
    """An urgent record is closed by a human contact after what made it urgent; people tell the time in whole minutes.

    Raises:
        ContactNotRecorded: nobody is known to have spoken with the patient since.
    Source:
        clinical.md section 5.1, 9.
    """
    if route != Route.URGENT_CONTACT_MADE and not is_urgent(record):
        return
    raised_at = (record.intake.safety_raised_at or record.screened_at).replace(second=0, microsecond=0)
    if contact is None or not raised_at <= contact.at <= now:
        raise ContactNotRecorded
