"""How long patient pages take against bare views beside them: through the web server, and without it.

The targets are for what a visitor waits for: the answer of the clinic's own server, on loopback. The same in one
process leaves out what both pay for HTTP; those lines are for information, and stricter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic import celery
from clinic.intake.consent_words import mark_of
from clinic.intake.models import Intake, ScreeningRecord
from tests.bench import bare, served, visitors
from tests.bench.figures import WARM_UP, Figure, Prepare, Times, in_turns, ratio
from tests.bench.visitors import Answer, Visitor

ROUNDS: Final = 200
ONE_QUESTION, EIGHT_ROWS, SIGN = "mind", "mood", "sign"
"""Pages in the middle of the form, and the last one."""
ONE_ANSWER: Final = {"psychosis_ever": "no"}
EIGHT_ANSWERS: Final = {f"phq{number}": "1" for number in range(1, 9)}
WAY_ON: Final = 302


class WrongAnswer(RuntimeError):
    """A page did not do what was to be measured."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to ask the clinic: `ready` makes a request ready before the clock runs, `settle` waits for what is left."""

    name: str
    ask: Callable[[Any], Answer]
    ready: Callable[[dict[str, Any]], Any]
    settle: Callable[[], object]
    in_process: bool


def figures() -> Iterator[Figure]:
    """Sending the form, saving a page and showing one, each against the least that Django can do."""
    one, eight = visitors.filled_in(ONE_QUESTION), visitors.filled_in(EIGHT_ROWS)
    with served.opened() as line:
        http = Way("over HTTP", line.ask, served.written, line.pause, in_process=False)
        yield from _alike(http, one, eight)
    clinic = partial(visitors.ask, WSGIHandler())
    alone = Way("in process", clinic, dict, _until_nudges_are_sent, in_process=True)
    yield from _alike(alone, one, eight)
    yield from _for_comparison(alone, one)


def _alike(way: Way, one: Intake, eight: Intake) -> Iterator[Figure]:
    """The same lines in each way, each beside its bare view, in turns."""
    yield from _sending(way)
    saved = _times(way, bare=_insert(way), one=_save(way, one, ONE_ANSWER), eight=_save(way, eight, EIGHT_ANSWERS))
    yield _ratio(way, "POST a page of one question : bare insert", saved, "one", at_most=2.0)
    yield _ratio(way, "POST a page of eight rows : bare insert", saved, "eight", at_most=2.0)
    shown = _times(way, bare=_get(way, "/bench/layout/"), one=_show(way, one), eight=_show(way, eight))
    yield _ratio(way, "GET a page of one question : bare, same layout", shown, "one", at_most=1.5)
    yield _ratio(way, "GET a page of eight rows : bare, same layout", shown, "eight", at_most=1.5)


def _sending(way: Way) -> Iterator[Figure]:
    before = bare.rows(), ScreeningRecord.objects.count()
    sent = _times(way, bare=_insert(way), send=_send(way, ROUNDS + WARM_UP))
    done = len(sent["send"].seconds) + WARM_UP
    if (bare.rows(), ScreeningRecord.objects.count()) != (before[0] + done, before[1] + done):
        raise WrongAnswer("Not every form was sealed, or not every bare row was inserted.")
    yield _ratio(way, "POST /intake/sign/ : bare insert", sent, "send", at_most=2.5)
    yield _ratio(way, "the same, aim", sent, "send", at_most=1.5)


def _for_comparison(way: Way, one: Intake) -> Iterator[Figure]:
    """What the middleware is of the bare view, and what the least view that knows a patient takes."""
    with override_settings(MIDDLEWARE=[]):
        naked = Way("in process", partial(visitors.ask, WSGIHandler()), dict, way.settle, in_process=True)
    people = visitors.copies(one, ROUNDS + WARM_UP + 1)
    keep = _post(way, "/bench/answer/", lambda _: {"told": "yes"}, people)
    posted = _times(way, bare=_insert(way), naked=_insert(naked), least=keep)
    yield _ratio(way, "the bare insert without middleware", posted, "naked")
    yield _ratio(way, "POST a session, one row, one form, no decision", posted, "least")
    asking = _get(way, "/bench/asking/", visitors.copies(one, 1)[0])
    shown = _times(way, bare=_get(way, "/bench/layout/"), least=asking, line=_get(way, "/bench/line/"))
    yield _ratio(way, "GET a session, one row, one form, no decision", shown, "least")
    yield _ratio(way, "a bare view of one line of HTML", shown, "line")
    for what, work, bare_work in (
        ("send", _send(way, 1), _insert(way)),
        ("save", _save(way, one, ONE_ANSWER), _insert(way)),
        ("show", _show(way, one), _get(way, "/bench/layout/")),
    ):
        yield _statements(f"  statements to the database: {what}", work(0), bare_work(0))


