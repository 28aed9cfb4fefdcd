"""Which questions can be asked again, and what a patient is asked right now. Exactly those, and what they open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from clinic.intake import protocols
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Patient
from clinic.reviews.answers import Asked, AskedPart, facts_of, parts, protocol_of
from clinic.reviews.models import Decision, Route
from clinic.reviews.signing import UNDO_FOR
from screening.facts import Facts
from screening.journey import Journey
from screening.protocol import Page, Protocol

MOST_ASKED: Final = 12
"""More than this is not a question any more; the clinic calls instead."""


class NothingAsked(Exception):
    """Asking the patient for more names the questions; they were shown to this patient, and only then."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """What a patient is asked again: one page of questions, on top of the answers they gave."""

    decision: Decision
    intake: Intake
    page: Page
    journey: Journey


def askable(record: ScreeningRecord) -> list[AskedPart]:
    """The questions that can be asked again, part by part, with the answers they have: those this patient was shown.

    Consents are given by signing, and medicines are told on the phone; neither is asked again here.
    """
    protocol = protocol_of(record)
    if protocol is None:
        return []
    facts = facts_of(protocol, record.answers["answers"], date.fromisoformat(record.result["on"]))
    signing = {name for page in protocol.pages.values() if page.kind == "sign" for name in page.questions}
    shown = parts(facts, Intake(history=[]), now=record.screened_at)
    kept = ((part, tuple(each for each in part.asked if each.question not in signing)) for part in shown)
    return [AskedPart(part.title, asked) for part, asked in kept if asked]


def suggested(record: ScreeningRecord) -> tuple[list[Asked], list[AskedPart]]:
    """The questions that can be asked again, those behind a flag or in doubt first, and the others part by part.

    Args:
        record: about which more may be asked.
    """
    behind = {each["question"] for found in record.result["findings"] for each in found["because"]}
    parts_of_it = askable(record)
    questions = protocol.questions if (protocol := protocol_of(record)) else {}
    first = [
        each
        for part in parts_of_it
        for each in part.asked
        if each.question in behind or (each.is_doubt and questions[each.question].required)
    ]
    taken = {each.question for each in first}
    rest = ((part.title, tuple(each for each in part.asked if each.question not in taken)) for part in parts_of_it)
    return first, [AskedPart(title, asked) for title, asked in rest if asked]


def must_ask_something(record: ScreeningRecord, route: str, asks: Sequence[str]) -> None:
    """Asking for more reopens questions that this patient was shown, at least one; nothing else reopens any.

    Raises:
        NothingAsked: no question is named, or one that cannot be asked again, or the route asks for nothing.
    """
    if route != Route.ASK_FOR_MORE:
        if asks:
            raise NothingAsked
        return
    may_be = {each.question for part in askable(record) for each in part.asked}
    if not 0 < len(asks) <= MOST_ASKED or not may_be.issuperset(asks):
        raise NothingAsked


def open_question(patient: Patient, *, now: datetime) -> Reopened | None:
    """What this patient is asked now; None when nothing is asked, or it was answered or taken back.

    Args:
        patient: who.
        now: the moment.
    """
    decision = _asking(patient, now)
    return None if decision is None else _reopened(decision, now)


def last_question(patient: Patient, *, now: datetime) -> Reopened | None:
    """What this patient was asked last, although it was answered or taken back; None when nothing ever was.

    Args:
        patient: who.
        now: the moment.
    """
    asking = Decision.objects.filter(record__intake__patient=patient, route=Route.ASK_FOR_MORE)
    decision = asking.select_related("record__intake__patient").order_by("decided_at").last()
    return None if decision is None else _reopened(decision, now)


def _reopened(decision: Decision, now: datetime) -> Reopened:
    intake = decision.record.intake
    facts = protocols.facts_shown(protocols.facts_of(intake, now=now))
    page = _page(facts, decision.asks or [])
    return Reopened(decision, intake, page, Journey(facts))


def _asking(patient: Patient, now: datetime) -> Decision | None:
    """The decision that asks, once the minutes are over in which the clinician can take it back.

    A form that was sent since asks everything itself, and it is the one that counts.
    """
    form = Intake.objects.filter(patient=patient, state=Intake.State.SUBMITTED).order_by("-submitted_at").first()
    asking = Decision.objects.standing().filter(record__intake=form, route=Route.ASK_FOR_MORE)
    asking = asking.filter(decided_at__lte=now - UNDO_FOR)
    return asking.select_related("record__intake__patient", "decided_by").order_by("-decided_at").first()


def _page(facts: Facts, asks: Iterable[str]) -> Page:
    """One page that is in no protocol: the questions that are asked, each followed by those it can open."""
    protocol, hidden = facts.protocol, set(facts.protocol.questions) - set(facts.shown)
    names: list[str] = []
    for name in protocol.questions:
        if name in asks or (name in hidden and _opens(protocol, name, names)):
            names.append(name)
    return Page(id="asked-again", part=protocol.parts[0].id, title="", kind="form", questions=tuple(names))


def _opens(protocol: Protocol, name: str, names: list[str]) -> bool:
    condition = protocol.questions[name].show_if
    return condition is not None and bool(set(condition.reads) & set(names))
