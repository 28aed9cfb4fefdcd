"""Every patient page in every state it has: one line each says what puts the clinic there. A new address joins here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

import time_machine
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import reverse

from clinic.booking.availability_actions import meet_at
from clinic.pages import articles
from clinic.web import errors
from screening.protocol import Page
from tests.ux.html import tree
from tests.ux.state import State
from tests.ux.states_over_time import questions
from tests.ux.visitor import EVERYTHING, MEDICINES, NOW, PROTOCOL, Visitor

ON_THE_LIST: Final = UUID("7f2c1f0e-0000-4000-8000-000000000001")
LONG_AGO: Final = NOW - timedelta(minutes=31)
NO_PAGES: Final = {
    "healthz": "for machines",
    "healthz_promises": "for machines",
    "hooks:sms_status": "for machines",
    "hooks:sms_in": "for machines",
    "hooks:email": "for machines",
    "pages:robots": "for machines",
    "pages:security_txt": "for machines",
    "pages:service_worker": "for machines",
    "intake:check": "leads to the first question of the check",
    "intake:medicine_names": "a file for enhance.js, used in test_suggestions.py",
    "intake:put_back_medicine": "leads to the list, which has the state `medicine removed`",
    "my:ask": "leads to my:status, which has the state `asked`",
    "booking:leave_waitlist": "leads to my:status",
    "booking:calendar": "a file, read in test_words.py",
    "booking:feed": "a file for the programs of clinicians",
    "intake:leave": "leads elsewhere at once",
    "journal:remove": "leads to journal:journal, which has the state `removed`",
    "my:data_file": "a file for the patient alone",
    "questionnaires:next": "leads to the questions that wait",
}
"""Patient addresses that show no page, and what they are instead."""


def _public() -> Iterator[State]:
    names = "home conditions evidence law how_it_works locations questions about privacy accessibility terms"
    for name in (*names.split(), "help_now", "offline"):
        yield State(f"pages:{name}", "plain", lambda v, name=name: v.opens(f"pages:{name}"))
    yield State("language", "plain", _languages)
    for slug in articles.conditions():
        yield State("pages:condition", slug, lambda v, slug=slug: v.opens("pages:condition", slug))
    yield State("pages:law", "of a state we serve", lambda v: v.opens("pages:law", state="US-CA"))
    yield State("pages:law", "of another state", lambda v: v.opens("pages:law", state="US-OH"))
    yield State("pages:law", "error", lambda v: v.opens("pages:law", state="nowhere"))


def _of_every_page_of_questions() -> Iterator[State]:
    for page in PROTOCOL.pages.values():
        if page.kind == "sign":
            continue
        yield State("intake:page", f"{page.id} plain", lambda v, page=page: _asked(v, page))
        if page is not MEDICINES and any(PROTOCOL.questions[name].required for name in page.questions):
            error = State("intake:page", f"{page.id} error", lambda v, page=page: _unanswered(v, page), 422)
            yield error


def _asked(visitor: Visitor, page: Page) -> HttpResponse:
    return visitor.filled(page.id, **EVERYTHING).opens_page(page.id)


def _unanswered(visitor: Visitor, page: Page) -> HttpResponse:
    return visitor.filled(page.id, **EVERYTHING).sends_page(page)


def _languages(visitor: Visitor) -> HttpResponse:
    with override_settings(LANGUAGES=[("en-us", "English"), ("es", "Español")]):
        return visitor.opens("language")


def _check() -> Iterator[State]:
    told = ({"help_now": "no"}, {"adult": "yes"}, {"state": "US-CA"}, {"about_you": ["mind"]})
    for number in range(1, 5):
        before = told[: number - 1]
        yield State("intake:check_page", f"{number} plain", lambda v, before=before, number=number: v.checked(
            *before).opens("intake:check_page", number))  # fmt: skip
        yield State("intake:check_page", f"{number} error", lambda v, before=before, number=number: v.checked(
            *before).sends(f"/check/{number}/"), 422)  # fmt: skip
    for kind, answers in {
        "closer look": told,
        "nothing ticked": (*told[:3], {"about_you": ["none"]}),
        "too young": (told[0], {"adult": "no"}),
        "not served": (*told[:2], {"state": "US-OH"}),
    }.items():
        yield State("intake:check_result", kind, lambda v, answers=answers: v.checked(*answers).opens("/check/result/"))
    yield State("pages:help_now", "from the check", lambda v: v.checked({"help_now": "yes"}).opens(
        "pages:help_now", back="check"))  # fmt: skip


def _form() -> Iterator[State]:
    yield State("intake:start", "plain", lambda v: v.opens("intake:start"))
    yield State("intake:start", "begun", lambda v: v.began().opens("intake:start"))
    yield State("intake:tasks", "empty", lambda v: v.began().opens("intake:tasks"))
    yield State("intake:tasks", "half way", lambda v: v.filled("mood").opens("intake:tasks"))
    yield State("intake:tasks", "done", lambda v: v.filled().opens("intake:tasks"))
    yield State("intake:tasks", "help was offered", lambda v: v.began().raised().opens("intake:tasks"))
    yield State("intake:page", "wrong turn", lambda v: v.began().opens("/intake/feelings/6/"))
    yield State("intake:page", "none and another", lambda v: v.filled("body-today").sends_page(
        "body-today", {"medical_now": ["none", "breathing"]}), 422)  # fmt: skip
    yield State("intake:page", "all wrong", _all_wrong, 422)
    yield State("intake:page", "answers taken away", lambda v: v.filled(pcptsd_event="yes").sends_page(
        "events", {"pcptsd_event": "no"}))  # fmt: skip
    yield State("intake:is_this_right", "plain", lambda v: v.filled("numbers", **EVERYTHING).sends_page(
        "numbers", {"bp_sys": "120", "bp_dia": "80", "bp_date_month": "11", "bp_date_day": "20",
                    "bp_date_year": "2026", "weight_kg": "12 kg"}))  # fmt: skip
    yield State("intake:answers", "plain", lambda v: v.filled(**EVERYTHING).listed().opens("intake:answers"))
    yield State("intake:sign", "plain", lambda v: v.filled(**EVERYTHING).opens("intake:sign"))
    yield State("intake:sign", "error", lambda v: v.filled(**EVERYTHING).sends("/intake/sign/"), 422)
    yield State("intake:sign", "conflict", _signed_differently, 422)
    yield State("intake:help", "mind", lambda v: v.filled("mood-2").raised("phq9", "2").opens("intake:help"))
    yield State("intake:help", "no number", lambda v: v.began().raised().opens("intake:help"))
    yield State("intake:help", "body", lambda v: v.began().raised("medical_now", ["chest_pain"]).opens("intake:help"))


def _all_wrong(visitor: Visitor) -> HttpResponse:
    told = {"bp_sys": "many", "bp_dia": "-1", "bp_date_month": "13", "bp_date_day": "45", "bp_date_year": "1066"}
    return visitor.filled("numbers", **EVERYTHING).sends_page("numbers", {**told, "height_cm": "tall", "hr_rest": "x"})


def _signed_differently(visitor: Visitor) -> HttpResponse:
    """Signed in one tab; the form of another tab says something else."""
    page = tree(visitor.filled().opens("intake:sign").content.decode())
    told = {tag["name"]: tag["value"] for tag in page.all("input", type="hidden")}
    told |= dict.fromkeys([tag["name"] for tag in page.all("input", type="checkbox")], "yes")
    told |= {"consent_prescriber": "no", "consent_part2": "no"}
    first = visitor.client.post("/intake/sign/", {**told, "signature": "Maya Rose Thompson"})
    assert first.status_code == 302, "the first tab was not believed, so nothing is in conflict"
    return visitor.client.post("/intake/sign/", {**told, "signature": "Somebody Else"})


def _medicines() -> Iterator[State]:
    takes = {"med_none": "takes"}
    yield State("intake:page", "medicines listed", lambda v: v.filled("memory", **takes).listed().opens_page("list"))
    yield State("intake:add_medicine", "plain", lambda v: v.filled("list", **takes).opens("intake:add_medicine"))
    for kind, told in {
        "error": {},
        "did you mean": {"name": "Zolof", "status": "taking"},
        "look-alike": {"name": "hydroxyzine", "status": "taking"},
        "not known": {"name": "x" * 300, "status": "often"},
    }.items():
        yield State("intake:add_medicine", kind, lambda v, told=told: v.filled("list", **takes).sends(
            "/intake/medicines/add/", told), 422)  # fmt: skip
    yield State("intake:add_medicine", "list is full", _full, 422)
    for verb in ("change", "remove"):
        name = f"intake:{verb}_medicine"
        yield State(name, "plain", lambda v, name=name: v.filled("list", **takes).listed().opens(name, ON_THE_LIST))
    yield State("intake:change_medicine", "error", lambda v: v.filled("list", **takes).listed().sends(
        f"/intake/medicines/{ON_THE_LIST}/change/"), 422)  # fmt: skip
    yield State("intake:page", "medicine removed", lambda v: v.filled("list", **takes).listed().sends(
        f"/intake/medicines/{ON_THE_LIST}/remove/"))  # fmt: skip


def _full(visitor: Visitor) -> HttpResponse:
    visitor.filled("list", med_none="takes").listed()
    line = visitor.intake.medicines[0]
    visitor.intake.medicines = [{**line, "id": str(number)} for number in range(60)]
    visitor.intake.save()
    return visitor.sends("/intake/medicines/add/", {"name": "Zoloft", "status": "taking", "match": "Zoloft"})


def _coming_back() -> Iterator[State]:
    yield State("intake:save", "plain", lambda v: v.filled("mood").opens("intake:save"))
    yield State("intake:save", "error", lambda v: v.filled("mood").sends("/intake/save/", {"email": "maya@"}), 422)
    yield State("intake:saved", "sent", lambda v: v.filled("mood").sends("/intake/save/", {"email": "m@example.org"}))
    yield State("intake:idle", "idle", lambda v: v.filled("mood").is_let_in(LONG_AGO).opens("intake:tasks"))
    yield State("intake:idle", "error", lambda v: v.filled("mood").is_let_in(LONG_AGO).sends("/intake/idle/"), 422)
    yield State("intake:idle", "lost", lambda v: v.began().is_let_in(LONG_AGO).opens("intake:tasks"))
    yield State("intake:resume", "plain", lambda v: v.opens("intake:resume"))
    yield State("intake:resume", "error", lambda v: v.sends("/resume/"), 422)
    yield State("intake:resume", "sent", lambda v: v.sends("/resume/", {"email": "maya@example.org"}))
    wrong = {"born_on_month": "1", "born_on_day": "2", "born_on_year": "1990"}
    for name, path, purpose in (
        ("intake:resume_link", "/resume/", "resume"),
        ("intake:status_link", "/come-back/", "status"),
    ):
        link = lambda v, path=path, purpose=purpose: f"{path}{v.filled('mood').link(purpose)}/"  # noqa: E731
        yield State(name, "plain", lambda v, link=link: v.opens(link(v)))
        yield State(name, "error", lambda v, link=link: v.sends(link(v)), 422)
        yield State(name, "wrong date", lambda v, link=link: v.sends(link(v), wrong))
        yield State(name, "expired", lambda v, path=path: v.sends(f"{path}{'a' * 32}/", wrong))


def _sent() -> Iterator[State]:
    outcomes = {"V000": "ready", "V015": "review", "V006": "prescriber", "V018": "not suitable", "V027": "urgent"}
    for case, kind in outcomes.items():
        yield State("my:status", kind, lambda v, case=case: v.sent(case).opens("my:status"))
    for route in ("ready_to_book", "prescriber_first", "ask_for_more", "not_suitable_now", "urgent_contact_made"):
        case = "V027" if route == "urgent_contact_made" else "V015"
        yield State("my:status", f"decided {route}", lambda v, case=case, route=route: v.sent(case).decided(
            route).opens("my:status"))  # fmt: skip
    yield State("my:status", "booked", lambda v: v.sent().booked().opens("my:status"))
    yield State("my:status", "sent already", lambda v: v.sent().opens("/intake/check/1/"))


def _mine() -> Iterator[State]:
    yield State("my:status", "asked", lambda v: v.sent("V015").decided("not_suitable_now").client.post(
        "/my/ask/", {"kind": "second_look"}, follow=True))  # fmt: skip
    yield State("my:question", "empty", lambda v: v.sent("V015").opens("my:question"))
    for kind, status in (("plain", 200), ("error", 422)):
        yield State("my:question", kind, lambda v, kind=kind: _asked_again(v, kind), status)
    yield State("my:message", "plain", lambda v: v.sent("V015").opens("my:message", v.was_sent_a_message()))
    yield State("my:agreements", "plain", lambda v: v.sent().opens("my:agreements"))
    yield State("my:agreement", "plain", lambda v: v.sent().opens("my:agreement", v.agreed_to("consent_sms")))
    yield State("my:agreements", "taken back", lambda v: v.sent().sends(
        reverse("my:agreement", args=[v.agreed_to("consent_sms")]), {"answer": "no"}))  # fmt: skip
    yield State("my:who_looked", "empty", lambda v: v.sent().opens("my:who_looked"))
    yield State("my:details", "plain", lambda v: v.sent().opens("my:details"))
    yield State("my:details", "error", lambda v: v.sent().sends("/my/details/", {"email": "maya@"}), 422)


def _asked_again(visitor: Visitor, kind: str) -> HttpResponse:
    visitor.sent("V015").decided("ask_for_more")
    return visitor.sends("/my/question/") if kind == "error" else visitor.opens("my:question")


def _booking() -> Iterator[State]:
    yield State("booking:choose", "plain", lambda v: v.sent().with_a_clinic().opens("booking:choose"))
    yield State("booking:choose", "in person", lambda v: v.sent().with_a_clinic().opens(
        "booking:choose", mode="midtown", zone="America/New_York"))  # fmt: skip
    yield State("booking:choose", "empty", lambda v: v.sent().opens("booking:choose"))
    yield State("booking:choose", "not yet", lambda v: v.sent("V015").opens("booking:choose"))
    yield State("booking:choose", "error", lambda v: v.sent().with_a_clinic().sends("/book/"), 422)
    yield State("booking:choose", "conflict", _taken, 409)
    yield State("booking:time_zone", "plain", lambda v: v.sent().opens("booking:time_zone"))
    yield State("booking:time_zone", "found", lambda v: v.sent().opens("booking:time_zone", q="london"))
    yield State("booking:time_zone", "empty", lambda v: v.sent().opens("booking:time_zone", q="xyzzy"))
    for mode in ("phone", "video", "in_person"):
        yield State("booking:check", f"plain {mode}", lambda v, mode=mode: v.sent().with_a_clinic().held(mode).opens(
            "booking:check"))  # fmt: skip
    yield State("booking:check", "error", lambda v: v.sent().with_a_clinic().held().sends(
        "/book/check/", {"phone": "12"}), 422)  # fmt: skip
    yield State("booking:done", "plain", lambda v: v.sent().booked().opens("booking:done"))
    yield State("booking:done", "in person", lambda v: v.sent().booked("in_person").opens("booking:done"))
    yield State("booking:done", "to join by video", _joins)
    yield State("booking:cancel", "plain", lambda v: v.sent().booked().opens("booking:cancel"))
    yield State("booking:cancel", "error", lambda v: v.sent().booked().sends(
        "/my/appointment/cancel/", {"reason": "because"}), 422)  # fmt: skip
    yield State("booking:cancel", "late", _late)
    yield State("booking:cancel", "conflict", _too_late, 409)
    yield State("booking:cancelled", "plain", lambda v: v.sent().booked().cancelled().opens("booking:cancelled"))


def _moving() -> Iterator[State]:
    yield State("booking:move", "plain", lambda v: v.sent().booked().opens("booking:move"))
    yield State("booking:move", "error", lambda v: v.sent().booked().sends("/my/appointment/move/"), 422)
    yield State("booking:move", "held back", lambda v: v.sent().booked().raised_again().opens("booking:move"))
    yield State("booking:move_check", "plain", lambda v: v.sent().booked().held(nth=3, moves=True).opens(
        "booking:move_check"))  # fmt: skip
    yield State("booking:move_check", "error", lambda v: v.sent().booked().held(nth=3, moves=True).sends(
        "/my/appointment/move/check/", {"phone": "12"}), 422)  # fmt: skip


def _waiting() -> Iterator[State]:
    yield State("booking:waitlist", "empty", lambda v: v.sent().with_a_clinic().opens("booking:waitlist"))
    yield State("booking:waitlist", "plain", lambda v: v.sent().waits().opens("booking:waitlist"))
    yield State("booking:waitlist", "error", lambda v: v.sent().with_a_clinic().sends("/waitlist/"), 422)
    yield State("booking:waitlist", "no email", lambda v: v.sent().with_a_clinic().has_no_email().opens(
        "booking:waitlist"))  # fmt: skip
    yield State("my:status", "waits for a time", lambda v: v.sent().waits().opens("my:status"))
    yield State("booking:offer", "plain", lambda v: v.sent().waits().offered().opens("booking:offer"))
    yield State("booking:offer", "error", lambda v: v.sent().waits().offered().sends(
        "/waitlist/offer/", {"phone": "12"}), 422)  # fmt: skip
    yield State("booking:offer", "gone", lambda v: v.sent().waits().offered().declined().opens("booking:offer"))


def _taken(visitor: Visitor) -> HttpResponse:
    """Somebody else holds the time that is chosen."""
    other = Visitor().sent().with_a_clinic()
    visitor.sent()
    for nth in (0, 0):
        other.held(nth=nth)
        start = other.appointment().start
        other = Visitor().sent()
    told = {"mode": "phone", "zone": "America/Los_Angeles", "slot": start.isoformat()}
    return visitor.client.post("/book/", told)


def _joins(visitor: Visitor) -> HttpResponse:
    visit = visitor.sent().booked("video").appointment()
    meet_at(clinician=visit.clinician, address="https://video.example.test/room-7", by=visitor.by)
    with time_machine.travel(visit.start - timedelta(minutes=5), tick=False):
        return visitor.is_let_in(visit.start).opens("booking:done")


def _late(visitor: Visitor) -> HttpResponse:
    start = visitor.sent().booked().appointment().start
    with time_machine.travel(start - timedelta(minutes=90), tick=False):
        return visitor.is_let_in(start).opens("booking:cancel")


def _too_late(visitor: Visitor) -> HttpResponse:
    appointment = visitor.sent().booked().appointment()
    with time_machine.travel(appointment.start + timedelta(minutes=5), tick=False):
        browser = visitor.is_let_in(appointment.start).client
        return browser.post("/my/appointment/cancel/", {"appointment": str(appointment.pk)})


def _errors() -> Iterator[State]:
    request = RequestFactory().get("/intake/")
    broken = ValueError("a test")
    yield State("error", "unreadable", lambda v: errors.unreadable(request), 400)
    yield State("error", "too long", lambda v: errors.too_long(request), 413)
    yield State("error", "form from elsewhere", lambda v: errors.csrf_failure(request), 403)
    yield State("error", "not allowed", lambda v: errors.forbidden(request, broken), 403)
    yield State("error", "not found", lambda v: v.opens("/no-such-page/"), 404)
    typed = RequestFactory().post("/intake/feelings/6/", {"csrfmiddlewaretoken": "a" * 64, "phq9": "1"})
    yield State("error", "database away", lambda v: errors.resting(request), 503)
    yield State("error", "database away, typed", lambda v: errors.resting(typed), 503)
    yield State("error", "server error", lambda v: errors.server_error(request), 500)
    yield State("error", "wrong method", lambda v: v.client.delete("/my/"), 405)


def _all() -> Iterator[State]:
    of_the_form = (_check, _form, _of_every_page_of_questions, _medicines, _coming_back)
    for some in (_public, *of_the_form, _sent, _mine, questions, _booking, _moving, _waiting, _errors):
        yield from some()


STATES: Final = tuple(_all())
QUESTION_PAGES: Final = tuple(state for state in STATES if state.url_name == "intake:page")
