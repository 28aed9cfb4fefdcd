"""What is done in a review: decided, undone within ten minutes, opened again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db import transaction

from clinic.accounts.models import User
from clinic.audit import record as audit
from clinic.audit.actors import Actor
from clinic.celery import nudge
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications import actions as notifications
from clinic.reviews import drafts, patient_words, reopening, signing
from clinic.reviews.models import Decision, ReasonCode, Route
from clinic.reviews.standing import standing_decision
from clinic.reviews.worklist import latest_record

FOLLOW_UP: Final = "clinic.followups.tasks.look_at"


class AlreadyDecided(Exception):
    """Somebody signed first; `decision` says who, what and when."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"{decision.decided_by} decided at {decision.decided_at:%H:%M}")
        self.decision = decision


class ChangedSince(Exception):
    """What was on the screen is not the latest any more; read it again."""


class TooLateToUndo(Exception):
    """Ten minutes are over, or the message has left; a standing decision can still be opened again with a reason."""


@transaction.atomic
def decide(
    *,
    record: ScreeningRecord,
    route: str,
    reason: str,
    by: Actor,
    now: datetime,
    basis_answers_hash: str,
    basis_seal: str,
    reason_code: str = "",
    conditions: str = "",
    valid_until: date | None = None,
    overrides_stop: bool = False,
    contact: signing.Contact | None = None,
    asks: Sequence[str] = (),
    words_to_patient: str = "",
) -> Decision:
    """Sign a decision about a record.

    1. Only a clinician. 2. Lock the intake, so that two signatures and a new record come one after the other.
    3. Refuse when somebody signed first. 4. Refuse when the page showed something else. 5. Ask for the reason, for the
    talk of an urgent case, for the second step over a Stop, and for the questions that are asked again. 6. Write the
    decision; their draft goes. 7. Its message leaves after the undo time, its follow-ups are planned. 8. Audit.

    Args:
        record: what was read.
        route: one of `Route`.
        reason: why, in the clinician's words.
        by: the clinician.
        now: the moment.
        basis_answers_hash: the hash of the answers on the page.
        basis_seal: the seal of the protocol on the page.
        reason_code: one of `ReasonCode`, when it differs from what the protocol suggests.
        conditions: under which it holds, in words.
        valid_until: its last day at the clinic; without end when left out.
        overrides_stop: the clinician said, in a second step, that they read the findings that stop a booking.
        contact: who spoke with the patient and when.
        asks: ids of the questions that the patient is asked again, when more is asked for.
        words_to_patient: what the clinician writes to the patient; it is shown on their private page only.
    Returns:
        The standing decision.
    Raises:
        AlreadyDecided, ChangedSince: see each.
        signing.MayNotDecide, ReasonNeeded, ContactNotRecorded, StopNeedsSecondStep: see each there.
        reopening.NothingAsked: no question is named, or one that cannot be asked again.
    Source:
        clinical.md section 5.1, 8 and 9; ux.md C3.
    """
    clinician = signing.clinician_of(by)
    record = _locked(record)
    if standing := standing_decision(record):
        raise AlreadyDecided(standing)
    if (record.answers_hash, record.seal) != (basis_answers_hash, basis_seal):
        raise ChangedSince
    signing.must_be_explained(record, route, reason, reason_code)
    signing.must_follow_a_talk(record, route, contact, now)
    over_a_stop = signing.must_be_confirmed(record, route, overrides_stop)
    reopening.must_ask_something(record, route, asks)
    decision = Decision.objects.create(
        record=record,
        route=Route(route),
        reason=reason.strip(),
        reason_code=ReasonCode(reason_code) if reason_code else "",
        overrides_stop=over_a_stop,
        conditions=conditions.strip(),
        valid_until=valid_until,
        contacted_at=contact.at if contact else None,
        contacted_by=contact.by if contact else None,
        decided_at=now,
        decided_by=clinician,
        asks=list(asks),
        words_to_patient=words_to_patient.strip(),
        message_version=patient_words.version_of(route),
        basis_answers_hash=basis_answers_hash,
        basis_seal=basis_seal,
    )
    drafts.drop(record.intake, by=clinician)
    if contact:
        notifications.acknowledge(reference=record.intake.reference, by=by, now=now, because="reached")
    _tell_patient(decision, by=by, now=now)
    nudge(FOLLOW_UP, decision.pk)
    _audit("reviews.decide", decision, by=by)
    return decision


