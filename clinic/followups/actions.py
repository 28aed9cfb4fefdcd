"""What is done with follow-ups: planned from the protocol, done when due, taken back, closed or tried again by hand.

Each is planned and done at least once, and each effect has a key, so that twice is once: a row by its cause, plan and
due time, a message by the id of its follow-up.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.booking.holds import lock_patient
from clinic.followups.cause_tables import possible
from clinic.followups.causes import FINDERS, found
from clinic.followups.claims import TRIES, claim, mine, most_pressing, next_try
from clinic.followups.coverage import ANSWERS, ERASES, OF_THE_CLINIC, RENEWAL, TEMPLATES
from clinic.followups.models import FollowUp
from clinic.followups.offsets import Hours
from clinic.followups.pausing import may_pause, paused_until
from clinic.followups.planning import is_planned, is_too_late, rows
from clinic.followups.reach import CannotWrite, letter_for, not_sent, reference_of
from clinic.followups.stops import CONTACT, MESSAGES, ended, why_ended
from clinic.intake import protocols
from clinic.intake.models import Intake
from clinic.intake.renewal_actions import ask_again
from clinic.journal.actions import remove_all
from clinic.notifications.actions import acknowledge, cancel, page, queue
from clinic.notifications.hours import zone_named
from clinic.notifications.recheck import PAUSED
from clinic.patients.actions import agree
from clinic.patients.models import Patient
from clinic.questionnaires.actions import open_for
from clinic.questionnaires.asking import asks
from clinic.reviews.change_actions import ask_new_rules
from screening.protocol import FollowUpPlan

log = logging.getLogger(__name__)

BATCH: Final = 1_000
ONE_PLANNER: Final = 0x7468_7265
"""The number of the lock that lets one planner work at a time, so that none plans what another has just planned."""
SWEEP_SECONDS: Final = 45.0
State = FollowUp.State


class NotOpen(Exception):
    """This task is not open any more."""


class NotAnAnswer(Exception):
    """A task that asks a question is closed by one of its answers, and no other task by any."""


def plan(*, now: datetime, by: Actor, row_id: UUID | None = None) -> int:
    """Make the rows of every follow-up whose cause has none yet. Doing it again changes nothing.

    1. Let one planner work at a time. 2. For each follow-up of the current protocol ask for its causes. 3. Insert the
    rows, and leave alone what is there. 4. One audit line, if there was anything. A sweep begins a new transaction
    after each follow-up that made rows: a look at one row waits for one only. What cannot be planned is only logged.

    Args:
        now: the moment.
        by: the part of the system that plans.
        row_id: only what follows from this row, when somebody says that it is new.
    Returns:
        How many rows were made; what is left over after 1,000 causes of one follow-up is made the next time.
    """
    protocol = protocols.current()
    plans = filter(is_planned, (*protocol.followups, *OF_THE_CLINIC))
    left = iter(possible(plans, now=now, row_id=row_id))
    return sum(_plan(chain([first], left), protocol.name, now=now, by=by, row_id=row_id) for first in left)


@transaction.atomic
def _plan(left: Iterable[FollowUpPlan], protocol: str, *, now: datetime, by: Actor, row_id: UUID | None) -> int:
    """Plan what is left; of a sweep no more than the first that makes rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_PLANNER])
    made: Counter[str] = Counter()
    for each in left:
        try:
            with transaction.atomic():
                made[each.id] += _plan_one(each, protocol, now=now, row_id=row_id)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one follow-up, the others are promised too
            log.exception("follow-up %s could not be planned: %s", each.id, type(error).__name__)
        if made.total() and row_id is None:
            break
    if made.total():
        record(by=by, action="followups.plan", subject="followups:planned", detail={p: n for p, n in made.items() if n})
    return made.total()


def _plan_one(each: FollowUpPlan, protocol: str, *, now: datetime, row_id: UUID | None) -> int:
    if each.trigger not in FINDERS:
        raise LookupError(f"nothing finds {each.trigger}")
    hours = Hours(
        settings.CLINIC_DAYS, settings.CLINIC_OPENS, settings.CLINIC_CLOSES, zone_named(settings.CLINIC_TIME_ZONE)
    )
    planned: list[FollowUp] = []
    for cause in found(each, now=now, limit=BATCH, row_id=row_id):
        try:
            planned += rows(each, cause, protocol=protocol, hours=hours, now=now)
        except (ValueError, OverflowError) as error:
            log.error("follow-up %s of %s could not be planned: %s", each.id, cause.key, type(error).__name__)
    return len(FollowUp.objects.bulk_create(planned, ignore_conflicts=True))


