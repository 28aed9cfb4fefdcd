"""Whether a time can be had: what every verb that takes one asks first, in one place, and the words of each refusal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from clinic.booking import allowed, find
from clinic.booking.models import Appointment, AppointmentQuerySet
from clinic.patients.models import Patient

NOT_OFFERED: Final = _("We do not offer that time.")
PASSED: Final = _("That time has passed.")
TOO_LATE: Final = _("That time is after the last day your clinician set.")
SAME_TIME: Final = _("That is within the time you already have.")
CHANGED: Final = _("Your appointment was changed in the meantime.")
NOT_COMING: Final = _("There is no appointment to move any more.")


class SlotTaken(Exception):
    """Somebody else has that time; nothing was changed."""


class NotOffered(Exception):
    """That time cannot be had by anybody, and the text says why in one sentence; nothing was changed."""


class NotMovable(Exception):
    """The appointment that was to be moved is not there as it was; nothing was changed."""


def grounds_for(
    patient: Patient, start: datetime, now: datetime, *, moving: Appointment | None = None
) -> allowed.Allowed:
    """What allows this patient to have a time that begins then.

    Raises:
        NotOffered: it has passed, or is after the last day of their decision.
        allowed.NotAllowedToBook, allowed.AlreadyBooked: as in `allowed.to_book`.
    """
    if start <= now:
        raise NotOffered(PASSED)
    grounds = allowed.to_book(patient, now=now, moving=moving)
    if grounds.until is not None and start >= grounds.until:
        raise NotOffered(TOO_LATE)
    return grounds


def slot_at(
    patient: Patient,
    clinician_id: int,
    start: datetime,
    mode: str,
    location: str,
    *,
    asked_at: datetime,
    with_notice: bool = True,
) -> find.Slot:
    """The slot that the rules offer this patient, by the notice and horizon of `asked_at`.

    Raises:
        NotOffered: they offer none.
    """
    offered = find.slots(
        patient_region=patient.region,
        now=asked_at,
        mode=mode,
        since=start,
        until=start + timedelta(microseconds=1),
        clinician_id=clinician_id,
        patient_id=patient.pk,
        with_notice=with_notice,
    )
    fitting = [slot for slot in offered if slot.location == location]
    if not fitting:
        raise NotOffered(NOT_OFFERED)
    return next((slot for slot in fitting if slot.is_free), fitting[0])


def check_again(kept: Appointment) -> None:
    """Ask the rules again about a time that is kept, as they were when it was kept; a freed one needs no notice.

    Raises:
        NotOffered: time off, a licence or the hours have changed since.
    """
    slot_at(
        kept.patient,
        kept.clinician_id,
        kept.start,
        kept.mode,
        kept.location,
        asked_at=kept.created_at,
        with_notice=kept.offered_at is None,
    )


def locked(appointment: Appointment) -> Appointment:
    """The appointment as it is now, locked."""
    return _rows().get(pk=appointment.pk)


def locked_booked(appointments: Iterable[Appointment]) -> list[Appointment]:
    """Those of these appointments that are still booked as they were, locked in the order of their ids."""
    seen = {each.pk: each.sequence for each in appointments}
    rows = _rows().filter(pk__in=seen, state=Appointment.State.BOOKED).order_by("pk")
    return [row for row in rows if row.sequence == seen[row.pk]]


def locked_with_moved(hold: Appointment) -> tuple[Appointment, Appointment]:
    """A hold and the appointment that it moves, locked in the order of their ids and in one statement."""
    rows = {row.pk: row for row in _rows().filter(pk__in=[hold.pk, hold.moves_id]).order_by("pk")}
    return rows[hold.pk], rows[hold.moves_id]


def to_move(appointment: Appointment, now: datetime) -> Appointment:
    """The appointment as it is now, if it is still to come.

    Raises:
        NotMovable: it is not.
    """
    found = Appointment.objects.get(pk=appointment.pk)
    if found.state != Appointment.State.BOOKED or found.start <= now:
        raise NotMovable(NOT_COMING)
    return found


def _rows() -> AppointmentQuerySet:
    return Appointment.objects.select_for_update(of=("self",)).select_related("patient", "clinician")
