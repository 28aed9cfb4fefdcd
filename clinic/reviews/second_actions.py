"""What is done about a first signature: another clinician agrees or does not, its signer takes it back, it ends."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from clinic.accounts.permissions import Permission
from clinic.audit.actors import Actor
from clinic.intake.models import Intake
from clinic.notifications import actions as notifications
from clinic.reviews import signing, writing
from clinic.reviews.models import Decision, FirstSignature, Waiting
from clinic.reviews.reopening import must_ask_something
from clinic.reviews.undecided import ChangedSince, locked

BATCH: Final = 200
State = FirstSignature.State


class NotWaitedFor(Exception):
    """It ended: another clinician was faster, it was taken back, or something is new; `first` says which."""

    def __init__(self, first: FirstSignature) -> None:
        super().__init__(f"the first signature is {first.state}")
        self.first = first


class SamePerson(Exception):
    """Nobody signs twice: the second signature is that of another clinician."""


@transaction.atomic
def agree(
    *, first: FirstSignature, by: Actor, now: datetime, basis_answers_hash: str, basis_seal: str, has_read: bool = False
) -> Decision:
    """Sign what another clinician has signed, so that it stands.

    1. Only a clinician, and another one. 2. Lock the intake; refuse when a newer record came. 3. It must still be
    waited for: of two who sign at once, one is second. 4. What was on the page is its basis. 5. Everything that the
    first signature took is asked again now, and over a Stop the second reads the findings too. 6. End the first
    signature, write the decision; its message and its follow-ups begin here and nowhere before. 7. Audit.

    Args:
        first: what was signed.
        by: the second clinician.
        now: the moment.
        basis_answers_hash: the hash of the answers on the page.
        basis_seal: the seal of the protocol on the page.
        has_read: they say that they read the findings which stop a booking.
    Returns:
        The standing decision.
    Raises:
        signing.MayNotDecide, SamePerson, NotWaitedFor, ChangedSince: see each.
        signing.StopNeedsSecondStep: it goes over a Stop, and they did not say that they read it.
        signing.ContactNotRecorded: a safety flag came after the talk with the patient.
    """
    clinician = signing.clinician_of(by)
    first = _held(first)
    if first.signed_by_id == clinician.pk:
        raise SamePerson
    record = locked(first.record)
    basis = (basis_answers_hash, basis_seal)
    if basis != (record.answers_hash, record.seal) or basis != (first.basis_answers_hash, first.basis_seal):
        raise ChangedSince
    if first.valid_until and first.valid_until < _day(now):
        raise ChangedSince
    told = writing.Told.by_first(first)
    signing.must_be_explained(record, told.route, told.reason, told.reason_code)
    signing.must_follow_a_talk(record, told.route, told.contact, now)
    signing.must_be_confirmed(record, told.route, has_read)
    must_ask_something(record, told.route, told.asks)
    _end(first, State.AGREED, now=now, ended_by=clinician)
    return writing.write_decision(record, told, first.signed_by, by=by, now=now, first=first)


@transaction.atomic
def decline(*, first: FirstSignature, reason: str, by: Actor, now: datetime) -> None:
    """Do not sign what another clinician has signed: it goes back to them, with the reason, and they are written to.

    1. Only a clinician, and another one. 2. Lock the intake; it must still be waited for. 3. Ask why. 4. End it.
    5. The record is theirs again, as long as they work here. 6. Audit with the reason.

    Args:
        first: what was signed.
        reason: why not, at least 20 characters; the first clinician reads it, and it goes on the record.
        by: the second clinician.
        now: the moment.
    Raises:
        signing.MayNotDecide, SamePerson, NotWaitedFor: see each.
        signing.ReasonNeeded: the reason is too short.
    """
    clinician = signing.clinician_of(by)
    first = _held(first)
    if first.signed_by_id == clinician.pk:
        raise SamePerson
    if not signing.is_explained(reason):
        raise signing.ReasonNeeded(code_too=False)
    _end(first, State.DECLINED, now=now, ended_by=clinician, why=reason.strip())
    _give_back(first)
    if first.signed_by.is_active:
        key = f"second-signature-declined:{first.pk}"
        notifications.queue(key=key, template="second-signature-declined", staff=first.signed_by, by=by, now=now)
    writing.line_about(first, "reviews.decline", by=by, why=reason.strip())


@transaction.atomic
def take_back(*, first: FirstSignature, by: Actor, now: datetime) -> None:
    """Take one's own first signature back, as long as nobody signed second; the record waits for a decision again.

    1. Only who signed it. 2. Lock the intake; it must still be waited for. 3. End it. 4. It is theirs again. 5. Audit.

    Args:
        first: what was signed.
        by: who signed it.
        now: the moment.
    Raises:
        signing.MayNotDecide: somebody else signed it.
        NotWaitedFor: see there.
    """
    clinician = signing.clinician_of(by)
    first = _held(first)
    if first.signed_by_id != clinician.pk:
        raise signing.MayNotDecide
    _end(first, State.WITHDRAWN, now=now, ended_by=clinician)
    _give_back(first)
    writing.line_about(first, "reviews.take_back", by=by)


@transaction.atomic
def end_overtaken(*, by: Actor, now: datetime) -> int:
    """End first signatures whose last day at the clinic is over: nobody can agree to them any more.

    Args:
        by: the clock.
        now: the moment.
    Returns:
        How many ended.
    """
    over = FirstSignature.objects.filter(state=State.WAITING, valid_until__lt=_day(now))
    found = list(over.select_related("record__intake", "signed_by").order_by("valid_until", "pk")[:BATCH])
    list(Intake.objects.select_for_update().filter(pk__in=[each.record.intake_id for each in found]).order_by("pk"))
    ended = [each for each in found if over.filter(pk=each.pk).update(state=State.STALE, ended_at=now)]
    for first in ended:
        _give_back(first)
        writing.line_about(first, "reviews.end_overtaken", by=by)
    return len(ended)


def _held(first: FirstSignature) -> FirstSignature:
    """The first signature under the lock of its intake, as long as it is waited for."""
    Intake.objects.select_for_update().get(pk=first.record.intake_id)
    held = FirstSignature.objects.select_related("record__intake", "signed_by", "ended_by", "contacted_by")
    now_held = held.get(pk=first.pk)
    if now_held.state != State.WAITING:
        raise NotWaitedFor(now_held)
    return now_held


def _end(first: FirstSignature, state: str, *, now: datetime, **ended: Any) -> None:
    first.state, first.ended_at = state, now
    for name, value in ended.items():
        setattr(first, name, value)
    first.save(update_fields=["state", "ended_at", *ended])


def _give_back(first: FirstSignature) -> None:
    """The record belongs to who signed first again, or to nobody when they do not decide here any more."""
    is_here = first.signed_by.is_active and first.signed_by.may(Permission.DECIDE)
    Waiting.objects.filter(record=first.record_id).update(owner=first.signed_by if is_here else None)


def _day(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