def do(*, follow_up: FollowUp, now: datetime, by: Actor) -> str | None:
    """Do one follow-up, if it is due and nobody else is at it.

    1. Claim it by a conditional update. 2. Lock the forms it asks about, which whoever saves one locks before the
    patient too. 3. Lock the patient it writes to: what they cancel comes before or after. 4. Look again whether it is
    still wanted, and not too late. 5. Queue its message, or open its task. 6. Keep what came of it, in one transaction
    with the message and the audit line.

    Args:
        follow_up: which.
        now: the moment.
        by: the part of the system that does it.
    Returns:
        Its new state; None when it was not there to be taken.
    """
    return _do(follow_up.pk, now=now, by=by)


def do_due(*, now: datetime, by: Actor, row_id: UUID | None = None, seconds: float = SWEEP_SECONDS) -> int:
    """Do what is due, the most pressing first; each is claimed alone, so that a crash holds up one only.

    Args:
        now: the moment.
        by: the part of the system that does it.
        row_id: only what follows from this row.
        seconds: after so long the rest is left to the next sweep.
    Returns:
        How many were taken.
    """
    stop_at, taken = time.monotonic() + seconds, 0
    while time.monotonic() < stop_at:
        batch = most_pressing(now, row_id=row_id)
        states = [_do(pk, now=now, by=by) for pk in batch if time.monotonic() < stop_at]
        taken += len(states) - states.count(None)
        if not any(states):
            break
    return taken


def _do(follow_up_id: UUID, *, now: datetime, by: Actor) -> str | None:
    claimed = claim(follow_up_id, now)
    return None if claimed is None else _do_claimed(claimed, now=now, by=by)


def _do_claimed(follow_up: FollowUp, *, now: datetime, by: Actor) -> str | None:
    if follow_up.attempts > TRIES:
        return _give_back(follow_up, State.FAILED, "every try stopped half way", now, by=by)
    try:
        return _carry_out(follow_up, now=now, by=by)
    except Exception as error:  # noqa: BLE001 - one follow-up that breaks is tried again, then parked; others go on
        log.warning("follow-up %s not done: %s", follow_up.pk, type(error).__name__)
        state, try_at = next_try(follow_up, now)
        return _give_back(follow_up, state, type(error).__name__, try_at, by=by)


@transaction.atomic
def _carry_out(claimed: FollowUp, *, now: datetime, by: Actor) -> str | None:
    if asks(claimed.plan):
        list(Intake.objects.select_for_update(no_key=True).filter(patient=claimed.patient_id).order_by("pk"))
    if claimed.audience == FollowUp.Audience.PATIENT:
        lock_patient(claimed.patient_id)
    follow_up = mine(claimed).select_for_update(of=("self",)).select_related("patient").first()
    if follow_up is None:
        return None
    if why := why_ended(follow_up):
        state, reason = State.CANCELLED, why
    elif until := paused_until(follow_up, now):
        state, reason = State.PLANNED, PAUSED
        follow_up.try_at, follow_up.attempts = until, 0
    elif is_too_late(follow_up.plan, follow_up.audience, follow_up.due_at, now):
        state, reason = State.CANCELLED, "too late"
    else:
        state, reason = _effect(follow_up, now=now, by=by)
    follow_up.state, follow_up.reason, follow_up.claimed_at = state, reason, None
    if state == State.DONE:
        follow_up.done_at, follow_up.done_by = now, by.ref
    follow_up.save(update_fields=["state", "reason", "claimed_at", "done_at", "done_by", "try_at", "attempts"])
    _record(follow_up, "followups.do", by=by)
    return state


def _effect(follow_up: FollowUp, *, now: datetime, by: Actor) -> tuple[State, str]:
    """Write to the patient, page again, or open a task; a patient who cannot be written to becomes a task to call."""
    if follow_up.audience == FollowUp.Audience.ENGINE:
        by_itself = _erase if follow_up.plan == ERASES else _ask_new_rules
        return State.DONE, by_itself(follow_up, now=now, by=by)
    if follow_up.plan not in TEMPLATES:
        return State.OPEN, ""
    if follow_up.audience != FollowUp.Audience.PATIENT:
        about = {"reference": reference_of(follow_up)}
        page(key=f"followup:{follow_up.pk}", template=TEMPLATES[follow_up.plan], about=about, by=by, now=now)
        return State.DONE, ""
    if asks(follow_up.plan) and not _open_questions(follow_up, now=now, by=by):
        return State.CANCELLED, "nothing to ask"
    if follow_up.plan == RENEWAL:
        ask_again(patient=follow_up.patient, asked_for=follow_up.pk, by=by, now=now)
    letter = letter_for(follow_up)
    if isinstance(letter, CannotWrite):
        return (State.OPEN, f"{letter.reason}: call them") if letter.call else (State.CANCELLED, letter.reason)
    queue(
        key=f"followup:{follow_up.pk}",
        template=letter.template,
        patient=follow_up.patient,
        channel=letter.channel,
        about=letter.about,
        due_at=follow_up.due_at,
        good_for=letter.good_until - follow_up.due_at,
        keeps_quiet_hours=follow_up.keeps_quiet_hours,
        may_pause=may_pause(follow_up),
        by=by,
        now=now,
    )
    return State.DONE, ""


