"""Saying on the review page that somebody spoke with a patient in danger, or tried to; never by a slip of a key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.intake.models import ScreeningRecord
from clinic.reviews.models import Decision, Waiting
from clinic.reviews.work_actions import NOT_REACHED
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, WHY
from tests.clinic.staff.test_decide_page import review, sign

pytestmark = pytest.mark.django_db


class Buttons(HTMLParser):
    """The names of the buttons that send the decision, in the order in which Enter looks for the first."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.names = False, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.inside = self.inside or told.get("id") == "decide"
        if self.inside and tag == "button":
            self.names.append(told.get("name") or "")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"


def say_not_reached(browser: Client, record: ScreeningRecord, **told: str) -> object:
    basis = {"basis_answers_hash": record.answers_hash, "basis_seal": record.seal}
    return browser.post(reverse("staff:not_reached", args=[record.intake.reference]), basis | told)


def test_an_urgent_case_is_closed_with_who_spoke_and_when_by_the_clock_of_the_clinic(
    browser: Client, osei: User
) -> None:
    record = records.sealed(records.URGENT)

    sign(browser, record, route="urgent_contact_made", contacted_by=osei.pk, contacted_at="2026-12-01T08:30")

    decision = Decision.objects.get()
    assert (decision.contacted_by, decision.contacted_at) == (osei, NOW - timedelta(minutes=30))


def test_a_scheduler_cannot_be_named_as_who_spoke(browser: Client, staff: Callable[[Role], User]) -> None:
    luis = staff(Role.SCHEDULER)

    response = sign(
        browser, records.sealed(records.URGENT), route="urgent_contact_made",
        contacted_by=luis.pk, contacted_at="2026-12-01T08:30",
    )  # fmt: skip

    assert "contacted_by" in response.context["form"].errors


def test_one_press_says_that_who_signs_just_spoke_with_them(browser: Client, osei: User) -> None:
    record = records.sealed(records.URGENT)

    assert sign(browser, record, route="urgent_contact_made", spoke_now="on").status_code == 302

    decision = Decision.objects.get()
    assert (decision.contacted_by, decision.contacted_at) == (osei, NOW)
    assert "Dr. Ama Osei spoke with the patient, 9:00 am. Dr. Ama Osei said so on signing." in shown(browser, record)


def shown(browser: Client, record: ScreeningRecord) -> str:
    return browser.get(review(record)).content.decode()


def test_the_line_of_the_record_names_who_spoke_and_when_beside_who_said_so(
    browser: Client, osei: User, staff: Callable[[Role], User]
) -> None:
    weiss = staff(Role.DIRECTOR)
    told = {"contacted_by": weiss.pk, "contacted_at": "2026-12-01T08:30"}

    sign(browser, records.sealed(records.URGENT), route="urgent_contact_made", **told)

    line = AuditEvent.objects.get(action="reviews.decide")
    half_an_hour_ago = (NOW - timedelta(minutes=30)).isoformat()
    assert line.actor == osei.actor.ref
    assert (line.detail["spoke"], line.detail["spoke_at"]) == (str(weiss.pk), half_an_hour_ago)


def test_enter_presses_the_button_that_confirms_no_talk(browser: Client) -> None:
    page = Buttons()
    page.feed(shown(browser, records.sealed(records.URGENT)))

    assert page.names == ["", "spoke_now", ""]


def test_the_button_that_signs_everything_else_closes_no_urgent_case(browser: Client) -> None:
    record = records.sealed(records.URGENT)

    response = sign(browser, record, route="urgent_contact_made")

    assert response.status_code == 422
    assert "or press “I spoke with them just now”. Until then it stays open" in response.content.decode()
    assert not Decision.objects.exists()


def test_just_now_and_another_talk_are_not_both_taken(browser: Client, osei: User) -> None:
    told = {"contacted_by": osei.pk, "contacted_at": "2026-12-01T08:30"}

    response = sign(browser, records.sealed(records.URGENT), route="urgent_contact_made", spoke_now="on", **told)

    assert set(response.context["form"].errors) == {"spoke_now"}
    assert not Decision.objects.exists()


def test_the_second_page_over_a_stop_says_the_talk_again_and_keeps_it(browser: Client, osei: User) -> None:
    record = records.sealed(records.URGENT)
    told = {"route": "ready_to_book", "reason": WHY, "reason_code": "judgement", "spoke_now": "on"}

    page = sign(browser, record, **told).content.decode()
    sign(browser, record, **told, second_step="on", overrides_stop="on")

    assert "You signed that you spoke with them just now." in page
    assert 'name="spoke_now" value="on"' in page
    assert Decision.objects.get().contacted_by == osei


def test_who_did_not_reach_them_says_so_and_it_stays_open(browser: Client, osei: User) -> None:
    record = records.sealed(records.URGENT)

    response = say_not_reached(browser, record, route="urgent_contact_made", reason="Their voice mail, twice")

    page = shown(browser, record)
    assert response.url == review(record)
    assert f"Dr. Ama Osei: {NOT_REACHED}" in page
    assert "Their voice mail, twice" in page, "what they wrote is kept"
    assert " checked" not in page.replace("If you checked", ""), "what they chose is not"
    assert Waiting.objects.filter(record=record).exists()
    assert AuditEvent.objects.get(action="reviews.not_reached").actor == osei.actor.ref


def test_each_try_to_reach_them_stays_on_the_record(browser: Client) -> None:
    record = records.sealed(records.URGENT)
    for _ in range(2):
        say_not_reached(browser, record)

    assert shown(browser, record).count(NOT_REACHED) == 2


def test_only_an_urgent_case_asks_whether_they_were_reached(browser: Client) -> None:
    assert "did not reach them" not in shown(browser, records.sealed(records.REVIEW))
