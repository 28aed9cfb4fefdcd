"""R11: a form that is sent again, in each way browsers do it: one form, the same answer; other words are refused."""

from __future__ import annotations

import itertools
import random
import time
from typing import Any, Final
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client

from clinic.intake import send_actions, views
from clinic.intake.models import Intake, Intakes, ScreeningRecord
from tests.at_once import at_once
from tests.clinic.intake.test_views import sign_data
from tests.clinic.notifications.smtp_server import Mailbox

from .conftest import AFTER_ANY_CLAIM, NOW, often, sweep
from .ledgers import twice, wrong

pytestmark = pytest.mark.django_db(transaction=True)
TIMES: Final = often(2, 200)
CLICKED: Final = often(2, 1000)
BETWEEN: Final = 0.05
"""Seconds between the two clicks of somebody who clicks twice, at most."""
CASES: Final = ("V000", "V027")
SIGN: Final = "/intake/sign/"
ARRIVED: Final = (302, "/my/")
Answer = tuple[int, str | None]


def sends(browser: Client, form: dict[str, Any]) -> Answer:
    """What a browser is answered to a form: its status, and where it is sent on to."""
    answer = browser.post(SIGN, form)
    return answer.status_code, answer.headers.get("Location")


def goes_back(browser: Client, intake: Intake) -> list[Answer]:
    form = sign_data(intake)
    first = sends(browser, form)
    assert browser.get("/my/").status_code == 200
    return [first, sends(browser, form)]


def refreshes(browser: Client, intake: Intake) -> list[Answer]:
    first = sends(browser, sign_data(intake))
    shown = {browser.get("/my/").status_code for _ in range(3)}
    assert (shown, browser.get(SIGN).headers["Location"]) == ({200}, "/my/")
    return [first]


def has_two_tabs(browser: Client, intake: Intake) -> list[Answer]:
    tabs = [browser.get(SIGN) for _ in range(2)]
    assert all(str(intake.submit_key) in tab.content.decode() for tab in tabs)
    return [sends(browser, sign_data(intake)) for _ in tabs]


def saw_an_error_although_it_was_stored(browser: Client, intake: Intake) -> list[Answer]:
    with mock.patch.object(views, "redirect", side_effect=OperationalError):
        assert sends(browser, sign_data(intake))[0] == 503
    assert Intake.objects.get(pk=intake.pk).state == "submitted"
    return [sends(browser, sign_data(intake))]


AGAIN: Final = (goes_back, refreshes, has_two_tabs, saw_an_error_although_it_was_stored)


def test_whoever_sends_a_form_again_is_answered_the_same_and_it_is_there_once(
    fill: Any, browser: Any, provider: Mailbox
) -> None:
    told = set()
    for number, again in itertools.product(range(TIMES), AGAIN):
        intake = fill(CASES[number % 2])
        assert set(again(browser(intake), intake)) == {ARRIVED}, again.__name__
        told.add(intake.reference)
    sweep(NOW + AFTER_ANY_CLAIM)

    assert ScreeningRecord.objects.count() == TIMES * len(AGAIN)
    assert wrong(told=told, accepted=provider.accepted) == {}
    assert twice(provider.accepted) == 0
    ways = ", ".join(again.__name__.replace("_", " ") for again in AGAIN)
    print(f"sent again by somebody who {ways}: {TIMES} forms each, each there once, 0 lost")


def clicks_twice(browser: Client, intake: Intake, between: float) -> list[object]:
    """What one browser is answered to two clicks; the second leaves before the first is answered, or just after it."""
    form = sign_data(intake)

    def click(after: float) -> Answer:
        window = Client(raise_request_exception=False)
        window.cookies = browser.cookies
        time.sleep(after)
        return sends(window, form)

    return at_once(lambda: click(0), lambda: click(between))


def test_a_form_that_is_clicked_twice_is_there_once_and_both_clicks_arrive(
    fill: Any, browser: Any, provider: Mailbox
) -> None:
    chance, told = random.Random(CLICKED), set()
    for number in range(CLICKED):
        intake = fill(CASES[number % 2])
        assert clicks_twice(browser(intake), intake, chance.uniform(0, BETWEEN)) == [ARRIVED, ARRIVED]
        told.add(intake.reference)
    sweep(NOW + AFTER_ANY_CLAIM)

    assert ScreeningRecord.objects.count() == CLICKED
    assert wrong(told=told, accepted=provider.accepted) == {}
    assert twice(provider.accepted) == 0
    print(f"clicked twice within {BETWEEN * 1e3:.0f} ms: {CLICKED} forms, each there once, 0 lost")


def sends_others(browser: Client, intake: Intake) -> list[Answer]:
    """Send a form, then other words under the same key, and then nothing at all."""
    form = sign_data(intake)
    return [sends(browser, each) for each in (form, form | {"signature": "Somebody Else"}, {})]


def test_other_words_under_the_same_key_are_refused_and_change_nothing(
    fill: Any, browser: Any, provider: Mailbox
) -> None:
    for number in range(TIMES):
        intake = fill(CASES[number % 2])
        assert sends_others(browser(intake), intake) == [ARRIVED, (422, None), (422, None)]
        assert ScreeningRecord.objects.get(intake=intake).signature["name"] == "Maya Thompson"
    sweep(NOW + AFTER_ANY_CLAIM)

    assert wrong(told=Intake.objects.values_list("reference", flat=True), accepted=provider.accepted) == {}
    print(f"other words, and none: {TIMES} forms, {2 * TIMES} refused, 0 changed")


def test_control_without_looking_at_the_words_somebody_is_told_that_others_arrived(
    fill: Any, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_actions, "_same_as_sent", lambda intake, signed: intake.records.get())
    intake = fill()

    assert sends_others(browser(intake), intake)[1] == ARRIVED


def test_control_without_knowing_that_it_was_sent_the_second_time_is_an_error_or_a_second_form(
    fill: Any, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(_: object, intake: Intake) -> Intake:
        found = Intake.objects.get(pk=intake.pk)
        found.state = Intake.State.DRAFT
        return found

    monkeypatch.setattr(Intakes, "locked", forgetful)
    back, clicked = fill(), fill()

    answers = {back: goes_back(browser(back), back), clicked: clicks_twice(browser(clicked), clicked, BETWEEN)}

    assert all(set(each) != {ARRIVED} or intake.records.count() > 1 for intake, each in answers.items())
