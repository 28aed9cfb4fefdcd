"""The page of urgent help: three ways to a person, a promise the hours allow, and a number we can call."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.intake import actions
from clinic.intake.models import Intake
from tests.clinic.intake.conftest import NOW, by_of, page_of

pytestmark = pytest.mark.django_db
AT_NIGHT = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)
"""Ten in the evening of a Tuesday at the clinic."""
NEAR_THE_END = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)
"""Half an hour before the clinic closes."""


@pytest.fixture
def raised(draft: Intake) -> Intake:
    """A draft in which somebody said that they are not safe."""
    actions.save_page(intake=draft, page=page_of("safe_now"), answers={"safe_now": "no"}, by=by_of(draft), now=NOW)
    draft.refresh_from_db()
    assert draft.safety_raised_at
    return draft


def test_without_a_number_it_asks_for_one_and_keeps_it(raised: Intake, let_in: Callable[[Intake], Client]) -> None:
    browser = let_in(raised)
    assert "A number we can call (optional)" in browser.get("/intake/help/").content.decode().replace("\n", "")

    answer = browser.post("/intake/help/", {"give_phone": "yes", "phone": " (555)  010-0199 "})
    raised.refresh_from_db()

    assert answer.headers["Location"] == "/intake/help/"
    assert (raised.patient.phone, raised.answers["phone"]) == ("(555) 010-0199", "(555) 010-0199")
    assert "<b>(555) 010-0199</b>" in browser.get("/intake/help/").content.decode()
    assert AuditEvent.objects.filter(action="patients.describe", patient=str(raised.patient_id)).count() == 1


def test_a_number_we_have_can_be_changed(raised: Intake, let_in: Callable[[Intake], Client]) -> None:
    browser = let_in(raised)
    for phone in ("(555) 010-0199", "(555) 010-0177"):
        browser.post("/intake/help/?change=phone", {"give_phone": "yes", "phone": phone})
    page = browser.get("/intake/help/").content.decode()

    assert "<b>(555) 010-0177</b>" in page
    assert 'name="phone"' not in page
    assert 'value="(555) 010-0177"' in browser.get("/intake/help/?change=phone").content.decode()


def test_a_number_that_is_none_is_refused_beside_the_field(raised: Intake, let_in: Callable[[Intake], Client]) -> None:
    answer = let_in(raised).post("/intake/help/", {"give_phone": "yes", "phone": "12"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert page.count("The phone number must have at least 10 digits") == 2
    assert page.index("Call 988") < page.index("The phone number must have"), "help stays first"


def test_giving_no_number_is_not_saying_that_one_is_safe(raised: Intake, let_in: Callable[[Intake], Client]) -> None:
    let_in(raised).post("/intake/help/", {"give_phone": "yes", "phone": ""})
    raised.refresh_from_db()

    assert raised.said_safe_at is None


@pytest.mark.parametrize(
    ("later", "promise"),
    [
        (20, "by today at 1 pm"),
        (61, "as soon as they can, which is later than we said"),
        (24 * 60, "later than we said"),
    ],
)
def test_reading_it_again_promises_nothing_anew(
    raised: Intake, let_in: Callable[[Intake], Client], time_machine: Any, later: int, promise: str
) -> None:
    time_machine.move_to(NOW + timedelta(minutes=later), tick=False)
    page = let_in(raised).get("/intake/help/").content.decode()

    assert promise in page
    assert "within one hour" not in page


@pytest.mark.parametrize(
    ("now", "promise"),
    [(NOW, "within one hour"), (NEAR_THE_END, "by tomorrow at 8:30 am"), (AT_NIGHT, "by tomorrow at 9 am")],
)
def test_it_promises_only_what_the_hours_allow(
    raised: Intake, let_in: Callable[[Intake], Client], time_machine: Any, now: datetime, promise: str
) -> None:
    Intake.objects.filter(pk=raised.pk).update(safety_raised_at=now)
    time_machine.move_to(now, tick=False)
    page = let_in(raised).get("/intake/help/").content.decode()

    assert promise in page
    assert ("within one hour" in page) is (now == NOW)


@pytest.mark.parametrize(
    ("region", "said"), [("US-NY", "by today at 12 pm Eastern Time"), ("US-CA", "by tomorrow at 9 am<")]
)
def test_the_promise_is_told_in_the_time_of_the_patient(
    raised: Intake, let_in: Callable[[Intake], Client], time_machine: Any, region: str, said: str
) -> None:
    raised.patient.region = region
    raised.patient.save()
    Intake.objects.filter(pk=raised.pk).update(safety_raised_at=AT_NIGHT)
    time_machine.move_to(AT_NIGHT, tick=False)

    assert said in let_in(raised).get("/intake/help/").content.decode()


def test_help_comes_first_in_the_task_list_after_saying_safe_too(
    raised: Intake, let_in: Callable[[Intake], Client]
) -> None:
    browser = let_in(raised)
    browser.post("/intake/help/", {"safe": "yes"})
    page = browser.get("/intake/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]

    assert main.index('href="tel:988"') < main.index('class="tasks"')
    assert 'href="/intake/help/"' in main


def test_it_weighs_less_than_30_kb_with_everything_it_needs(raised: Intake, let_in: Callable[[Intake], Client]) -> None:
    page = let_in(raised).get("/intake/help/").content.decode()
    files = [Path(finders.find(name)).read_bytes() for name in re.findall(r'(?:href|src)="/static/([^"]+)"', page)]

    assert len(page.encode()) + sum(len(gzip.compress(file)) for file in files) < 30_000, (
        "private pages go uncompressed"
    )
    assert len(files) + 1 <= 6
    assert "woff2" not in page
