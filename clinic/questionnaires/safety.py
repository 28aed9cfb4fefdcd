"""Which urgent rules of the protocol hold because of what somebody answers now, not because of what is long known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from clinic.questionnaires.asking import facts_of, items_of
from clinic.questionnaires.models import Questionnaire
from screening.engine import urgent_now
from screening.explain import questions_behind
from screening.facts import Facts
from screening.protocol import PRIORITIES


@dataclass(frozen=True, slots=True)
class Raised:
    """Rules that newly hold, and how pressing they are together with what was known before."""

    rules: tuple[str, ...]
    priority: str


def newly_raised(questionnaire: Questionnaire, facts: Facts, *, now: datetime) -> Raised | None:
    """The urgent rules that hold with these answers, that did not without them, and nobody was told of yet.

    A rule that looks at an answer of this questionnaire and at an older one counts too: thoughts told today weigh more
    with what the form said about means. How pressing it is comes from every rule that looks at today's answers.

    Args:
        questionnaire: with the answers just given.
        facts: of these answers.
        now: the moment.
    """
    told = frozenset(questionnaire.answers)
    with_them = holding(facts, told)
    without = holding(facts_of(questionnaire, now=now, answers={}), frozenset(items_of(questionnaire)))
    new = with_them.keys() - without.keys() - set(questionnaire.raised)
    if not new:
        return None
    return Raised(tuple(sorted(new)), min(with_them.values(), key=PRIORITIES.index))


def holding(facts: Facts, told: Collection[str]) -> dict[str, str]:
    """The urgent rules that hold and look at one of these answers, each with its priority.

    Args:
        facts: of all answers.
        told: the questions that were just answered.
    """
    saved = frozenset(name for name in facts.answers if facts.answers[name] is not None)
    found = (finding.rule for finding in urgent_now(facts, saved=saved))
    return {rule.id: rule.priority for rule in found if set(questions_behind(rule, facts)) & set(told)}
