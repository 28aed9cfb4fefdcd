"""The clinician in Chromium: three interactions, all above the fold; and a patient with one more question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from clinic import celery
from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.patients.models import Patient
from clinic.reviews.models import Decision
from tests import sign_in
from tests.clinic.reviews import records
from tests.clinic.staff.tasks import urgent_page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
FOLD, SHORT_FOLD = 800, 720
TOLD = {"dose": "100 mg", "reason": "low mood", "prescriber": "Dr. H. Lee, Eastside Family"}
EVERYTHING = (".who", ".flags", ".okline", ".tl", ".inst", ".hist", ".dec .choices", ".dec button[type=submit]")


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(celery.app, "send_task", lambda name, **options: None)
    return


@pytest.fixture
def osei(transactional_db: Any) -> User:
    return records.clinician()


def days_ago(days: int) -> str:
    return (timezone.localdate() - timedelta(days=days)).isoformat()


def like_the_mock_up() -> ScreeningRecord:
    """A close relative with psychosis, an SSRI, one that leaves the body, one more; a home reading below the limit."""
    medicines = [
        records.medicine("sertraline") | TOLD,
        records.medicine("fluoxetine 20 mg", "stopped", days_ago(22)),
        records.medicine("lamotrigine 200 mg"),
    ]
    changes = {"family_first": ["schizophrenia_psychosis"], "med_none": "takes", "med_changed": "yes"}
    changes |= {"bp_sys": "138", "bp_dia": "88", "bp_date": days_ago(4), "hospital_psych": "gt_12m"}
    return records.sealed(changes, medicines, at=timezone.now() - timedelta(hours=2))


class Counter:
    """Counts what a person does: a click, a choice, a field."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def click(self, selector: str) -> None:
        self.count += 1
        self.page.locator(selector).first.click()

    def check(self, selector: str) -> None:
        self.count += 1
        self.page.locator(selector).first.check()


def test_open_the_worst_choose_sign_and_the_next_one_is_there(
    laptop: BrowserContext, live_server: Any, osei: User
) -> None:
    second = records.sealed(records.REVIEW, at=timezone.now() - timedelta(hours=3))
    worst = records.sealed(records.STOP, at=timezone.now() - timedelta(days=3))
    page = _sign_in(laptop, live_server, osei)
    person = Counter(page)

    person.click("a.rowlink")
    expect(page).to_have_title(f"Review {worst.intake.reference} – {settings.CLINIC_NAME}")
    expect(page.locator("input[name=route]:checked")).to_have_count(0)
    person.check("[name=route][value=not_suitable_now]")
    person.click("text=Sign and open the next one")

    assert person.count <= 3
    expect(page).to_have_title(f"Review {second.intake.reference} – {settings.CLINIC_NAME}")
    assert Decision.objects.get().record == worst


def _sign_in(laptop: BrowserContext, live_server: Any, osei: User) -> Page:
    client = sign_in.signed_in(osei)
    name = settings.SESSION_COOKIE_NAME
    laptop.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = laptop.new_page()
    page.goto(live_server.url + reverse("staff:worklist"))
    return page


def test_everything_is_above_the_fold(laptop: BrowserContext, live_server: Any, osei: User) -> None:
    record = like_the_mock_up()
    page = _sign_in(laptop, live_server, osei)
    page.goto(live_server.url + reverse("staff:review", args=[record.intake.reference]))

    assert page.locator(".flags>li").count() >= 3
    assert page.locator(".tl .line").count() == 4
    ends = {selector: _end(page, selector) for selector in EVERYTHING}
    assert {selector: end for selector, end in ends.items() if end > FOLD} == {}


def test_the_button_of_an_urgent_case_is_above_the_fold_with_how_to_reach_them(
    laptop: BrowserContext, live_server: Any, osei: User
) -> None:
    record = records.sealed(records.URGENT, at=timezone.now() - timedelta(hours=1))
    urgent_page(record.intake, at=timezone.now() - timedelta(minutes=23))
    page = _sign_in(laptop, live_server, osei)
    page.goto(live_server.url + reverse("staff:review", args=[record.intake.reference]))

    expect(page.locator(".alarm")).to_be_visible()
    assert _end(page, ".dec button[type=submit]") <= SHORT_FOLD
    page.locator("[name=route][value=urgent_contact_made]").check()
    ends = {selector: _end(page, selector) for selector in (".reach", ".flags", ".okline", ".inst", ".hist")}
    assert {selector: end for selector, end in ends.items() if end > FOLD} == {}
    assert _end(page, "[name=spoke_now]") <= SHORT_FOLD


