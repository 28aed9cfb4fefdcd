"""Counting how the 30-second check ends, by month and without anything about the person."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import F

from clinic.intake.models import CheckTally
from clinic.intake.protocols import day_of

ENOUGH: Final = 200
"""So many finished checks before a share of them is shown to anybody. Source: ux.md, P7."""
FINISHED: Final = (CheckTally.Ending.CLOSER_LOOK, CheckTally.Ending.NOTHING_TICKED)


def count(ending: str, *, now: datetime) -> None:
    """Add one to how often the check ended like this in this month.

    Args:
        ending: one of `CheckTally.Ending`.
        now: the moment.
    """
    kept, _ = CheckTally.objects.get_or_create(month=day_of(now).replace(day=1), ending=ending)
    CheckTally.objects.filter(pk=kept.pk).update(count=F("count") + 1)


def tenths_who_ticked() -> int | None:
    """Of ten people who finish the check, how many tick something; None while too few have finished it."""
    counts = dict.fromkeys(FINISHED, 0)
    for ending, number in CheckTally.objects.filter(ending__in=FINISHED).values_list("ending", "count"):
        counts[CheckTally.Ending(ending)] += number
    total = sum(counts.values())
    return round(10 * counts[CheckTally.Ending.CLOSER_LOOK] / total) if total >= ENOUGH else None