@transaction.atomic
def undo(*, decision: Decision, by: Actor, now: datetime) -> None:
    """Take back one's own decision before its message leaves.

    1. Only the clinician who signed. 2. Lock the intake. 3. Ten minutes at most, and the message still here. 4. Revoke
    it, so that the record waits again. 5. Audit.

    Args:
        decision: which.
        by: the clinician who signed it.
        now: the moment.
    Raises:
        signing.MayNotDecide: somebody else signed it.
        TooLateToUndo: its message is on its way, or it was taken back already.
    """
    clinician = signing.clinician_of(by)
    decision = _still_standing(decision)
    if decision.decided_by_id != clinician.pk:
        raise signing.MayNotDecide
    if now >= decision.decided_at + signing.UNDO_FOR or not _message_kept_back(decision, "undone by the clinician", by):
        raise TooLateToUndo
    _revoke(decision, clinician, now)
    _audit("reviews.undo", decision, by=by)


@transaction.atomic
def reopen(*, decision: Decision, reason: str, by: Actor, now: datetime) -> None:
    """Set a standing decision aside, so that the record waits for a decision again. Booking closes until then.

    1. Lock the intake. 2. Ask why. 3. Keep its message back if it has not left. 4. Revoke it. 5. Audit with the reason.

    Args:
        decision: which.
        reason: why, at least 20 characters; it goes on the record.
        by: a clinician, not only the one who signed.
        now: the moment.
    Raises:
        signing.MayNotDecide: not a clinician.
        ReasonNeeded: the reason is too short.
        TooLateToUndo: it does not stand any more.
    """
    clinician = signing.clinician_of(by)
    decision = _still_standing(decision)
    if not signing.is_explained(reason):
        raise signing.ReasonNeeded(code_too=False)
    _message_kept_back(decision, "opened again by a clinician", by)
    _revoke(decision, clinician, now)
    _audit("reviews.reopen", decision, by=by, why=reason.strip())


def _locked(record: ScreeningRecord) -> ScreeningRecord:
    """The record under the lock of its intake; every writer of records and decisions takes that lock first."""
    Intake.objects.select_for_update().get(pk=record.intake_id)
    latest = latest_record(record.intake_id)
    if latest is None or latest.pk != record.pk:
        raise ChangedSince
    return latest


def _still_standing(decision: Decision) -> Decision:
    """The decision under the lock of its intake, as long as it stands."""
    Intake.objects.select_for_update().get(pk=decision.record.intake_id)
    standing = Decision.objects.standing().filter(pk=decision.pk).select_related("record__intake").first()
    if standing is None:
        raise TooLateToUndo
    return standing


def _tell_patient(decision: Decision, *, by: Actor, now: datetime) -> None:
    if template := patient_words.MESSAGE_OF.get(Route(decision.route)):
        notifications.queue(
            key=f"decided:{decision.pk}",
            template=template,
            patient=decision.record.intake.patient,
            about={"decision": str(decision.pk)},
            by=by,
            now=now,
            due_at=now + signing.UNDO_FOR,
        )


def _message_kept_back(decision: Decision, reason: str, by: Actor) -> bool:
    """Take the message back; False when there was one and it has left."""
    if Route(decision.route) not in patient_words.MESSAGE_OF:
        return True
    return notifications.cancel(key_prefix=f"decided:{decision.pk}", reason=reason, by=by) > 0


def _revoke(decision: Decision, clinician: User, now: datetime) -> None:
    decision.revoked_at, decision.revoked_by = now, clinician
    decision.save(update_fields=["revoked_at", "revoked_by"])


def _audit(action: str, decision: Decision, *, by: Actor, why: str = "") -> None:
    audit.record(
        by=by,
        action=action,
        subject=f"decision:{decision.pk}",
        patient=decision.record.intake.patient_id,
        why=why,
        detail={
            "record": str(decision.record_id),
            "route": str(decision.route),
            "reason_code": decision.reason_code,
            "overrides_stop": decision.overrides_stop,
        },
    )
