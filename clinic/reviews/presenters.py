"""What the worklist and the review page show, made from sealed records without a query per row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.intake.countries import NAMES
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Patient
from clinic.reviews import answers, flags, medicines, scores, words
from clinic.reviews.models import Decision, Route, Waiting
from clinic.reviews.signing import UNDO_FOR
from clinic.reviews.suggestion import is_urgent, stopping_findings, suggested_route
from screening.facts import Facts
from screening.protocol import Protocol

LEVEL_OF_OUTCOME: Final = {**flags.LEVEL_OF, "ready_to_book": "clear"}
NO_SUGGESTION: Final = "The protocol leaves this to you"
SIGNING_WILL: Final = {
    Route.READY_TO_BOOK: "e-mail {name} a link to choose a time, in 10 minutes.",
    Route.PRESCRIBER_FIRST: "e-mail {name} that we ask their prescriber, in 10 minutes. They may book meanwhile.",
    Route.ASK_FOR_MORE: "e-mail {name} that we have a question, in 10 minutes. Booking stays closed.",
    Route.NOT_SUITABLE_NOW: "e-mail {name} a link to your decision, in 10 minutes. Booking stays closed.",
    Route.URGENT_CONTACT_MADE: "record the contact. No message is sent, and booking stays closed.",
}
HISTORY_WORDS: Final = {
    "intake.begin": "Form started",
    "intake.raise_safety": "A safety flag was raised",
    "intake.say_safe": "Chose “I am safe for now”",
    "intake.submit": "Form sent",
    "reviews.see_review": "{who} opened this intake",
    "reviews.see_answers": "{who} read all answers",
    "reviews.decide": "{who} signed a decision",
    "reviews.undo": "{who} took the decision back",
    "reviews.reopen": "{who} opened it again",
}
HISTORY_LINES: Final = 6
FAR: Final = timedelta(days=1)
HISTORY_READ: Final = 60
REACH: Final = ("phone", "safe_contact", "location_now", "emergency_name", "emergency_phone")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the worklist."""

    reference: str
    due: str
    is_late: bool
    level: str
    name: str
    about: str
    why: tuple[str, ...]
    medicines: str
    scores: tuple[str, ...]
    suggested: str
    sent: str
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a page is about."""

    name: str
    about: str
    reference: str
    sent: str
    lives_in: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A route as it is offered, and what signing it does."""

    value: str
    label: str
    signing_will: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A decision in words. `undo_until` is set while it can be taken back; `conditions` and `reason` may be empty."""

    route: str
    who: str
    when: str
    reason: str
    reason_code: str
    conditions: str
    valid_until: date | None
    contact: str
    undo_until: str


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
    reach: list[tuple[str, str]]
    history: list[tuple[str, str]]
    choices: list[Choice]
    suggestion: str
    answered: int
    is_readable: bool


def worklist_line(waiting: Waiting, *, now: datetime) -> Line:
    """One row of the worklist.

    Args:
        waiting: with its record, intake and patient already read.
        now: the moment.
    """
    record = waiting.record
    patient, result, protocol = record.intake.patient, record.result, answers.protocol_of(record)
    count, unmatched = medicines.how_many(result)
    shown = scores.short(scores.scores(protocol, record.answers["answers"])) if protocol else []
    route = suggested_route(record)
    person = _person(patient, record.intake, now)
    return Line(
        reference=record.intake.reference,
        due=words.due(waiting.due_at, now=now),
        is_late=waiting.due_at < now,
        level="stop" if waiting.is_urgent else LEVEL_OF_OUTCOME[record.outcome],
        name=person.name,
        about=", ".join(filter(None, (person.about.split(", ")[0], person.lives_in))),
        why=(*(flag.headline for flag in _raised_before(record, protocol)), *flags.headlines(result, limit=2))[:2],
        medicines=f"{count}, {unmatched} not matched" if unmatched else str(count),
        scores=tuple(shown),
        suggested=route.label if route else "You decide",
        sent=words.moment(record.screened_at, now=now),
        is_urgent=waiting.is_urgent,
    )


def review(record: ScreeningRecord, *, now: datetime) -> Review:
    """Everything the review page shows about a record.

    Args:
        record: with its intake and patient already read.
        now: the moment.
    """
    result, protocol = record.result, answers.protocol_of(record)
    facts = answers.facts_of(protocol, record.answers["answers"], _screened_on(result)) if protocol else None
    pronouns = [each.answer for each in _asked_of(facts, ("pronouns",)) if not each.is_doubt] if facts else []
    person = _person(record.intake.patient, record.intake, now, pronouns=", ".join(pronouns))
    doubts = _untold(answers.doubts(facts), result) if facts else []
    shown_flags = flags.by_level([*_raised_before(record, protocol), *flags.flags(result, protocol), *doubts])
    shown_medicines = medicines.rows(result, protocol)
    suggestion = suggested_route(record)
    return Review(
        person=person,
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
        scores=scores.scores(protocol, facts.answers) if facts and protocol else [],
        reach=[(each.wording, each.answer) for each in _asked_of(facts, REACH)] if is_urgent(record) and facts else [],
        history=_history(record.intake, now),
        choices=[_choice(route, person.name) for route in Route],
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
    may_undo = decision.revoked_at is None and decision.decided_by_id == by.pk and now < undo_until
    contact = decision.contacted_at
    spoke = f"{decision.contacted_by} spoke with the patient, {words.moment(contact, now=now)}." if contact else ""
    return Signed(
        route=Route(decision.route).label,
        who="You" if decision.decided_by_id == by.pk else str(decision.decided_by),
        when=words.moment(decision.decided_at, now=now),
        reason=decision.reason,
        reason_code=decision.get_reason_code_display() if decision.reason_code else "",
        conditions=decision.conditions,
        valid_until=decision.valid_until,
        contact=spoke,
        undo_until=words.time_of(undo_until) if may_undo else "",
    )


def stops(record: ScreeningRecord) -> list[flags.Flag]:
    """The flags that stop a booking, each by itself."""
    found = {each["rule"] for each in stopping_findings(record.result)}
    protocol = answers.protocol_of(record)
    stopping = {**record.result, "undecided": [], "findings": stopping_findings(record.result)}
    return [flag for flag in flags.flags(stopping, protocol) if found & {*flag.rules}]


def person_of(intake: Intake, *, now: datetime) -> Person:
    """Whom an intake is about."""
    return _person(intake.patient, intake, now)


def _screened_on(result: dict[str, Any]) -> date:
    return date.fromisoformat(result["on"])


def _person(patient: Patient, intake: Intake, now: datetime, *, pronouns: str = "") -> Person:
    today = timezone.localtime(now).date()
    years = words.age(patient.born_on, on=today)
    born = f"born {words.day_of(date.fromisoformat(patient.born_on), today=today)}" if years is not None else ""
    about = [str(years) if years is not None else "age not known", pronouns, born]
    sent_at = intake.submitted_at
    return Person(
        name=str(patient.legal_name or patient.preferred_name or patient.reference),
        about=", ".join(filter(None, about)),
        reference=intake.reference,
        sent=f"Sent {words.moment(sent_at, now=now)}, {words.length(now - sent_at)} ago" if sent_at else "Not sent yet",
        lives_in=_lives_in(patient),
    )


def _lives_in(patient: Patient) -> str:
    """`California`, or the country where the region is not known."""
    known = (patient.region, f"{patient.country}-{patient.region}", patient.country)
    return next((NAMES[code] for code in known if code in NAMES), patient.region)


def _raised_before(record: ScreeningRecord, protocol: Protocol | None) -> list[flags.Flag]:
    """A safety flag that was raised on the way, when the outcome does not say so by itself."""
    if record.outcome == "urgent" or record.intake.safety_raised_at is None:
        return []
    return [flags.raised_before(record.intake.urgent_rules, protocol)]


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


def _asked_of(facts: Facts, names: tuple[str, ...]) -> list[answers.Asked]:
    return [answers.asked(facts, name) for name in names if name in facts.answers]


def _choice(route: Route, name: str) -> Choice:
    return Choice(route.value, route.label, SIGNING_WILL[route].format(name=name))


def _history(intake: Intake, now: datetime) -> list[tuple[str, str]]:
    """What happened to this intake and who did it, the newest first, and each thing once."""
    events = AuditEvent.objects.filter(patient=str(intake.patient_id), action__in=HISTORY_WORDS)
    latest = list(events.order_by("-id")[:HISTORY_READ])
    staff = {event.actor.removeprefix("staff:") for event in latest if event.actor.startswith("staff:")}
    names = {f"staff:{user.pk}": user.name for user in User.objects.filter(pk__in=staff)}
    told: dict[str, str] = {}
    for event in latest:
        what = HISTORY_WORDS[event.action].format(who=names.get(event.actor, event.actor))
        told.setdefault(what, words.moment(event.at, now=now))
    return [(when, what) for what, when in told.items()][:HISTORY_LINES]
