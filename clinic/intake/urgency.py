"""What is urgent in an intake: which rules hold, and telling the person on call in the transaction of the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications.actions import page
from screening.engine import urgent_now
from screening.facts import Facts
from screening.protocol import PRIORITIES, Rule

FIELDS: Final = ("urgent_rules", "safety_raised_at", "safety_priority")
"""What is kept of it on the intake."""


def newly_raised(intake: Intake, facts: Facts) -> list[Rule]:
    """The urgent rules that hold now and did not before; a question counts once its page was saved."""
    pages = facts.protocol.pages
    saved = frozenset(q for page in intake.visited if page in pages for q in pages[page].questions)
    return [found.rule for found in urgent_now(facts, saved=saved) if found.rule.id not in intake.urgent_rules]


def ask(intake: Intake, facts: Facts, *, by: Actor, now: datetime) -> bool:
    """Ask the urgent rules about what is saved; a rule that newly holds pages the person on call and shows help."""
    new = newly_raised(intake, facts)
    if not new:
        return False
    intake.urgent_rules = sorted({*intake.urgent_rules, *(rule.id for rule in new)})
    intake.safety_raised_at = now
    worst = min((rule.priority for rule in new), key=PRIORITIES.index)
    intake.safety_priority = min(filter(None, (intake.safety_priority, worst)), key=PRIORITIES.index)
    page_on_call(intake=intake, priority=worst, cause=f"raised-{len(intake.urgent_rules)}", by=by, now=now)
    record(
        by=by,
        action="intake.raise_safety",
        subject=f"intake:{intake.pk}",
        patient=intake.patient_id,
        detail={"priority": worst},
    )
    return True


def raised_by_sending(intake: Intake, sealed: ScreeningRecord, *, now: datetime) -> bool:
    """Keep the urgent rules that hold only now that the form is whole; True when there is one nobody was told of."""
    urgent = [found for found in sealed.result["findings"] if found["outcome"] == "urgent"]
    new = [found for found in urgent if found["rule"] not in intake.urgent_rules]
    if not new:
        return False
    intake.urgent_rules = sorted({*intake.urgent_rules, *(found["rule"] for found in new)})
    intake.safety_raised_at = now
    priorities = (intake.safety_priority, *(found["priority"] for found in new))
    intake.safety_priority = min(filter(None, priorities), key=PRIORITIES.index)
    return True


def page_on_call(*, intake: Intake, priority: str, cause: str, by: Actor, now: datetime) -> None:
    """Tell the person on call, in the transaction of the answer that made it urgent.

    Args:
        intake: which.
        priority: P0 or P1.
        cause: what it is for; the same cause pages once.
        by: the patient.
        now: the moment.
    """
    about = {"reference": intake.reference, "priority": priority}
    page(key=f"urgent-page:{intake.pk}:{cause}", template="urgent-page", about=about, by=by, now=now)
