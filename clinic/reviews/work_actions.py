"""What is done about the work itself: an intake is opened, claimed, passed on, noted; a view of the list is saved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from clinic.accounts.models import User
from clinic.audit import record as audit
from clinic.audit.actors import Actor
from clinic.intake.models import Intake
from clinic.reviews.filters import Filters
from clinic.reviews.models import Note, SavedView, Viewing, Waiting
from clinic.reviews.signing import clinician_of

VIEWED_FOR: Final = timedelta(minutes=15)
"""How long somebody is said to have an intake open. Source: ux.md C2."""
MOST_VIEWS: Final = 20
NOT_REACHED: Final = "Tried to reach them, and did not. It stays open."


class TooManyViews(Exception):
    """Somebody saved more views than anybody can tell apart."""


@transaction.atomic
def open_intake(*, intake: Intake, page: str, by: Actor, now: datetime) -> None:
    """Put on the record that somebody saw what a patient told us, and say to the others that it is open.

    Args:
        intake: which.
        page: the page that showed it, `review` or `answers`.
        by: who looked.
        now: the moment.
    """
    audit.record(by=by, action=f"reviews.see_{page}", subject=f"intake:{intake.pk}", patient=intake.patient_id)
    Viewing.objects.bulk_create(
        [Viewing(intake=intake, by_id=int(by.ref.removeprefix("staff:")), at=now)],
        update_conflicts=True,
        unique_fields=["intake", "by"],
        update_fields=["at"],
    )


def looks(intakes: Sequence[Intake], *, me: User, now: datetime) -> tuple[dict[object, User], dict[object, datetime]]:
    """Who else has each of these intakes open, and when somebody last opened it, by id of the intake; one query."""
    seen = Viewing.objects.filter(Q(by=me) | Q(at__gt=now - VIEWED_FOR), intake__in=intakes)
    seen = list(seen.order_by("at").select_related("by"))
    others = {each.intake_id: each.by for each in seen if each.by_id != me.pk}
    return others, {each.intake_id: each.at for each in seen if each.by_id == me.pk}


def others_viewing(intakes: Sequence[Intake], *, me: User, now: datetime) -> dict[object, User]:
    """Who else has each of these intakes open, by id of the intake; one query."""
    return looks(intakes, me=me, now=now)[0]


@transaction.atomic
def claim(*, intakes: Sequence[Intake], by: Actor, now: datetime) -> int:
    """Take what nobody has taken yet; what a colleague has stays theirs.

    Args:
        intakes: which; those that do not wait are left out.
        by: the clinician who takes them.
        now: the moment.
    Returns:
        How many were taken.
    """
    clinician = clinician_of(by)
    free = Waiting.objects.filter(record__intake__in=intakes, owner__isnull=True).select_related("record__intake")
    taken = list(free.select_for_update(of=("self",), skip_locked=True).order_by("record"))
    Waiting.objects.filter(record__in=[each.record_id for each in taken]).update(owner=clinician)
    for each in taken:
        _record("reviews.claim", each.record.intake, by=by, detail={"owner": str(clinician.pk)})
    return len(taken)


@transaction.atomic
def pass_on(*, intake: Intake, to: User | None, by: Actor, now: datetime) -> bool:
    """Give what waits to a colleague, or back to everybody.

    Args:
        intake: which.
        to: a clinician, or None for nobody.
        by: the clinician who gives it away, whoever has it.
        now: the moment.
    Returns:
        False when it does not wait any more, and nothing was changed.
    Raises:
        MayNotDecide: one of the two may not take clinical decisions.
    """
    clinician_of(by)
    if to is not None:
        clinician_of(to.actor)
    if not Waiting.objects.filter(record__intake=intake).update(owner=to):
        return False
    _record("reviews.pass_on", intake, by=by, detail={"owner": str(to.pk) if to else ""})
    return True


@transaction.atomic
def write_note(*, intake: Intake, text: str, by: Actor, now: datetime) -> Note:
    """Write something about an intake that the next reader should know.

    Args:
        intake: which.
        text: in the words of the writer; it is kept as it is.
        by: a clinician.
        now: the moment.
    Raises:
        MayNotDecide: somebody else writes.
    """
    note = Note.objects.create(intake=intake, text=text.strip(), written_at=now, written_by=clinician_of(by))
    _record("reviews.write_note", intake, by=by, detail={"note": str(note.pk)})
    return note


@transaction.atomic
def not_reached(*, intake: Intake, by: Actor, now: datetime) -> Note:
    """Put on the record that somebody tried to speak with a patient and did not; it closes nothing.

    Args:
        intake: which.
        by: the clinician who tried.
        now: the moment.
    Raises:
        MayNotDecide: somebody else says so.
    """
    note = Note.objects.create(intake=intake, text=NOT_REACHED, written_at=now, written_by=clinician_of(by))
    _record("reviews.not_reached", intake, by=by, detail={"note": str(note.pk)})
    return note


@transaction.atomic
def save_view(*, name: str, filters: Filters, by: Actor) -> SavedView:
    """Keep the filters that are on under a name; the same name again is changed.

    Args:
        name: what they are called.
        filters: which.
        by: whose view it is.
    Raises:
        TooManyViews: there are enough.
    """
    clinician = clinician_of(by)
    mine = SavedView.objects.filter(by=clinician)
    if mine.exclude(name=name).count() >= MOST_VIEWS:
        raise TooManyViews
    view, _ = SavedView.objects.update_or_create(by=clinician, name=name, defaults={"query": filters.query})
    audit.record(by=by, action="reviews.save_view", subject=f"view:{view.pk}")
    return view


@transaction.atomic
def forget_view(*, view_id: int, by: Actor) -> None:
    """Forget one of one's own views; one that is not there is forgotten already.

    Args:
        view_id: which.
        by: whose it is.
    """
    if SavedView.objects.filter(pk=view_id, by=clinician_of(by)).delete()[0]:
        audit.record(by=by, action="reviews.forget_view", subject=f"view:{view_id}")


def _record(action: str, intake: Intake, *, by: Actor, detail: dict[str, str]) -> None:
    audit.record(by=by, action=action, subject=f"intake:{intake.pk}", patient=intake.patient_id, detail=detail)
