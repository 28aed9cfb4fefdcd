"""Is a protocol right? It loads, its cases come out as written, and what no case reaches is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from screening.cases import Disagreement, differences, facts_of, run
from screening.facts import Facts
from screening.languages import left_in_english
from screening.loader import load, load_cases
from screening.loading.folder import SEAL_FILE
from screening.protocol import Case, Protocol
from screening.reading_grade import grade

HARD_TO_READ: Final = 8.0


@dataclass(frozen=True, slots=True)
class Report:
    """What the check found.

    A disagreement makes a protocol unclean, and so does a rule or a question that no case tests: nobody has said what
    must come of it. What is told only: sources nobody has seen, sources nobody cites, texts that are hard to read, and
    sentences that a further language has no words for (`in_english`).

    `untriggered` rules hold in no case; `unnamed` ones do, and no case says that they must. `never_shown` are questions
    that no case asks for sure, `never_hidden` those with a show_if that every case asks. `unverified` rules cite no
    source that was seen. `texts` are the patient texts with the places they stand in, `official` the places whose words
    are a scale's own and cannot be changed.
    """

    name: str
    cases: int
    disagreements: tuple[Disagreement, ...]
    untriggered: tuple[str, ...]
    unnamed: tuple[str, ...]
    never_shown: tuple[str, ...]
    never_hidden: tuple[str, ...]
    unverified: tuple[str, ...]
    unused_sources: tuple[str, ...]
    texts: Mapping[str, tuple[str, ...]]
    in_english: Mapping[str, Sequence[str]]
    official: frozenset[str]
    approved_by: str
    seal: str

    @property
    def is_clean(self) -> bool:
        """True when every case agrees, and every rule and question is tested by one."""
        return not (self.disagreements or self.untriggered or self.unnamed or self.never_shown or self.never_hidden)

    def lines(self) -> Iterator[str]:
        """The report, one finding a line."""
        yield f"{self.name}: {self.cases} cases, {len(self.disagreements)} disagree."
        yield from (f"  {each.case}: {each.what}" for each in self.disagreements)
        yield f"Seal: {self.seal or 'not sealed yet, a draft'}"
        yield f"Approved by: {self.approved_by or 'nobody yet. Not clinically approved.'}"
        yield f"Rules that no case triggers: {_listed(self.untriggered)}"
        yield f"Rules that cases trigger, and no case names: {_listed(self.unnamed)}"
        yield f"Questions that no case shows: {_listed(self.never_shown)}"
        yield f"Questions that may be hidden, and that no case hides: {_listed(self.never_hidden)}"
        yield f"Rules without a verified source, for the medical director to look up: {_listed(self.unverified)}"
        yield f"Sources that nothing cites: {_listed(self.unused_sources)}"
        for language, texts in self.in_english.items():
            yield f"Language {language}: {len(texts)} sentences besides the form are left in English"
            yield from (f"  {text}" for text in texts)
        yield from self._hard_to_read()
        yield "Clean." if self.is_clean else "Not clean: what disagrees, and what no case tests, is named above."

    def _hard_to_read(self) -> Iterator[str]:
        grades = {text: grade(text) for text in self.texts}
        hard = sorted((text for text in grades if grades[text] > HARD_TO_READ), key=lambda text: -grades[text])
        yield (
            f"Reading grade of the {len(grades)} texts for patients: "
            f"median {median(grades.values()):.1f}, {len(hard)} above {HARD_TO_READ:.0f}"
        )
        for text in hard:
            ours = "" if set(self.texts[text]) - self.official else " (a scale's own words)"
            yield f"  {grades[text]:.1f}{ours} {', '.join(self.texts[text])}: {text}"


def check(place: Path) -> Report:
    """Load a protocol folder and run all its cases.

    Args:
        place: the folder.
    Raises:
        NotAProtocol: it does not load; the text names every file, line and mistake, a source that is missing too.
    """
    is_sealed = (place / SEAL_FILE).exists()
    protocol = load(place, sealed=is_sealed)
    cases = load_cases(place, protocol)
    results = [run(protocol, case, cases[0]) for case in cases]
    triggered = {finding.rule.id for result in results for finding in result.findings}
    named = {rule for case in cases for rule in case.rules}
    asked = [facts_of(protocol, case, cases[0]) for case in cases]
    shown = {name for facts in asked for name in _surely_shown(facts)}
    hidden = {name for facts in asked for name in protocol.questions.keys() - set(facts.shown)}
    rules = [rule.id for rule in protocol.rules]
    return Report(
        name=protocol.name,
        cases=len(cases),
        disagreements=tuple(
            Disagreement(case.id, what)
            for case, result in zip(cases, results, strict=True)
            for what in differences(case, result)
        ),
        untriggered=tuple(rule for rule in rules if rule not in triggered),
        unnamed=tuple(rule for rule in rules if rule in triggered - named),
        never_shown=tuple(name for name in protocol.questions if name not in shown),
        never_hidden=tuple(name for name, each in protocol.questions.items() if each.show_if and name not in hidden),
        unverified=tuple(_unverified(protocol)),
        unused_sources=tuple(sorted(set(protocol.sources) - _cited(protocol, cases))),
        texts=_texts(protocol),
        in_english=left_in_english(protocol),
        official=frozenset(f"question {item}" for scale in protocol.instruments.values() for item in scale.items),
        approved_by=protocol.approved_by,
        seal=protocol.seal if is_sealed else "",
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _surely_shown(facts: Facts) -> Iterator[str]:
    """The questions whose show_if surely holds; what is shown because nobody can tell proves nothing about it."""
    for name in facts.shown:
        show_if = facts.protocol.questions[name].show_if
        if show_if is None or show_if.ask(facts):
            yield name


def _unverified(protocol: Protocol) -> Iterator[str]:
    for rule in protocol.rules:
        if not any(protocol.sources[source].verified for source in rule.sources):
            yield rule.id


def _cited(protocol: Protocol, cases: tuple[Case, ...]) -> set[str]:
    cited = {source for rule in protocol.rules for source in rule.sources}
    cited |= {source for medication in protocol.medications.values() for source in medication.sources}
    return cited | {case.source for case in cases} | {each.source for each in protocol.followups}


def _texts(protocol: Protocol) -> Mapping[str, tuple[str, ...]]:
    """Every sentence that a patient reads, with all the places it stands in."""
    found: dict[str, list[str]] = {}
    for place, text in _said(protocol):
        if text:
            found.setdefault(text, []).append(place)
    return {text: tuple(dict.fromkeys(places)) for text, places in found.items()}


def _said(protocol: Protocol) -> Iterator[tuple[str, str]]:
    for part in protocol.parts:
        yield f"part {part.id}", part.hint
    for page in protocol.pages.values():
        yield from ((f"page {page.id}", text) for text in (page.hint, page.why, page.before))
    for question in protocol.questions.values():
        yield from ((f"question {question.id}", text) for text in (question.wording, question.hint))
    for rule in protocol.rules:
        yield f"rule {rule.id}", rule.for_patient
