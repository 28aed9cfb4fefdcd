"""Who looked: role, day and why, alone or on a list; never a name, never another patient's."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from clinic.accounts import actions as accounts
from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import system
from clinic.audit.record import record
from tests.clinic.my.conftest import words
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
PAGE = "my:who_looked"


def see(browser: Client) -> str:
    return words(browser.get(reverse(PAGE)))


def test_nobody_looked_yet(sent: Any) -> None:
    browser, _, _ = sent()

    assert "Nobody has looked yet" in see(browser)


def test_the_page_is_found_from_the_patients_own_page(sent: Any) -> None:
    browser, _, _ = sent()

    assert reverse(PAGE) in browser.get(reverse("my:status")).content.decode()


def test_a_clinician_who_read_the_form_is_told_by_role_and_why_and_not_by_name(sent: Any, osei: User) -> None:
    browser, intake, _ = sent("V032")
    signed_in(osei).get(reverse("staff:review", args=[intake.reference]))
    signed_in(osei).get(reverse("staff:review", args=[intake.reference]))

    page = see(browser)

    assert page.count("A clinician Your form To decide with you what comes next") == 1
    assert "Osei" not in page


def test_being_on_a_list_that_was_looked_over_counts(sent: Any, osei: User) -> None:
    browser, _, _ = sent("V032")
    signed_in(osei).get(reverse("staff:worklist"))

    assert "You on the list of forms that wait to be read" in see(browser)


def test_looks_at_others_are_not_shown(sent: Any, osei: User) -> None:
    _, other, _ = sent("V032")
    browser, _, _ = sent()
    signed_in(osei).get(reverse("staff:worklist"))
    signed_in(osei).get(reverse("staff:answers", args=[other.reference]))

    assert "Nobody has looked yet" in see(browser)


def test_the_reason_of_somebody_from_outside_the_care_team_is_shown(sent: Any, osei: User) -> None:
    browser, intake, _ = sent()
    with transaction.atomic():
        told = {"subject": "patient:x", "patient": intake.patient_id, "why": "She called <b>me</b> by mistake"}
        record(by=osei.actor, action="staff.break_glass", **told)

    page = see(browser)

    assert "Their reason: “She called <b>me</b> by mistake”" in page
    assert "<b>me" not in browser.get(reverse(PAGE)).content.decode()


def test_the_role_is_the_one_they_had_when_they_looked(sent: Any, osei: User) -> None:
    browser, intake, _ = sent("V032")
    User.objects.create_user("d@larkfield.example", name="Dr. Hana Weiss", role=Role.DIRECTOR)
    signed_in(osei).get(reverse("staff:review", args=[intake.reference]))
    accounts.change_role(user=osei, role=Role.SCHEDULER, by=system("test"), now=intake.started_at)

    assert "A clinician Your form" in see(browser)


def test_more_looks_cost_no_more_queries(sent: Any, osei: User, django_assert_max_num_queries: Any) -> None:
    browser, intake, _ = sent("V032")
    for _ in range(5):
        signed_in(osei).get(reverse("staff:review", args=[intake.reference]))
    browser.get(reverse(PAGE))

    with django_assert_max_num_queries(14):
        browser.get(reverse(PAGE))


def test_somebody_without_a_form_is_led_to_where_they_can_come_in() -> None:
    assert Client().get(reverse(PAGE)).url == reverse("intake:resume")
