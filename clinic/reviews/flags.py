"""Findings as a clinician reads them: by severity, in the patient's own words, what says the same in one flag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from clinic.intake.models import ScreeningRecord
from clinic.reviews.words import day_in_words, first_sentence, shortened
from screening.answers import squeezed
from screening.protocol import Protocol

LEVEL_OF: Final = {
    "urgent": "stop",
    "not_suitable_now": "stop",
    "clinician_review": "review",
    "prescriber_coordination": "coord",
    "ready_to_book": "note",
    "info": "note",
}
LEVELS: Final = ("stop", "review", "coord", "note")
"""Source: ux.md 3.4, Stop > Review > Coordinate > Note."""
GATES: Final = frozenset({"med_none", "med_unsure", "med_check"})
MOST_QUOTES: Final = 4
LONGEST_QUOTE: Final = 600


@dataclass(frozen=True, slots=True)
class Quote:
    """What the patient answered, and to which question."""

    answer: str
    wording: str
    question: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Folded:
    """Another rule that holds for the same answers."""

    rule: str
    level: str
    headline: str


@dataclass(slots=True)
class Flag:
    """One thing to look at. `rules` are the ids behind it; `decided` is false when nobody could tell."""

    level: str
    headline: str
    detail: str
    rules: list[str]
    quotes: list[Quote] = field(default_factory=list)
    more_quotes: int = 0
    reasons: tuple[str, ...] = ()
    folded: list[Folded] = field(default_factory=list)
    also_undecided: list[str] = field(default_factory=list)
    services: list[str] = field(default_factory=list)
    decided: bool = True


def flags(result: Mapping[str, Any], protocol: Protocol | None) -> list[Flag]:
    """Every finding and every undecided check of a result, the most severe first.

    Args:
        result: as it was sealed.
        protocol: the one it was screened under; without it undecided checks have only their ids.
    """
    found = _folded(_finding_flag(each, result, protocol) for each in result["findings"])
    undecided = [each for each in _undecided_flags(result["undecided"], protocol) if not _told_by(each, found)]
    return by_level([*found, *undecided])


def by_level(shown: Iterable[Flag]) -> list[Flag]:
    """The most severe first, and inside a level as they came."""
    return sorted(shown, key=lambda flag: LEVELS.index(flag.level))


def raised_before(rules: Iterable[str], protocol: Protocol | None) -> Flag:
    """The flag for safety rules that held while the form was filled in, and do not hold for what was sent.

    Args:
        rules: the ids of those rules.
        protocol: for what they say.
    """
    ids = list(rules)
    known = {rule.id: rule for rule in protocol.rules} if protocol else {}
    said = tuple(first_sentence(known[rule].for_clinician)[0] for rule in ids if rule in known)
    return Flag(
        level="stop",
        headline="A safety flag was raised while the form was filled in",
        detail="An answer was changed before the form was sent. The earlier answer is on the page of all answers.",
        rules=ids,
        reasons=said,
    )


def raised_on_the_way(record: ScreeningRecord, protocol: Protocol | None) -> list[Flag]:
    """A safety flag that was raised on the way, when the outcome does not say so by itself."""
    if record.outcome == "urgent" or record.intake.safety_raised_at is None:
        return []
    return [raised_before(record.intake.urgent_rules, protocol)]


def headlines(result: Mapping[str, Any], *, limit: int) -> list[str]:
    """The first few flags in words, for a row of the worklist."""
    found = [first_sentence(each["for_clinician"])[0] for each in result["findings"]]
    if len(found) < limit and result["undecided"]:
        found.append(_could_not(len(result["undecided"])))
    return found[:limit]


def tally(shown: Iterable[Flag]) -> str:
    """`1 to stop on, 2 to review, 1 to coordinate, 1 note. Highest first.`"""
    levels = [flag.level for flag in shown]
    words = {"stop": "to stop on", "review": "to review", "coord": "to coordinate", "note": "to note"}
    counted = [f"{levels.count(level)} {words[level]}" for level in LEVELS if level in levels]
    return f"{', '.join(counted)}. Highest first." if counted else "None."


def _finding_flag(found: Mapping[str, Any], result: Mapping[str, Any], protocol: Protocol | None) -> Flag:
    headline, detail = first_sentence(found["for_clinician"])
    quotes = _quotes(found["because"], result, protocol)
    return Flag(
        level=LEVEL_OF[found["outcome"]],
        headline=headline,
        detail=detail,
        rules=[found["rule"]],
        quotes=quotes[:MOST_QUOTES],
        more_quotes=max(0, len(quotes) - MOST_QUOTES),
        services=list(found["services"]),
    )


def _quotes(because: Iterable[Mapping[str, str]], result: Mapping[str, Any], protocol: Protocol | None) -> list[Quote]:
    """Each answer once, and of many those that matter.

    A medicine is quoted as it was typed. Beside medicines the questions that lead to the list say nothing, and beside
    one that was not matched the others do not. Of texts, those with safety words come first.
    """
    seen = dict.fromkeys((each["question"], each["wording"], day_in_words(each["answer"])) for each in because)
    matched = {each["typed"]: bool(each["look_back"]) for each in result["medications"]}
    medicines = [Quote(typed, read) for name, typed, read in seen if name == "med_list" and typed in matched]
    medicines = [quote for quote in medicines if not matched[quote.answer]] or medicines
    gates = {"med_list", *GATES} if medicines else {"med_list"} if matched else ()
    known = protocol.questions if protocol else {}
    quotes = [Quote(said, asked, name if name in known else "") for name, asked, said in seen if name not in gates]
    quotes += medicines
    if protocol is not None:
        quotes.sort(key=lambda each: not any(words in squeezed(each.answer) for words in protocol.safety_phrases))
    return [Quote(shortened(each.answer, to=LONGEST_QUOTE), each.wording, each.question) for each in quotes]


def _folded(shown: Iterable[Flag]) -> list[Flag]:
    """Flags with exactly the same answers behind them become one: the most severe, which names the others."""
    first: dict[tuple[Quote, ...], Flag] = {}
    kept = []
    for flag in shown:
        key = tuple(sorted(flag.quotes, key=lambda quote: (quote.wording, quote.answer)))
        if key and not flag.more_quotes and key in first:
            first[key].folded.append(Folded(flag.rules[0], flag.level, flag.headline))
            continue
        first.setdefault(key, flag)
        kept.append(flag)
    return kept


def _told_by(undecided: Flag, found: Iterable[Flag]) -> bool:
    """True when a finding that is at least as severe quotes every doubt behind undecided checks; it then names them."""
    for flag in found:
        said = {f"{quote.answer}: {quote.wording}" for quote in flag.quotes}
        said |= {f"Not matched: {quote.answer}" for quote in flag.quotes}
        if LEVELS.index(flag.level) <= LEVELS.index(undecided.level) and said.issuperset(undecided.reasons):
            flag.also_undecided.extend(undecided.rules)
            return True
    return False


def _undecided_flags(undecided: Iterable[Mapping[str, Any]], protocol: Protocol | None) -> list[Flag]:
    """Checks that could not be decided, those held up by the same doubt together; a person looks at each doubt."""
    rules = {rule.id: rule for rule in protocol.rules} if protocol else {}
    grouped: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for each in undecided:
        rule = rules.get(each["rule"])
        level = "note" if rule is not None and rule.outcome.value == "info" else "review"
        grouped.setdefault((level, tuple(each["reasons"])), []).append(each["rule"])
    return [
        _undecided_flag(level, reasons, ids, first_sentence(rules[ids[0]].for_clinician)[0] if ids[0] in rules else "")
        for (level, reasons), ids in grouped.items()
    ]


def _undecided_flag(level: str, reasons: tuple[str, ...], ids: list[str], first: str) -> Flag:
    headline = f"Not decided: {first}" if first and len(ids) == 1 else _could_not(len(ids))
    short = tuple(shortened(reason, to=LONGEST_QUOTE) for reason in reasons)
    return Flag(level=level, headline=headline, detail="", rules=ids, reasons=short, decided=False)


def _could_not(count: int) -> str:
    return "1 check could not be decided" if count == 1 else f"{count} checks could not be decided"
