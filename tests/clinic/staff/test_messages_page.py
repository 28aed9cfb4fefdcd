"""The page of what did not arrive: what is stuck and why, tried again by hand, once, on the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.followups.models import FollowUp
from clinic.intake.models import ScreeningRecord
from clinic.notifications.models import Message, StoppedAddress
from clinic.staff import delivery_lines
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW
from tests.clinic.staff.tasks import stuck

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(db: None) -> ScreeningRecord:
    return records.sealed(records.REVIEW)


@pytest.fixture
def rows(record: ScreeningRecord) -> dict[str, Any]:
    return stuck(record)


def post(browser: Client, name: str, row: UUID) -> Any:
    return browser.post(reverse(f"staff:{name}", args=[row]))


def shown(browser: Client) -> str:
    return browser.get(reverse("staff:messages")).content.decode()


def test_what_is_stuck_is_shown_with_why(browser: Client, record: ScreeningRecord, rows: dict[str, Any]) -> None:
    page = shown(browser)

    for words in (
        "Decided not suitable, by email",
        "No connection (TimeoutError)",
        "It broke (ValueError)",
        "Never arrives at this address",
    ):
        assert words in page
    assert page.count(f"{reverse('staff:patient', args=[record.intake.patient.reference])}") == 4
    assert "Maya" not in page


def test_nothing_stuck_is_said(browser: Client) -> None:
    assert "Nothing is stuck." in shown(browser)


@pytest.mark.parametrize(("most", "said"), [(1, True), (3, False)])
def test_that_older_ones_are_not_shown_is_said(
    most: int, said: bool, browser: Client, rows: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_lines, "MOST", most)

    assert (f"only the latest {most} are shown" in shown(browser)) is said


def test_who_may_not_see_an_intake_sees_neither_which_message_nor_which_follow_up(
    signed_in: Callable[[Role], Client], rows: dict[str, Any]
) -> None:
    for role in (Role.SCHEDULER, Role.ADMINISTRATOR):
        page = shown(signed_in(role))
        assert "A message, by email" in page
        assert "A follow-up" in page
        assert "suitable" not in page
        assert "/staff/patients/" not in page


def test_whom_it_showed_is_on_the_record(
    browser: Client, osei: User, record: ScreeningRecord, rows: dict[str, Any]
) -> None:
    shown(browser)

    line = AuditEvent.objects.get(action="staff.see_messages")
    assert (line.actor, line.detail["shown"]) == (osei.actor.ref, [record.intake.patient.reference])


def test_a_message_is_tried_again_once(browser: Client, osei: User, rows: dict[str, Any]) -> None:
    Message.objects.filter(pk=rows["message_again"]).update(attempts=5)

    answers = [post(browser, "message_again", rows["message_again"]).status_code for _ in range(2)]

    message = Message.objects.get(pk=rows["message_again"])
    assert answers == [302, 409]
    assert (message.state, message.attempts, message.due_at, message.reason) == ("due", 0, NOW, "")
    assert AuditEvent.objects.get(action="notifications.retry").actor == osei.actor.ref


def test_a_message_is_taken_off_the_list_and_keeps_why(browser: Client, osei: User, rows: dict[str, Any]) -> None:
    answers = [post(browser, "message_off", rows["message_off"]).status_code for _ in range(2)]

    message = Message.objects.get(pk=rows["message_off"])
    assert answers == [302, 409]
    assert (message.state, message.reason) == ("cancelled", "TimeoutError")
    assert AuditEvent.objects.get(action="notifications.let_go").actor == osei.actor.ref


def test_an_urgent_page_stays_until_it_left(browser: Client, rows: dict[str, Any]) -> None:
    Message.objects.filter(pk=rows["message_off"]).update(is_urgent=True)

    assert "Take off the list" not in shown(browser)
    assert post(browser, "message_off", rows["message_off"]).status_code == 409
    assert Message.objects.get(pk=rows["message_off"]).state == "failed"


def test_a_follow_up_is_tried_again_once(browser: Client, osei: User, rows: dict[str, Any]) -> None:
    answers = [post(browser, "follow_up_again", rows["follow_up_again"]).status_code for _ in range(2)]

    assert answers == [302, 409]
    assert FollowUp.objects.get(pk=rows["follow_up_again"]).state == "planned"
    assert AuditEvent.objects.get(action="followups.retry").actor == osei.actor.ref


def test_an_address_that_bounced_is_written_to_again(browser: Client, osei: User, rows: dict[str, Any]) -> None:
    answers = [post(browser, "open_address", rows["open_address"]).status_code for _ in range(2)]

    assert answers == [302, 409]
    assert StoppedAddress.objects.get().lifted_by == osei.actor.ref
    assert AuditEvent.objects.get(action="notifications.lift_address").actor == osei.actor.ref


@pytest.mark.parametrize("because", ["complained", "stop_word"])
def test_an_address_that_its_owner_closed_is_theirs_to_open(
    because: str, browser: Client, rows: dict[str, Any]
) -> None:
    StoppedAddress.objects.update(because=because)

    assert "Only they can open it" in shown(browser)
    assert post(browser, "open_address", rows["open_address"]).status_code == 409
    assert StoppedAddress.objects.get().lifted_at is None


def test_more_rows_cost_no_more_queries(browser: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(5):
        stuck(records.sealed(records.REVIEW))
    with django_assert_max_num_queries(22):
        shown(browser)
