"""Pages of signing in, people and the record: no accessibility violation, nothing sideways, targets a thumb can hit."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.notifications.models import Message
from clinic.notifications.paging import token_of
from tests.clinic.intake.conftest import fill, nudges, submit
from tests.clinic.reviews import records
from tests.clinic.staff.tasks import stuck
from tests.sign_in import signed_in

__all__ = ["fill", "nudges", "submit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALL = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea')]
  .filter(each => each.checkVisibility() && !each.closest('p, li, .vh, .skip') && !each.classList.contains('skip'))
  .map(each => (each.closest('label') || each).getBoundingClientRect())
  .filter(box => box.width > 0 && box.height > 0 && box.height < 24).length"""
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


def test_pages_of_signing_in_and_of_people(narrow: Page) -> None:
    director = User.objects.create_user("weiss@example.test", name="Dr. Hana Weiss", role=Role.DIRECTOR)
    other = User.objects.create_user("luis@example.test", name="Luis Ortega", role=Role.SCHEDULER)
    wrong = problems_by_page(narrow, ("/staff/sign-in/",))
    enter(narrow.context, signed_in(other, proven=False))
    wrong |= problems_by_page(narrow, (SET_UP, f"{SET_UP}app/", f"{SET_UP}passkey/"))
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


def test_the_page_of_what_did_not_arrive(narrow: Page) -> None:
    stuck(records.sealed(records.REVIEW))
    enter(narrow.context, signed_in(records.clinician()))

    assert problems_by_page(narrow, ("/staff/messages/",)) == {}


def test_urgent_pages_and_the_red_line(narrow: Page, fill: Any, submit: Any) -> None:
    doctor = User.objects.create_user("weiss@example.test", name="Dr. Hana Weiss", role=Role.DIRECTOR)
    intake = fill("V027")
    submit(intake)
    Message.objects.filter(overdue_at__isnull=False).update(overdue_at=timezone.now())
    link = reverse("staff:by_link", args=[token_of(Message.objects.filter(overdue_at__isnull=False)[0])])
    wrong = problems_by_page(narrow, (link, "/staff/urgent/link/rubbish/"))
    enter(narrow.context, signed_in(doctor))
    wrong |= problems_by_page(narrow, ("/staff/urgent/", "/staff/tasks/"))
    assert narrow.locator(".alarm").count() == 1
    narrow.goto("/staff/urgent/")
    narrow.get_by_role("button", name="I have it").first.click()
    wrong |= problems_by_page(narrow, ("/staff/urgent/", link))

    assert wrong == {}
