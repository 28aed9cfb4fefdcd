"""May this patient be booked, in the words a scheduler reads: what to say on the phone, and nothing clinical."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from clinic.booking import zones
from clinic.booking.allowed import ends_at
from clinic.patients.models import Patient
from clinic.reviews import standing
from clinic.reviews.models import Decision, Route

NOT_YET: Final = "Not yet"
DO_NOT_BOOK: Final = "Do not book"
FOR_STAFF: Final = {
    standing.WAITS_FOR_FORM: (NOT_YET, "We do not have their health form. They can begin it on our site."),
    standing.WAITS_FOR_PERSON: (
        DO_NOT_BOOK,
        "A clinician speaks with them first. Put this call through to the clinician on call.",
    ),
    standing.WAITS_FOR_READING: (NOT_YET, "A clinician is reading their form. We write to them when it is read."),
    standing.WAITS_FOR_SECOND_LOOK: (NOT_YET, "A clinician is looking at their form again. We write to them."),
    standing.WAITS_AFTER_ROUTE[Route.ASK_FOR_MORE]: (
        NOT_YET,
        "They have a question of ours to answer first. It is in the message we sent them.",
    ),
    standing.WAITS_AFTER_ROUTE[Route.NOT_SUITABLE_NOW]: (DO_NOT_BOOK, "A clinician wrote to them about it."),
    standing.WAITS_AFTER_ROUTE[Route.URGENT_CONTACT_MADE]: (
        NOT_YET,
        "A clinician is looking at what comes next. We write to them.",
    ),
}
"""What a scheduler reads in the place of what the patient reads."""


@dataclass(frozen=True, slots=True)
class MayBeBooked:
    """Yes or no, in a word and in a sentence; `ask` is the clinician who knows more."""

    is_open: bool
    word: str
    why: str
    ask: str = ""


def may_be_booked(patient: Patient, *, now: datetime) -> MayBeBooked:
    """Whether a scheduler may book for this patient.

    Args:
        patient: who.
        now: the moment.
    """
    found = standing.booking_standing(patient, now=now)
    decision = found.basis if isinstance(found.basis, Decision) else None
    if found.may_book:
        until = ends_at(found)
        last = f"Until {zones.short_day((until - timedelta(days=1)).date())}." if until else ""
        return MayBeBooked(True, "Can book", last)
    word, why = FOR_STAFF.get(found.waits_for, (NOT_YET, "A clinician has to look first."))
    return MayBeBooked(False, word, why, decision.decided_by.name if decision else "")
