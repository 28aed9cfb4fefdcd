"""How long patient pages take against bare views, through the WSGI application that the web server serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic import celery
from clinic.intake.consent_words import mark_of
from clinic.intake.models import Intake, ScreeningRecord
from tests.bench import bare, visitors
from tests.bench.figures import WARM_UP, Figure, Prepare, in_turns, ratio
from tests.bench.visitors import Visitor

ROUNDS: Final = 200
ONE_QUESTION, EIGHT_ROWS, SIGN = "mind", "mood", "sign"
"""Pages in the middle of the form, and the last one."""
WAY_ON: Final = 302


class WrongAnswer(RuntimeError):
    """A page did not do what was to be measured."""


def figures() -> Iterator[Figure]:
    """Sending the form, saving a page and showing one, each against the least that Django can do."""
    clinic = WSGIHandler()
    with override_settings(MIDDLEWARE=[]):
        naked = WSGIHandler()
    yield from _sending(clinic, naked)
    one, eight = visitors.filled_in(ONE_QUESTION), visitors.filled_in(EIGHT_ROWS)
    yield from _saving(clinic, one, eight)
    yield from _showing(clinic, one, eight)


def _sending(clinic: WSGIHandler, naked: WSGIHandler) -> Iterator[Figure]:
    people = visitors.copies(visitors.filled_in(SIGN), ROUNDS + WARM_UP + 1)
    works = {
        "bare": _insert(clinic),
        "send": _post(clinic, reverse("intake:sign"), lambda n: _signature(people[n]), people, leads_to="/my/"),
        "naked": _insert(naked),
    }
    before = bare.rows(), ScreeningRecord.objects.count()
    times = in_turns(works, ROUNDS, settle=_until_nudges_are_sent)
    done = len(times["send"].seconds) + WARM_UP
    if (bare.rows(), ScreeningRecord.objects.count()) != (before[0] + 2 * done, before[1] + done):
        raise WrongAnswer("Not every form was sealed, or not every bare row was inserted.")
    yield ratio("POST /intake/sign/ : bare insert, all middleware", times["send"], times["bare"], at_most=2.5)
    yield ratio("  the same, aim", times["send"], times["bare"], at_most=1.5)
    yield ratio("  : bare insert without middleware", times["send"], times["naked"])
    yield _statements("  statements to the database", works["send"](done), works["bare"](done))


def _saving(clinic: WSGIHandler, one: Intake, eight: Intake) -> Iterator[Figure]:
    works = {
        "bare": _insert(clinic),
        "one": _save(clinic, one, {"psychosis_ever": "no"}),
        "eight": _save(clinic, eight, {f"phq{number}": "1" for number in range(1, 9)}),
        "least": _post(clinic, "/bench/answer/", lambda _: {"told": "yes"}, visitors.copies(one, ROUNDS + WARM_UP + 1)),
    }
    times = in_turns(works, ROUNDS, settle=_until_nudges_are_sent)
    yield ratio("POST a page of one question : bare insert", times["one"], times["bare"], at_most=2.0)
    yield ratio("POST a page of eight rows : bare insert", times["eight"], times["bare"], at_most=2.0)
    yield ratio("  a session, one row, one form, no decision : bare insert", times["least"], times["bare"])
    done = len(times["one"].seconds) + WARM_UP
    yield _statements("  statements to the database", works["one"](done), works["bare"](done))


def _showing(clinic: WSGIHandler, one: Intake, eight: Intake) -> Iterator[Figure]:
    works = {
        "layout": _get(clinic, "/bench/layout/"),
        "one": _get(clinic, visitors.address_of_open_page(one), visitors.copies(one, 1)[0]),
        "eight": _get(clinic, visitors.address_of_open_page(eight), visitors.copies(eight, 1)[0]),
        "least": _get(clinic, "/bench/asking/", visitors.copies(one, 1)[0]),
        "line": _get(clinic, "/bench/line/"),
    }
    times = in_turns(works, ROUNDS)
    yield ratio("GET a page of one question : bare view, same layout", times["one"], times["layout"], at_most=1.5)
    yield ratio("GET a page of eight rows : bare view, same layout", times["eight"], times["layout"], at_most=1.5)
    yield ratio("  a session, one row, one form, no decision : bare view", times["least"], times["layout"])
    yield ratio("  one question : bare view, one line of HTML", times["one"], times["line"])
    yield _statements("  statements to the database", works["one"](0), works["layout"](0))


def _statements(what: str, work: Callable[[], object], bare_work: Callable[[], object]) -> Figure:
    counts = []
    for each in (work, bare_work):
        with CaptureQueriesContext(connection) as sent:
            each()
        counts.append(len(sent))
    return Figure(what, counts[0], "", detail=f"bare view {counts[1]}, BEGIN and COMMIT counted")


def _insert(clinic: WSGIHandler) -> Prepare:
    return _post(clinic, "/bench/insert/", lambda _: {"words": bare.WORDS})


def _until_nudges_are_sent() -> None:
    """The thread that tells the workers works on after the answer; it must not slow down the next one."""
    celery._sender.submit(int).result()


def _save(clinic: WSGIHandler, intake: Intake, told: dict[str, Any]) -> Prepare:
    people = visitors.copies(intake, ROUNDS + WARM_UP + 1)
    path = visitors.address_of_open_page(intake)
    part = path.rstrip("/").rpartition("/")[0]
    return _post(clinic, path, lambda _: told, people, leads_to=part)


def _signature(visitor: Visitor) -> dict[str, Any]:
    walk = visitors.journey(visitor.intake)
    asked = walk.first_open()
    if asked is None or asked.id != SIGN:
        raise WrongAnswer("The form is not ready to be signed.")
    consents = dict.fromkeys(walk.questions_on(asked), "yes")
    read = mark_of(walk.facts.protocol, consents)
    return {**consents, "signature": "Test Person", "key": str(visitor.intake.submit_key), "read": read}


def _post(
    clinic: WSGIHandler,
    path: str,
    told: Callable[[int], dict[str, Any]],
    people: list[Visitor] | None = None,
    leads_to: str = "/my/",
) -> Prepare:
    """A form that a visitor sends, another visitor each round; one that does not lead on stops the bench."""

    def prepare(number: int) -> Callable[[], object]:
        cookies = people[number].cookies if people else ""
        asked = visitors.request(path, told(number), cookies)

        def send() -> None:
            answer = visitors.ask(clinic, asked)
            where = answer.headers.get("location", "")
            if answer.status != WAY_ON or not where.startswith(leads_to) or where == path:
                raise WrongAnswer(f"POST {path} answered {answer.status} {where}")

        return send

    return prepare


def _get(clinic: WSGIHandler, path: str, visitor: Visitor | None = None) -> Prepare:
    """A page that is opened again and again by the same browser."""

    def prepare(number: int) -> Callable[[], object]:
        asked = visitors.request(path, cookies=visitor.cookies if visitor else "")

        def show() -> None:
            answer = visitors.ask(clinic, asked)
            if answer.status != 200 or b"<form" not in answer.body and visitor:
                raise WrongAnswer(f"GET {path} answered {answer.status}")

        return show

    return prepare
