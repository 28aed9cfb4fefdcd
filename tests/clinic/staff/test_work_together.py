"""Two people and one list: what came since it was opened, what changed since one looked, and asking to take over."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.intake.models import ScreeningRecord
from clinic.reviews.models import Waiting
from tests import sign_in
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def theirs(duarte: User) -> ScreeningRecord:
    """What a colleague took."""
    record = records.sealed(records.REVIEW)
    Waiting.objects.filter(record=record).update(owner=duarte)
    return record


def page_of(record: ScreeningRecord, name: str = "review") -> str:
    return reverse(f"staff:{name}", args=[record.intake.reference])


def words(browser: Client, address: str) -> str:
    return " ".join(browser.get(address).content.decode().split())


def news_of(browser: Client, query: str = "") -> str:
    """The address that an open worklist asks each minute."""
    page = browser.get(f"{reverse('staff:worklist')}?{query}").content.decode()
    return page.split('data-ask="')[1].split('"')[0].replace("&amp;", "&")


def test_what_came_since_the_list_was_opened_is_said_and_no_patient_is_named(browser: Client) -> None:
    records.sealed(records.REVIEW)
    news = news_of(browser)
    assert words(browser, news) == ""

    records.sealed(records.REVIEW)
    records.sealed(records.URGENT)

    assert words(browser, news).startswith("<p>2 new. <a ")
    assert "Maya" not in words(browser, news)


def test_what_came_is_counted_in_the_view_that_is_open_and_what_is_urgent_always(browser: Client) -> None:
    news = news_of(browser, "level=not_suitable_now")

    records.sealed(records.URGENT)

    assert "1 new." in words(browser, news)
    assert "?level=not_suitable_now" in words(browser, news)


@pytest.mark.parametrize("query", ["", "urgent=x&here=-1", "urgent=99999999&here=1e9", "urgent=²&here=٣"])
def test_an_address_without_counts_says_nothing(browser: Client, query: str) -> None:
    records.sealed(records.REVIEW)

    assert words(browser, f"{reverse('staff:news')}?{query}") == ""


def test_asking_for_news_does_not_count_as_somebody_there(browser: Client, time_machine: Any) -> None:
    news = news_of(browser)
    time_machine.move_to(NOW + timedelta(minutes=14), tick=False)
    assert browser.get(news, headers={"HX-Request": "true"}).status_code == 200

    time_machine.move_to(NOW + timedelta(minutes=16), tick=False)

    assert browser.get(news, headers={"HX-Request": "true"}).status_code == 401


def test_a_form_that_changed_since_one_looked_says_so_to_them_alone(
    browser: Client, signed_in: Callable[[Role], Client]
) -> None:
    record = records.sealed(records.REVIEW)
    browser.get(page_of(record))
    records.sealed_again(record, at=NOW + timedelta(minutes=1))

    assert "Changed since you looked" in words(browser, reverse("staff:worklist"))
    assert "Changed since you looked" not in words(signed_in(Role.DIRECTOR), reverse("staff:worklist"))
    browser.get(page_of(record))


def test_who_is_asked_reads_it_and_hands_it_over(
    browser: Client, signed_in: Callable[[Role], Client], osei: User, theirs: ScreeningRecord
) -> None:
    assert "Ask to take over" in words(browser, page_of(theirs))
    assert browser.post(page_of(theirs, "ask")).status_code == 200

    colleague = signed_in(Role.ON_CALL)
    assert f"<b>{osei}</b> asks to take over" in words(colleague, reverse("staff:worklist"))
    assert "Hand it over" in words(colleague, page_of(theirs))
    assert Waiting.objects.get(record=theirs).owner != osei
    colleague.post(page_of(theirs, "pass_on"), {"to": osei.pk})

    assert Waiting.objects.get(record=theirs).owner == osei
    assert "asks to take over" not in words(colleague, reverse("staff:worklist"))
    assert AuditEvent.objects.get(action="reviews.ask_to_take_over").actor == osei.actor.ref


def test_who_has_it_open_is_asked_when_nobody_took_it(browser: Client, signed_in: Callable[[Role], Client]) -> None:
    record = records.sealed(records.REVIEW)
    colleague = signed_in(Role.ON_CALL)
    colleague.get(page_of(record))

    assert browser.post(page_of(record, "ask")).status_code == 200

    assert "asks to take over" in words(colleague, reverse("staff:worklist"))
    assert "asks to take over" not in words(signed_in(Role.DIRECTOR), reverse("staff:worklist"))


def test_nobody_is_asked_for_what_nobody_else_has(browser: Client) -> None:
    record = records.sealed(records.REVIEW)

    assert browser.post(page_of(record, "ask")).status_code == 409
    assert not AuditEvent.objects.filter(action="reviews.ask_to_take_over").exists()


def test_answers_are_looked_through_by_what_was_asked_and_what_was_said(browser: Client) -> None:
    record = records.sealed(records.REVIEW)

    response = browser.post(page_of(record, "answers"), {"find": "BLOOD pressure"})

    found = " ".join(response.content.decode().split())
    assert "have “BLOOD pressure”" in found
    assert "high blood pressure" in found
    assert "What should we call you?" not in found


def test_what_somebody_looks_for_stands_in_no_address_and_no_cache(browser: Client) -> None:
    record = records.sealed(records.REVIEW)

    response = browser.post(page_of(record, "answers"), {"find": "suicide"})

    main = response.content.decode().split("<main")[-1]
    assert 'method="post" role="search"' in main
    assert not [address for address in re.findall(r'(?:href|action)="([^"]*)"', main) if "suicide" in address]
    assert "no-store" in response["Cache-Control"]
    assert "have “suicide”" not in words(browser, f"{page_of(record, 'answers')}?find=suicide")


def test_a_search_is_a_look_in_the_audit_without_its_words(browser: Client) -> None:
    record = records.sealed(records.REVIEW)

    browser.post(page_of(record, "answers"), {"find": "suicide"})

    line = AuditEvent.objects.get(action="reviews.see_answers")
    assert "suicide" not in str([getattr(line, field.attname) for field in line._meta.fields])


def test_a_search_from_another_site_is_refused(osei: User) -> None:
    record, strict = records.sealed(records.REVIEW), Client(enforce_csrf_checks=True)

    assert sign_in.signed_in(osei, strict).post(page_of(record, "answers"), {"find": "blood"}).status_code == 403


def test_what_was_found_can_be_copied_as_text(browser: Client) -> None:
    record = records.sealed(records.REVIEW, [records.medicine("zzqx")])

    response = browser.post(page_of(record, "answers"), {"find": "date of birth", "text": "on"})

    text = response.content.decode().split("<textarea")[1].split("</textarea>")[0]
    assert "What is your date of birth? Mar 3, 1992" in text
    assert "zzqx" not in text


@pytest.mark.parametrize("sought", ["zzqx", "<script>", "%", "x" * 500])
def test_a_search_that_finds_nothing_says_so(browser: Client, sought: str) -> None:
    record = records.sealed(records.REVIEW)

    response = browser.post(page_of(record, "answers"), {"find": sought})

    assert response.status_code == 200
    assert "0 of the questions and answers have" in " ".join(response.content.decode().split())
    assert "<script>" not in response.content.decode().split("<main")[-1]


def test_answers_can_be_copied_as_text_and_that_is_a_look(browser: Client) -> None:
    record = records.sealed(records.REVIEW, [records.medicine("zzqx")])

    page = browser.get(f"{page_of(record, 'answers')}?text=on").content.decode()

    text = page.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0]
    assert "Maya R. Thompson, " in text
    assert "What is your date of birth? Mar 3, 1992" in text
    assert "zzqx" in text
    assert "<" not in text
    assert AuditEvent.objects.filter(action="reviews.see_answers").exists()
