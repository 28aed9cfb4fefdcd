"""Every record of an intake with what is new in it, and every decision about it, also those that ended."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.intake.models import Intake, ScreeningRecord
from clinic.reviews import differences, presenters, second_presenters, words
from clinic.reviews.models import Decision, FirstSignature

MOST: Final = 50
"""Records that are read, the newest first."""
TOLD_AGAIN: Final = "intake.tell_again"
SET_ASIDE: Final = "reviews.reopen"
OVER: Final = {
    Decision.State.EXPIRED: "Its last day passed, {when}",
    Decision.State.STALE: "Ended {when}: what it rested on changed",
}


@dataclass(frozen=True, slots=True)
class Past:
    """One decision, and how it ended: empty while it stands."""

    signed: presenters.Signed
    ended: str
    why_ended: str


@dataclass(frozen=True, slots=True)
class Version:
    """One record: who told it and when, what came out, what is new, what was decided, and what only one signed."""

    record: ScreeningRecord
    when: str
    told_by: str
    outcome: str
    new: differences.Differences | None
    decisions: tuple[Past, ...]
    firsts: tuple[second_presenters.First, ...]


def versions(intake: Intake, *, by: User, now: datetime) -> list[Version]:
    """Every record of an intake, the newest first; five queries however many there are.

    Args:
        intake: with its patient already read.
        by: who reads, for "You".
        now: for the words of times.
    """
    records = list(intake.records.order_by("-number")[:MOST])
    lines = _lines(intake)
    decided = defaultdict(list)
    signed_by = ("decided_by", "seconded_by", "first", "contacted_by", "revoked_by", "record")
    for each in Decision.objects.filter(record__in=records).select_related(*signed_by).order_by("-decided_at"):
        decided[each.record_id].append(_past(each, lines, by, now))
    firsts = defaultdict(list)
    ended_by = ("signed_by", "ended_by", "contacted_by", "record__intake__patient")
    alone = FirstSignature.objects.filter(record__in=records).exclude(state=FirstSignature.State.AGREED)
    for each in alone.select_related(*ended_by).order_by("-signed_at"):
        firsts[each.record_id].append(second_presenters.first_signature(each, by=by, now=now))
    earlier = [*records[1:], None]
    return [
        Version(
            record=record,
            when=words.moment(record.screened_at, now=now),
            told_by=_told_by(record, lines),
            outcome=differences.OUTCOME_WORDS[record.outcome],
            new=differences.between(before, record) if before else None,
            decisions=tuple(decided[record.pk]),
            firsts=tuple(firsts[record.pk]),
        )
        for record, before in zip(records, earlier, strict=True)
    ]


def _lines(intake: Intake) -> dict[str, AuditEvent]:
    """What the audit says about how records came to be and why decisions were set aside, by the row each is about."""
    asked = AuditEvent.objects.filter(patient=str(intake.patient_id), action__in=(TOLD_AGAIN, SET_ASIDE))
    return {_about(line): line for line in asked.order_by("id")}


def _about(line: AuditEvent) -> str:
    return f"record:{line.detail['record']}" if line.action == TOLD_AGAIN else line.subject


def _told_by(record: ScreeningRecord, lines: dict[str, AuditEvent]) -> str:
    if record.number == 1:
        return "Sent by the patient"
    line = lines.get(f"record:{record.pk}")
    actor = line.actor.partition(":")[0] if line else ""
    told = {"patient": "Told anew by the patient", "staff": "A medicine was matched by a clinician"}
    return told.get(actor, "The rules were asked again")


def _past(decision: Decision, lines: dict[str, AuditEvent], by: User, now: datetime) -> Past:
    signed = presenters.signed(decision, by=by, now=now)
    state = decision.state
    if state == Decision.State.REVOKED:
        set_aside = lines.get(f"decision:{decision.pk}")
        ended = f"{decision.revoked_by} {'set it aside' if set_aside else 'took it back'}, "
        return Past(signed, ended + words.moment(decision.revoked_at, now=now), set_aside.why if set_aside else "")
    at = decision.expired_at or decision.stale_at
    return Past(signed, OVER[state].format(when=words.moment(at, now=now)) if at else "", "")
