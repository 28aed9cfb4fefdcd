"""What the worklist and the review page show, made from sealed records without a query per row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.reviews import answers, flags, history, medicines, reopening, scores, words
from clinic.reviews.contradictions import contradictions
from clinic.reviews.differences import Differences, differences
from clinic.reviews.models import OPENS_BOOKING as OPENS_BOOKING
from clinic.reviews.models import Decision, Route
from clinic.reviews.persons import Person, person
from clinic.reviews.signing import UNDO_FOR
from clinic.reviews.suggestion import is_urgent, stopping_findings, suggested_route
from screening.facts import Facts
from screening.protocol import Protocol

NO_SUGGESTION: Final = "The protocol leaves this to you"
SIGNING_WILL: Final = {
    Route.READY_TO_BOOK: "e-mail {name} a link to choose a time, in 10 minutes.",
    Route.PRESCRIBER_FIRST: "e-mail {name} that we ask their prescriber, in 10 minutes. They may book meanwhile.",
    Route.ASK_FOR_MORE: "e-mail {name} a link to exactly these questions, in 10 minutes. The clock stands still.",
    Route.NOT_SUITABLE_NOW: "e-mail {name} a link to your decision, in 10 minutes. Booking stays closed.",
    Route.URGENT_CONTACT_MADE: "record the contact and send nothing. Booking stays closed.",
}
FAR: Final = timedelta(days=1)
REACH: Final = {
    "phone": "Phone",
    "safe_contact": "Message safe",
    "location_now": "Today in",
    "emergency_name": "In an emergency",
    "emergency_phone": "Their phone",
}
"""What it takes to reach somebody, in a word each."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A route as it is offered, what signing it does, and the message that then leaves, if there is one."""

    value: str
    label: str
    signing_will: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """A decision in words; `second` says who signed it too. `undo_until` is set while it can be taken back.

    What was not written is empty.
    """

    route: str
    who: str
    when: str
    second: str
    reason: str
    reason_code: str
    conditions: str
    valid_until: date | None
    contact: str
    undo_until: str
    asks: tuple[str, ...]
    words_to_patient: str


@dataclass(frozen=True, slots=True)
class Review:
    """The review page."""

    person: Person
    due: str
    is_late: bool
    is_far: bool
    is_urgent: bool
    flags: list[flags.Flag]
    tally: str
    clear: str
    clear_count: int
    medicines: list[medicines.Row]
    medicines_summary: str
    scores: list[scores.Scored]
    not_asked: str
    reach: list[tuple[str, str]]
    history: list[tuple[str, str]]
    differences: Differences | None
    asked_first: list[answers.Asked]
    askable: list[answers.AskedPart]
    choices: list[Choice]
    suggestion: str
    answered: int
    is_readable: bool


def review(record: ScreeningRecord, *, now: datetime) -> Review:
    """Everything the review page shows about a record.

    Args:
        record: with its intake and patient already read.
        now: the moment.
    """
    result, protocol = record.result, answers.protocol_of(record)
    facts = answers.facts_of(protocol, record.answers["answers"], _screened_on(result)) if protocol else None
    pronouns = [each.answer for each in _asked_of(facts, ("pronouns",)) if not each.is_doubt] if facts else []
    who = person(record.intake.patient, record.intake, now=now, pronouns=", ".join(pronouns))
    doubts = _untold(answers.doubts(facts), result) if facts else []
    found = [*flags.flags(result, protocol), *(contradictions(facts, record.intake.history) if facts else [])]
    right = _said_right(facts, record.intake.confirmed) if facts else []
    shown_flags = flags.by_level([*flags.raised_on_the_way(record, protocol), *found, *doubts, *right])
    shown_medicines = medicines.rows(result, protocol, record.answers["medicines"])
    first, others = reopening.suggested(record)
    scored = scores.scores(protocol, facts.answers) if facts and protocol else []
    suggestion = suggested_route(record)
    return Review(
        person=who,
        due=words.due(record.due_at, now=now),
        is_late=record.due_at < now,
        is_far=record.due_at - now > FAR,
        is_urgent=is_urgent(record),
        flags=shown_flags,
        tally=flags.tally(shown_flags),
        clear=_clear_in_words(result, protocol),
        clear_count=len(result["clear"]),
        medicines=shown_medicines,
        medicines_summary=medicines.summary(shown_medicines),
        scores=scored,
        not_asked=", ".join(each.name for each in scored if each.missing == scores.NOT_ASKED),
        reach=_reach(facts) if is_urgent(record) and facts else [],
        history=history.lines(record.intake, now=now),
        differences=differences(record),
        asked_first=first,
        askable=others,
        choices=[_choice(route, who.name) for route in Route],
        suggestion=suggestion.label if suggestion else NO_SUGGESTION,
        answered=sum(answer is not None for answer in facts.answers.values()) if facts else 0,
        is_readable=protocol is not None,
    )


