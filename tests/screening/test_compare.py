"""Two protocols compared: who changes route, the rules behind it, and how it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from screening.compare import Change, Comparison, changed
from screening.engine import Result, decide
from screening.protocol import Outcome
from tests.screening.intakes import facts_with

STOPPED, READY, REVIEW = Outcome.NOT_SUITABLE_NOW, Outcome.READY_TO_BOOK, Outcome.CLINICIAN_REVIEW


def decided(**answers: Any) -> Result:
    return decide(facts_with(**answers))


def test_a_case_on_the_same_route_is_no_change_whatever_rules_it_triggers() -> None:
    review = decided(seizure="yes_past")
    assert changed("a", review, review) is None
    assert changed("a", review, replace(review, findings=())) is None


def test_a_change_names_the_rules_that_only_one_protocol_triggers_or_cannot_decide() -> None:
    one, other = decided(sleep_apnea="untreated"), decided(pheo="yes", seizure=None)
    found = changed("a", one, other)
    before = {each.rule.id for each in (*one.findings, *one.undecided)}
    after = {each.rule.id for each in (*other.findings, *other.undecided)}

    assert found is not None
    assert other.undecided
    assert (found.id, found.old, found.new) == ("a", one.outcome, other.outcome)
    assert found.gained == tuple(sorted(after - before))
    assert found.lost == tuple(sorted(before - after))
    assert (len(found.gained) > 1, found.lost != ()) == (True, True)


def test_one_service_that_changes_is_a_change_of_route() -> None:
    review = decided(seizure="yes_past")
    other = replace(review, services=dict.fromkeys(review.services, STOPPED))

    assert changed("a", review, other) == Change("a", review.outcome, review.outcome, (), ())


def test_only_who_was_stopped_and_is_not_any_more_is_told_first() -> None:
    changes = [
        Change("strict", READY, STOPPED, ("R2",), ()),
        Change("mild", Outcome.URGENT, REVIEW, (), ("R1",)),
        Change("still", Outcome.URGENT, STOPPED, (), ("R1",)),
        Change("strict too", READY, STOPPED, ("R1", "R2"), ()),
    ]
    comparison = Comparison()
    for change in (None, *changes):
        comparison.add(change)

    told = comparison.as_json()

    assert list(told) == ["compared", "changed", "no_longer_stopped", "routes", "rules", "changes"]
    assert (told["compared"], told["changed"]) == (5, 4)
    assert told["no_longer_stopped"] == [
        {"id": "mild", "from": "urgent", "to": "clinician_review", "gained": [], "lost": ["R1"]}
    ]
    assert told["changes"] == [
        {"id": "strict", "from": "ready_to_book", "to": "not_suitable_now", "gained": ["R2"], "lost": []},
        {"id": "still", "from": "urgent", "to": "not_suitable_now", "gained": [], "lost": ["R1"]},
        {"id": "strict too", "from": "ready_to_book", "to": "not_suitable_now", "gained": ["R1", "R2"], "lost": []},
    ]
    assert told["routes"] == [
        {"from": "ready_to_book", "to": "not_suitable_now", "count": 2},
        {"from": "urgent", "to": "clinician_review", "count": 1},
        {"from": "urgent", "to": "not_suitable_now", "count": 1},
    ]
    assert told["rules"] == [{"rule": "R1", "count": 3}, {"rule": "R2", "count": 2}]
