"""Two protocols over the same cases: who changes route, from where to where, and because of which rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from screening.engine import Result
from screening.protocol import Outcome

STOPPED = frozenset({Outcome.URGENT, Outcome.NOT_SUITABLE_NOW})


@dataclass(frozen=True, slots=True)
class Change:
    """One case whose route differs: the rules that only one of the two protocols triggered."""

    id: str
    old: Outcome
    new: Outcome
    gained: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def is_no_longer_stopped(self) -> bool:
        """True when the old protocol stopped this case and the new one does not."""
        return self.old in STOPPED and self.new not in STOPPED


@dataclass(slots=True)
class Comparison:
    """What changed over all cases that were compared."""

    compared: int = 0
    changes: list[Change] = field(default_factory=list)

    def add(self, change: Change | None) -> None:
        """Count one more case; None is one whose route is the same."""
        self.compared += 1
        if change:
            self.changes.append(change)

    def as_json(self) -> dict[str, object]:
        """The comparison as plain values; those who would no longer be stopped come first."""
        routes = Counter((change.old.value, change.new.value) for change in self.changes)
        return {
            "compared": self.compared,
            "changed": len(self.changes),
            "no_longer_stopped": [_change_json(each) for each in self.changes if each.is_no_longer_stopped],
            "routes": [{"from": old, "to": new, "count": count} for (old, new), count in sorted(routes.items())],
            "rules": _by_rule(self.changes),
            "changes": [_change_json(each) for each in self.changes if not each.is_no_longer_stopped],
        }


def changed(case_id: str, old: Result, new: Result) -> Change | None:
    """How the route of one case differs between two protocols; None when it does not."""
    if old.outcome is new.outcome and old.services == new.services:
        return None
    before = {finding.rule.id for finding in old.findings} | {each.rule.id for each in old.undecided}
    after = {finding.rule.id for finding in new.findings} | {each.rule.id for each in new.undecided}
    gained, lost = tuple(sorted(after - before)), tuple(sorted(before - after))
    return Change(case_id, old.outcome, new.outcome, gained, lost)


def _by_rule(changes: Iterable[Change]) -> list[dict[str, object]]:
    counted = Counter(rule for change in changes for rule in (*change.gained, *change.lost))
    return [{"rule": rule, "count": count} for rule, count in counted.most_common()]


def _change_json(change: Change) -> dict[str, object]:
    return {
        "id": change.id,
        "from": change.old.value,
        "to": change.new.value,
        "gained": list(change.gained),
        "lost": list(change.lost),
    }