def _open_questions(follow_up: FollowUp, *, now: datetime, by: Actor) -> bool:
    """Open the questions that a message is about, in the transaction of the message; False when there are none."""
    patient = follow_up.patient
    return bool(open_for(patient=patient, asked_for=follow_up.pk, plan=follow_up.plan, by=by, now=now))


def _ask_new_rules(follow_up: FollowUp, *, now: datetime, by: Actor) -> str:
    """Ask the rules of the current protocol about a form that was sent under another one."""
    intake = Intake.objects.get(pk=follow_up.row_id)
    return "the outcome changed" if ask_new_rules(intake=intake, by=by, now=now) else "the same outcome"


def _erase(follow_up: FollowUp, *, now: datetime, by: Actor) -> str:
    """Erase what is theirs alone, and stop what we send unasked; the words are those of the page they asked on."""
    patient = follow_up.patient
    agree(patient=patient, kind=MESSAGES, given=False, wording="erase", wording_version="erase/1", by=by, now=now)
    return f"journal entries erased: {remove_all(patient=patient, by=by)}"


@transaction.atomic
def _give_back(follow_up: FollowUp, state: State, reason: str, try_at: datetime, *, by: Actor) -> str:
    if mine(follow_up).update(state=state, reason=reason, try_at=try_at, claimed_at=None):
        follow_up.state, follow_up.reason = state, reason
        _record(follow_up, "followups.park" if state == State.FAILED else "followups.put_off", by=by)
    return state


@transaction.atomic
def withdraw(*, by: Actor, patient: Patient | None = None) -> int:
    """Take back open tasks and waiting messages that are no longer wanted: decided, cancelled, sent, opted out.

    Args:
        by: the part of the system that looks.
        patient: only theirs, at once, when they have just said something that may end them.
    Returns:
        How many were taken back.
    """
    theirs = Q() if patient is None else Q(patient=patient)
    open_tasks = ended(FollowUp.objects.filter(theirs, state=State.OPEN))
    over = list(open_tasks.select_for_update(of=("self",), skip_locked=True)[:BATCH])
    unwanted = ended(FollowUp.objects.filter(theirs, pk__in=not_sent(), state=State.DONE))[:BATCH]
    over += [each for each in unwanted if cancel(key_prefix=f"followup:{each.pk}", reason=each.ended, by=by)]
    for each in over:
        each.state, each.reason = State.CANCELLED, each.ended
        each.save(update_fields=["state", "reason"])
        _record(each, "followups.withdraw", by=by)
    return len(over)


@transaction.atomic
def close_task(*, follow_up: FollowUp, by: Actor, now: datetime, reason: str = "", answer: str = "") -> None:
    """Close an open task by hand. Closing the task of a call says that the person was reached.

    Args:
        follow_up: the task.
        by: who did it.
        now: the moment.
        reason: what came of it, in their words; it goes on the record only, because it may be about a patient.
        answer: to a task that asks a question, one of `ANSWERS`; nothing to the others.
    Raises:
        NotOpen: somebody closed it first, or it is no task.
        NotAnAnswer: it asks something else, or asks something and was not answered.
    """
    if answer not in ANSWERS.get(follow_up.plan, ("",)):
        raise NotAnAnswer
    task = FollowUp.objects.filter(pk=follow_up.pk, state=State.OPEN)
    if not task.update(state=State.DONE, done_at=now, done_by=by.ref, answer=answer):
        raise NotOpen
    follow_up.state, follow_up.answer = State.DONE, answer
    if follow_up.stop_condition in CONTACT:
        acknowledge(reference=reference_of(follow_up), by=by, now=now, because="reached")
    _record(follow_up, "followups.close_task", by=by, why=reason)


@transaction.atomic
def retry(*, follow_up: FollowUp, by: Actor, now: datetime) -> bool:
    """Try a parked follow-up again, from its first try.

    Args:
        follow_up: which.
        by: who wants it tried.
        now: the moment.
    Returns:
        False when it is not parked any more, and nothing was changed.
    """
    parked = FollowUp.objects.filter(pk=follow_up.pk, state=State.FAILED)
    if not parked.update(state=State.PLANNED, attempts=0, try_at=now, reason=""):
        return False
    _record(follow_up, "followups.retry", by=by)
    return True


def _record(follow_up: FollowUp, action: str, *, by: Actor, why: str = "") -> None:
    detail = {"plan": follow_up.plan, "state": follow_up.state, "reason": follow_up.reason}
    if follow_up.answer:
        detail["answer"] = follow_up.answer
    subject = f"followup:{follow_up.pk}"
    record(by=by, action=action, subject=subject, patient=follow_up.patient_id, why=why, detail=detail)
