"""The worklist: records that need a person and have no standing decision; urgent first, then by when they are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.reviews.models import Decision, Waiting
from clinic.reviews.signing import UNDO_FOR


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the worklist; what comes after it is found by the index, however far down it is."""

    is_urgent: bool
    due_at: datetime
    record_id: UUID

    def __str__(self) -> str:
        return f"{int(self.is_urgent)}_{self.due_at.isoformat()}_{self.record_id}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """The place that `str` wrote into an address, or None when the text is no place."""
        try:
            urgent, due, record_id = text.split("_")
            due_at = datetime.fromisoformat(due)
            return cls(bool(int(urgent)), due_at, UUID(record_id)) if due_at.tzinfo else None
        except ValueError:
            return None

    @classmethod
    def of(cls, waiting: Waiting) -> Place:
        """The place of something that waits."""
        return cls(waiting.is_urgent, waiting.due_at, waiting.record_id)


def waiting(*, after: Place | None = None, limit: int = 50) -> list[Waiting]:
    """What waits for a decision, with its record, intake and patient.

    Args:
        after: the place of the last one seen; from the top when left out.
        limit: how many at most.
    """
    found: list[Waiting] = []
    if after is None or after.is_urgent:
        found = list(_part(True, after)[:limit])
        after = None
    if len(found) < limit:
        found += _part(False, after)[: limit - len(found)]
    return found


def how_many(*, limit: int) -> int:
    """How many wait, counted up to one more than the limit."""
    return Waiting.objects.all()[: limit + 1].count()


def before(place: Place) -> Waiting | None:
    """What stands right above a place, or None at the top."""
    same = _part(place.is_urgent, None).filter(due_at__lte=place.due_at)
    same = same.filter(Q(due_at__lt=place.due_at) | Q(record_id__lt=place.record_id))
    above = same.order_by("-due_at", "-record_id").first()
    if above is None and not place.is_urgent:
        above = _part(True, None).order_by("-due_at", "-record_id").first()
    return above


def just_signed(clinician: User, *, now: datetime) -> Decision | None:
    """The last decision of a clinician, as long as it stands and can be undone."""
    recent = Decision.objects.standing().filter(decided_by=clinician, decided_at__gt=now - UNDO_FOR)
    return (
        recent.select_related("decided_by", "contacted_by", "record__intake__patient").order_by("-decided_at").first()
    )


def latest_record(intake_id: UUID) -> ScreeningRecord | None:
    """The last record of an intake, with its intake and patient; None while it is a draft."""
    records = ScreeningRecord.objects.filter(intake_id=intake_id).select_related("intake__patient")
    return records.order_by("number").last()


def _part(is_urgent: bool, after: Place | None) -> QuerySet[Waiting]:
    part = Waiting.objects.filter(is_urgent=is_urgent).select_related("record__intake__patient")
    if after is not None:
        part = part.filter(due_at__gte=after.due_at)
        part = part.filter(Q(due_at__gt=after.due_at) | Q(record_id__gt=after.record_id))
    return part.order_by("due_at", "record_id")
