"""From a follow-up of the protocol and its cause to the rows that promise it. Pure: no query, no clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from clinic.followups.cause_rows import Cause
from clinic.followups.coverage import NOT_PLANNED, OPENS_AT_ONCE, good_for
from clinic.followups.models import FollowUp
from clinic.followups.offsets import Hours, due_times, parse
from clinic.notifications.hours import QUIET_UNTIL, quiet_until, zone_named
from screening.protocol import FollowUpPlan

EVENING: Final = time(20)
"""When a reminder goes out that would be due in the night right before the appointment."""
LOOK_AHEAD: Final = timedelta(days=366)
"""How far a repeated follow-up is planned; after the last of these it is planned on."""
OTHER_CLOCK: Final = timedelta(days=3)
"""More than the same moment differs when the patient's clock was changed, and less than between two that repeat."""


def is_planned(plan: FollowUpPlan) -> bool:
    """True when this app makes rows for a follow-up; NOT_PLANNED says why not."""
    return plan.id not in NOT_PLANNED


def rows(plan: FollowUpPlan, cause: Cause, *, protocol: str, hours: Hours, now: datetime) -> list[FollowUp]:
    """The rows that promise one follow-up, not saved.

    Args:
        plan: the follow-up of the protocol.
        cause: what it follows from.
        protocol: the name of the protocol.
        hours: when the clinic is open.
        now: the moment. A message that is too late already is cancelled from the start, so that it is not looked for
            again.
    """
    zone = zone_named(cause.zone)
    words = OPENS_AT_ONCE.get(plan.id, {}).get(cause.priority, plan.offset)
    moments = due_times(parse(words), start=cause.counts_from, zone=zone, hours=hours, until=now + LOOK_AHEAD)
    due = (_due(plan, cause, moment, zone) for moment in moments)
    planned = [_row(plan, cause, moment, protocol, now) for moment in due if _is_new(cause, moment)]
    if plan.id in OPENS_AT_ONCE:
        for each in planned:
            each.try_at = min(each.try_at, now)
    return planned


def is_too_late(plan: str, audience: str, due_at: datetime, now: datetime) -> bool:
    """True when a message to a patient makes no sense any more; tasks and pages are never too late."""
    return audience == FollowUp.Audience.PATIENT and now > due_at + good_for(plan)


def waking_moment(due: datetime, zone: ZoneInfo, *, before: datetime | None = None) -> datetime:
    """A moment outside the quiet hours: the same one by day, otherwise the next morning.

    Args:
        due: when it would be due.
        zone: where the patient is.
        before: what it reminds of; when that is over by the morning, the evening before is taken instead.
    """
    morning = quiet_until(due, zone)
    if morning is None:
        return due
    if before is None or morning < before:
        return morning.astimezone(UTC)
    local = due.astimezone(zone)
    evening = local.date() - timedelta(days=1 if local.time() < QUIET_UNTIL else 0)
    return datetime.combine(evening, EVENING, zone).astimezone(UTC)


def _is_new(cause: Cause, due_at: datetime) -> bool:
    return cause.planned_until is None or due_at > cause.planned_until + OTHER_CLOCK


def _due(plan: FollowUpPlan, cause: Cause, moment: datetime, zone: ZoneInfo) -> datetime:
    if plan.audience != FollowUp.Audience.PATIENT or not plan.quiet_hours:
        return moment
    return waking_moment(moment, zone, before=cause.counts_from if moment < cause.counts_from else None)


def _row(plan: FollowUpPlan, cause: Cause, due_at: datetime, protocol: str, now: datetime) -> FollowUp:
    too_late = is_too_late(plan.id, plan.audience, due_at, now)
    return FollowUp(
        plan=plan.id,
        protocol=protocol,
        patient_id=cause.patient_id,
        cause=cause.key,
        row_id=cause.row_id,
        counts_from=cause.counts_from,
        due_at=due_at,
        try_at=due_at,
        priority=cause.priority,
        audience=FollowUp.Audience(plan.audience),
        channel=plan.channel,
        stop_condition=plan.stop_condition,
        keeps_quiet_hours=plan.quiet_hours,
        state=FollowUp.State.CANCELLED if too_late else FollowUp.State.PLANNED,
        reason="too late when it was found" if too_late else "",
        planned_at=now,
    )
