"""Pages of the staff in both themes: no accessibility violation, nothing sideways, targets a thumb can hit."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import patient
from clinic.notifications.models import Message
from clinic.notifications.paging import token_of
from clinic.patients.actions import agree
from clinic.reviews import again_actions, snippet_actions
from tests.clinic.intake.conftest import fill, nudges, submit
from tests.clinic.reviews import records
from tests.clinic.staff.tasks import stuck
from tests.journeys.persons import go_on
from tests.sign_in import signed_in
from tests.ux.screen import EVERY_RULE, MEASURE, RULES_BUT_COLOR, RULES_OF_COLOR, Colors

__all__ = ["fill", "nudges", "submit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea')]
  .filter(each => each.checkVisibility() && !each.closest('p, li, .vh, .skip') && !each.classList.contains('skip'))
  .map(each => [each, (each.closest('label') || each).getBoundingClientRect()])
  .filter(([each, box]) => box.width > 0 && box.height > 0 && box.height < 24)
  .map(([each, box]) => (each.innerText || each.name).slice(0, 30))"""
SET_UP = "/staff/sign-in/set-up/"
FAULTS = "options => measure.faults(options)"
COLORS = Colors()


@pytest.fixture
def narrow(browser: Browser, live_server: Any) -> Any:
    """A page of 320 points; the policy of the site is lifted so that the checks can be run in it."""
    context = browser.new_context(
        viewport={"width": 320, "height": 800}, reduced_motion="reduce", bypass_csp=True, base_url=live_server.url
    )
    context.set_default_timeout(30_000)
    context.add_init_script(MEASURE)
    yield context.new_page()
    context.close()


def enter(context: BrowserContext, client: Client) -> None:
    """Give the browser the session of a test client."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "domain": "localhost", "path": "/"}])


def problems(page: Page) -> list[str]:
    """What is wrong with the page that is open, in words; a theme changes colors and nothing else."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(FAULTS, EVERY_RULE if COLORS.are_new(page, "light") else RULES_BUT_COLOR)
    page.emulate_media(color_scheme="dark")
    if COLORS.are_new(page, "dark"):
        found += [f"{each} in the dark" for each in page.evaluate(FAULTS, RULES_OF_COLOR)]
    page.emulate_media(color_scheme="light")
    if page.evaluate("document.documentElement.scrollWidth") > 320:
        found.append("scrolls sideways at 320 points")
    if small := page.evaluate(SMALL):
        found.append(f"targets lower than 24 points: {small}")
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
    go_on(narrow.get_by_role("button", name="Make new codes"))
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
    go_on(narrow.get_by_role("button", name="Open the record"))
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
    expect(narrow.locator(".alarm")).to_have_count(1)
    narrow.goto("/staff/urgent/")
    narrow.get_by_role("button", name="I have it").first.click()
    wrong |= problems_by_page(narrow, ("/staff/urgent/", link))

    assert wrong == {}


def test_pages_of_a_review(narrow: Page) -> None:
    osei = records.clinician()
    medicines = [records.medicine("zzqx"), records.medicine("sertraline") | {"dose": "50 mg", "reason": "low mood"}]
    stopped = records.sealed(records.STOP | {"med_none": "takes", "has_prescriber": "Dr. Lee"}, medicines)
    asked, urgent, decided = (records.sealed(each) for each in (records.REVIEW, records.URGENT, records.REVIEW))
    records.decide(decided, osei)
    records.decide(asked, osei, "ask_for_more", asks=["hospital_psych"])
    whose = asked.intake.patient
    told = {"answers": {"hospital_psych": "never"}, "by": patient(whose.pk), "now": records.NOW + timedelta(days=1)}
    again_actions.answer(patient=whose, **told)
    words = {"wording": "", "wording_version": "", "now": records.NOW, "by": osei.actor}
    agree(patient=stopped.intake.patient, kind="consent_prescriber", given=True, **words)
    snippet_actions.write(place="reason", text="I read it.", is_shared=False, by=osei.actor, now=records.NOW)
    enter(narrow.context, signed_in(osei))
    of = {name: f"/staff/intakes/{each.intake.reference}/" for name, each in zip(
        ("stopped", "again", "urgent", "decided"), (stopped, asked, urgent, decided), strict=True)}  # fmt: skip
    pages = ("answers/", "preview/", "letter/", "print/", "match/?medicine=zzqx", "?note=on")
    wrong = problems_by_page(narrow, ("/staff/worklist/", "/staff/worklist/keys/", "/staff/sentences/", *of.values()))
    wrong |= problems_by_page(narrow, (*(of["stopped"] + each for each in pages), of["again"] + "history/"))
    narrow.goto(of["stopped"])
    go_on(narrow.get_by_role("button", name="Sign and open the next one"))
    expect(narrow).to_have_title(re.compile("^Error"))
    wrong |= {"nothing chosen": found} if (found := problems(narrow)) else {}
    narrow.get_by_label("Ready to book").check()
    narrow.get_by_label("Why it differs from the protocol").select_option("judgement")
    narrow.get_by_label("Reason, for the record").fill(records.WHY)
    go_on(narrow.get_by_role("button", name="Sign and open the next one"))
    expect(narrow.get_by_role("heading", level=1)).to_have_text("This decision goes over a Stop")
    wrong |= {"the second step": found} if (found := problems(narrow)) else {}
    narrow.goto(of["urgent"])
    narrow.get_by_label("Urgent: contact made").check()
    go_on(narrow.get_by_role("button", name="Sign and open the next one", exact=True))
    expect(narrow.locator("#error-summary")).to_contain_text("Choose who spoke with the patient")
    wrong |= {"nobody spoke": found} if (found := problems(narrow)) else {}
    narrow.goto(of["stopped"] + "letter/")
    go_on(narrow.get_by_role("button", name="Write the letter"))
    expect(narrow.get_by_label("Letter", exact=True)).to_be_visible()
    wrong |= {"a letter": found} if (found := problems(narrow)) else {}

    assert wrong == {}
