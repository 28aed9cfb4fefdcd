"""What is done in a review: decided, undone within ten minutes, opened again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from clinic.accounts.models import User
from clinic.audit.actors import Actor
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications import actions as notifications
from clinic.reviews import drafts, reopening, second, signing, writing
from clinic.reviews.models import Decision, FirstSignature
from clinic.reviews.undecided import AlreadyDecided as AlreadyDecided
from clinic.reviews.undecided import ChangedSince as ChangedSince
from clinic.reviews.undecided import SignedByOne as SignedByOne
from clinic.reviews.undecided import locked, must_be_undecided


class NobodyElse(Exception):
    """A second signature was wished for, and nobody else at the clinic may give it."""


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
    wants_second: bool = False,
) -> Decision | FirstSignature:
    """Sign a decision about a record.

    1. Only a clinician. 2. Lock the intake, so that two signatures and a new record come one after the other.
    3. Refuse when somebody signed first. 4. Refuse when the page showed something else. 5. Ask for the reason, for the
    talk of an urgent case, for the second step over a Stop, and for the questions that are asked again. 6. Their draft
    goes; who was spoken with is not called for any more. 7. Where two sign, write the first signature, and that is all.
    8. Otherwise write the decision; its message leaves after the undo time, its follow-ups are planned. 9. Audit.

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
        wants_second: another clinician shall sign too, also where the protocol does not ask for it.
    Returns:
        The standing decision, or what waits for a second signature.
    Raises:
        AlreadyDecided, SignedByOne, ChangedSince, NobodyElse: see each.
        signing.MayNotDecide, ReasonNeeded, ContactNotRecorded, StopNeedsSecondStep: see each there.
        reopening.NothingAsked: no question is named, or one that cannot be asked again.
    Source:
        clinical.md section 5.1, 8 and 9; ux.md C3.
    """
    clinician = signing.clinician_of(by)
    record = locked(record)
    must_be_undecided(record)
    if (record.answers_hash, record.seal) != (basis_answers_hash, basis_seal):
        raise ChangedSince
    signing.must_be_explained(record, route, reason, reason_code)
    signing.must_follow_a_talk(record, route, contact, now)
    over_a_stop = signing.must_be_confirmed(record, route, overrides_stop)
    reopening.must_ask_something(record, route, asks)
    told = writing.Told(
        route, reason, reason_code, conditions, valid_until, over_a_stop, contact, asks, words_to_patient
    )
    drafts.drop(record.intake, by=clinician)
    if contact:
        notifications.acknowledge(reference=record.intake.reference, by=by, now=now, because="reached")
    by_protocol = second.asked_by_protocol(record, route, over_a_stop=over_a_stop) is not None
    if not by_protocol and not wants_second:
        return writing.write_decision(record, told, clinician, by=by, now=now)
    if not by_protocol and not second.clinicians().exclude(pk=clinician.pk).exists():
        raise NobodyElse
    return writing.write_first(record, told, clinician, by=by, now=now, by_protocol=by_protocol)


@transaction.atomic
def undo(*, decision: Decision, by: Actor, now: datetime) -> None:
    """Take back one's own decision before its message leaves; of two who signed, either may.

    1. Only a clinician who signed. 2. Lock the intake. 3. Ten minutes at most, and the message still here. 4. Revoke
    it, so that the record waits again. 5. Audit.

    Args:
        decision: which.
        by: a clinician who signed it.
        now: the moment.
    Raises:
        signing.MayNotDecide: somebody else signed it.
        TooLateToUndo: its message is on its way, or it was taken back already.
    """
    clinician = signing.clinician_of(by)
    decision = _still_standing(decision)
    if clinician.pk not in (decision.decided_by_id, decision.seconded_by_id):
        raise signing.MayNotDecide
    is_late = now >= decision.decided_at + signing.UNDO_FOR
    if is_late or not writing.message_kept_back(decision, "undone by the clinician", by):
        raise TooLateToUndo
    _revoke(decision, clinician, now)
    writing.line_about(decision, "reviews.undo", by=by)


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
    writing.message_kept_back(decision, "opened again by a clinician", by)
    _revoke(decision, clinician, now)
    writing.line_about(decision, "reviews.reopen", by=by, why=reason.strip())


def _still_standing(decision: Decision) -> Decision:
    """The decision under the lock of its intake, as long as it stands."""
    Intake.objects.select_for_update().get(pk=decision.record.intake_id)
    standing = Decision.objects.standing().filter(pk=decision.pk).select_related("record__intake").first()
    if standing is None:
        raise TooLateToUndo
    return standing


def _revoke(decision: Decision, clinician: User, now: datetime) -> None:
    decision.revoked_at, decision.revoked_by = now, clinician
    decision.save(update_fields=["revoked_at", "revoked_by"])
