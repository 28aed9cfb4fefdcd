"""What is new in a record against the one before it: answers, medicines, and what came out of them, both shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from clinic.intake.models import ScreeningRecord
from clinic.reviews.answers import protocol_of, said
from clinic.reviews.medicines import in_words
from clinic.reviews.words import first_sentence
from screening.protocol import Protocol

OUTCOME_WORDS: Final = {
    "urgent": "Urgent",
    "not_suitable_now": "Not suitable now",
    "clinician_review": "Clinician review",
    "prescriber_coordination": "Prescriber coordination",
    "ready_to_book": "Ready to book",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is new: what it is about, and what it was and is now."""

    about: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Differences:
    """Everything that is new. `outcome` and `rules` are what the protocol made of it before and makes of it now."""

    changes: tuple[Change, ...]
    outcome: Change | None
    came: tuple[str, ...]
    went: tuple[str, ...]


def differences(record: ScreeningRecord) -> Differences | None:
    """What is new in a record; None for the first one. One query.

    Args:
        record: the later one.
    """
    earlier = ScreeningRecord.objects.filter(intake_id=record.intake_id, number__lt=record.number)
    before = earlier.order_by("number").last() if record.number > 1 else None
    return between(before, record) if before else None


def between(before: ScreeningRecord, record: ScreeningRecord) -> Differences:
    """What is new in a record against an earlier one.

    Args:
        before: the earlier one.
        record: the later one.
    """
    was, now = _findings(before.result), _findings(record.result)
    outcomes = OUTCOME_WORDS[before.outcome], OUTCOME_WORDS[record.outcome]
    return Differences(
        changes=(*_answers(before, record, protocol_of(record)), *_medicines(before, record)),
        outcome=Change("The protocol says", *outcomes) if outcomes[0] != outcomes[1] else None,
        came=tuple(f"{rule}: {words}" for rule, words in now.items() if rule not in was),
        went=tuple(f"{rule}: {words}" for rule, words in was.items() if rule not in now),
    )


def _findings(result: Mapping[str, Any]) -> dict[str, str]:
    return {found["rule"]: first_sentence(found["for_clinician"])[0] for found in result["findings"]}


def _answers(before: ScreeningRecord, record: ScreeningRecord, protocol: Protocol | None) -> Iterator[Change]:
    was, now = before.answers["answers"], record.answers["answers"]
    for name in protocol.questions if protocol else ():
        if was.get(name) != now.get(name):
            question = protocol.questions[name]
            yield Change(question.wording, said(question, was.get(name)), said(question, now.get(name)))


def _medicines(before: ScreeningRecord, record: ScreeningRecord) -> Iterator[Change]:
    """Lines that came, changed, were matched by a clinician, or went."""
    was = {each["id"]: each for each in before.answers["medicines"]}
    for each in record.answers["medicines"]:
        old = was.pop(each["id"], None)
        if old is None:
            yield Change("A medicine", "Not listed", in_words(each))
        elif each.get("matched_by") and old.get("confirmed_as") != each["confirmed_as"]:
            yield Change(f"“{each['name']}”, as they typed it", "Not matched", _match(each))
        elif in_words(old) != in_words(each):
            yield Change("A medicine", in_words(old), in_words(each))
    for old in was.values():
        yield Change("A medicine", in_words(old), "Not listed any more")


def _match(medicine: Mapping[str, Any]) -> str:
    return f"{medicine['confirmed_as']}, matched by {medicine['matched_by']}"
