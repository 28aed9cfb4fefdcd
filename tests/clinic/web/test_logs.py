"""Logs: whatever breaks, they say where and what kind, and never what somebody typed or which link they have."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from clinic.reviews.letter_pdf import as_pdf
from clinic.web import logs

CANARY = "Canary-Maya-Zoloft"
TOKEN = "abcdefghijklmnopqrstuvwxyz012345"


@pytest.fixture
def lines() -> Iterator[Callable[[], str]]:
    """What was logged."""
    logs.configure()
    written = io.StringIO()
    handlers = [each for each in logging.getLogger().handlers if isinstance(each.formatter, ProcessorFormatter)]
    before = [handler.setStream(written) for handler in handlers]
    yield written.getvalue
    for handler, stream in zip(handlers, before, strict=True):
        handler.setStream(stream)


@pytest.mark.django_db
def test_a_page_that_breaks_logs_its_kind_and_place_only(
    lines: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any, **__: Any) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr("clinic.intake.views_return.patient_actions.come_back", break_down)
    client = Client(raise_request_exception=False)
    birthday = {"born_on_month": "1", "born_on_day": "1", "born_on_year": "1991"}
    response = client.post(f"/resume/{TOKEN}/", birthday | {"note": CANARY})

    written = lines()
    assert response.status_code == 500
    assert b"988" in response.content
    assert "ValueError" in written
    assert CANARY not in written
    assert TOKEN not in written
    assert CANARY.encode() not in response.content


@pytest.mark.parametrize("name", ["celery.app.trace", "gunicorn.error", "clinic.anything"])
def test_an_exception_is_logged_without_its_text(name: str, lines: Callable[[], str]) -> None:
    logger = logging.getLogger(name)
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        shown = repr(error) if name != "clinic.anything" else "it broke"
        logger.error("Task raised unexpected: %s", shown, exc_info=True)

    written = lines()
    assert "ValueError" in written
    assert CANARY not in written


def test_an_address_with_a_private_link_is_logged_without_it(lines: Callable[[], str]) -> None:
    logging.getLogger("django.request").warning("Not Found: %s", f"/resume/{TOKEN}/")

    written = lines()
    assert "/resume/.../" in written
    assert TOKEN not in written


@pytest.mark.parametrize("address", ["/resume/{}.", "/resume/{}.json", "/status/({})", '/status/"{}"', "/q/{}/."])
def test_a_private_link_that_was_copied_with_what_stood_beside_it_is_logged_without_it(
    address: str, lines: Callable[[], str]
) -> None:
    logging.getLogger("django.request").warning("Not Found: %s", address.format(TOKEN))

    assert "Not Found: /" in lines()
    assert TOKEN not in lines()


@pytest.mark.parametrize("ending", ["/", "", "?stop"])
def test_the_link_of_a_page_is_logged_without_what_says_that_somebody_has_it(
    ending: str, lines: Callable[[], str]
) -> None:
    token = signing.dumps(uuid4().hex, salt="test")
    logging.getLogger("django.request").warning("Not Found: %s", f"/staff/urgent/link/{token}{ending}")

    written = lines()
    assert "/staff/urgent/link/..." in written
    assert not any(part in written for part in token.split(":"))


def test_writing_a_letter_as_pdf_logs_nothing_of_its_letters(lines: Callable[[], str]) -> None:
    as_pdf(title="Letter to a prescriber", text=CANARY, dated="Dec 1, 2026", to="Dr. Lee", draft=False)

    assert lines() == ""