def signed(decision: Decision, *, by: User, now: datetime) -> Signed:
    """A decision in words, for one reader.

    Args:
        decision: with who signed it already read.
        by: who reads; only the signer is offered to undo.
        now: the moment.
    """
    undo_until = decision.decided_at + UNDO_FOR
    is_mine = by.pk in (decision.decided_by_id, decision.seconded_by_id)
    may_undo = decision.revoked_at is None and is_mine and now < undo_until
    too = "You" if decision.seconded_by_id == by.pk else str(decision.seconded_by)
    contact = decision.contacted_at
    spoke = f"{decision.contacted_by} spoke with the patient, {words.moment(contact, now=now)}" if contact else ""
    return Signed(
        route=Route(decision.route).label,
        who="You" if decision.decided_by_id == by.pk else str(decision.decided_by),
        when=words.moment(decision.first.signed_at if decision.first else decision.decided_at, now=now),
        second=f"{too} signed it too, {words.moment(decision.decided_at, now=now)}" if decision.first else "",
        reason=decision.reason,
        reason_code=decision.get_reason_code_display() if decision.reason_code else "",
        conditions=decision.conditions,
        valid_until=decision.valid_until,
        contact=f"{spoke}. {decision.decided_by} said so on signing." if spoke else "",
        undo_until=words.time_of(undo_until) if may_undo else "",
        asks=wordings(decision.record, decision.asks or ()),
        words_to_patient=decision.words_to_patient or "",
    )


def wordings(record: ScreeningRecord, asks: Sequence[str]) -> tuple[str, ...]:
    """The questions that a decision asks again, in the words the patient reads."""
    protocol = answers.protocol_of(record) if asks else None
    return tuple(protocol.questions[name].wording for name in asks) if protocol else ()


def stops(record: ScreeningRecord) -> list[flags.Flag]:
    """The flags that stop a booking, each by itself."""
    found = {each["rule"] for each in stopping_findings(record.result)}
    protocol = answers.protocol_of(record)
    stopping = {**record.result, "undecided": [], "findings": stopping_findings(record.result)}
    return [flag for flag in flags.flags(stopping, protocol) if found & {*flag.rules}]


def _screened_on(result: dict[str, Any]) -> date:
    return date.fromisoformat(result["on"])


def _clear_in_words(result: dict[str, Any], protocol: Protocol | None) -> str:
    """The topics with how many of their checks are clear, so that what is absent shows."""
    if protocol is None:
        return ""
    groups = [group for group in answers.checks(result, protocol) if group.asked]
    whole = [group.topic for group in groups if group.clear == group.asked]
    partly = [f"{group.topic} {group.clear} of {group.asked}" for group in groups if group.clear < group.asked]
    return "; ".join(filter(None, (", ".join(whole), f"in part: {', '.join(partly)}" if partly else "")))


def _untold(doubts: Iterable[answers.Asked], result: dict[str, Any]) -> list[flags.Flag]:
    """Doubts that no finding quotes and no undecided check names: each is a flag all the same."""
    quoted = {each["question"] for found in result["findings"] for each in found["because"]}
    reasons = " ".join(reason for each in result["undecided"] for reason in each["reasons"])
    untold = [each for each in doubts if each.question not in quoted and each.wording not in reasons]
    return [flags.Flag(level="review", headline=each.answer, detail=each.wording, rules=[]) for each in untold]


def _said_right(facts: Facts, right: dict[str, Any] | None) -> list[flags.Flag]:
    """Answers that look like a slip and that the patient said are right: whoever reads them should know both."""
    told = answers.confirmed(facts, right)
    said = "Unusual. We asked “Is this right?”, and they said yes."
    quoted = [flags.Quote(each.answer, each.wording) for each in told]
    return [flags.Flag("note", "An unusual answer, confirmed", said, [], [quote]) for quote in quoted]


def _reach(facts: Facts) -> list[tuple[str, str]]:
    return [(REACH[each.question], each.answer) for each in _asked_of(facts, tuple(REACH))]


def _asked_of(facts: Facts, names: tuple[str, ...]) -> list[answers.Asked]:
    return [answers.asked(facts, name) for name in names if name in facts.answers]


def _choice(route: Route, name: str) -> Choice:
    return Choice(route.value, route.label, SIGNING_WILL[route].format(name=name))
