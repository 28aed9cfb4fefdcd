"""Asking a colleague for a form that they have: a line of the record, which they read on their pages for a while."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from clinic.accounts.models import User
from clinic.audit import record as audit
from clinic.audit.actors import Actor
from clinic.audit.models import AuditEvent
from clinic.intake.models import Intake
from clinic.reviews.models import Waiting
from clinic.reviews.signing import clinician_of
from clinic.reviews.work_actions import VIEWED_FOR

ASKED: Final = "reviews.ask_to_take_over"


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks for which form."""

    reference: str
    by: User


@transaction.atomic
def ask_to_take_over(*, intake: Intake, of: Collection[User], by: Actor) -> bool:
    """Ask those who have a form to hand it over; nothing changes hands by it.

    Args:
        intake: which.
        of: who took it, or has it open.
        by: the clinician who asks.
    Returns:
        False when it does not wait any more or nobody else has it, and nobody was asked.
    Raises:
        MayNotDecide: somebody else asks.
    """
    asker = clinician_of(by)
    asked = sorted(str(each.pk) for each in of if each != asker)
    if not asked or not Waiting.objects.filter(record__intake=intake).exists():
        return False
    audit.record(
        by=by, action=ASKED, subject=f"intake:{intake.pk}", patient=intake.patient_id, detail={"asked_of": asked}
    )
    return True


def asked_of(user: User) -> list[Ask]:
    """What colleagues asked this person for lately, and what still waits; the newest first."""
    lines = AuditEvent.objects.filter(
        action=ASKED, at__gt=Now() - VIEWED_FOR, detail__asked_of__contains=[str(user.pk)]
    )
    latest = list(lines.order_by("-id").values_list("subject", "actor")[:20])
    if not latest:
        return []
    ids = [subject.removeprefix("intake:") for subject, _ in latest]
    waiting = Waiting.objects.filter(record__intake__in=ids).select_related("record__intake")
    forms = {f"intake:{each.record.intake_id}": each for each in waiting}
    people = {person.actor.ref: person for person in User.objects.filter(pk__in={who[6:] for _, who in latest})}
    shown = {subject: who for subject, who in reversed(latest) if subject in forms and who in people}
    return [
        Ask(forms[subject].record.intake.reference, people[who])
        for subject, who in shown.items()
        if forms[subject].owner_id in (None, user.pk)
    ]
