"""The database does not answer: a page in plain words with 503 and Retry-After, and what was typed is sent again."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from clinic.intake.journeys import address
from clinic.intake.models import Intake
from tests.clinic.intake.conftest import PROTOCOL, draft, fill, let_in, nudges, page_of

__all__ = ["draft", "fill", "let_in", "nudges"]
MOOD = page_of("phq9")


def away(error: Exception) -> Callable[..., Any]:
    """A database that says the same to every statement."""

    def refuse(*_: Any) -> Any:
        raise error

    return refuse


@pytest.mark.parametrize("error", [OperationalError("too many clients"), InterfaceError("closed")])
def test_what_somebody_typed_is_sent_again_as_it_was(error: Exception, fill: Any, let_in: Any) -> None:
    intake = fill()
    browser = let_in(intake)
    browser.raise_request_exception = False
    path = address(PROTOCOL, MOOD)
    told = {name: str(intake.answers[name]) for name in MOOD.questions} | {"phq9": "1"}

    with connection.execute_wrapper(away(error)):
        page = browser.post(path, told)

    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    said = page.content.decode()
    assert "Need to talk now?" in said
    hidden = {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', said)}
    assert hidden == told
    assert f'action="{path}"' in said
    assert browser.post(path, hidden).url == reverse("intake:help")
    assert Intake.objects.get(pk=intake.pk).answers["phq9"] == "1"


def test_a_page_that_was_only_opened_can_be_opened_again(fill: Any, let_in: Any) -> None:
    browser = let_in(fill())
    browser.raise_request_exception = False

    with connection.execute_wrapper(away(OperationalError("starting up"))):
        page = browser.get("/intake/")

    assert page.status_code == 503
    assert 'href="/intake/"' in page.content.decode()


def test_no_password_of_the_staff_is_written_into_the_page(db: None) -> None:
    browser = Client(raise_request_exception=False)

    with connection.execute_wrapper(away(OperationalError("the disk is full"))):
        page = browser.post("/staff/sign-in/", {"login": "osei@larkfield.example", "password": "inlet-heron"})

    assert page.status_code == 503
    assert "inlet-heron" not in page.content.decode()


def test_another_mistake_of_ours_is_still_a_500(fill: Any, let_in: Any) -> None:
    browser = let_in(fill())
    browser.raise_request_exception = False

    with connection.execute_wrapper(away(ZeroDivisionError())):
        assert browser.get("/intake/").status_code == 500
