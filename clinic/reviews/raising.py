"""What is urgent in what a patient tells anew: the person on call hears of it, although the same was known before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from clinic.audit.actors import Actor
from clinic.intake import protocols, safety_words
from clinic.intake.models import Intake
from clinic.intake.safety_actions import raise_anew
from clinic.questionnaires.safety import holding
from screening.protocol import PRIORITIES


def raise_what_is_urgent(
    intake: Intake,
    answers: Mapping[str, Any],
    *,
    medicines: Sequence[Mapping[str, Any]] = (),
    by: Actor,
    now: datetime,
) -> Intake:
    """Raise the flag for urgent rules that look at these answers, and for safety words in these lines, in the
    transaction of the caller.

    Args:
        intake: the form, held by the caller.
        answers: keyed by question; only what is told now.
        medicines: lines of the list that are new.
        by: the patient.
        now: the moment.
    Returns:
        The form as it is now.
    """
    facts = protocols.facts_of(intake, now=now, answers={**intake.answers, **answers})
    urgent, words = holding(facts, answers.keys()), safety_words.rule()
    urgent.pop(words.id, None)
    if safety_words.hold(*answers.values(), *(text for line in medicines for text in line.values())):
        urgent[words.id] = words.priority
    if not urgent:
        return intake
    worst = min(urgent.values(), key=PRIORITIES.index)
    cause = f"change:{now:%Y%m%dT%H%M}"
    return raise_anew(intake=intake, priority=worst, rules=urgent.keys(), cause=cause, by=by, now=now)
