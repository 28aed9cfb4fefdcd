"""Item 9 from the page of the form to red on every staff page: told within a minute, and escalated when ignored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.followups import tasks as follow_up_tasks
from clinic.followups.models import FollowUp
from clinic.intake.journeys import address
from clinic.notifications import paging
from clinic.notifications import tasks as delivery
from clinic.notifications.models import Message
from tests.clinic.intake.conftest import NOW, PROTOCOL, fill, let_in, nudges, page_of
from tests.sign_in import signed_in

__all__ = ["fill", "let_in", "nudges"]
HOME = {Role.SCHEDULER: "staff:calendar", Role.ADMINISTRATOR: "staff:people"}
RED = b'class="alarm"'


@pytest.fixture
def staff(db: None) -> dict[Role, User]:
    """One person of each role."""
    return {
        role: User.objects.create_user(f"{role}@larkfield.example", name=f"Somebody {role}", role=role) for role in Role
    }


def red(staff: dict[Role, User]) -> set[Role]:
    """The roles that see the red line on the page they come to."""
    pages = {role: reverse(HOME.get(role, "staff:tasks")) for role in Role}
    return {role for role, user in staff.items() if RED in signed_in(user).get(pages[role]).content}


def every_quarter_minute() -> None:
    """What the urgent worker does."""
    delivery.deliver_urgent()


def sent(template: str) -> list[Message]:
    return list(Message.objects.filter(template=template, state="sent").order_by("sent_at"))


@pytest.mark.parametrize("nine", ["1", "2", "3"])
def test_item_nine_pages_escalates_when_ignored_and_is_red_until_somebody_has_it(
    nine: str, fill: Any, let_in: Callable[..., Client], staff: dict[Role, User], settings: Any, tmp_path: Any
) -> None:
    settings.MAIL_DIR, settings.EMAIL_URL, settings.PAGER_URL = tmp_path, "", ""
    with time_machine.travel(NOW, tick=False) as clock:
        intake = fill()
        page = page_of("phq9")
        told = {name: str(intake.answers[name]) for name in page.questions} | {"phq9": nine}

        answer = let_in(intake).post(address(PROTOCOL, page), told)
        clock.shift(timedelta(seconds=15))
        every_quarter_minute()

        assert answer.url == reverse("intake:help")
        (first,) = sent("urgent-page")
        assert (first.to_role, first.sent_at - first.created_at) == ("on_call", timedelta(seconds=15))
        follow_up_tasks.plan_due()
        follow_up_tasks.do_due()
        assert FollowUp.objects.filter(state="open", priority="P1" if nine == "1" else "P0").count() == 1

        clock.move_to(NOW + paging.ACKNOWLEDGE_WITHIN - timedelta(seconds=1))
        every_quarter_minute()
        assert (sent("urgent-page-unanswered"), red(staff)) == ([], set())

        clock.move_to(NOW + paging.ACKNOWLEDGE_WITHIN)
        for _ in range(2):
            every_quarter_minute()
        (lead,) = sent("urgent-page-unanswered")
        assert lead.staff == staff[Role.DIRECTOR]
        assert red(staff) == set(Role)

        Client().post(reverse("staff:by_link", args=[paging.token_of(lead)]))
        assert red(staff) == set()
    wanted = ["intake.raise_safety", "notifications.escalate", "notifications.acknowledge"]
    lines = AuditEvent.objects.filter(action__in=wanted).order_by("id")
    assert list(lines.values_list("action", flat=True)) == wanted
    for each in (first, lead):
        steps = AuditEvent.objects.filter(subject=f"message:{each.pk}").values_list("action", flat=True)
        assert {"notifications.queue", "notifications.send"} <= set(steps)