def test_who_just_spoke_with_them_closes_an_urgent_case_in_three_interactions(
    laptop: BrowserContext, live_server: Any, osei: User
) -> None:
    record = records.sealed(records.URGENT, at=timezone.now() - timedelta(hours=1))
    page = _sign_in(laptop, live_server, osei)
    person = Counter(page)

    person.click("a.rowlink")
    expect(page).to_have_title(f"Review {record.intake.reference} – {settings.CLINIC_NAME}")
    expect(page.locator("#decide input:checked")).to_have_count(0)
    person.check("[name=route][value=urgent_contact_made]")
    person.click("text=I spoke with them just now")
    page.wait_for_url("**/worklist/")

    assert person.count == 3
    assert Decision.objects.get().contacted_by == osei


def _end(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None, selector
    return box["y"] + box["height"]


def test_the_questions_appear_with_the_decision_that_asks_them(
    laptop: BrowserContext, live_server: Any, osei: User
) -> None:
    record = records.sealed(records.REVIEW, at=timezone.now() - timedelta(hours=1))
    page = _sign_in(laptop, live_server, osei)
    page.goto(live_server.url + reverse("staff:review", args=[record.intake.reference]))

    expect(page.locator(".asks")).to_be_hidden()
    page.locator("[name=route][value=ask_for_more]").check()
    expect(page.locator(".asks")).to_be_visible()


def test_a_patient_answers_one_more_question_on_the_phone(
    of_patient: Callable[[Patient], Page], live_server: Any, osei: User
) -> None:
    record = records.sealed(records.REVIEW, at=timezone.now() - timedelta(days=1))
    records.decide(
        record, osei, "ask_for_more", asks=["hospital_psych"], contact=None, now=timezone.now() - timedelta(hours=1)
    )
    page = of_patient(record.intake.patient)

    page.goto(f"{live_server.url}/my/")
    page.locator("text=Answer now").click()
    expect(page.locator("main fieldset")).to_have_count(1)
    page.locator("[value=never]").check()
    page.locator("text=Send my answer").click()

    expect(page.locator("main")).to_contain_text("We have your answer")
    assert record.intake.records.count() == 2


def test_a_decision_is_signed_by_keyboard_alone(laptop: BrowserContext, live_server: Any, osei: User) -> None:
    record = records.sealed(records.STOP, at=timezone.now() - timedelta(hours=1))
    page = _sign_in(laptop, live_server, osei)
    page.goto(live_server.url + reverse("staff:review", args=[record.intake.reference]))

    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert _focused(page) == "Skip to your decision"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(page.locator("[name=route]:checked")).to_have_attribute("value", "not_suitable_now")
    for _ in range(10):
        page.keyboard.press("Tab")
        if _focused(page) == "Sign and open the next one":
            break
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")
    assert Decision.objects.get().record == record


@pytest.fixture
def modern(browser: Browser) -> Iterator[BrowserContext]:
    """A laptop with JavaScript."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, service_workers="block")
    context.set_default_timeout(15_000)
    yield context
    context.close()


def test_control_and_enter_sign_what_was_chosen_and_nothing_when_nothing_was(
    modern: BrowserContext, live_server: Any, osei: User
) -> None:
    record = records.sealed(records.STOP, at=timezone.now() - timedelta(hours=1))
    page = _sign_in(modern, live_server, osei)
    page.goto(live_server.url + reverse("staff:review", args=[record.intake.reference]))

    page.locator("#d_reason").press("Control+Enter")
    expect(page.locator("#error-summary")).to_be_visible()
    assert not Decision.objects.exists()
    page.locator("[name=route][value=not_suitable_now]").check()
    page.locator("#d_reason").press("Control+Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")
    assert Decision.objects.get().record == record


def test_neither_enter_nor_control_and_enter_says_that_somebody_spoke(
    modern: BrowserContext, live_server: Any, osei: User
) -> None:
    record = records.sealed(records.URGENT, at=timezone.now() - timedelta(hours=1))
    page = _sign_in(modern, live_server, osei)
    for keys in ("Enter", "Control+Enter"):
        page.goto(live_server.url + reverse("staff:review", args=[record.intake.reference]))
        page.locator("[name=route][value=urgent_contact_made]").check()
        page.locator("[name=route]:checked").press(keys)
        expect(page.locator("#error-summary")).to_contain_text("Choose who spoke with the patient")

    assert not Decision.objects.exists()


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.innerText")).strip()
