"""What Celery calls, and that twelve weeks of promises arrive once, by day, in order, as real e-mails."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from clinic.accounts.models import User
from clinic.audit.actors import system
from clinic.booking.visit_actions import complete
from clinic.celery import app
from clinic.followups import tasks
from clinic.followups.models import FollowUp
from clinic.notifications import tasks as delivery_tasks
from clinic.notifications.hours import quiet_until
from clinic.notifications.models import Message

from .conftest import DAY, NOW, a_patient, a_record, an_appointment, planned


def test_the_tasks_are_known_by_the_names_they_are_nudged_by() -> None:
    assert {"plan_due", "do_due", "look_at"} <= {
        name.removeprefix("clinic.followups.tasks.") for name in app.tasks if name.startswith("clinic.followups")
    }


@time_machine.travel(NOW)
def test_looking_at_a_record_opens_its_task_at_once(patient: Any) -> None:
    record, other = a_record(patient, "urgent", "P1"), a_record(patient, "urgent", "P1")

    tasks.look_at(str(record.pk))

    assert {row.row_id: row.state for row in planned().values()} == {record.pk: "open"}
    assert not FollowUp.objects.filter(row_id=other.pk).exists()


def test_looking_at_a_broken_id_touches_nothing(db: None) -> None:
    with pytest.raises(ValueError, match="UUID"):
        tasks.look_at("not-an-id")


def every_minute() -> None:
    """What beat has the workers do each minute."""
    tasks.plan_due()
    tasks.do_due()
    delivery_tasks.deliver_due()


def next_moment(*others: datetime) -> datetime:
    """When something is due next, or one of these moments, or a week later."""
    now = timezone.now()
    due = [
        *FollowUp.objects.filter(state="planned", try_at__gt=now).values_list("try_at", flat=True),
        *Message.objects.filter(state="due", due_at__gt=now).values_list("due_at", flat=True),
        *(moment for moment in others if moment > now),
    ]
    return min([*due, now + 7 * DAY])


@pytest.mark.parametrize(
    ("zone", "begins", "hour"),
    [("America/New_York", 18, 13), ("Pacific/Honolulu", 16, 8)],
    ids=["by day, over a change of clocks", "at six in the morning where they are"],
)
def test_twelve_weeks_of_messages_arrive_once_by_day_and_in_order(
    zone: str, begins: int, hour: int, db: None, clinician: User, mail: Path
) -> None:
    """The clock is moved from one due moment to the next; no action is called by hand."""
    there = ZoneInfo(zone)
    start = NOW.replace(year=2027, month=1, day=20, hour=begins)
    patient = a_patient(time_zone=zone)
    a_record(patient, "ready_to_book", "P4", at=start - 5 * DAY)
    appointment = an_appointment(patient, clinician, start)
    with time_machine.travel(start - 5 * DAY, tick=False) as clock:
        while timezone.now() < start + 13 * 7 * DAY:
            if appointment.state == "booked" and timezone.now() >= appointment.end:
                appointment = complete(appointment=appointment, by=system("test"), now=timezone.now())
            every_minute()
            every_minute()  # what the first minute opened is planned for in the second
            clock.move_to(next_moment(appointment.end))

    sent = list(Message.objects.filter(state="sent", patient=patient).order_by("sent_at"))
    asked = [template for _ in range(5) for template in ("short-questions", "short-questions-again")]
    assert [message.template for message in sent] == ["reminder-3-days", "reminder-1-day", "check-in", *asked]
    assert [(message.sent_at.astimezone(there).date() - start.date()).days for message in sent] == [
        *(-3, -1, 1),
        *(7, 8, 14, 15, 28, 29, 56, 57, 84, 85),
    ]
    assert all(quiet_until(message.sent_at, there) is None for message in sent)
    assert {message.sent_at.astimezone(there).hour for message in sent} == {hour}
    everything = Message.objects.filter(state="sent").values_list("pk", flat=True)
    assert sorted(file.stem for file in mail.iterdir()) == sorted(map(str, everything))
    rows = FollowUp.objects.all()
    assert {row.state for row in rows.exclude(plan="C08")} == {"done", "cancelled"}
    assert [row.state for row in rows.filter(plan="C08").order_by("due_at")] == [*["cancelled"] * 4, "open"]
    assert planned("F24")["F24"].reason == "they chose reminders by e-mail"
