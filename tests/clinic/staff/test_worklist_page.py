"""The worklist: urgent apart, the words of each row, pages, and that looking is on the record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.reviews.models import Waiting
from clinic.staff import views_worklist
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, SENT
from tests.clinic.staff.tasks import open_task

pytestmark = pytest.mark.django_db
WORKLIST = reverse("staff:worklist")
FIRST = "1_0001-01-01T00:00:00+14:00_" + "0" * 32
LAST = "1_9999-12-31T23:59:59-14:00_" + "0" * 32


def test_urgent_is_a_table_of_its_own_above_the_other(browser: Client) -> None:
    urgent = records.sealed(records.URGENT)
    review = records.sealed(records.REVIEW, at=SENT - timedelta(days=9))

    page = browser.get(WORKLIST).content.decode()

    tables = page.split("<table")[1:]
    assert len(tables) == 2
    assert "Urgent: speak with them first" in tables[0]
    assert urgent.intake.reference in tables[0]
    assert review.intake.reference in tables[1]


def test_a_row_says_who_why_and_by_when(browser: Client) -> None:
    records.sealed(records.REVIEW, [records.medicine("Zoloft"), records.medicine("zzqx")], at=NOW - timedelta(hours=2))

    page = browser.get(WORKLIST).content.decode()

    assert "Maya R. Thompson" in page
    assert "34, California" in page
    assert "Past suicide attempt more than 12 months ago" in page
    assert "2, 1 not matched" in page
    assert "PHQ-9 11, </span>" in page
    assert "GAD-7 5</span>" in page
    assert "7:00 am" in page


def test_what_is_late_says_so(browser: Client) -> None:
    records.sealed(records.REVIEW, at=SENT - timedelta(days=30))

    assert "Late by " in browser.get(WORKLIST).content.decode()


def test_an_empty_worklist_says_so(browser: Client) -> None:
    records.sealed(records.READY)

    assert "Nothing is waiting for a decision." in browser.get(WORKLIST).content.decode()


def test_an_empty_worklist_says_how_many_tasks_are_due_tomorrow(browser: Client) -> None:
    record = records.sealed(records.READY)
    for hours in (1, 30, 33, 60):
        open_task(record, "clinician", due_at=NOW + timedelta(hours=hours))

    page = " ".join(browser.get(WORKLIST).content.decode().split())

    assert "Nothing is waiting for a decision. " in page
    assert ">2 tasks</a> are due tomorrow." in page


def test_an_empty_view_says_how_many_are_due_tomorrow(browser: Client) -> None:
    for hours in (1, 31, 33):
        record = records.sealed(records.REVIEW)
        Waiting.objects.filter(record=record).update(due_at=NOW + timedelta(hours=hours))

    page = " ".join(browser.get(f"{WORKLIST}?due=late").content.decode().split())

    assert "Nothing fits these filters. 2 that wait are due tomorrow." in page
    assert ">No task</a> is due tomorrow." in page


def test_pages_lead_from_one_to_the_next(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views_worklist, "ROWS", 2)
    waiting = [records.sealed(records.REVIEW, at=SENT - timedelta(days=7 * number)) for number in range(3)]

    first = browser.get(WORKLIST)
    second = browser.get(WORKLIST, {"after": str(first.context["after"])})

    shown = [[line.reference for line in page.context["others"]] for page in (first, second)]
    assert shown == [[waiting[2].intake.reference, waiting[1].intake.reference], [waiting[0].intake.reference]]
    assert f"&amp;after={first.context['after']}".replace(":", "%3A").replace("+", "%2B") in first.content.decode()
    assert second.context["after"] is None


@pytest.mark.parametrize(
    "after", ["x", "1_2_3", "0_2026-12-01_x", "%00", "1_2026-12-01T00:00:00_" + "0" * 32, FIRST, LAST]
)
def test_an_address_that_makes_no_sense_is_the_first_page(browser: Client, after: str) -> None:
    record = records.sealed(records.REVIEW)

    assert record.intake.reference in browser.get(WORKLIST, {"after": after}).content.decode()


def test_looking_at_the_list_is_on_the_record(browser: Client) -> None:
    record = records.sealed(records.REVIEW)

    browser.get(WORKLIST)

    line = AuditEvent.objects.get(action="staff.see_worklist")
    assert line.detail == {"shown": [record.intake.reference]}


def test_more_rows_cost_no_more_queries(browser: Client, django_assert_max_num_queries: object) -> None:
    for _ in range(6):
        records.sealed(records.REVIEW)

    with django_assert_max_num_queries(15):  # type: ignore[operator]
        assert browser.get(WORKLIST).status_code == 200


def test_the_bar_counts_what_waits(browser: Client) -> None:
    for _ in range(3):
        records.sealed(records.REVIEW)

    bar = browser.get(WORKLIST).context["staff_nav"]

    assert bar[0] == {"url": WORKLIST, "label": "Worklist", "current": True, "count": "3"}
