"""A clinician in Chromium: signed in by app, the worst case decided, and everybody sees of it what is theirs.

Without JavaScript. What the patient sees is looked at after the minutes in which it can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from clinic import celery
from clinic.accounts.models import User
from clinic.patients.models import Patient
from clinic.reviews.signing import UNDO_FOR
from clinic.staff.management import people
from tests.clinic.reviews import records
from tests.sign_in import code_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
PASSWORD = "a long password for the journeys"
CLINICIAN, SCHEDULER, DIRECTOR = "osei@larkfield.example", "luis@larkfield.example", "weiss@larkfield.example"


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(celery.app, "send_task", lambda name, **options: None)
    return


@pytest.fixture
def desk(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """Laptops of 1280 by 800 points without JavaScript, one for each person."""
    opened: list[BrowserContext] = []

    def another() -> BrowserContext:
        opened.append(browser.new_context(viewport={"width": 1280, "height": 800}, java_script_enabled=False))
        opened[-1].set_default_timeout(15_000)
        return opened[-1]

    yield another
    for context in opened:
        context.close()


def test_the_worst_case_is_decided_in_three_interactions_and_everybody_sees_what_is_theirs(
    desk: Callable[[], BrowserContext], of_patient: Callable[[Patient], Page], live_server: Any, transactional_db: Any
) -> None:
    people.people_the_staff(PASSWORD)
    worst = records.sealed(records.URGENT, at=timezone.now() - timedelta(days=3))
    following = records.sealed(records.REVIEW, at=timezone.now() - timedelta(hours=3))
    review = reverse("staff:review", args=[worst.intake.reference])

    page = signs_in(desk(), live_server.url, CLINICIAN)
    decides_in_three_interactions(page, worst.intake.reference, following.intake.reference)

    scheduler = signs_in(desk(), live_server.url, SCHEDULER)
    answer = scheduler.goto(live_server.url + review)
    assert answer is not None
    assert answer.status == 403
    expect(scheduler.locator("body")).not_to_contain_text("Maya")

    director = signs_in(desk(), live_server.url, DIRECTOR, path=reverse("staff:audit"))
    the_audit_says(director, "Dr. Ama Osei", "Decide", worst.intake.patient.reference)
    the_audit_says(director, "Luis Ortega", "Refused", worst.intake.reference)

    with time_machine.travel(timezone.now() + UNDO_FOR):
        phone = of_patient(worst.intake.patient)
        phone.goto(f"{live_server.url}/my/")
        expect(phone.locator("main")).to_contain_text("spoke with you")


def signs_in(context: BrowserContext, site: str, email: str, *, path: str = "/staff/") -> Page:
    """Sign in with the password and the code that the app shows now."""
    page = context.new_page()
    page.goto(site + path)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(code_of(User.objects.get(email=email)))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Code")).to_have_count(0)
    return page


def decides_in_three_interactions(page: Page, worst: str, following: str) -> None:
    """Open the worst, see why, choose, sign: three, and the next one is there with a way to undo."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")
    page.locator("a.rowlink").first.click()
    expect(page).to_have_title(f"Review {worst} – {settings.CLINIC_NAME}")
    why = page.locator(".flags>li").first
    expect(why.locator(".tag")).to_have_text("Stop")
    assert why.locator("q").first.inner_text() == "“Several days”"
    expect(page.locator("input[name=route]:checked")).to_have_count(0)
    page.get_by_label("Urgent: contact made").check()
    page.get_by_role("button", name="I spoke with them just now. Sign and open the next one").click()
    expect(page).to_have_title(f"Review {following} – {settings.CLINIC_NAME}")
    expect(page.locator(".signed")).to_contain_text(f"You signed Urgent: contact made for {worst}")


def the_audit_says(page: Page, who: str, what: str, about: str) -> None:
    """A row of the director's page says who did what, and to whom or where."""
    rows = page.locator("table.audit tbody tr").filter(has_text=who).filter(has_text=about)
    expect(rows.filter(has_text=what).first).to_be_visible()
