"""Keys of the worklist: off until somebody turns them on, for them alone, and one thing for each key."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.reviews.models import WorklistKeys
from tests.clinic.reviews import records

pytestmark = pytest.mark.django_db
KEYS, WORKLIST = reverse("staff:keys"), reverse("staff:worklist")
MINE = {"are_on": "on", "above": "k", "below": "j", "claim": "x", "filters": "f", "listed": "h"}


def test_keys_are_off_until_somebody_turns_them_on(browser: Client) -> None:
    page = browser.get(WORKLIST).content.decode()

    assert "keys.js" not in page
    assert 'id="keys"' not in page
    assert f'href="{KEYS}"' in page


def test_who_turns_them_on_has_them_and_nobody_else(browser: Client, signed_in: Callable[[Role], Client]) -> None:
    records.sealed(records.REVIEW)

    assert browser.post(KEYS, MINE).url == f"{KEYS}?kept=1"

    page = browser.get(WORKLIST).content.decode()
    assert "keys.js" in page
    assert 'data-does="below" data-keys="ArrowDown j"' in page
    assert 'data-does="claim" data-keys="x"' in page
    assert "keys.js" not in signed_in(Role.DIRECTOR).get(WORKLIST).content.decode()


def test_turning_them_off_keeps_which_they_were(browser: Client, osei: User) -> None:
    browser.post(KEYS, MINE)

    browser.post(KEYS, MINE | {"are_on": "off"})

    assert "keys.js" not in browser.get(WORKLIST).content.decode()
    assert WorklistKeys.objects.get(by=osei).claim == "x"
    assert [line.detail for line in AuditEvent.objects.filter(action="reviews.set_keys").order_by("pk")] == [
        {"are_on": True},
        {"are_on": False},
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"above": "X"}, "does something else already"),
        ({"claim": ""}, "Enter one letter, number or sign"),
        ({"claim": "cc"}, "Enter one letter, number or sign"),
        ({"above": "\u200b"}, "Enter one letter, number or sign"),
        ({"are_on": "maybe"}, "Choose off or on"),
    ],
)
def test_a_key_that_cannot_work_is_not_kept(browser: Client, change: dict[str, str], said: str) -> None:
    response = browser.post(KEYS, MINE | change)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert not WorklistKeys.objects.exists()


def test_who_claims_by_key_comes_back_to_the_row(browser: Client) -> None:
    reference = records.sealed(records.REVIEW).intake.reference

    response = browser.post(reverse("staff:claim"), {"intake": [reference], "view": "", "at": reference})

    assert response.url == f"{WORKLIST}?taken=1#at-{reference}"
    assert f'id="at-{reference}"' in browser.get(WORKLIST).content.decode()


@pytest.mark.parametrize("at", ["", "<b>", "x" * 13, "LK\n1", "é"])
def test_what_is_no_row_leads_to_the_top(browser: Client, at: str) -> None:
    assert browser.post(reverse("staff:claim"), {"at": at}).url == f"{WORKLIST}?taken=0"
