"""Signing on the page: on to the next one, and each refusal with everything that was typed kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.intake.models import ScreeningRecord
from clinic.reviews import answers
from clinic.reviews.models import Decision
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, SENT, WHY

pytestmark = pytest.mark.django_db


def sign(browser: Client, record: ScreeningRecord, **told: object) -> object:
    basis = {"basis_answers_hash": record.answers_hash, "basis_seal": record.seal}
    return browser.post(reverse("staff:decide", args=[record.intake.reference]), basis | told)


def review(record: ScreeningRecord) -> str:
    return reverse("staff:review", args=[record.intake.reference])


def test_signing_opens_the_next_one(browser: Client, osei: User) -> None:
    first = records.sealed(records.STOP, at=SENT - timedelta(days=1))
    second = records.sealed(records.STOP)

    response = sign(browser, first, route="not_suitable_now")

    assert response.status_code == 302
    assert response.url == review(second)
    assert Decision.objects.get().decided_by == osei


def test_after_the_last_one_it_begins_again_at_the_top(browser: Client) -> None:
    first = records.sealed(records.STOP, at=SENT - timedelta(days=1))
    last = records.sealed(records.STOP)

    assert sign(browser, last, route="not_suitable_now").url == review(first)


def test_after_the_only_one_comes_the_worklist(browser: Client) -> None:
    record = records.sealed(records.STOP)

    response = sign(browser, record, route="not_suitable_now")

    assert response.url == reverse("staff:worklist")
    assert "You signed <b>Not suitable now</b>" in browser.get(response.url).content.decode()


def test_without_a_choice_it_says_so_twice(browser: Client) -> None:
    record = records.sealed(records.REVIEW)

    response = sign(browser, record, reason=WHY)

    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: " in page
    assert page.count("Choose a decision") == 2
    assert 'href="#d_route_0"' in page
    assert WHY in page
    assert not Decision.objects.exists()


def test_everything_that_is_missing_is_asked_for_at_once(browser: Client) -> None:
    response = sign(browser, records.sealed(records.URGENT), route="not_suitable_now", reason="short")

    errors = response.context["form"].errors
    assert set(errors) == {"contacted_by", "contacted_at", "reason_code", "reason"}


def test_where_the_protocol_leaves_the_choice_the_reason_is_asked_for(browser: Client) -> None:
    record = records.sealed(records.REVIEW)

    assert set(sign(browser, record, route="ready_to_book").context["form"].errors) == {"reason"}
    assert sign(browser, record, route="ready_to_book", reason=WHY).status_code == 302


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"contacted_at": "2026-12-01T09:30"}, "contacted_at"),
        ({"contacted_at": "yesterday"}, "contacted_at"),
        ({"contacted_at": "2026-12-01T08:30", "contacted_by": "999999"}, "contacted_by"),
        ({"valid_until": "2026-11-30"}, "valid_until"),
        ({"valid_until": "31/12/2026"}, "valid_until"),
        ({"reason": "x" * 5000}, "reason"),
        ({"route": "approve"}, "route"),
        ({"reason_code": "because"}, "reason_code"),
        ({"basis_seal": ""}, "basis_seal"),
    ],
)
def test_input_that_makes_no_sense_is_refused(browser: Client, osei: User, told: dict[str, str], field: str) -> None:
    record = records.sealed(records.REVIEW)

    response = sign(browser, record, **{"route": "ready_to_book", "reason": WHY, "contacted_by": osei.pk} | told)

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Decision.objects.exists()


def test_over_a_stop_there_is_a_second_page_that_restates_it(browser: Client) -> None:
    record = records.sealed(records.STOP)
    told = {"route": "ready_to_book", "reason": WHY, "reason_code": "judgement", "conditions": "With an ECG"}

    asked = sign(browser, record, **told)
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "This decision goes over a Stop" in page
    assert "Possible current mania" in page
    assert not Decision.objects.exists()

    again = sign(browser, record, **told, second_step="on")
    assert again.content.decode().count("Tick that you have read these answers") == 2
    assert not Decision.objects.exists()

    signed = sign(browser, record, **told, second_step="on", overrides_stop="on")
    assert signed.status_code == 302
    decision = Decision.objects.get()
    assert (decision.overrides_stop, decision.conditions) == (True, "With an ECG")


def test_over_a_stop_the_one_who_signs_shows_their_second_step_again(browser: Client) -> None:
    told = {"route": "ready_to_book", "reason": WHY, "reason_code": "judgement", "second_step": "on"}
    record = records.sealed(records.STOP)

    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        response = sign(browser, record, **told, overrides_stop="on")

    assert response.status_code == 302
    assert response.url.startswith(reverse("mfa_reauthenticate"))
    assert not Decision.objects.exists()


def test_the_second_step_cannot_be_jumped_over_by_ticking_it_beforehand(browser: Client) -> None:
    told = {"route": "ready_to_book", "reason": WHY, "reason_code": "judgement", "overrides_stop": "on"}

    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        sign(browser, records.sealed(records.STOP), **told)

    assert not Decision.objects.exists()


def test_the_second_page_carries_all_that_was_typed(browser: Client, osei: User) -> None:
    told = {
        "route": "ready_to_book", "reason": WHY, "reason_code": "judgement", "conditions": "With an ECG",
        "valid_until": "2026-12-31", "contacted_by": str(osei.pk), "contacted_at": "2026-12-01T08:30",
    }  # fmt: skip

    page = sign(browser, records.sealed(records.STOP), **told).content.decode()

    assert [name for name, value in told.items() if f'name="{name}" value="{value}"' not in page] == []


def test_who_comes_second_is_told_by_whom_and_keeps_what_they_wrote(
    browser: Client, staff: Callable[[Role], User]
) -> None:
    record = records.sealed(records.REVIEW)
    browser.get(review(record))
    records.decide(record, staff(Role.DIRECTOR), "prescriber_first")

    response = sign(browser, record, route="ready_to_book", reason=WHY)

    page = response.content.decode()
    assert response.status_code == 409
    assert "Dr. Hana Weiss signed this first" in page
    assert "Prescriber first, 9:00 am. Your decision was not saved." in page
    assert WHY in page


def test_a_double_click_signs_once_and_goes_on(browser: Client) -> None:
    record = records.sealed(records.REVIEW)

    first, second = (sign(browser, record, route="ready_to_book", reason=WHY) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert Decision.objects.count() == 1


def test_what_cannot_be_read_cannot_be_signed(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    record = records.sealed(records.REVIEW)
    monkeypatch.setattr(answers, "protocol_of", lambda named: None)

    assert sign(browser, record, route="ready_to_book", reason=WHY).status_code == 409
    assert not Decision.objects.exists()


@pytest.mark.parametrize("basis", ["basis_answers_hash", "basis_seal"])
def test_what_changed_since_it_was_opened_is_read_again_with_the_words_kept(browser: Client, basis: str) -> None:
    record = records.sealed(records.REVIEW)

    response = sign(browser, record, **{"route": "ready_to_book", "reason": WHY, basis: "1" * 64})

    page = response.content.decode()
    assert response.status_code == 409
    assert "This changed since you opened it" in page
    assert WHY in page
    assert f'name="basis_answers_hash" value="{record.answers_hash}"' in page
    assert not Decision.objects.exists()


def test_a_decided_intake_shows_the_decision_and_no_form_to_sign(browser: Client, osei: User) -> None:
    record = records.sealed(records.REVIEW)
    records.decide(record, osei, conditions="With an ECG")

    page = browser.get(review(record)).content.decode()

    assert "Decided: Ready to book" in page
    assert "With an ECG" in page
    assert "You can undo this until 9:10 am" in page
    assert "Sign and open" not in page


def test_undo_brings_it_back_to_the_worklist(browser: Client, osei: User) -> None:
    record = records.sealed(records.REVIEW)
    decision = records.decide(record, osei)

    response = browser.post(reverse("staff:undo", args=[decision.pk]))

    assert response.url == review(record)
    decision.refresh_from_db()
    assert decision.revoked_by == osei
    assert "Sign and open" in browser.get(response.url).content.decode()


def test_undo_that_comes_too_late_says_so(browser: Client, osei: User) -> None:
    decision = records.decide(records.sealed(records.REVIEW), osei)

    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        response = browser.post(reverse("staff:undo", args=[decision.pk]))

    assert response.status_code == 409
    assert "This can no longer be undone" in response.content.decode()


def test_a_colleague_is_told_whose_it_is_to_undo(browser: Client, staff: Callable[[Role], User]) -> None:
    record = records.sealed(records.REVIEW)
    browser.get(review(record))
    decision = records.decide(record, staff(Role.DIRECTOR))

    response = browser.post(reverse("staff:undo", args=[decision.pk]))

    assert response.status_code == 409
    assert "Only Dr. Hana Weiss can undo this" in response.content.decode()
    decision.refresh_from_db()
    assert decision.state == "standing"


def test_a_colleague_opens_it_again_with_a_reason(
    browser: Client, signed_in: Callable[[Role], Client], staff: Callable[[Role], User]
) -> None:
    record = records.sealed(records.REVIEW)
    browser.get(review(record))
    decision = records.decide(record, staff(Role.DIRECTOR))
    address = reverse("staff:reopen", args=[decision.pk])

    refused = browser.post(address, {"reason": "no"})
    assert refused.status_code == 422
    assert refused.content.decode().count("Write why it is opened again, in 20 characters or more") == 2

    assert browser.post(address, {"reason": WHY}).url == review(record)
    decision.refresh_from_db()
    assert decision.state == "revoked"


def test_opening_again_what_was_opened_again_says_so(browser: Client, osei: User) -> None:
    decision = records.decide(records.sealed(records.REVIEW), osei)
    address = reverse("staff:reopen", args=[decision.pk])
    browser.post(address, {"reason": WHY})

    assert browser.post(address, {"reason": WHY}).status_code == 409
