"""The rows of the worklist, made from sealed records without a query per row."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.reviews import answers, clocks, flags, medicines, scores, words
from clinic.reviews.models import Decision, Route, Waiting
from clinic.reviews.persons import person
from clinic.reviews.suggestion import suggested_route
from clinic.vault.fields import CannotOpen

LEVEL_OF_OUTCOME: Final = {**flags.LEVEL_OF, "ready_to_book": "clear"}

CLOSED: Final = {"is_closed": True, "level": "", "why": (), "medicines": "", "scores": (), "suggested": ""}
"""What somebody reads who does not look after the patient."""

UNREADABLE: Final = {
    "about": "",
    "why": ("This form cannot be opened: it was damaged, or its key is gone. Tell whoever looks after the system",),
    "medicines": "Not readable",
    "scores": (),
    "suggested": "You decide",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the worklist. `pressing` is empty, "half", "soon" or "late"; the words always say it too.

    One that `is_closed` to who reads tells nothing of health.
    """

    reference: str
    due: str
    pressing: str
    level: str
    name: str
    about: str
    why: tuple[str, ...]
    medicines: str
    scores: tuple[str, ...]
    suggested: str
    sent: str
    owner: str
    viewer: str
    second: str
    is_begun: bool
    is_again: bool
    is_changed: bool = False
    is_closed: bool = False


def waiting_line(
    waiting: Waiting,
    *,
    viewers: Mapping[Any, User],
    looked: Mapping[Any, datetime],
    begun: Collection[Any],
    me: User,
    now: datetime,
) -> Line:
    """One row of what waits for a decision.

    Args:
        waiting: with its record, intake, patient, owner and first signature already read.
        viewers: who else has an intake open, by its id.
        looked: when this reader last opened an intake, by its id.
        begun: ids of intakes about which this reader kept a draft.
        me: who reads.
        now: the moment.
    """
    record = waiting.record
    return _line(
        record,
        due=words.due(waiting.due_at, now=now),
        pressing=_pressing(record, waiting, now),
        level="stop" if waiting.is_urgent else LEVEL_OF_OUTCOME[record.outcome],
        owner=waiting.owner.name if waiting.owner else "",
        viewer=str(viewers.get(record.intake_id, "")),
        is_changed=looked.get(record.intake_id, record.screened_at) < record.screened_at,
        second=_second(waiting, me, now),
        is_begun=record.intake_id in begun,
        now=now,
    )


def awaiting_line(decision: Decision, *, is_theirs: bool, now: datetime) -> Line:
    """One row of what waits for the patient or a prescriber; its clock stands still.

    Args:
        decision: with its record, intake, patient and clinician already read.
        is_theirs: who reads looks after this patient; others are told who and since when.
        now: the moment.
    """
    since = f"{Route(decision.route).label}, {words.length(now - decision.decided_at)} ago"
    record = decision.record
    level, owner = LEVEL_OF_OUTCOME[record.outcome], decision.decided_by.name
    nobody = {"pressing": "", "viewer": "", "second": "", "is_begun": False}
    line = _line(record, due=since, level=level, owner=owner, **nobody, now=now)
    return line if is_theirs else replace(line, **CLOSED)


def _line(record: ScreeningRecord, *, now: datetime, **shown: Any) -> Line:
    """One row; a form that cannot be opened is one that says so, because it must not hide the others."""
    try:
        told = _told(record, now)
    except CannotOpen:
        log.error("the record %s on the worklist cannot be opened", record.pk)
        told = UNREADABLE | {"name": record.intake.reference}
    return Line(
        reference=record.intake.reference,
        sent=words.moment(record.intake.submitted_at or record.screened_at, now=now),
        is_again=record.number > 1,
        **told,
        **shown,
    )


def _told(record: ScreeningRecord, now: datetime) -> dict[str, Any]:
    result, protocol = record.result, answers.protocol_of(record)
    count, unmatched = medicines.how_many(result)
    scored = scores.short(scores.scores(protocol, record.answers["answers"])) if protocol else []
    raised = tuple(flag.headline for flag in flags.raised_on_the_way(record, protocol))
    route = suggested_route(record)
    who = person(record.intake.patient, record.intake, now=now)
    return {
        "name": who.name,
        "about": ", ".join(filter(None, (who.about.split(", ")[0], who.lives_in))),
        "why": (*raised, *flags.headlines(result, limit=2))[:2],
        "medicines": f"{count}, {unmatched} not matched" if unmatched else str(count),
        "scores": tuple(scored),
        "suggested": route.label if route else "You decide",
    }


def _second(waiting: Waiting, me: User, now: datetime) -> str:
    """Who signed, how long ago, and by when another clinician should; nothing when nobody waits for that."""
    if not waiting.first_by:
        return ""
    who = "you" if waiting.first_by == me.pk else waiting.first_name
    due = words.due(waiting.second_due, now=now)
    due = due if waiting.second_due < now else f"due {due}"
    return f"{who} signed {words.length(now - waiting.first_at)} ago, {due}"


def _pressing(record: ScreeningRecord, waiting: Waiting, now: datetime) -> str:
    if waiting.due_at < now:
        return "late"
    used = clocks.part_used(since=record.screened_at, due=waiting.due_at, now=now)
    return "soon" if used >= clocks.SOON else "half" if used >= clocks.HALF else ""
