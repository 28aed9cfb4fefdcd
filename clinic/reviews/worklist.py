"""The worklist: records that need a person and have no standing decision; urgent first, then by when they are due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import F, FilteredRelation, Q, QuerySet, Value

from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.reviews.filters import ME, WAITS_ON, Filters, end_of_day
from clinic.reviews.models import Decision, FirstSignature, Waiting
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


@dataclass(frozen=True, slots=True)
class View:
    """A worklist as one person looks at it now: filtered, the urgent ones never."""

    filters: Filters
    by: User
    now: datetime

    def narrow(self, waiting: QuerySet[Waiting]) -> QuerySet[Waiting]:
        """Those that the filters ask for."""
        return self.filters.narrow(waiting, by=self.by, now=self.now)


def waiting(*, after: Place | None = None, limit: int = 50, view: View | None = None) -> list[Waiting]:
    """What waits for a decision, with its record, intake and patient: the urgent ones, then those asked for.

    Args:
        after: the place of the last one seen; from the top when left out.
        limit: how many at most.
        view: what is asked for; everything when left out.
    """
    found: list[Waiting] = []
    if after is None or after.is_urgent:
        found = list(_part(True, after, view)[:limit])
        after = None
    if len(found) < limit:
        found += _part(False, after, view)[: limit - len(found)]
    return found


def urgent(*, limit: int, after: Place | None = None) -> list[Waiting]:
    """The urgent ones, whatever is asked for."""
    return list(_with_seconds(_part(True, after, None))[:limit])


def others(*, limit: int, view: View, after: Place | None = None) -> list[Waiting]:
    """Those that are not urgent and are asked for."""
    return list(_with_seconds(_part(False, after, view))[:limit])


def asked_for(view: View) -> QuerySet[Waiting]:
    """What is asked for and not urgent, in its order, for a look at how the database finds it."""
    return _part(False, None, view)


def next_for(clinician: User, *, after: Place | None, view: View) -> Waiting | None:
    """What a clinician can decide next in a view; what they signed first waits for somebody else.

    Args:
        clinician: who reads next.
        after: the place of the last one seen; from the top when left out.
        view: what is asked for.
    """
    mine = FirstSignature.objects.filter(state="waiting", signed_by=clinician).values("record")
    if after is None or after.is_urgent:
        if found := _part(True, after, view).exclude(record__in=mine).first():
            return found
        after = None
    return _part(False, after, view).exclude(record__in=mine).first()


def how_many(*, limit: int, view: View | None = None) -> int:
    """How many wait, or how many that are not urgent are asked for, counted up to one more than the limit."""
    asked = Waiting.objects.all() if view is None else view.narrow(Waiting.objects.filter(is_urgent=False))
    return asked[: limit + 1].count()


def due_tomorrow(view: View) -> int:
    """How many that are not urgent are due tomorrow, by what is asked for but for when it is due."""
    asked = replace(view, filters=replace(view.filters, due="")).narrow(Waiting.objects.filter(is_urgent=False))
    return asked.filter(due_at__gte=end_of_day(view.now), due_at__lt=end_of_day(view.now, days=1)).count()


def before(place: Place, *, view: View | None = None) -> Waiting | None:
    """What stands right above a place, or None at the top."""
    above = _above(place.is_urgent, place, view).order_by("-due_at", "-record_id").first()
    if above is None and not place.is_urgent:
        above = _part(True, None, None).order_by("-due_at", "-record_id").first()
    return above


def position(place: Place, *, view: View, limit: int) -> tuple[int, int]:
    """The how-manieth a place is among those like it (urgent, or asked for), and of how many; both up to the limit."""
    whole = _part(place.is_urgent, None, view).select_related(None)
    above = _above(place.is_urgent, place, view).select_related(None)
    return above[:limit].count() + 1, whole[: limit + 1].count()


def awaiting(*, view: View, limit: int, after: tuple[datetime, UUID] | None = None) -> list[Decision]:
    """Decisions that wait for the patient or for a prescriber, the oldest first.

    Args:
        view: with `filters.waits`.
        limit: how many at most.
        after: moment and id of the last one seen.
    """
    routes = WAITS_ON[view.filters.waits]
    asked = Decision.objects.standing().filter(route__in=routes)
    if view.filters.owner == ME:
        asked = asked.filter(decided_by=view.by)
    if after is not None:
        asked = asked.filter(Q(decided_at__gt=after[0]) | Q(decided_at=after[0], pk__gt=after[1]))
    return list(asked.select_related("decided_by", "record__intake__patient").order_by("decided_at", "pk")[:limit])


def just_signed(clinician: User, *, now: datetime) -> Decision | FirstSignature | None:
    """What a clinician signed last within the undo time, as long as it stands or waits for its second signature."""
    since = now - UNDO_FOR
    mine = Q(decided_by=clinician) | Q(seconded_by=clinician)
    decided = Decision.objects.standing().filter(mine, decided_at__gt=since).order_by()
    first = FirstSignature.objects.filter(state="waiting", signed_by=clinician, signed_at__gt=since).order_by()
    found = decided.annotate(at=F("decided_at"), kind=Value("decision")).values_list("at", "kind", "pk")
    found = found.union(first.annotate(at=F("signed_at"), kind=Value("first")).values_list("at", "kind", "pk"))
    _, kind, pk = found.order_by("-at").first() or (None, "", None)
    if kind == "decision":
        people = ("decided_by", "seconded_by", "first", "contacted_by")
        return Decision.objects.select_related(*people, "record__intake__patient").get(pk=pk)
    return FirstSignature.objects.select_related("record__intake").get(pk=pk) if kind else None


def latest_record(intake_id: UUID) -> ScreeningRecord | None:
    """The last record of an intake, with its intake and patient; None while it is a draft."""
    records = ScreeningRecord.objects.filter(intake_id=intake_id).select_related("intake__patient")
    return records.order_by("number").last()


def _part(is_urgent: bool, after: Place | None, view: View | None) -> QuerySet[Waiting]:
    part = Waiting.objects.filter(is_urgent=is_urgent).select_related("record__intake__patient", "owner")
    if view is not None and not is_urgent:
        part = view.narrow(part)
    if after is not None:
        part = part.filter(due_at__gte=after.due_at)
        part = part.filter(Q(due_at__gt=after.due_at) | Q(record_id__gt=after.record_id))
    return part.order_by("due_at", "record_id")


def _with_seconds(part: QuerySet[Waiting]) -> QuerySet[Waiting]:
    """Each with who signed first, when, and by when another one should; empty where no second signature is asked."""
    asked = FilteredRelation("record__first_signatures", condition=Q(record__first_signatures__state="waiting"))
    return part.annotate(asked=asked).annotate(
        first_by=F("asked__signed_by"),
        first_name=F("asked__signed_by__name"),
        first_at=F("asked__signed_at"),
        second_due=F("asked__due_at"),
    )


def _above(is_urgent: bool, place: Place, view: View | None) -> QuerySet[Waiting]:
    same = _part(is_urgent, None, view).filter(due_at__lte=place.due_at)
    return same.filter(Q(due_at__lt=place.due_at) | Q(record_id__lt=place.record_id))
