"""Signing second on the page: what another clinician signed is read, signed too or sent back, and refused otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.intake.models import ScreeningRecord
from clinic.reviews.models import Decision, FirstSignature
from tests.clinic.reviews import records, two_signatures
from tests.clinic.reviews.records import NOW, WHY, sealed
from tests.clinic.reviews.two_signatures import decline, signed_first
from tests.clinic.staff.test_decide_page import review, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def weiss(staff: Callable[[Role], User]) -> User:
    return staff(Role.DIRECTOR)


def post(browser: Client, what: str, first: FirstSignature, **told: object) -> Any:
    basis = {"basis_answers_hash": first.basis_answers_hash, "basis_seal": first.basis_seal}
    return browser.post(reverse(f"staff:{what}", args=[first.pk]), basis | told)


def page(browser: Client, record: ScreeningRecord) -> str:
    return browser.get(review(record)).content.decode()


def test_who_signed_first_goes_on_and_is_not_led_back_to_it(
    browser: Client, weiss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = sealed(records.REVIEW)
    two_signatures.ask(monkeypatch, decision=frozenset({"clinician_review"}))
    assert "ask another clinician to sign too (Two clinicians read this one)" in page(browser, record)

    response = sign(browser, record, route="ready_to_book", reason=WHY)

    assert response.url == reverse("staff:worklist"), "it is the only one, and waits for somebody else"
    listed = browser.get(response.url).content.decode()
    assert "It waits for a second signature, and nothing has left." in listed
    assert "you signed less than 1 min ago, due in" in listed
    assert sign(browser, record, route="ready_to_book", reason=WHY).status_code == 302, "a double click"
    assert FirstSignature.objects.count() == 1


def test_another_one_reads_what_was_signed_and_signs_it_too_in_one_interaction(browser: Client, weiss: User) -> None:
    first = signed_first(weiss, conditions="With an ECG", wants_second=True)

    shown = page(browser, first.record)
    assert "Waits for a second signature" in shown
    assert "Dr. Hana Weiss signed <b>Ready to book</b>, 9:00 am. They asked for a second signature." in shown
    assert "With an ECG" in shown
    assert "Sign and open" not in shown

    assert post(browser, "agree", first).url == reverse("staff:worklist")
    assert "Dr. Hana Weiss signed this, 9:00 am. You signed it too, 9:00 am." in page(browser, first.record)
    assert post(browser, "agree", first).status_code == 302, "a double click"
    assert Decision.objects.count() == 1


def test_who_signed_first_can_only_take_it_back(browser: Client, osei: User, weiss: User) -> None:
    first = signed_first(osei, wants_second=True)

    shown = page(browser, first.record)
    assert "Sign it too" not in shown
    refused = post(browser, "agree", first)
    assert (refused.status_code, "Another clinician has to sign this too" in refused.content.decode()) == (409, True)

    assert post(browser, "take_back", first).url == review(first.record)
    assert "Sign and open" in page(browser, first.record)


def test_nobody_takes_the_signature_of_a_colleague_back(browser: Client, weiss: User) -> None:
    first = signed_first(weiss, wants_second=True)

    response = post(browser, "take_back", first)

    assert response.status_code == 409
    assert "Only Dr. Hana Weiss can take this back" in response.content.decode()


def test_it_is_sent_back_with_a_reason_that_both_read(
    browser: Client, weiss: User, signed_in: Callable[[Role], Client]
) -> None:
    first = signed_first(weiss, wants_second=True)
    refused = post(browser, "decline", first, why_not="no")
    assert refused.status_code == 422
    assert refused.content.decode().count("Write why you do not agree, in 20 characters or more") == 2

    assert post(browser, "decline", first, why_not="The ECG is two years old").url == review(first.record)

    for reader, said in ((browser, "You did not"), (signed_in(Role.DIRECTOR), "Dr. Ama Osei did not")):
        shown = page(reader, first.record)
        assert f"{said} sign it too, 9:00 am" in shown
        assert "The ECG is two years old" in shown
        assert "Sign and open" in shown


@pytest.mark.parametrize("what", ["agree", "decline", "take_back"])
def test_what_ended_meanwhile_is_said_and_nothing_changes(browser: Client, weiss: User, what: str) -> None:
    first = signed_first(weiss, wants_second=True)
    decline(first, records.clinician("Dr. Jon Lee"), now=NOW)

    response = post(browser, what, first, why_not=WHY)

    assert response.status_code == 409
    assert "Dr. Jon Lee did not sign it too, 9:00 am. Nothing was changed." in response.content.decode()
    assert not Decision.objects.exists()


def test_over_a_stop_the_second_ticks_it_and_shows_their_second_step(browser: Client, weiss: User) -> None:
    first = signed_first(weiss, records.STOP, wants_second=True)
    assert "It goes over a Stop:" in page(browser, first.record)

    refused = post(browser, "agree", first)
    assert refused.status_code == 422
    assert refused.content.decode().count("Tick that you have read these answers") == 2
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        assert post(browser, "agree", first, has_read="on").url.startswith(reverse("mfa_reauthenticate"))
    assert not Decision.objects.exists()

    assert post(browser, "agree", first, has_read="on").status_code == 302
    assert Decision.objects.get().overrides_stop


def test_over_a_stop_the_first_may_ask_for_a_second_signature(browser: Client, weiss: User) -> None:
    record = sealed(records.STOP)
    told = {"route": "ready_to_book", "reason": WHY, "reason_code": "judgement"}
    asked = sign(browser, record, **told).content.decode()
    assert '<input type="checkbox" name="wants_second">' in asked

    sign(browser, record, **told, second_step="on", overrides_stop="on", wants_second="on")

    assert (FirstSignature.objects.get().by_protocol, Decision.objects.exists()) == (False, False)


def test_alone_nobody_is_offered_a_second_signature_and_who_asks_is_told(browser: Client) -> None:
    record = sealed(records.STOP)
    told = {"route": "ready_to_book", "reason": WHY, "reason_code": "judgement"}
    assert "wants_second" not in sign(browser, record, **told).content.decode()

    refused = sign(browser, record, **told, second_step="on", overrides_stop="on", wants_second="on")

    assert (refused.status_code, "Nobody else here may sign" in refused.content.decode()) == (422, True)
    assert not FirstSignature.objects.exists()


def test_who_comes_with_another_decision_is_told_that_one_waits(browser: Client, weiss: User) -> None:
    first = signed_first(weiss, wants_second=True)

    response = sign(browser, first.record, route="not_suitable_now", reason=WHY)

    shown = response.content.decode()
    assert response.status_code == 409
    assert "Dr. Hana Weiss signed this first" in shown
    assert "Your decision was not saved." in shown


def test_the_filter_shows_what_waits_for_a_second_signature_and_nothing_else(browser: Client, weiss: User) -> None:
    first, other = signed_first(weiss, wants_second=True), sealed(records.REVIEW)

    listed = browser.get(reverse("staff:worklist") + "?waits=second").content.decode()

    assert first.record.intake.reference in listed
    assert other.intake.reference not in listed
    assert "Dr. Hana Weiss signed less than 1 min ago, due in" in listed


@pytest.mark.parametrize("where", ["history", "print"])
def test_the_other_pages_tell_it_too(browser: Client, weiss: User, where: str) -> None:
    first = signed_first(weiss, wants_second=True)

    shown = browser.get(reverse(f"staff:{where}", args=[first.record.intake.reference])).content.decode()

    assert "waits for a second signature" in shown.lower()
    assert WHY in shown


def test_the_timeline_tells_what_one_signed_and_how_it_ended(browser: Client, weiss: User) -> None:
    first = signed_first(weiss, wants_second=True)
    decline(first, records.clinician("Dr. Jon Lee"), now=NOW)

    shown = browser.get(reverse("staff:patient", args=[first.record.intake.patient.reference])).content.decode()

    assert "Signed by one, waits for another: Ready to book" in shown
    assert "Not signed by another: Ready to book" in shown
