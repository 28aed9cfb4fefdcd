"""How long the form takes: the median of what people really needed, once enough of them finished it."""

from __future__ import annotations

from functools import cache
from math import ceil
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from clinic.intake.models import FormPace, Intake

ENOUGH: Final = 30
"""So many finished forms before their median is said: fewer move it by minutes, and could tell about somebody."""
LATEST: Final = 200
"""Of how many finished forms the median is taken: the page should say how it is now."""
BREAK_SECONDS: Final = 5 * 60
"""What a longer gap between two saved pages counts as: no page needs more, whoever was away longer was away."""
FEWEST_SECONDS: Final = 5 * 60
"""What was quicker is left out: nobody can read the form in that time, so a program or a rehearsal did it."""
STEPS: Final = (
    "intake.begin",
    "intake.begin_again",
    "intake.save_page",
    "intake.keep_medicine",
    "intake.remove_medicine",
    "intake.confirm",
    "intake.submit",
)
"""The lines of the record that say when somebody was at their form."""
MEDIAN: Final = """
    WITH finished AS (
        SELECT 'intake:' || id AS subject FROM intake_intake
        WHERE state = %(sent)s AND protocol = %(protocol)s ORDER BY submitted_at DESC LIMIT %(latest)s
    ), gaps AS (
        SELECT subject, extract(epoch FROM at - lag(at) OVER (PARTITION BY subject ORDER BY at)) AS seconds
        FROM audit_auditevent JOIN finished USING (subject) WHERE action = ANY(%(steps)s)
    ), times AS (
        SELECT sum(least(seconds, %(break)s)) AS seconds FROM gaps WHERE seconds IS NOT NULL GROUP BY subject
    )
    SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM times WHERE seconds >= %(fewest)s
"""


def minutes() -> int:
    """Minutes that pages say the whole form takes, rounded up: the real median, or the setting until there is one."""
    known = FormPace.objects.filter(protocol=settings.PROTOCOL).values_list("minutes", flat=True).first()
    return known or settings.FORM_MINUTES


def on_pages(request: HttpRequest) -> dict[str, Any]:
    """What every template may say about it; asked of the database only by a page that says it, and once."""
    return {"form_minutes": cache(minutes)}


def measured(protocol: str) -> int | None:
    """The median minutes of the forms that were finished last under a protocol; None while there are too few."""
    values = {
        "sent": Intake.State.SUBMITTED,
        "protocol": protocol,
        "latest": LATEST,
        "steps": list(STEPS),
        "break": BREAK_SECONDS,
        "fewest": FEWEST_SECONDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(MEDIAN, values)
        count, seconds = cursor.fetchone()
    return ceil(seconds / 60) if count >= ENOUGH else None
