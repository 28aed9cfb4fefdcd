"""Invented patients in front of the form: their intakes filled in by the clinic's own actions, and their requests."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIHandler
from django.db.models import Model
from django.test import RequestFactory
from django.utils import timezone

from clinic.audit.actors import patient as the_patient
from clinic.audit.actors import system
from clinic.intake import actions, protocols
from clinic.intake.journeys import address
from clinic.intake.models import Intake
from clinic.patients.session import PATIENT, SEEN
from screening.cases import facts_of
from screening.journey import Journey
from screening.loader import PROTOCOLS, load_cases
from screening.protocol import Page

CASE: Final = "V000"
MEDICINES: Final = ("sertraline 50 mg", "lisinopril 10 mg")
CSRF: Final = "b" * 32
OWN: Final = frozenset({"id", "reference", "submit_key"})
"""Fields in which no two rows are the same."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One intake and the cookies of the browser that fills it in."""

    intake: Intake
    cookies: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers by lower-case name, and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def filled_in(until: str) -> Intake:
    """An intake of the worked case with two medicines, filled in page by page up to a page, which stays open.

    Args:
        until: the id of that page.
    """
    by, now = system("bench"), timezone.now()
    intake = actions.begin(by=by, now=now)
    by = the_patient(intake.patient_id)
    for name in MEDICINES:
        line = {
            "id": str(uuid.uuid4()),
            "name": name,
            "status": "taking",
            "dose": "",
            "last_taken": "",
            "confirmed_as": "",
        }
        intake = actions.keep_medicine(intake=intake, medicine=line, by=by, now=now).intake
    answers = _answers(intake)
    while (asked := _next(intake)).id != until:
        told = {name: answers[name] for name in asked.questions if answers.get(name) is not None}
        intake = actions.save_page(intake=intake, page=asked, answers=told, by=by, now=now).intake
        if _next(intake).id == asked.id:
            raise RuntimeError(f"The worked case does not answer the page {asked.id}.")
    return intake


def copies(original: Intake, count: int) -> list[Visitor]:
    """So many patients who are as far as this one."""
    patients = [_copy(original.patient) for _ in range(count)]
    return [Visitor(intake, _let_in(intake)) for intake in (_copy(original, patient=each) for each in patients)]


def journey(intake: Intake) -> Journey:
    """The walk of an intake through its pages."""
    return protocols.journey_of(intake, now=timezone.now())


def address_of_open_page(intake: Intake) -> str:
    """Where the first page is that this intake has not done."""
    return address(protocols.of(intake), _next(intake))


def _next(intake: Intake) -> Page:
    found = journey(intake).first_open()
    if found is None:
        raise RuntimeError("The intake is complete before the page that was to stay open.")
    return found


def _answers(intake: Intake) -> dict[str, Any]:
    protocol = protocols.of(intake)
    cases = {case.id: case for case in load_cases(PROTOCOLS / protocol.name, protocol)}
    told = facts_of(protocol, cases[CASE], cases[CASE], on=protocols.day_of(timezone.now())).given
    unsure = {name: _unsure(question.options) for name, question in protocol.questions.items()}
    return {**unsure, **told, "region": "US-CA", "med_none": "takes"}


def _unsure(options: Iterable[Any]) -> str | None:
    """For what the worked case leaves open: as a person who does not know would answer it."""
    codes = [option.code for option in options]
    return next((code for code in ("not_sure", "prefer_not", *codes) if code in codes), None)


def _copy(row: Any, **changed: Model) -> Any:
    fields = [each for each in row._meta.concrete_fields if each.name not in OWN and each.name not in changed]
    return type(row).objects.create(**{each.attname: getattr(row, each.attname) for each in fields}, **changed)


def _let_in(intake: Intake) -> str:
    session = SessionStore()
    session[PATIENT], session[SEEN] = str(intake.patient_id), int(time.time())
    session.create()
    return f"sessionid={session.session_key}; csrftoken={CSRF}"


def request(path: str, told: Mapping[str, Any] | None = None, cookies: str = "", **headers: str) -> dict[str, Any]:
    """A request as a server hands it to Django; with `told` it is a form that was sent.

    Args:
        path: the address.
        told: the fields of the form.
        cookies: the Cookie header.
        headers: others, as WSGI spells them.
    """
    factory = RequestFactory(SERVER_NAME="127.0.0.1", HTTP_COOKIE=cookies or f"csrftoken={CSRF}", **headers)
    if told is None:
        return dict(factory.get(path).environ)
    body = urlencode({"csrfmiddlewaretoken": CSRF, **told}, doseq=True)
    return dict(factory.post(path, body, content_type="application/x-www-form-urlencoded").environ)


def ask(clinic: WSGIHandler, asked: dict[str, Any]) -> Answer:
    """Hand a request to Django the way the web server does, and read the whole answer."""
    head: list[tuple[str, list[tuple[str, str]]]] = []
    response = clinic(asked, lambda status, headers: head.append((status, headers)))
    body = b"".join(response)
    response.close()
    status, headers = head[0]
    return Answer(int(status.split()[0]), {name.lower(): value for name, value in headers}, body)
