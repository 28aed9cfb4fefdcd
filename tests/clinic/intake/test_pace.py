"""How long pages say the form takes: the median of real times, once enough people finished it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.intake import pace, pace_actions
from clinic.intake.models import FormPace, Intake
from clinic.patients.models import Patient
from tests.clinic.intake.conftest import NOW, draft, fill, let_in, nudges

__all__ = ["draft", "fill", "let_in", "nudges"]
pytestmark = pytest.mark.django_db
BY = system("test")


def finished(gaps: Iterable[Iterable[int]], **fields: Any) -> None:
    """Forms that were sent, each with the minutes between the pages that were saved in it."""
    patient = Patient.objects.create()
    others = {"protocol": settings.PROTOCOL, "state": Intake.State.SUBMITTED, "submitted_at": NOW} | fields
    for minutes in gaps:
        intake = Intake.objects.create(patient=patient, seal="s", **others)
        moments = [NOW + timedelta(minutes=sum(minutes[:place])) for place in range(len(minutes) + 1)]
        steps = ["intake.begin", *["intake.save_page"] * (len(minutes) - 1), "intake.submit"]
        lines = zip(steps, moments, strict=True)
        AuditEvent.objects.bulk_create(
            AuditEvent(actor="a", action=step, subject=f"intake:{intake.pk}", at=at) for step, at in lines
        )


def worked_out() -> int | None:
    return pace_actions.work_out(by=BY, now=NOW)


def test_too_few_forms_say_nothing_and_the_setting_stands() -> None:
    finished([[5, 5, 3]] * (pace.ENOUGH - 1))

    assert worked_out() is None
    assert (pace.minutes(), FormPace.objects.exists()) == (settings.FORM_MINUTES, False)


def test_the_median_of_finished_forms_is_said_rounded_up_and_a_break_counts_as_five_minutes() -> None:
    finished([[4, 4, 4]] * 15 + [[5, 600, 4]] * 15)

    assert worked_out() == pace.minutes() == 13  # 12 and 14 in equal number, the ten hours away as five minutes


def test_half_a_minute_counts_as_one() -> None:
    finished([[4, 4, 4]] * 15 + [[4, 4, 5]] * 15)

    assert worked_out() == 13


@pytest.mark.parametrize(
    "fields", [{"state": Intake.State.DRAFT, "submitted_at": None}, {"protocol": "another"}], ids=["draft", "protocol"]
)
def test_what_was_not_finished_under_this_protocol_does_not_count(fields: dict[str, Any]) -> None:
    finished([[5, 5, 3]] * (pace.ENOUGH - 1))
    finished([[5, 5, 3]], **fields)

    assert worked_out() is None


def test_a_form_that_nobody_can_have_read_does_not_count() -> None:
    finished([*[[5, 5, 3]] * (pace.ENOUGH - 1), [1, 1, 1]])

    assert worked_out() is None


def test_the_row_goes_when_there_are_too_few_again_and_every_change_is_on_the_record_once() -> None:
    FormPace.objects.create(protocol="an older one", minutes=40, at=NOW)
    finished([[5, 5, 3]] * pace.ENOUGH)
    worked_out()
    worked_out()
    Intake.objects.all().delete()
    worked_out()

    told = AuditEvent.objects.filter(action="intake.work_out_pace").order_by("id").values_list("detail", flat=True)
    assert [each["minutes"] for each in told] == [13, None]
    assert pace.minutes() == settings.FORM_MINUTES


def test_the_task_list_says_the_share_of_real_minutes(fill: Any, let_in: Any) -> None:
    browser = let_in(fill(reason=None))
    before = browser.get("/intake/").context["minutes"]
    assert before
    FormPace.objects.create(protocol=settings.PROTOCOL, minutes=4 * settings.FORM_MINUTES, at=NOW)

    now = browser.get("/intake/").context["minutes"]

    assert 4 * (before - 1) < now <= 4 * before


def test_the_page_before_the_form_says_the_real_minutes_and_asks_for_them_once() -> None:
    FormPace.objects.create(protocol=settings.PROTOCOL, minutes=37, at=timezone.now())

    with CaptureQueriesContext(connection) as sent:
        page = Client().get("/intake/start/")

    assert "bout 37 minutes" in page.content.decode()
    assert sum("intake_formpace" in each["sql"] for each in sent) == 1


@pytest.mark.parametrize("path", ["/", "/how-it-works/"])
def test_public_pages_say_the_setting_and_ask_the_database_for_nothing(path: str) -> None:
    with CaptureQueriesContext(connection) as sent:
        page = Client().get(path)

    assert f"bout {settings.FORM_MINUTES} minutes" in page.content.decode()
    assert not sent.captured_queries
