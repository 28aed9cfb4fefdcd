"""Coming back by a private link: five tries, then a rest, and nobody learns whether a link or an address is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.audit.actors import VISITOR, system
from clinic.audit.models import AuditEvent
from clinic.intake import link_actions, tasks
from clinic.intake.models import Intake, LinkRequest
from clinic.notifications.models import Message
from clinic.patients import actions as patient_actions
from clinic.patients.models import PatientLink

pytestmark = pytest.mark.django_db
RIGHT = {"born_on_month": "1", "born_on_day": "1", "born_on_year": "1991"}
WRONG = RIGHT | {"born_on_year": "1990"}
UNKNOWN = "a" * 32


@pytest.fixture
def token(fill: Any) -> str:
    """A private link of somebody born on 1 January 1991."""
    return patient_actions.issue_link(patient=fill().patient, purpose="resume", by=VISITOR, now=timezone.now())


def try_link(token: str, typed: dict[str, str]) -> tuple[int, str, list[str]]:
    """Status, words and kinds of statements of one try from a new browser."""
    client = Client()
    with CaptureQueriesContext(
        connection,
    ) as statements:
        response = client.post(f"/resume/{token}/", typed)
    kinds = [each["sql"].split()[0] for each in statements.captured_queries]
    words = re.sub(r'value="[A-Za-z0-9]{64}"', "", response.content.decode())
    return response.status_code, words.replace('value="1991"', "").replace('value="1990"', ""), kinds


def expire(token: str) -> None:
    PatientLink.objects.update(expires_at=timezone.now() - timedelta(days=1))


def spend(token: str) -> None:
    Client().post(f"/resume/{token}/", RIGHT)


def change_address(token: str) -> None:
    told = {"email": "maya.now@mail.example"}
    patient_actions.describe(patient=PatientLink.objects.get().patient, told=told, by=VISITOR)


def tire(token: str) -> None:
    for _ in range(5):
        Client().post(f"/resume/{token}/", WRONG)


@pytest.mark.parametrize(
    ("before", "typed"),
    [
        (None, WRONG),
        (expire, RIGHT),
        (expire, WRONG),
        (spend, RIGHT),
        (tire, RIGHT),
        (tire, WRONG),
        (change_address, RIGHT),
        (change_address, WRONG),
    ],
)
def test_whatever_is_wrong_with_a_link_the_words_the_status_and_the_work_are_those_of_one_that_never_was(
    token: str, before: Callable[[str], None] | None, typed: dict[str, str]
) -> None:
    if before:
        before(token)
    Client().get("/resume/")

    assert try_link(token, typed) == try_link(UNKNOWN, typed)
    assert try_link(token, typed)[0] == 200


def test_a_link_that_went_to_an_old_address_lets_nobody_in_until_it_is_theirs_again(token: str) -> None:
    before = str(PatientLink.objects.get().patient.email)
    change_address(token)

    assert try_link(token, RIGHT)[0] == 200
    patient_actions.describe(patient=PatientLink.objects.get().patient, told={"email": before.upper()}, by=VISITOR)
    assert try_link(token, RIGHT)[0] == 302


def test_a_link_opens_although_another_detail_was_changed(token: str) -> None:
    told = {"phone": "(555) 010-0177", "preferred_name": "May"}
    patient_actions.describe(patient=PatientLink.objects.get().patient, told=told, by=VISITOR)

    assert try_link(token, RIGHT)[0] == 302


def test_the_words_say_what_to_do(token: str) -> None:
    words = try_link(token, WRONG)[1]

    assert words.count("This link and this date of birth do not open a form.") == 2
    assert "We can send a new one to the last email you gave us." in words
    assert "<title>Error:" in words
    assert 'href="/resume/"' in words


def test_the_fifth_wrong_date_closes_a_link_for_fifteen_minutes_and_no_longer(token: str) -> None:
    for _ in range(4):
        try_link(token, WRONG)
    assert PatientLink.objects.get().closed_until is None
    try_link(token, WRONG)
    closed = PatientLink.objects.get().closed_until
    assert closed is not None
    assert timedelta(minutes=14) < closed - timezone.now() <= timedelta(minutes=15)

    assert try_link(token, RIGHT)[0] == 200
    assert PatientLink.objects.get().spent_at is None
    PatientLink.objects.update(closed_until=timezone.now() - timedelta(seconds=1))
    assert try_link(token, RIGHT)[0] == 302


def test_tries_while_a_link_is_closed_do_not_keep_it_closed(token: str) -> None:
    tire(token)
    closed = PatientLink.objects.get().closed_until
    tire(token)

    assert PatientLink.objects.get().closed_until == closed


def test_a_link_works_for_thirty_days(token: str) -> None:
    days = PatientLink.objects.get().expires_at - timezone.now()

    assert timedelta(days=29, hours=23) < days <= timedelta(days=30)


def test_every_try_is_in_the_record_without_the_link_or_the_date(token: str) -> None:
    try_link(token, WRONG)
    try_link(UNKNOWN, WRONG)
    lines = AuditEvent.objects.filter(action="patients.link_refused")

    assert lines.count() == 2
    assert not any(token in str(each.__dict__) or "1990" in str(each.__dict__) for each in lines)


def ask(email: str) -> tuple[int, str, list[str]]:
    client = Client()
    with CaptureQueriesContext(connection) as statements:
        response = client.post("/resume/", {"email": email})
    return response.status_code, response.content.decode(), [q["sql"].split()[0] for q in statements.captured_queries]


def test_asking_for_a_link_is_the_same_words_and_the_same_work_for_any_address(fill: Any) -> None:
    fill()

    assert ask("maya@example.org") == ask("nobody@example.org")


def test_a_worker_sends_the_link_to_an_address_that_is_known_and_forgets_the_others(fill: Any) -> None:
    intake = fill()
    intake.patient.email_index = link_actions.ring().blind_index("email", "maya@example.org")
    intake.patient.save()
    ask(" Maya@Example.org ")
    ask("nobody@example.org")
    assert LinkRequest.objects.count() == 2

    assert tasks.answer_link_requests() == 2
    assert [message.patient_id for message in Message.objects.all()] == [intake.patient_id]
    assert not LinkRequest.objects.exists()
    assert tasks.answer_link_requests() == 0


def test_asking_twice_is_one_request_and_one_message(fill: Any) -> None:
    intake = fill()
    intake.patient.email_index = link_actions.ring().blind_index("email", "maya@example.org")
    intake.patient.save()
    ask("maya@example.org")
    ask("maya@example.org")
    assert LinkRequest.objects.count() == 1
    tasks.answer_link_request(str(LinkRequest.objects.get().pk))

    assert Message.objects.count() == 1


def test_an_address_is_not_kept_in_words(fill: Any) -> None:
    ask("maya@example.org")

    assert "maya" not in str(LinkRequest.objects.get().__dict__)
    assert "maya" not in str([each.__dict__ for each in AuditEvent.objects.all()])


def test_a_request_is_forgotten_only_when_its_message_is_queued(fill: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    intake = fill()
    intake.patient.email_index = link_actions.ring().blind_index("email", "maya@example.org")
    intake.patient.save()
    ask("maya@example.org")

    def broken(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("clinic.intake.link_actions.queue", broken)
    with pytest.raises(RuntimeError):
        link_actions.answer_link_requests(by=system("intake"), now=timezone.now())

    assert LinkRequest.objects.count() == 1
    assert Intake.objects.count() == 1


@pytest.mark.parametrize(("state", "said"), [("failed", True), ("sent", False), ("due", False)])
def test_an_address_that_could_not_be_reached_is_said_at_the_next_visit(
    fill: Any, let_in: Any, state: str, said: bool
) -> None:
    intake = fill()
    client = let_in(intake)
    link_actions.send_link(patient=intake.patient, by=VISITOR, now=timezone.now())
    Message.objects.update(state=state, sent_at=timezone.now() if state == "sent" else None)

    assert ("We could not reach your email address." in client.get("/intake/").content.decode()) is said


def known_by(intake: Intake, email: str) -> Intake:
    """Their address as the form keeps it."""
    patient_actions.describe(patient=intake.patient, told={"email": email}, by=VISITOR)
    return intake


def test_an_address_that_was_put_right_at_once_gets_its_link(fill: Any, let_in: Any) -> None:
    client = let_in(fill())

    for email in ("maya@exmaple.org", "maya@example.org", "maya@example.org"):
        client.post("/intake/save/", {"email": email})

    assert Message.objects.filter(template="resume-link").count() == 2


def test_somebody_who_types_the_address_of_another_does_not_take_their_links(fill: Any, submit: Any) -> None:
    mine = submit(known_by(fill(), "maya@example.org")).intake
    known_by(fill(), "maya@example.org")
    ask("maya@example.org")

    tasks.answer_link_requests()

    sent = dict(Message.objects.filter(template__endswith="-link").values_list("patient", "template"))
    assert sent[mine.patient_id] == "status-link"
    assert len(sent) == 2


def test_however_many_share_an_address_few_messages_go_to_it(fill: Any) -> None:
    for _ in range(5):
        known_by(fill(), "maya@example.org")
    ask("maya@example.org")

    tasks.answer_link_requests()

    assert Message.objects.filter(template="resume-link").count() == link_actions.MOST
