"""Rows from a follow-up and its cause: due times outside the night, and late ones not promised any more."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from clinic.followups.cause_rows import Cause
from clinic.followups.causes import FINDERS
from clinic.followups.coverage import NOT_PLANNED, OF_THE_CLINIC, PATIENT_ONLY, TEMPLATES, good_for
from clinic.followups.models import FollowUp
from clinic.followups.offsets import Hours
from clinic.followups.planning import is_planned, rows, waking_moment
from clinic.notifications.hours import quiet_until
from screening.loader import published
from screening.protocol import FollowUpPlan

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
CLINIC = Hours((0, 1, 2, 3, 4), 8, 18, LOS_ANGELES)
PLANS = {plan.id: plan for plan in published("2026-11").followups}
PLANNED = [plan for plan in PLANS.values() if is_planned(plan)]
KEEP_QUIET = [plan for plan in PLANNED if plan.audience == "patient" and plan.quiet_hours]
NOW = datetime(2026, 12, 2, 18, 0, tzinfo=UTC)


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOS_ANGELES)


def rows_of(plan: FollowUpPlan, counts_from: datetime, now: datetime = NOW, zone: str = "") -> list[FollowUp]:
    cause = Cause("kind:1", uuid.uuid4(), uuid.uuid4(), counts_from, "P4", zone)
    return rows(plan, cause, protocol="2026-11", hours=CLINIC, now=now)


def test_every_follow_up_is_planned_or_says_why_not() -> None:
    assert len(PLANS) == 42
    for plan in PLANS.values():
        assert is_planned(plan) == (plan.id not in NOT_PLANNED)
        assert not is_planned(plan) or plan.trigger in FINDERS, plan.id
    assert set(NOT_PLANNED) <= set(PLANS)
    assert sum(map(is_planned, PLANS.values())) == 36


def test_no_two_follow_ups_share_a_name() -> None:
    names = [plan.id for plan in (*PLANS.values(), *OF_THE_CLINIC)]

    assert len(names) == len(set(names))


def test_every_planned_message_to_a_patient_has_words() -> None:
    to_patients = {plan.id for plan in PLANS.values() if is_planned(plan) and plan.audience == "patient"}

    assert to_patients == set(TEMPLATES) - {"F05", "C07", "C13"}
    assert to_patients >= PATIENT_ONLY
    for template in TEMPLATES.values():
        assert (settings.BASE_DIR / "templates" / "messages" / f"{template}.subject").exists()


@pytest.mark.parametrize("plan", PLANNED, ids=lambda plan: plan.id)
def test_every_planned_follow_up_makes_a_row_as_the_protocol_says(plan: FollowUpPlan) -> None:
    row, *more = rows_of(plan, NOW)

    assert bool(more) == (plan.id == "F37")
    assert (row.plan, row.audience, row.channel) == (plan.id, plan.audience, plan.channel)
    assert (row.stop_condition, row.keeps_quiet_hours) == (plan.stop_condition, plan.quiet_hours)
    assert row.due_at == row.try_at
    row.clean_fields(exclude=["patient", "claimed_at", "done_at", "snoozed_until", "escalated_at"])


@pytest.mark.parametrize("plan", KEEP_QUIET, ids=lambda plan: plan.id)
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
def test_no_message_to_a_patient_is_due_at_night(plan: FollowUpPlan, zone: str) -> None:
    for hour in range(24 * 7):
        for row in rows_of(plan, NOW + timedelta(hours=hour), zone=zone):
            assert quiet_until(row.due_at, ZoneInfo(zone)) is None


@pytest.mark.parametrize(
    ("plan", "start", "due"),
    [
        ("F22", "2026-12-10T14:20", "2026-12-07T14:20"),
        ("F23", "2026-12-10T14:20", "2026-12-09T14:20"),
        ("F24", "2026-12-10T14:20", "2026-12-10T12:20"),
        ("F24", "2026-12-10T09:30", "2026-12-10T08:00"),
        ("F24", "2026-12-10T08:00", "2026-12-09T20:00"),
        ("F24", "2026-12-10T00:30", "2026-12-09T20:00"),
        ("F24", "2026-12-10T22:30", "2026-12-10T20:30"),
        ("F24", "2026-12-10T23:30", "2026-12-10T20:00"),
        ("F24", "2027-03-14T08:00", "2027-03-13T20:00"),
    ],
)
def test_a_reminder_comes_by_day_and_before_the_appointment(plan: str, start: str, due: str) -> None:
    (row,) = rows_of(PLANS[plan], here(start))

    assert row.due_at == here(due)


@given(
    due=st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    hours=st.integers(1, 100),
    zone=st.sampled_from(["America/Los_Angeles", "America/New_York", "Europe/London", "Australia/Lord_Howe"]),
)
def test_a_waking_moment_is_by_day_and_before_what_it_reminds_of(due: datetime, hours: int, zone: str) -> None:
    before = due + timedelta(hours=hours)

    moment = waking_moment(due, ZoneInfo(zone), before=before)

    assert quiet_until(moment, ZoneInfo(zone)) is None
    assert moment < before
    assert abs(moment - due) <= timedelta(hours=13)


def test_a_message_that_is_too_late_when_it_is_found_is_not_promised() -> None:
    plan = PLANS["F31"]
    in_time, too_late = NOW - timedelta(days=7) - good_for("F31"), NOW - timedelta(days=8) - good_for("F31")

    assert rows_of(plan, in_time)[0].state == FollowUp.State.PLANNED
    (row,) = rows_of(plan, too_late)
    assert (row.state, row.reason) == (FollowUp.State.CANCELLED, "too late when it was found")


@pytest.mark.parametrize("plan", ["F03", "F04", "F05", "F13", "F25"])
def test_a_task_or_a_page_is_never_too_late(plan: str) -> None:
    (row,) = rows_of(PLANS[plan], NOW - timedelta(days=400))

    assert row.state == FollowUp.State.PLANNED
