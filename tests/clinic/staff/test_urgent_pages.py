"""Saying "I have it": on the staff page and by the link; and the red line on every staff page until somebody does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.notifications import actions as notifications
from clinic.notifications import paging
from clinic.notifications.models import Message
from clinic.staff import urgent_lines
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW
from tests.clinic.staff.tasks import open_task, urgent_page

LATE = NOW - timedelta(minutes=23)
RED = b"Nobody has answered an urgent page for 23 min."
EVERY_PAGE = (
    (Role.SCHEDULER, "staff:tasks"),
    (Role.SCHEDULER, "staff:calendar"),
    (Role.ADMINISTRATOR, "staff:people"),
    (Role.ADMINISTRATOR, "staff:outbox"),
    (Role.CLINICIAN, "staff:worklist"),
    (Role.DIRECTOR, "staff:urgent"),
    (Role.ON_CALL, "mfa_index"),
)


@pytest.fixture
def late(db: None) -> Message:
    """A page about a form that was sent, nobody has said anything to for 23 min."""
    return urgent_page(records.sealed(records.URGENT).intake, at=LATE)


@pytest.mark.parametrize(("role", "name"), EVERY_PAGE)
def test_an_overdue_page_is_red_on_every_staff_page(
    role: Role, name: str, late: Message, signed_in: Callable[[Role], Client]
) -> None:
    shown = signed_in(role).get(reverse(name)).content

    assert RED in shown
    assert (b"Find a clinician now" in shown) == (role in (Role.SCHEDULER, Role.ADMINISTRATOR))


@pytest.mark.parametrize(("role", "name"), EVERY_PAGE)
def test_it_is_red_no_more_when_somebody_has_it(
    role: Role, name: str, late: Message, osei: User, signed_in: Callable[[Role], Client]
) -> None:
    notifications.acknowledge(reference=late.about["reference"], by=osei.actor, now=NOW, because="page")

    assert b'class="alarm"' not in signed_in(role).get(reverse(name)).content


def test_it_is_not_red_within_the_fifteen_minutes(signed_in: Callable[[Role], Client], db: None) -> None:
    page = urgent_page(records.sealed(records.URGENT).intake, at=NOW - timedelta(minutes=14))
    Message.objects.filter(pk=page.pk).update(state=Message.State.SENT, sent_at=NOW)

    assert b'class="alarm"' not in signed_in(Role.SCHEDULER).get(reverse("staff:tasks")).content


@pytest.mark.parametrize(("seconds", "is_red"), [(59, False), (60, True)])
def test_a_page_that_no_worker_sends_is_red_after_a_minute(
    seconds: int, is_red: bool, signed_in: Callable[[Role], Client], db: None
) -> None:
    urgent_page(records.sealed(records.URGENT).intake, at=NOW - timedelta(seconds=seconds))

    assert (b'class="alarm"' in signed_in(Role.CLINICIAN).get(reverse("staff:worklist")).content) is is_red


def test_a_scheduler_sees_that_it_is_late_and_not_whom_it_is_about(
    late: Message, signed_in: Callable[[Role], Client]
) -> None:
    shown = signed_in(Role.SCHEDULER).get(reverse("staff:calendar")).content.decode()

    assert late.about["reference"] not in shown
    assert "Maya" not in shown


def test_nobody_who_is_not_signed_in_sees_the_red_line(late: Message) -> None:
    assert b'class="alarm"' not in Client().get(reverse("account_login")).content


def test_saying_it_leads_to_the_form_and_is_on_the_record(browser: Client, osei: User, late: Message) -> None:
    answer = browser.post(reverse("staff:have_it", args=[late.pk]))

    late.refresh_from_db()
    assert (late.acknowledged_at, late.acknowledged_by) == (NOW, osei.actor.ref)
    assert (answer.status_code, answer.url) == (302, reverse("staff:review", args=[late.about["reference"]]))
    line = AuditEvent.objects.get(action="notifications.acknowledge")
    assert (line.actor, line.subject, line.detail["minutes"]) == (osei.actor.ref, f"message:{late.pk}", 23)


def test_saying_it_about_a_draft_leads_to_the_answers_so_far(browser: Client, osei: User) -> None:
    intake = records.intake(records.URGENT)
    page = urgent_page(intake)

    answer = browser.post(reverse("staff:have_it", args=[page.pk]))

    assert answer.url == reverse("staff:answers", args=[intake.reference])


def test_who_comes_second_is_told_who_was_first(
    browser: Client, late: Message, signed_in: Callable[[Role], Client]
) -> None:
    browser.post(reverse("staff:have_it", args=[late.pk]))

    answer = signed_in(Role.DIRECTOR).post(reverse("staff:have_it", args=[late.pk]))

    assert answer.status_code == 409
    assert "Dr. Ama Osei" in answer.content.decode()
    assert AuditEvent.objects.filter(action="notifications.acknowledge").count() == 1


def test_looking_at_the_link_changes_nothing_and_shows_nobody(late: Message) -> None:
    for method in ("get", "head"):
        answer = getattr(Client(), method)(reverse("staff:by_link", args=[paging.token_of(late)]))
        assert answer.status_code == 200
        assert late.about["reference"].encode() not in answer.content
        assert b"Maya" not in answer.content
        assert answer.headers["Cache-Control"] == "no-store"

    late.refresh_from_db()
    assert late.acknowledged_at is None
    assert not AuditEvent.objects.filter(action="notifications.acknowledge").exists()


def test_the_link_says_it_without_signing_in_and_then_asks_to_sign_in(late: Message) -> None:
    browser = Client()

    answer = browser.post(reverse("staff:by_link", args=[paging.token_of(late)]), follow=True)

    late.refresh_from_db()
    assert (late.acknowledged_at, late.acknowledged_by) == (NOW, "pager:on_call")
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert b"Maya" not in answer.content


def test_the_link_of_the_lead_is_the_leads(late: Message, staff: Callable[[Role], User]) -> None:
    weiss = staff(Role.DIRECTOR)
    notifications.escalate(now=NOW, by=weiss.actor)
    told = Message.objects.get(staff=weiss)

    Client().post(reverse("staff:by_link", args=[paging.token_of(told)]))

    late.refresh_from_db()
    assert late.acknowledged_by == weiss.actor.ref


def test_the_link_used_twice_says_so_and_keeps_the_first(late: Message) -> None:
    where = reverse("staff:by_link", args=[paging.token_of(late)])
    Client().post(where)
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        Client().post(where)
        shown = Client().get(where).content

    late.refresh_from_db()
    assert late.acknowledged_at == NOW
    assert b"Somebody has this already" in shown
    assert b"I have it</button>" not in shown


@pytest.mark.parametrize("token", ["rubbish", "ImFiYyI:1abcde:AAAA", "x" * 500])
def test_a_link_that_is_none_does_nothing_and_says_where_to_look(token: str, late: Message) -> None:
    for method in ("get", "post"):
        answer = getattr(Client(), method)(reverse("staff:by_link", args=[token]))
        assert answer.status_code == 410

    late.refresh_from_db()
    assert late.acknowledged_at is None


def test_the_link_asks_for_the_token_of_its_own_form(late: Message) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(reverse("staff:by_link", args=[paging.token_of(late)])).status_code == 403


def test_closing_the_call_says_it_too(browser: Client, osei: User, late: Message) -> None:
    record = records.ScreeningRecord.objects.get(intake__reference=late.about["reference"])
    task = open_task(record, "clinician", "F03", stop_condition="acknowledged", priority="P0")

    browser.post(reverse("staff:done", args=[task.pk]), {"note": "Spoke with her."})

    late.refresh_from_db()
    assert late.acknowledged_by == osei.actor.ref


def test_closing_another_task_says_nothing(browser: Client, late: Message) -> None:
    record = records.ScreeningRecord.objects.get(intake__reference=late.about["reference"])
    task = open_task(record, "coordinator")

    browser.post(reverse("staff:done", args=[task.pk]), {"note": "Letter sent."})

    late.refresh_from_db()
    assert late.acknowledged_at is None


def test_signing_that_they_were_spoken_with_says_it_too(osei: User, late: Message) -> None:
    record = records.ScreeningRecord.objects.get(intake__reference=late.about["reference"])

    records.decide(record, osei, "urgent_contact_made")

    late.refresh_from_db()
    assert late.acknowledged_by == osei.actor.ref


def test_the_page_lists_the_late_ones_first_and_who_has_the_others(browser: Client, osei: User, late: Message) -> None:
    had = urgent_page(records.sealed(records.URGENT).intake, at=NOW - timedelta(hours=2))
    notifications.acknowledge(reference=had.about["reference"], by=osei.actor, now=NOW, because="page")

    shown = browser.get(reverse("staff:urgent")).content.decode()

    assert shown.index(late.about["reference"]) < shown.index(had.about["reference"])
    assert shown.count("I have it<span") == 1
    assert "Dr. Ama Osei" in shown


def test_the_page_says_how_many_more_wait_than_it_holds(
    browser: Client, late: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    urgent_page(records.sealed(records.URGENT).intake, at=LATE)
    before = browser.get(reverse("staff:urgent")).content.decode()
    monkeypatch.setattr(urgent_lines, "MOST_WAITING", 1)
    shown = browser.get(reverse("staff:urgent")).content.decode()

    assert (before.count("I have it<span"), "more wait" in before) == (2, False)
    assert (shown.count("I have it<span"), "1 more wait." in shown) == (1, True)
