"""First signatures in words: what was signed, why a second one is asked for, by when, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.reviews import answers, patient_words, presenters, second, words
from clinic.reviews.models import FirstSignature, Route
from clinic.reviews.suggestion import stopping_findings

State = FirstSignature.State
ENDED: Final = {
    State.DECLINED: "{who} did not sign it too, {when}",
    State.WITHDRAWN: "{who} took it back, {when}",
    State.STALE: "Ended {when} without a second signature: what it rested on changed",
}
TOO: Final = "ask another clinician to sign too{why}. Nothing leaves before. Then: {then}"


@dataclass(frozen=True, slots=True)
class First:
    """A first signature: its words, why another clinician signs too, by when, how it ended and why (empty until then).

    `signing_will` is what the second signature does.
    """

    signed: presenters.Signed
    asked: str
    due: str
    is_mine: bool
    signing_will: str
    ended: str
    why_ended: str


def first_signature(first: FirstSignature, *, by: User, now: datetime) -> First:
    """A first signature in words, for one reader.

    Args:
        first: with who signed and who ended it already read.
        by: who reads.
        now: the moment.
    """
    template = ENDED.get(State(first.state), "")
    who = "You" if first.ended_by_id == by.pk else str(first.ended_by)
    due = words.due(first.due_at, now=now)
    ended_at = words.moment(first.ended_at, now=now) if first.ended_at else ""
    asks = _asked_by(first)
    return First(
        signed=_signed(first, by, now),
        asked=asks,
        due=due if first.due_at < now else f"Due {due}",
        is_mine=first.signed_by_id == by.pk,
        signing_will=presenters.SIGNING_WILL[Route(first.route)].format(name=_name(first.record)),
        ended=template.format(who=who, when=ended_at),
        why_ended=first.why or "",
    )


def with_second(record: ScreeningRecord, choices: list[presenters.Choice]) -> list[presenters.Choice]:
    """What signing does, for each route of a record, and its message; a second signature that is asked for first.

    Args:
        record: what is decided about.
        choices: as they are without it.
    """
    patient = record.intake.patient
    return [
        presenters.Choice(each.value, each.label, _will(record, each), patient_words.in_a_line(each.value, patient))
        for each in choices
    ]


def _will(record: ScreeningRecord, choice: presenters.Choice) -> str:
    over_a_stop = choice.value in presenters.OPENS_BOOKING and bool(stopping_findings(record.result))
    asked = second.asked_by_protocol(record, choice.value, over_a_stop=over_a_stop)
    return TOO.format(why=f" ({asked.why.rstrip('.')})", then=choice.signing_will) if asked else choice.signing_will


def _asked_by(first: FirstSignature) -> str:
    protocol = answers.protocol_of(first.record)
    if not first.by_protocol:
        return "They asked for a second signature."
    why = protocol.second_signature.why if protocol else ""
    return f"The protocol asks for a second signature. {why}".strip()


def _signed(first: FirstSignature, by: User, now: datetime) -> presenters.Signed:
    told, contact = first.told, first.contacted_at
    spoke = f"{first.contacted_by} spoke with the patient, {words.moment(contact, now=now)}" if contact else ""
    return presenters.Signed(
        route=Route(first.route).label,
        who="You" if first.signed_by_id == by.pk else str(first.signed_by),
        when=words.moment(first.signed_at, now=now),
        second="",
        reason=told["reason"],
        reason_code=first.get_reason_code_display() if first.reason_code else "",
        conditions=told["conditions"],
        valid_until=first.valid_until,
        contact=f"{spoke}. {first.signed_by} said so on signing." if spoke else "",
        undo_until="",
        asks=presenters.wordings(first.record, told["asks"]),
        words_to_patient=told["words_to_patient"],
    )


def _name(record: ScreeningRecord) -> str:
    patient = record.intake.patient
    return str(patient.preferred_name or patient.legal_name)
