"""Answers, tasks, calendar, outbox and where each role begins."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.followups.coverage import OF_THE_CLINIC
from clinic.intake import protocols
from clinic.staff import task_lines
from clinic.staff.task_sources import SOURCES
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW
from tests.clinic.staff.tasks import open_task, urgent_page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "begins"),
    [
        (Role.CLINICIAN, "staff:worklist"),
        (Role.ON_CALL, "staff:worklist"),
        (Role.DIRECTOR, "staff:worklist"),
        (Role.SCHEDULER, "staff:find_slot"),
        (Role.ADMINISTRATOR, "staff:people"),
    ],
)
def test_each_role_begins_where_it_has_something_to_do(
    signed_in: Callable[[Role], Client], role: Role, begins: str
) -> None:
    assert signed_in(role).get(reverse("staff:home")).url == reverse(begins)


def test_in_production_an_administrator_has_people_and_no_outbox(
    signed_in: Callable[[Role], Client], settings: object
) -> None:
    settings.IS_PRODUCTION = True  # type: ignore[attr-defined]

    response = signed_in(Role.ADMINISTRATOR).get(reverse("staff:people"))

    assert [each["label"] for each in response.context["staff_nav"]] == ["People", "Messages"]


def test_the_typed_signature_is_read_on_the_page_of_all_answers(browser: Client) -> None:
    record = records.sealed(records.REVIEW)

    page = browser.get(reverse("staff:answers", args=[record.intake.reference])).content.decode()

    assert f"“{record.signature['name']}”" in page


def test_all_answers_are_shown_as_they_were_asked(browser: Client, osei: User) -> None:
    record = records.sealed(
        records.REVIEW | {"hppd": None}, history=[["2026-12-01T05:00:00+00:00", "si_month", "passing"]]
    )

    page = browser.get(reverse("staff:answers", args=[record.intake.reference])).content.decode()

    assert "<dt>What was the top number?</dt><dd>118 mmHg</dd>" in page
    assert "<s>Yes, thoughts only</s> changed Mon 9:00 pm" in page
    assert 'class="doubt"' in page
    assert "R008" in page
    line = AuditEvent.objects.get(action="reviews.see_answers")
    assert (line.actor, line.patient) == (osei.actor.ref, str(record.intake.patient_id))


def test_every_rule_of_the_protocol_is_listed_with_what_came_of_it(browser: Client) -> None:
    record = records.sealed(records.REVIEW)

    groups = browser.get(reverse("staff:answers", args=[record.intake.reference])).context["checks"]

    came_out = [check.came_out for group in groups for check in group.checks]
    assert len(came_out) == 231
    assert "missing from the result" not in came_out
    assert came_out.count("clear") == len(record.result["clear"])
    assert came_out.count("found") == len(record.result["findings"])


def test_the_answers_so_far_of_a_draft_can_be_read(browser: Client) -> None:
    draft = records.intake({"phq9": 1})
    urgent_page(draft)

    page = browser.get(reverse("staff:answers", args=[draft.reference])).content.decode()

    assert "This form was not sent yet" in page
    assert "Several days" in page


def test_tasks_say_what_to_do_for_whom_and_by_when(browser: Client) -> None:
    record = records.sealed(records.URGENT)
    open_task(record, "clinician", "F04", priority="P1", stop_condition="contact made")

    page = browser.get(reverse("staff:tasks")).content.decode()

    assert "Same-day call" in page
    assert "Late by 1 h" in page
    assert "They were reached" in page
    assert "From a rule about safety" in page
    assert reverse("staff:review", args=[record.intake.reference]) in page


def test_a_task_about_what_they_told_between_visits_leads_clinicians_to_their_history(
    browser: Client, signed_in: Callable[[Role], Client]
) -> None:
    patient = records.sealed(records.URGENT).intake.patient
    for audience, plan in (("clinician", "F36"), ("coordinator", "C11")):
        open_task(patient.intakes.get().records.get(), audience, plan, row_id=patient.pk)
    history = reverse("staff:patient", args=[patient.reference])

    assert browser.get(reverse("staff:tasks")).content.decode().count(history) == 2
    assert history not in signed_in(Role.SCHEDULER).get(reverse("staff:tasks")).content.decode()


@pytest.mark.parametrize(("most", "said"), [(2, True), (3, False)])
def test_that_less_pressing_tasks_are_not_shown_is_said(
    most: int, said: bool, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_lines, "MOST_SHOWN", most)
    for _ in range(2):
        open_task(records.sealed(records.REVIEW), "clinician")

    page = browser.get(reverse("staff:tasks")).content.decode()

    assert (f"only the {most} most pressing are shown" in page) is said


def test_my_tasks_come_before_those_of_the_team(browser: Client) -> None:
    record = records.sealed(records.URGENT)
    open_task(record, "coordinator", "F16", priority="P1")
    assert "No task is open for you" in browser.get(reverse("staff:tasks")).content.decode()
    open_task(record, "clinician", "F04", priority="P2")

    page = browser.get(reverse("staff:tasks")).content.decode()

    places = [page.index(said) for said in ("Your tasks", "Same-day call", "Tasks of the team", "Prepare prescriber")]
    assert places == sorted(places)


def test_every_follow_up_that_can_be_a_task_says_where_it_comes_from() -> None:
    plans = (*protocols.current().followups, *OF_THE_CLINIC)

    assert {each.trigger for each in plans} == set(SOURCES)


def test_a_scheduler_sees_only_tasks_that_tell_no_answer(signed_in: Callable[[Role], Client]) -> None:
    record = records.sealed(records.URGENT)
    open_task(record, "clinician", "F04")
    open_task(record, "coordinator", "F16")

    page = signed_in(Role.SCHEDULER).get(reverse("staff:tasks")).content.decode()

    assert "Prepare prescriber letter" in page
    assert "Same-day call" not in page
    assert "/staff/intakes/" not in page


def test_done_closes_the_task_with_who_did_it(browser: Client, osei: User) -> None:
    waiting = open_task(records.sealed(records.REVIEW), "clinician", "F04")

    response = browser.post(reverse("staff:done", args=[waiting.pk]), {"note": "Spoke on the phone"})

    waiting.refresh_from_db()
    assert response.url == reverse("staff:tasks")
    assert (waiting.state, waiting.done_by) == ("done", osei.actor.ref)
    assert AuditEvent.objects.get(action="followups.close_task").why == "Spoke on the phone"


def test_a_task_that_asks_a_question_is_closed_by_one_of_its_answers(browser: Client) -> None:
    waiting = open_task(records.sealed(records.REVIEW), "clinician", "C16", stop_condition="none")
    page = browser.get(reverse("staff:tasks")).content.decode()
    assert [f'value="{each}"' in page for each in ("under_care", "left_care")] == [True, True]

    unanswered = browser.post(reverse("staff:done", args=[waiting.pk]), {"note": "Spoke with them."})
    waiting.refresh_from_db()
    assert (unanswered.status_code, waiting.state) == (422, "open")
    browser.post(reverse("staff:done", args=[waiting.pk]), {"answer": "left_care"})

    waiting.refresh_from_db()
    assert (waiting.state, waiting.answer) == ("done", "left_care")


def test_a_scheduler_cannot_close_what_they_do_not_see(signed_in: Callable[[Role], Client]) -> None:
    waiting = open_task(records.sealed(records.REVIEW), "clinician", "F04")

    response = signed_in(Role.SCHEDULER).post(reverse("staff:done", args=[waiting.pk]))

    waiting.refresh_from_db()
    assert (response.status_code, waiting.state) == (404, "open")


def test_more_tasks_cost_no_more_queries(browser: Client, django_assert_max_num_queries: object) -> None:
    for _ in range(5):
        open_task(records.sealed(records.REVIEW), "clinician")

    with django_assert_max_num_queries(16):  # type: ignore[operator]
        assert browser.get(reverse("staff:tasks")).status_code == 200


@pytest.mark.parametrize("day", ["", "2026-12-03", "not-a-day", "9999-12-31", "0001-01-01"])
def test_the_calendar_shows_a_day_whatever_is_asked_for(signed_in: Callable[[Role], Client], day: str) -> None:
    response = signed_in(Role.SCHEDULER).get(reverse("staff:calendar"), {"day": day})

    expected = "Thursday, December 3, 2026" if day == "2026-12-03" else "Tuesday, December 1, 2026 (today)"
    assert expected in response.content.decode()
    assert AuditEvent.objects.filter(action="staff.see_calendar").exists()


@pytest.fixture
def outbox(settings: object, tmp_path: Path) -> Path:
    settings.MAIL_DIR = tmp_path  # type: ignore[attr-defined]
    return tmp_path


def write(folder: Path, text: str = "Hello <b>Maya</b>", name: str = "") -> str:
    message = EmailMessage()
    message["To"], message["Subject"], message["Date"] = "maya@example.test", "We have your form", NOW
    message.set_content(text)
    name = name or str(uuid4())
    (folder / f"{name}.eml").write_bytes(message.as_bytes())
    return name


def test_the_outbox_lists_and_shows_what_was_written(signed_in: Callable[[Role], Client], outbox: Path) -> None:
    name, sam = write(outbox), signed_in(Role.ADMINISTRATOR)

    listed = sam.get(reverse("staff:outbox")).content.decode()
    shown = sam.get(reverse("staff:mail", args=[name])).content.decode()

    assert "We have your form" in listed
    assert "maya@example.test" in listed
    assert "Hello &lt;b&gt;Maya&lt;/b&gt;" in shown
    assert AuditEvent.objects.get(action="staff.see_mail").detail == {"shown": [name]}


def test_other_files_in_the_folder_are_not_shown(signed_in: Callable[[Role], Client], outbox: Path) -> None:
    write(outbox, name="notes")
    (outbox / "half.eml.new").write_text("x")

    assert signed_in(Role.ADMINISTRATOR).get(reverse("staff:outbox")).context["mails"] == []


def test_a_mail_that_is_not_there_is_not_found(signed_in: Callable[[Role], Client], outbox: Path) -> None:
    assert signed_in(Role.ADMINISTRATOR).get(reverse("staff:mail", args=[uuid4()])).status_code == 404


def test_in_production_there_is_no_outbox(signed_in: Callable[[Role], Client], outbox: Path, settings: object) -> None:
    settings.IS_PRODUCTION = True  # type: ignore[attr-defined]
    name, sam = write(outbox), signed_in(Role.ADMINISTRATOR)

    assert sam.get(reverse("staff:outbox")).status_code == 404
    assert sam.get(reverse("staff:mail", args=[name])).status_code == 404


def test_texts_that_development_wrote_are_in_the_outbox_too(
    signed_in: Callable[[Role], Client], settings: object, tmp_path: Path
) -> None:
    settings.MAIL_DIR, settings.TEXT_DIR = tmp_path / "mail", tmp_path / "texts"  # type: ignore[attr-defined]
    (tmp_path / "texts").mkdir()
    text = uuid4()
    (tmp_path / "texts" / f"{text}.eml").write_text("To: +15550100199\nSubject: Text message\n\nLarkfield: hello")
    browser = signed_in(Role.ADMINISTRATOR)

    assert "Text message" in browser.get(reverse("staff:outbox")).content.decode()
    assert "Larkfield: hello" in browser.get(reverse("staff:mail", args=[text])).content.decode()
