"""Is a protocol right? It loads, its cases come out as written, and what no case reaches is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from screening.cases import Disagreement, disagreements, facts_of, run
from screening.loader import load, load_cases
from screening.loading.folder import SEAL_FILE
from screening.protocol import Case, Protocol
from screening.reading_grade import grade

HARD_TO_READ: Final = 8.0


@dataclass(frozen=True, slots=True)
class Report:
    """What the check found. Untriggered rules and hard texts are told; only disagreements make it unclean."""

    name: str
    cases: int
    disagreements: tuple[Disagreement, ...]
    untriggered: tuple[str, ...]
    never_shown: tuple[str, ...]
    unused_sources: tuple[str, ...]
    grades: dict[str, float]
    approved_by: str
    seal: str

    @property
    def is_clean(self) -> bool:
        """True when every case agrees, and every rule and question is reached by one."""
        return not (self.disagreements or self.untriggered or self.never_shown)

    def lines(self) -> Iterator[str]:
        """The report, one finding a line."""
        yield f"{self.name}: {self.cases} cases, {len(self.disagreements)} disagree."
        yield from (f"  {each.case}: {each.what}" for each in self.disagreements)
        yield f"Seal: {self.seal or 'not sealed yet, a draft'}"
        yield f"Approved by: {self.approved_by or 'nobody yet. Not clinically approved.'}"
        yield f"Rules that no case triggers: {', '.join(self.untriggered) or 'none'}"
        yield f"Questions that no case shows: {', '.join(self.never_shown) or 'none'}"
        yield f"Sources that nothing cites: {', '.join(self.unused_sources) or 'none'}"
        hard = {name: each for name, each in self.grades.items() if each > HARD_TO_READ}
        yield f"Reading grade of texts for patients: median {median(self.grades.values()):.1f}, {len(hard)} above 8"
        yield from (f"  {name}: {each:.1f}" for name, each in sorted(hard.items(), key=lambda pair: -pair[1]))


def check(place: Path) -> Report:
    """Load a protocol folder and run all its cases.

    Args:
        place: the folder.
    Raises:
        NotAProtocol: it does not load; the text names every file, line and mistake.
    """
    is_sealed = (place / SEAL_FILE).exists()
    protocol = load(place, sealed=is_sealed)
    cases = load_cases(place, protocol)
    results = [run(protocol, case, cases[0]) for case in cases]
    triggered = {finding.rule.id for result in results for finding in result.findings}
    held = triggered | {rule for result in results for rule in result.other_services}
    shown = {name for case in cases for name in facts_of(protocol, case, cases[0]).shown}
    return Report(
        name=protocol.name,
        cases=len(cases),
        disagreements=tuple(disagreements(protocol, cases)),
        untriggered=tuple(rule.id for rule in protocol.rules if rule.id not in held),
        never_shown=tuple(name for name in protocol.questions if name not in shown),
        unused_sources=tuple(sorted(set(protocol.sources) - _cited(protocol, cases))),
        grades=dict(_grades(protocol)),
        approved_by=protocol.approved_by,
        seal=protocol.seal if is_sealed else "",
    )


def _cited(protocol: Protocol, cases: tuple[Case, ...]) -> set[str]:
    cited = {source for rule in protocol.rules for source in rule.sources}
    cited |= {source for medication in protocol.medications.values() for source in medication.sources}
    return cited | {case.source for case in cases} | {each.source for each in protocol.followups}


def _grades(protocol: Protocol) -> Iterator[tuple[str, float]]:
    for question in protocol.questions.values():
        yield f"question {question.id}", grade(question.wording)
    for rule in protocol.rules:
        yield f"rule {rule.id}", grade(rule.for_patient)