def _times(way: Way, **works: Prepare) -> dict[str, Times]:
    return in_turns(works, ROUNDS, settle=way.settle)


def _ratio(way: Way, what: str, times: dict[str, Times], which: str, at_most: float | None = None) -> Figure:
    return ratio(f"{way.name}: {what}", times[which], times["bare"], at_most=at_most, in_process=way.in_process)


def _statements(what: str, work: Callable[[], object], bare_work: Callable[[], object]) -> Figure:
    counts = []
    for each in (work, bare_work):
        with CaptureQueriesContext(connection) as sent:
            each()
        counts.append(len(sent))
    return Figure(what, counts[0], "", detail=f"bare view {counts[1]}, BEGIN and COMMIT counted")


def _insert(way: Way) -> Prepare:
    return _post(way, "/bench/insert/", lambda _: {"words": bare.WORDS})


def _send(way: Way, count: int) -> Prepare:
    people = visitors.copies(visitors.filled_in(SIGN), count)
    return _post(way, reverse("intake:sign"), lambda number: _signature(people[number]), people)


def _save(way: Way, intake: Intake, told: dict[str, Any]) -> Prepare:
    people = visitors.copies(intake, ROUNDS + WARM_UP)
    path = visitors.address_of_open_page(intake)
    return _post(way, path, lambda _: told, people, leads_to=path.rstrip("/").rpartition("/")[0])


def _show(way: Way, intake: Intake) -> Prepare:
    return _get(way, visitors.address_of_open_page(intake), visitors.copies(intake, 1)[0])


def _until_nudges_are_sent() -> None:
    """The thread that tells the workers works on after the answer; it must not slow down the next one."""
    celery._sender.submit(int).result()


def _signature(visitor: Visitor) -> dict[str, Any]:
    walk = visitors.journey(visitor.intake)
    asked = walk.first_open()
    if asked is None or asked.id != SIGN:
        raise WrongAnswer("The form is not ready to be signed.")
    consents = dict.fromkeys(walk.questions_on(asked), "yes")
    read = mark_of(walk.facts.protocol, consents)
    return {**consents, "signature": "Test Person", "key": str(visitor.intake.submit_key), "read": read}


def _post(
    way: Way,
    path: str,
    told: Callable[[int], dict[str, Any]],
    people: list[Visitor] | None = None,
    leads_to: str = "/my/",
) -> Prepare:
    """A form that a visitor sends, another visitor each round; one that does not lead on stops the bench."""

    def prepare(number: int) -> Callable[[], object]:
        cookies = people[number].cookies if people else ""
        asked = way.ready(visitors.request(path, told(number), cookies))

        def send() -> None:
            answer = way.ask(asked)
            where = answer.headers.get("location", "")
            if answer.status != WAY_ON or not where.startswith(leads_to) or where == path:
                raise WrongAnswer(f"POST {path} answered {answer.status} {where}")

        return send

    return prepare


def _get(way: Way, path: str, visitor: Visitor | None = None) -> Prepare:
    """A page that is opened again and again by the same browser."""

    def prepare(number: int) -> Callable[[], object]:
        asked = way.ready(visitors.request(path, cookies=visitor.cookies if visitor else ""))

        def show() -> None:
            answer = way.ask(asked)
            if answer.status != 200 or b"<form" not in answer.body and visitor:
                raise WrongAnswer(f"GET {path} answered {answer.status}")

        return show

    return prepare
