"""Writes what was signed, in the transaction of the action that signs: a decision, or the first of two signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from clinic.accounts.models import User
from clinic.audit import record as audit
from clinic.audit.actors import Actor
from clinic.celery import nudge
from clinic.intake.clock import due_at
from clinic.intake.models import ScreeningRecord
from clinic.notifications import actions as notifications
from clinic.reviews import patient_words
from clinic.reviews.models import Decision, FirstSignature, ReasonCode, Route
from clinic.reviews.signing import UNDO_FOR, Contact

FOLLOW_UP: Final = "clinic.followups.tasks.look_at"


@dataclass(frozen=True, slots=True)
class Told:
    """What a clinician decided and wrote; `over_a_stop` when it opens booking over findings that stop it."""

    route: str
    reason: str = ""
    reason_code: str = ""
    conditions: str = ""
    valid_until: date | None = None
    over_a_stop: bool = False
    contact: Contact | None = None
    asks: Sequence[str] = ()
    words_to_patient: str = ""

    @classmethod
    def by_first(cls, first: FirstSignature) -> Told:
        """What the first of two signed."""
        spoke = Contact(first.contacted_at, first.contacted_by) if first.contacted_at else None
        return cls(
            route=first.route,
            reason_code=first.reason_code,
            valid_until=first.valid_until,
            over_a_stop=first.overrides_stop,
            contact=spoke,
            **first.told,
        )


def write_decision(
    record: ScreeningRecord,
    told: Told,
    clinician: User,
    *,
    by: Actor,
    now: datetime,
    first: FirstSignature | None = None,
) -> Decision:
    """A decision that stands from now on, its message after the undo time, its follow-ups, and the line about it.

    Args:
        record: what it is about.
        told: what it says.
        clinician: who decided; with two signatures, who signed first.
        by: who signs now.
        now: the moment.
        first: the first of two signatures, which `by` has agreed to.
    """
    decision = Decision.objects.create(
        record=record,
        route=Route(told.route),
        reason=told.reason.strip(),
        reason_code=ReasonCode(told.reason_code) if told.reason_code else "",
        overrides_stop=told.over_a_stop,
        conditions=told.conditions.strip(),
        valid_until=told.valid_until,
        contacted_at=told.contact.at if told.contact else None,
        contacted_by=told.contact.by if told.contact else None,
        decided_at=now,
        decided_by=clinician,
        first=first,
        seconded_by=first.ended_by if first else None,
        asks=list(told.asks),
        words_to_patient=told.words_to_patient.strip(),
        message_version=patient_words.version_of(told.route),
        basis_answers_hash=record.answers_hash,
        basis_seal=record.seal,
    )
    _tell_patient(decision, by=by, now=now)
    nudge(FOLLOW_UP, decision.pk)
    line_about(decision, "reviews.agree" if first else "reviews.decide", by=by)
    return decision


def write_first(
    record: ScreeningRecord, told: Told, clinician: User, *, by: Actor, now: datetime, by_protocol: bool
) -> FirstSignature:
    """The first of two signatures, with a clock of its own, and the line about it. Nothing else follows from it.

    Args:
        record, told, clinician, by, now: as for `write_decision`.
        by_protocol: the protocol asks for the second one; otherwise the clinician does.
    """
    first = FirstSignature.objects.create(
        record=record,
        route=Route(told.route),
        told={
            "reason": told.reason.strip(),
            "conditions": told.conditions.strip(),
            "asks": list(told.asks),
            "words_to_patient": told.words_to_patient.strip(),
        },
        reason_code=ReasonCode(told.reason_code) if told.reason_code else "",
        overrides_stop=told.over_a_stop,
        by_protocol=by_protocol,
        valid_until=told.valid_until,
        contacted_at=told.contact.at if told.contact else None,
        contacted_by=told.contact.by if told.contact else None,
        basis_answers_hash=record.answers_hash,
        basis_seal=record.seal,
        signed_at=now,
        signed_by=clinician,
        due_at=due_at(priority=record.priority, now=now),
    )
    line_about(first, "reviews.sign_first", by=by)
    return first


def message_kept_back(decision: Decision, reason: str, by: Actor) -> bool:
    """Take the message back; False when there was one and it has left."""
    if Route(decision.route) not in patient_words.MESSAGE_OF:
        return True
    return notifications.cancel(key_prefix=f"decided:{decision.pk}", reason=reason, by=by) > 0


def line_about(signed: Decision | FirstSignature, action: str, *, by: Actor, why: str = "") -> None:
    """The line of the record about something that was signed, or set aside."""
    kind = "decision" if isinstance(signed, Decision) else "first_signature"
    more = {"first": str(signed.first_id)} if isinstance(signed, Decision) and signed.first_id else {}
    if signed.contacted_at:
        more |= {"spoke": str(signed.contacted_by_id), "spoke_at": signed.contacted_at.astimezone(UTC).isoformat()}
    audit.record(
        by=by,
        action=action,
        subject=f"{kind}:{signed.pk}",
        patient=signed.record.intake.patient_id,
        why=why,
        detail={
            "record": str(signed.record_id),
            "route": str(signed.route),
            "reason_code": signed.reason_code,
            "overrides_stop": signed.overrides_stop,
            **more,
        },
    )


def _tell_patient(decision: Decision, *, by: Actor, now: datetime) -> None:
    if template := patient_words.MESSAGE_OF.get(Route(decision.route)):
        notifications.queue(
            key=f"decided:{decision.pk}",
            template=template,
            patient=decision.record.intake.patient,
            about={"decision": str(decision.pk)},
            by=by,
            now=now,
            due_at=now + UNDO_FOR,
        )
