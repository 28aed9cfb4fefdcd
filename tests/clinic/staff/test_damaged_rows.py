"""A row that cannot be opened any more stands on the list as one that cannot, and hides no other."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from clinic.accounts.permissions import Role
from clinic.staff import views
from tests.clinic.reviews import records
from tests.clinic.staff.tasks import open_task

pytestmark = pytest.mark.django_db
DAMAGED = [
    ("patients_patient", "legal_name"),
    ("intake_screeningrecord", "result"),
    ("intake_screeningrecord", "answers"),
]


def damage(table: str, column: str, pk: object) -> None:
    """Changes stored bytes below the database's own guards, as a disk or somebody with the files would."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"UPDATE {table} SET {column} = '\\x5431026b31' WHERE id = %s", [pk])  # noqa: S608
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.parametrize(("table", "column"), DAMAGED)
def test_one_form_that_cannot_be_opened_hides_no_other(
    signed_in: Callable[[Role], Client], table: str, column: str
) -> None:
    lost, whole = records.sealed(records.REVIEW), records.sealed(records.REVIEW)
    damage(table, column, lost.intake.patient_id if table.startswith("patients") else lost.pk)

    page = signed_in(Role.CLINICIAN).get("/staff/worklist/").content.decode()

    assert f"at-{lost.intake.reference}" in page
    assert f"at-{whole.intake.reference}" in page
    assert page.count("This form cannot be opened") == 1


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.SCHEDULER])
@pytest.mark.parametrize("column", ["legal_name", "preferred_name", "phone"])
def test_a_task_about_somebody_whose_name_cannot_be_opened_hides_no_other(
    signed_in: Callable[[Role], Client], role: Role, column: str
) -> None:
    lost, whole = records.sealed(records.REVIEW), records.sealed(records.REVIEW)
    for record in (lost, whole):
        open_task(record, "coordinator")
    damage("patients_patient", column, lost.intake.patient_id)

    page = signed_in(role).get("/staff/tasks/").content.decode()

    assert lost.intake.patient.reference in page
    assert whole.intake.patient.reference in page


@pytest.mark.parametrize(("table", "column"), DAMAGED)
def test_the_page_of_a_form_that_cannot_be_opened_says_so_and_what_to_do(
    signed_in: Callable[[Role], Client], table: str, column: str, caplog: pytest.LogCaptureFixture
) -> None:
    lost = records.sealed(records.REVIEW)
    damage(table, column, lost.intake.patient_id if table.startswith("patients") else lost.pk)
    browser = signed_in(Role.CLINICIAN)
    browser.raise_request_exception = False

    answer = browser.get(f"/staff/intakes/{lost.intake.reference}/")
    shown = answer.content.decode()

    assert answer.status_code == 500
    assert "<h1>This cannot be opened</h1>" in shown
    assert "It still waits for a person" in shown
    assert 'href="/staff/worklist/"' in shown, "the bar"
    assert "Your answers up to the last page" not in shown
    said = re.search(r"<strong>([2-9A-Z]{8})</strong>", shown)
    assert said
    assert said[1] in caplog.text


def test_a_page_that_breaks_keeps_the_bar_and_does_not_say_that_nothing_was_done(
    signed_in: Callable[[Role], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "review_page", lambda *_: 1 / 0)
    browser, record = signed_in(Role.CLINICIAN), records.sealed(records.REVIEW)
    browser.raise_request_exception = False

    answer = browser.get(f"/staff/intakes/{record.intake.reference}/")
    shown = answer.content.decode()

    assert answer.status_code == 500
    assert "Look whether it was done before you do it again" in shown
    assert 'href="/staff/worklist/"' in shown


def test_a_page_whose_bar_breaks_too_is_the_plain_one(
    signed_in: Callable[[Role], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, record = signed_in(Role.CLINICIAN), records.sealed(records.REVIEW)
    monkeypatch.setattr("clinic.reviews.worklist.how_many", lambda **_: 1 / 0)
    browser.raise_request_exception = False

    answer = browser.get(f"/staff/intakes/{record.intake.reference}/")

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()


@pytest.mark.parametrize("told", [{}, {"csrfmiddlewaretoken": "x" * 32}], ids=["none", "another"])
def test_a_staff_form_that_was_open_for_too_long_keeps_the_bar(
    signed_in: Callable[[Role], Client], told: dict[str, str]
) -> None:
    signed, record = signed_in(Role.CLINICIAN), records.sealed(records.REVIEW)
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = signed.cookies

    answer = browser.post(f"/staff/intakes/{record.intake.reference}/decide/", told)
    shown = answer.content.decode()

    assert (answer.status_code, "This page was open for too long" in shown) == (403, True)
    assert 'href="/staff/worklist/"' in shown
    assert "Your answers up to the last page" not in shown
