"""What is done with a page of the form that comes after the form was sent: only what is urgent in it is heard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.intake import protocols
from clinic.intake.again_actions import tell_again
from clinic.intake.models import Intake
from clinic.intake.safety_actions import raise_anew
from screening.engine import urgent_now
from screening.facts import Facts
from screening.protocol import PRIORITIES, Rule


@transaction.atomic
def hear_late(*, intake: Intake, answers: Mapping[str, Any], by: Actor, now: datetime) -> bool:
    """Hear what is urgent in a page that comes from another tab after sending; anything else is not kept.

    1. Lock the intake. 2. Ask the urgent rules with these answers and without them. 3. What newly holds raises the
    flag, pages the person on call, and stands in the next record of the form. Sending the page again changes nothing.

    Args:
        intake: which; it was sent.
        answers: of the page, keyed by question; one that was left empty takes nothing back.
        by: the patient.
        now: the moment.
    Returns:
        Whether help is shown now.
    """
    locked = Intake.objects.select_for_update(of=("self",)).select_related("patient").get(pk=intake.pk)
    told = {name: answer for name, answer in answers.items() if answer is not None}
    before = _held(protocols.facts_of(locked, now=now))
    held = _held(protocols.facts_of(locked, now=now, answers={**locked.answers, **told}))
    new = [rule for name, rule in held.items() if name not in before]
    if not new:
        return False
    worst = min((rule.priority for rule in new), key=PRIORITIES.index)
    cause = f"late:{now:%Y%m%dT%H%M%S}"
    raised = raise_anew(intake=locked, priority=worst, rules=[rule.id for rule in new], cause=cause, by=by, now=now)
    tell_again(intake=raised, answers=told, by=by, now=now)
    return True


def _held(facts: Facts) -> dict[str, Rule]:
    given = frozenset(name for name, answer in facts.answers.items() if answer is not None)
    return {finding.rule.id: finding.rule for finding in urgent_now(facts, saved=given)}
