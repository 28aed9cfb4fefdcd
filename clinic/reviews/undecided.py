"""A record that is still to be decided about, held so that signatures and new records come one after the other."""

from __future__ import annotations

from clinic.intake.models import Intake, ScreeningRecord
from clinic.reviews import second
from clinic.reviews.models import Decision, FirstSignature
from clinic.reviews.standing import standing_decision
from clinic.reviews.worklist import latest_record


class AlreadyDecided(Exception):
    """Somebody signed first; `decision` says who, what and when."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"{decision.decided_by} decided at {decision.decided_at:%H:%M}")
        self.decision = decision


class SignedByOne(Exception):
    """Somebody signed, and a second signature is waited for; `first` says who, what and when."""

    def __init__(self, first: FirstSignature) -> None:
        super().__init__(f"{first.signed_by} signed at {first.signed_at:%H:%M}")
        self.first = first


class ChangedSince(Exception):
    """What was on the screen is not the latest any more; read it again."""


def locked(record: ScreeningRecord) -> ScreeningRecord:
    """The record under the lock of its intake; every writer of records and decisions takes that lock first.

    Raises:
        ChangedSince: there is a newer one.
    """
    Intake.objects.select_for_update().get(pk=record.intake_id)
    latest = latest_record(record.intake_id)
    if latest is None or latest.pk != record.pk:
        raise ChangedSince
    return latest


def must_be_undecided(record: ScreeningRecord) -> None:
    """Nobody has decided about it, and nobody has signed what waits for a second signature.

    Raises:
        AlreadyDecided, SignedByOne: somebody has.
    """
    if standing := standing_decision(record):
        raise AlreadyDecided(standing)
    if first := second.waited_for(record):
        raise SignedByOne(first)
