"""Crisis lines: in the right shape, checked in time, and those of the country somebody lives in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.web import crisis
from clinic.web.checks import crisis_lines_are_right
from tests.clinic.intake.conftest import draft, let_in, nudges

__all__ = ["draft", "let_in", "nudges"]


def ids() -> list[str | None]:
    return [each.id for each in crisis_lines_are_right(None)]


def test_the_lines_we_ship_are_right() -> None:
    assert "web.E001" not in ids()


def test_a_check_that_is_overdue_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "web.W001" not in ids()
    monkeypatch.setattr(crisis, "NEXT_CHECK_ON", timezone.localdate() - timedelta(days=1))

    assert "web.W001" in ids()


@pytest.mark.parametrize(
    "changed", [{"chat_url": ""}, {"call_uri": "988"}, {"emergency": ""}, {"note": "Press 3 for another line."}]
)
def test_a_line_that_leads_nowhere_is_an_error(monkeypatch: pytest.MonkeyPatch, changed: dict[str, str]) -> None:
    line = {**crisis.CRISIS_LINES["US"], **changed}
    monkeypatch.setattr(crisis, "CRISIS_LINES", {**crisis.CRISIS_LINES, "US": line})

    assert "web.E001" in ids()


@pytest.mark.django_db
@pytest.mark.parametrize("days", [-1, 1])
def test_staff_see_that_a_check_is_overdue(client: Client, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    monkeypatch.setattr(crisis, "NEXT_CHECK_ON", timezone.localdate() + timedelta(days=days))
    client.force_login(User.objects.create_user("c@larkfield.example", name="Dr. Ama Osei", role=Role.CLINICIAN))

    assert ("check overdue" in client.get("/staff/worklist/").content.decode()) is (days < 0)


@pytest.mark.parametrize(
    ("country", "has", "has_not"),
    [
        ("", 'href="tel:988"', "findahelpline"),
        ("GB", 'href="tel:116123"', 'href="tel:988"'),
        ("MX", 'href="tel:8009112000"', 'href="sms:'),
        ("FR", 'href="https://findahelpline.com"', 'href="tel:988"'),
    ],
)
def test_pages_of_a_patient_show_the_line_of_their_country(
    draft: Any, let_in: Callable[[Any], Client], country: str, has: str, has_not: str
) -> None:
    draft.answers = {"country": country} if country else {}
    draft.save()
    page = let_in(draft).get("/intake/").content.decode()

    assert has in page
    assert has_not not in page
