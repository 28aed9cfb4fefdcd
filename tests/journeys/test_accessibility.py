"""Each page of the straight line: no accessibility violation, no sideways scrolling, targets a thumb can hit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.intake.models import Intake
from clinic.patients.models import Consent
from tests.clinic.intake import conftest as made
from tests.clinic.intake.conftest import fill, let_in, nudges, submit
from tests.clinic.reviews import records
from tests.sign_in import signed_in

__all__ = ["fill", "let_in", "nudges", "submit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALL = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea')]
  .filter(each => each.checkVisibility() && !each.closest('p, li, .vh, .skip') && !each.classList.contains('skip'))
  .map(each => (each.closest('label') || each).getBoundingClientRect())
  .filter(box => box.width > 0 && box.height > 0 && box.height < 24).length"""
DRAFT_PAGES = (
    *("/intake/", "/intake/check/1/", "/intake/check/2/", "/intake/check/3/", "/intake/about/1/", "/intake/health/1/"),
    *("/intake/health/2/", "/intake/medicines/2/", "/intake/medicines/add/", "/intake/feelings/5/"),
    *("/intake/feelings/7/", "/intake/check/", "/intake/sign/", "/intake/save/", "/intake/start/"),
)
OPEN_PAGES = (
    "/",
    "/help-now/",
    "/offline/",
    "/resume/",
    "/resume/abcdefghijklmnopqrstuvwxyz012345/",
    "/staff/sign-in/",
)
SET_UP = "/staff/sign-in/set-up/"


@pytest.fixture(params=["light", "dark"])
def narrow(request: pytest.FixtureRequest, browser: Browser, live_server: Any) -> Any:
    """A page of 320 points in each theme; the policy of the site is lifted so that the checks can be run in it."""
    context = browser.new_context(
        viewport={"width": 320, "height": 800}, color_scheme=request.param, bypass_csp=True, base_url=live_server.url
    )
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def enter(context: BrowserContext, client: Client) -> None:
    """Give the browser the session of a test client."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "domain": "localhost", "path": "/"}])


def problems(page: Page) -> list[str]:
    """What is wrong with the page that is open, in words."""
    found = [each["id"] for each in Axe().run(page, options=RULES).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth") > 320:
        found.append("scrolls sideways at 320 points")
    if small := page.evaluate(SMALL):
        found.append(f"{small} targets lower than 24 points")
    return found


def problems_by_page(page: Page, paths: tuple[str, ...]) -> dict[str, list[str]]:
    """The problems of each of these pages, those without any left out."""
    wrong = {}
    for path in paths:
        page.goto(path)
        if found := problems(page):
            wrong[path] = found
    return wrong


def test_pages_that_are_open_to_all(narrow: Page) -> None:
    assert problems_by_page(narrow, OPEN_PAGES) == {}


def test_pages_of_a_form_that_is_being_filled_in(
    narrow: Page, fill: Callable[..., Intake], let_in: Callable[[Intake], Client]
) -> None:
    line = {"id": "7f2c1f0e-0000-4000-8000-000000000001", "name": "Zoloft", "status": "taking", "dose": "50 mg"}
    intake = fill(med_none="takes")
    intake.medicines = [line | {"last_taken": "", "confirmed_as": ""}]
    intake.save()
    enter(narrow.context, let_in(intake))

    assert problems_by_page(narrow, DRAFT_PAGES) == {}


def test_pages_with_errors(narrow: Page, fill: Callable[..., Intake], let_in: Callable[[Intake], Client]) -> None:
    intake = fill(med_none="takes")
    intake.answers = {"safe_now": "yes", "med_none": "takes"}
    intake.save()
    enter(narrow.context, let_in(intake))
    wrong = {}
    for path in ("/intake/check/2/", "/intake/sign/", "/intake/medicines/add/"):
        narrow.goto(path)
        narrow.locator("main form button").first.click()
        if found := problems(narrow):
            wrong[path] = found

    assert wrong == {}


def test_pages_of_signing_in_and_of_people(narrow: Page) -> None:
    director = User.objects.create_user("weiss@example.test", name="Dr. Hana Weiss", role=Role.DIRECTOR)
    other = User.objects.create_user("luis@example.test", name="Luis Ortega", role=Role.SCHEDULER)
    enter(narrow.context, signed_in(other, proven=False))
    wrong = problems_by_page(narrow, (SET_UP, f"{SET_UP}app/", f"{SET_UP}passkey/"))
    enter(narrow.context, signed_in(director))
    people = ("/staff/people/", "/staff/people/invite/", f"/staff/people/{other.pk}/", SET_UP)
    wrong |= problems_by_page(narrow, (*people, f"{SET_UP}codes/new/", f"{SET_UP}app/remove/", "/staff/sign-in/again/"))
    narrow.goto(f"{SET_UP}codes/new/")
    narrow.get_by_role("button", name="Make new codes").click()
    if found := problems(narrow):
        wrong["recovery codes"] = found

    assert wrong == {}


def test_pages_of_the_record_and_of_a_patient(narrow: Page) -> None:
    director = User.objects.create_user("weiss@example.test", name="Dr. Hana Weiss", role=Role.DIRECTOR)
    osei, record, waiting = records.clinician(), records.sealed(records.REVIEW), records.sealed(records.URGENT)
    records.decide(record, osei)
    closed, opened = (f"/staff/patients/{each.intake.patient.reference}/" for each in (record, waiting))
    enter(narrow.context, signed_in(director))
    wrong = problems_by_page(narrow, ("/staff/audit/", "/staff/audit/?since=x&whom=nobody", closed, opened))
    narrow.goto(closed)
    narrow.get_by_role("button", name="Open the record").click()
    if found := problems(narrow):
        wrong["no reason"] = found

    assert wrong == {}


@pytest.mark.parametrize("case", ["V000", "V015", "V018", "V027", "V032", "V343"])
def test_pages_after_sending(
    narrow: Page, fill: Any, submit: Any, let_in: Callable[[Intake], Client], case: str
) -> None:
    intake = fill(case)
    submit(intake)
    if case == "V027":
        Intake.objects.filter(pk=intake.pk).update(safety_raised_at=made.NOW, safety_priority="P0")
    enter(narrow.context, let_in(intake))

    consent = Consent.objects.get(patient=intake.patient, kind="consent_sms")
    of_my = ("/my/", "/my/agreements/", f"/my/agreements/{consent.pk}/", "/my/details/", "/my/who-looked/")

    assert problems_by_page(narrow, (*of_my, "/book/", *(["/intake/help/"] if case == "V027" else []))) == {}
