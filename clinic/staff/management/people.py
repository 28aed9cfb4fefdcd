"""Invented people to try the clinic with: staff, their hours, and a dozen intakes in every state.

The answers are those of worked cases of the protocol; everybody here is made up.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from clinic.accounts import factors
from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import Actor, patient, system
from clinic.booking import actions as booking
from clinic.booking import availability_actions, find
from clinic.intake import actions as intake_actions
from clinic.intake import protocols, send_actions
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients import actions as patient_actions
from clinic.reviews import actions as reviews
from screening.cases import facts_of
from screening.loader import PROTOCOLS, load_cases
from screening.protocol import Case, Page

DEMO: Final = system("demo")
FILLED_IN: Final = timedelta(minutes=14)
STAFF: Final = (
    ("osei@larkfield.example", "Dr. Ama Osei", Role.CLINICIAN),
    ("lee@larkfield.example", "Dr. Jon Lee", Role.CLINICIAN),
    ("weiss@larkfield.example", "Dr. Hana Weiss", Role.DIRECTOR),
    ("luis@larkfield.example", "Luis Ortega", Role.SCHEDULER),
    ("nora@larkfield.example", "Nora Beck", Role.SCHEDULER),
    ("sam@larkfield.example", "Sam Whitfield", Role.ADMINISTRATOR),
    ("on-call@larkfield.example", "Dr. Ines Duarte", Role.ON_CALL),
)


@dataclass(frozen=True, slots=True)
class Person:
    """One invented patient: a name, the worked case whose answers they give, and how far they came."""

    name: str
    case: str
    until: str = "submitted"
    born: str = "1991-05-02"


PEOPLE: Final = (
    Person("Maya R. Thompson", "V015"),
    Person("Robert Ellis", "V061", born="1961-02-14"),
    Person("Priya Nair", "V000"),
    Person("Daniel Cho", "V000", until="booked"),
    Person("Elena Petrova", "V006"),
    Person("Tom Becker", "V018"),
    Person("Grace Okafor", "V027"),
    Person("Liam Murphy", "V068"),
    Person("Sofia Rossi", "V041", until="ready"),
    Person("Noah Williams", "V048", until="not suitable"),
    Person("Hannah Weber", "V058"),
    Person("Omar Haddad", "V097"),
    Person("Julia Novak", "V000", until="half way"),
    Person("Ben Carter", "V029", until="half way"),
)


def people_the_staff(password: str) -> list[User]:
    """The staff, each with the same password and an app of their own; what is there already is left as it is."""
    staff = [
        User.objects.filter(email=email).first()
        or User.objects.create_user(email, name=name, role=role, password=password)
        for email, name, role in STAFF
    ]
    for user in staff:
        if not factors.has_one(user):
            factors.give_app(user)
    return staff


def open_hours(clinicians: list[User], *, now: datetime) -> None:
    """Weekly hours and licences of the clinicians, so that there are times to book."""
    for clinician, opens, closes in zip(clinicians, (time(9), time(12)), (time(15), time(18)), strict=True):
        availability_actions.offer_times(
            clinician=clinician,
            weekdays=range(5),
            opens=opens,
            closes=closes,
            time_zone="America/Los_Angeles",
            modes=["phone", "video", "in_person"],
            location="midtown",
            room=f"Room {clinician.pk}",
            valid_from=now.date(),
            by=DEMO,
        )
        for region in ("US-CA", "US-NY"):
            availability_actions.license_for(clinician=clinician, region=region, by=DEMO)
    availability_actions.say_languages(clinician=clinicians[-1], codes=["es"], by=DEMO)


def invite_patients(clinician: User, *, now: datetime) -> list[Intake]:
    """A dozen patients, each brought as far as they came by the same actions that pages use."""
    protocol = protocols.current()
    cases = {case.id: case for case in load_cases(PROTOCOLS / protocol.name, protocol)}
    return [_bring(person, cases, clinician, now=now - timedelta(hours=3 * n)) for n, person in enumerate(PEOPLE, 1)]


def _bring(person: Person, cases: dict[str, Case], clinician: User, *, now: datetime) -> Intake:
    intake = intake_actions.begin(by=DEMO, now=now - FILLED_IN)
    by = patient(intake.patient_id)
    facts = facts_of(protocols.of(intake), cases[person.case], cases["V000"], on=protocols.day_of(now))
    answers = {**facts.given, "legal_name": person.name, "region": "US-CA"}
    if person.case != "V033" and person.born != "1991-05-02":
        answers["dob"] = person.born
    for medicine in facts.medications:
        intake = intake_actions.keep_medicine(intake=intake, medicine=_line(medicine), by=by, now=now).intake
    pages = [page for page in protocols.of(intake).pages.values() if page.kind != "sign"]
    for page in pages if person.until != "half way" else pages[: len(pages) * 2 // 3]:
        told = {name: answers[name] for name in page.questions if answers.get(name) is not None}
        intake = intake_actions.save_page(intake=intake, page=page, answers=told, by=by, now=now).intake
    _name_the_patient(intake, answers, by=by)
    if person.until == "half way":
        return intake
    sealed = _send(intake, person, answers, by=by, now=now)
    AFTER.get(person.until, lambda *_: None)(sealed, clinician, now)
    return intake


def _name_the_patient(intake: Intake, answers: dict[str, Any], *, by: Actor) -> None:
    told = {"legal_name": str(answers["legal_name"]), "region": "US-CA", "country": "US"}
    name = told["legal_name"].split()[0].lower()
    told |= {"email": f"{name}@example.org", "phone": "(555) 010-0199", "preferred_name": told["legal_name"].split()[0]}
    patient_actions.describe(patient=intake.patient, told=told, by=by)


def _line(medicine: Any) -> dict[str, str]:
    return {
        "id": str(uuid.uuid4()),
        "name": medicine.text,
        "status": medicine.status,
        "dose": "",
        "last_taken": medicine.last_taken.isoformat() if medicine.last_taken else "",
        "confirmed_as": "",
    }


def _send(intake: Intake, person: Person, answers: dict[str, Any], *, by: Actor, now: datetime) -> ScreeningRecord:
    page: Page = next(page for page in protocols.of(intake).pages.values() if page.kind == "sign")
    shown = protocols.facts_of(intake, now=now).shown
    consents = {name: answers.get(name, "yes") for name in page.questions if name in shown}
    sign = send_actions.submit
    try:
        return sign(
            intake=intake, key=intake.submit_key, name=person.name, consents=consents, page=page, by=by, now=now
        )
    except send_actions.Incomplete as incomplete:
        left_out = incomplete.page
        if left_out is None:
            raise
        told = {name: _unsure(intake, name) for name in left_out.questions}
        told = {name: answer for name, answer in told.items() if answer}
        intake = intake_actions.save_page(intake=intake, page=left_out, answers=told, by=by, now=now).intake
        return sign(
            intake=intake, key=intake.submit_key, name=person.name, consents=consents, page=page, by=by, now=now
        )


def _unsure(intake: Intake, name: str) -> str | None:
    """For a question the worked case leaves open: as a person who does not know would answer it."""
    question = protocols.of(intake).questions[name]
    if intake.answers.get(name) is not None:
        return str(intake.answers[name]) if isinstance(intake.answers[name], str) else None
    codes = [option.code for option in question.options]
    return next((code for code in ("not_sure", "prefer_not") if code in codes), codes[0] if codes else None)


def _book(sealed: ScreeningRecord, clinician: User, now: datetime) -> None:
    who = sealed.intake.patient
    free = find.free_times(patient_region=who.region, now=now, mode="phone")
    held = booking.hold(
        patient=who, clinician=clinician.__class__.objects.get(pk=free[0].clinician_id), start=free[0].start,
        mode="phone", by=patient(who.pk), now=now,
    )  # fmt: skip
    booking.book(appointment=held, phone=who.phone, reminders="email", needs=[], by=patient(who.pk), now=now)


def _decide(route: str) -> Callable[[ScreeningRecord, User, datetime], None]:
    def decide(sealed: ScreeningRecord, clinician: User, now: datetime) -> None:
        suggested = sealed.outcome
        reviews.decide(
            record=sealed,
            route=route,
            reason="Read every answer and spoke with the patient on the phone.",
            reason_code="" if suggested == route else "spoke_with_patient",
            by=clinician.actor,
            now=now + timedelta(hours=1),
            basis_answers_hash=sealed.answers_hash,
            basis_seal=sealed.seal,
        )

    return decide


AFTER: Final = {"booked": _book, "ready": _decide("ready_to_book"), "not suitable": _decide("not_suitable_now")}
"""What happens to a patient after sending the form, by how far they came."""
