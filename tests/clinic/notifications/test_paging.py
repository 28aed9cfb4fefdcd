"""The clock of an urgent page: acknowledged once, or told to the lead once and overdue until somebody has it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clinic import celery
from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import pager, staff
from clinic.audit.models import AuditEvent
from clinic.notifications import actions, delivery, paging
from clinic.notifications.actions import queue
from clinic.notifications.models import Message
from tests.at_once import at_once

from .conftest import BY, DAY, read

MINUTE = timedelta(minutes=1)
LATE = DAY + paging.ACKNOWLEDGE_WITHIN
WORKERS = 4


def a_page(key: str = "urgent-page:1", reference: str = "LK-7KQ2M9T", *, at: datetime = DAY) -> Message:
    """A page to the person on call."""
    return queue(
        key=key,
        template="urgent-page",
        to_role="on_call",
        channel="pager",
        about={"reference": reference, "priority": "P0"},
        is_urgent=True,
        acknowledge_within=paging.ACKNOWLEDGE_WITHIN,
        by=BY,
        now=at,
    )


@pytest.fixture
def lead(db: None) -> User:
    """The medical director."""
    return User.objects.create_user("weiss@example.test", name="Dr. Hana Weiss", role=Role.DIRECTOR)


def escalations() -> list[Message]:
    return list(Message.objects.filter(template="urgent-page-unanswered").order_by("key"))


def audit(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action))


@pytest.mark.django_db
def test_the_clock_is_on_the_row_from_the_moment_the_page_is_queued() -> None:
    page = a_page()

    assert page.overdue_at == DAY + timedelta(minutes=15)
    assert list(paging.overdue(LATE - timedelta(microseconds=1))) == []
    assert list(paging.overdue(LATE)) == [page]


def test_nobody_is_told_a_moment_before_the_time(lead: User) -> None:
    a_page()

    assert actions.escalate(now=LATE - timedelta(microseconds=1), by=BY) == 0
    assert escalations() == []


def test_the_lead_is_told_once_however_often_it_is_looked_at(lead: User) -> None:
    page = a_page()

    told = [actions.escalate(now=LATE + minutes * MINUTE, by=BY) for minutes in range(5)]

    assert told == [1, 0, 0, 0, 0]
    message = escalations()[0]
    assert (message.staff, message.channel, message.is_urgent) == (lead, "pager", True)
    assert message.about == {"reference": "LK-7KQ2M9T"}
    assert [line.detail for line in audit("notifications.escalate")] == [{"to": [lead.actor.ref]}]
    assert list(paging.overdue(LATE + 9 * MINUTE)) == [page]


def test_every_director_is_told_and_one_who_comes_later_too(lead: User) -> None:
    a_page()
    actions.escalate(now=LATE, by=BY)
    second = User.objects.create_user("two@example.test", name="Two", role=Role.DIRECTOR)

    assert actions.escalate(now=LATE + MINUTE, by=BY) == 1
    assert {message.staff for message in escalations()} == {lead, second}


@pytest.mark.django_db
def test_without_a_director_the_person_on_call_is_paged_again() -> None:
    a_page()

    actions.escalate(now=LATE, by=BY)

    assert [(each.staff, each.to_role) for each in escalations()] == [(None, "on_call")]


def test_what_is_acknowledged_in_time_is_never_escalated(lead: User) -> None:
    page = a_page()

    assert actions.acknowledge(reference="LK-7KQ2M9T", by=staff(7), now=DAY + 3 * MINUTE, because="page") == 1

    assert actions.escalate(now=LATE + MINUTE, by=BY) == 0
    page.refresh_from_db()
    assert (page.acknowledged_at, page.acknowledged_by) == (DAY + 3 * MINUTE, "staff:7")
    assert [(line.actor, line.detail) for line in audit("notifications.acknowledge")] == [
        ("staff:7", {"minutes": 3, "because": "page"})
    ]


@pytest.mark.django_db
def test_the_first_who_says_it_is_kept() -> None:
    page = a_page()
    actions.acknowledge(reference="LK-7KQ2M9T", by=staff(7), now=DAY, because="page")

    assert actions.acknowledge(reference="LK-7KQ2M9T", by=staff(8), now=DAY + MINUTE, because="link") == 0
    page.refresh_from_db()
    assert page.acknowledged_by == "staff:7"
    assert len(audit("notifications.acknowledge")) == 1


@pytest.mark.django_db
def test_a_page_that_comes_afterwards_has_a_clock_of_its_own() -> None:
    a_page()
    actions.acknowledge(reference="LK-7KQ2M9T", by=staff(7), now=DAY, because="page")
    later = a_page("urgent-page:2", at=DAY + MINUTE)

    assert list(paging.unacknowledged()) == [later]


@pytest.mark.django_db
def test_saying_it_about_one_form_says_nothing_about_another() -> None:
    a_page()
    other = a_page("urgent-page:2", "LK-OTHER22")

    actions.acknowledge(reference="LK-7KQ2M9T", by=staff(7), now=DAY, because="page")

    assert list(paging.unacknowledged()) == [other]


@pytest.mark.django_db
def test_a_page_that_could_not_be_sent_is_overdue_all_the_same(settings: Any) -> None:
    settings.ON_CALL_EMAIL = ""
    page = a_page()

    assert delivery.deliver(page.pk, now=DAY, by=BY) == "failed"
    assert list(paging.overdue(LATE)) == [page]


@pytest.mark.django_db
def test_who_says_it_and_when_go_together() -> None:
    page = a_page()

    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=page.pk).update(acknowledged_at=DAY)


def test_with_the_broker_down_the_sweep_pages_and_escalates(
    lead: User, monkeypatch: pytest.MonkeyPatch, mail: Path
) -> None:
    def down(name: str, **options: Any) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(celery.app, "send_task", down)
    a_page()
    delivery.deliver_due(now=DAY + MINUTE, by=BY, only_urgent=True)
    actions.escalate(now=LATE, by=BY)
    delivery.deliver_due(now=LATE, by=BY, only_urgent=True)

    assert {read(file)["To"] for file in mail.glob("*.eml")} == {"on-call@larkfield.example", "weiss@example.test"}


def test_the_sweep_of_what_is_urgent_leaves_the_rest(queued: Any) -> None:
    ordinary, page = queued(), a_page()

    delivery.deliver_due(now=DAY, by=BY, only_urgent=True)

    states = dict(Message.objects.values_list("pk", "state"))
    assert states == {ordinary.pk: "due", page.pk: "sent"}


def test_pages_of_which_the_lead_was_told_hide_none_that_comes_after(
    lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_ESCALATED", 2)
    for number in range(5):
        a_page(key=f"urgent-page:{number}")

    told = [actions.escalate(now=LATE + number * MINUTE, by=BY) for number in range(4)]

    assert told == [2, 2, 1, 0]
    assert len(escalations()) == 5


def test_a_lead_who_comes_later_is_told_of_what_nobody_has(lead: User) -> None:
    a_page()
    actions.escalate(now=LATE, by=BY)
    User.objects.create_user("second@example.test", name="Dr. Second", role=Role.DIRECTOR)

    assert [actions.escalate(now=LATE, by=BY) for _ in range(2)] == [1, 0]
    assert len(escalations()) == 2


def test_the_link_in_a_page_opens_that_page_and_names_its_holder(lead: User, mail: Path) -> None:
    page = a_page()
    actions.escalate(now=LATE, by=BY)

    assert paging.opened(paging.token_of(page)) == page
    assert paging.holder(page) == pager("on_call")
    assert paging.holder(escalations()[0]) == lead.actor


def test_a_link_does_not_work_when_forged_old_or_of_somebody_who_left(lead: User, time_machine: Any) -> None:
    time_machine.move_to(DAY, tick=False)
    a_page()
    actions.escalate(now=LATE, by=BY)
    token = paging.token_of(escalations()[0])

    assert paging.opened(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert paging.opened("rubbish") is None
    time_machine.move_to(DAY + paging.LINK_WORKS_FOR - MINUTE, tick=False)
    assert paging.opened(token) is not None
    time_machine.move_to(DAY + paging.LINK_WORKS_FOR + MINUTE, tick=False)
    assert paging.opened(token) is None
    time_machine.move_to(DAY, tick=False)
    User.objects.filter(pk=lead.pk).update(is_active=False, ended_at=DAY, ended_by="staff:1")
    assert paging.opened(token) is None


@pytest.mark.django_db
def test_only_a_page_is_opened_by_such_a_link(queued: Any) -> None:
    assert paging.opened(paging.token_of(queued())) is None


@pytest.mark.django_db(transaction=True)
def test_of_many_who_say_it_at_once_one_has_it() -> None:
    a_page()

    told = at_once(
        *[lambda: actions.acknowledge(reference="LK-7KQ2M9T", by=staff(7), now=DAY, because="page")] * WORKERS
    )

    assert Counter(told) == {0: WORKERS - 1, 1: 1}
    assert len(audit("notifications.acknowledge")) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_sweeps_at_once_one_tells_the_lead() -> None:
    User.objects.create_user("weiss@example.test", name="Dr. Hana Weiss", role=Role.DIRECTOR)
    a_page()

    told = at_once(*[lambda: actions.escalate(now=LATE, by=BY)] * WORKERS)

    assert Counter(told) == {0: WORKERS - 1, 1: 1}
    assert (len(escalations()), len(audit("notifications.escalate"))) == (1, 1)
