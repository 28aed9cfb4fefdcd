"""Which protocol an intake answers, and what the decision is told about the clinic and the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from operator import is_
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import get_language

from clinic.intake.models import Intake
from screening.facts import Clinic, Facts
from screening.joined import AND, Joined, joined
from screening.journey import Journey
from screening.languages import in_language, in_words
from screening.loader import published
from screening.medicine_facts import Listed
from screening.protocol import Protocol

WRITTEN_BESIDE: Final = ("dose", "reason", "prescriber")
"""What is written freely about a medicine, beside its name."""
KEPT: Final = "_facts"
"""Where an intake in memory keeps its facts; no column has this name."""


def current() -> Protocol:
    """The protocol that new intakes answer."""
    return published(settings.PROTOCOL)


@cache
def named(name: str) -> Joined:
    """A protocol by the name that an intake or a record keeps; `2026-11+2027-01` is two, joined.

    Raises:
        NotAProtocol: there is no such protocol any more.
    """
    started, _, safety = name.partition(AND)
    return joined(published(started), published(safety)) if safety else Joined(published(started))


@cache
def worded(name: str, language: str) -> Protocol:
    """A protocol by its name, as it is shown in a language; English when it has no words in that one."""
    return in_language(named(name).protocol, language)


def shown(protocol: Protocol) -> Protocol:
    """A protocol in the language of the page that is being made."""
    return worded(protocol.name, get_language() or "")


def said(protocol: Protocol, text: str) -> str:
    """A sentence of a protocol that belongs to no question, in the language of the page."""
    return in_words(protocol, get_language() or "", text)


def language_of(protocol: Protocol) -> str:
    """The language in which `shown` gives a protocol: `en` when it has no words in the one of the page."""
    language = get_language() or ""
    found = (code for code in (language, language.partition("-")[0]) if code in protocol.words)
    return next(found, "en")


def joined_for(intake: Intake) -> Joined:
    """What an intake answers: the protocol it was begun under, with the safety rules that changed until it is sent."""
    if intake.state != Intake.State.DRAFT or intake.protocol == settings.PROTOCOL:
        return named(intake.protocol)
    return named(f"{intake.protocol}{AND}{settings.PROTOCOL}")


def of(intake: Intake) -> Protocol:
    """The protocol of an intake; a published protocol is never edited, so its name is enough."""
    return joined_for(intake).protocol


def started_under(intake: Intake, protocol: Protocol) -> str:
    """The seal to hold a decision to: that of `protocol`, if the files it was begun or sent under are the same."""
    return protocol.seal if named(intake.protocol).protocol.seal == intake.seal else intake.seal


def clinic_facts() -> Clinic:
    """Where the clinic may treat, and how long the telehealth flexibility lasts."""
    return Clinic(settings.LICENSED_REGIONS, settings.TELEHEALTH_FLEXIBILITY_UNTIL)


def day_of(now: datetime) -> date:
    """The calendar day at the clinic, which decides ages and look-back."""
    return now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()


def listed(intake: Intake) -> tuple[Listed, ...]:
    """The medicines of an intake as the decision reads them."""
    return tuple(
        Listed(
            text=medicine["name"],
            status=medicine["status"],
            last_taken=date.fromisoformat(medicine["last_taken"]) if medicine.get("last_taken") else None,
            confirmed_as=medicine.get("confirmed_as", ""),
            beside=" . ".join(medicine.get(name, "") for name in WRITTEN_BESIDE),
        )
        for medicine in intake.medicines
    )


def facts_of(intake: Intake, *, now: datetime, answers: dict[str, object] | None = None) -> Facts:
    """The facts of an intake, with its own answers or with others put in their place.

    An answer to a safety question that is asked in other words now does not count until it was given again. The facts
    are kept with the intake until one of the things that they hang on is another: a page asks for them several times.
    """
    joint = joined_for(intake)
    given = intake.answers if answers is None else answers
    stale = {q for page, questions in joint.again.items() if page not in intake.visited for q in questions}
    if stale:
        given = {question: answer for question, answer in given.items() if question not in stale}
    asked = (day_of(now), clinic_facts(), listed(intake))
    kept: Facts | None = vars(intake).get(KEPT)
    is_same = kept and kept.protocol is joint.protocol and (kept.on, kept.clinic, kept.medications) == asked
    if kept and is_same and _are_the_same(kept.given, given):
        return kept
    vars(intake)[KEPT] = facts = Facts(joint.protocol, dict(given), *asked)
    return facts


def _are_the_same(before: Mapping[str, object], now: Mapping[str, object]) -> bool:
    """True for the very same answers: 1 and True are equal, and not read alike."""
    return before.keys() == now.keys() and all(map(is_, before.values(), now.values()))


def journey_of(intake: Intake, *, now: datetime) -> Journey:
    """The walk of this intake through the pages of its protocol, in the language of the page that is being made."""
    return Journey(facts_shown(facts_of(intake, now=now)), frozenset(intake.visited))


def facts_shown(facts: Facts) -> Facts:
    """The same facts, in the language of the page that is being made."""
    wording = shown(facts.protocol)
    if wording is facts.protocol:
        return facts
    return Facts(wording, facts.given, facts.on, facts.clinic, facts.medications)
