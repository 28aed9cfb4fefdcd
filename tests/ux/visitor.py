"""Somebody in front of the patient pages: brings the clinic into a state and opens or sends a page as browsers do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from html import unescape
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.booking import actions as booking
from clinic.booking import availability_actions, find, waiting_actions
from clinic.booking.models import Appointment
from clinic.intake import actions, protocols, send_actions
from clinic.intake.journeys import address
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications.models import Message
from clinic.patients import actions as patient_actions
from clinic.patients.models import Consent
from clinic.patients.session import PATIENT, SEEN
from clinic.reviews import actions as reviews
from clinic.reviews.signing import Contact
from clinic.staff.management import people
from screening.cases import facts_of
from screening.protocol import Page
from screening.questions import Question
from tests.cases import CASES, PROTOCOL
from tests.ux.visitor_over_time import NOW, OverTime

SIGN: Final = next(page for page in PROTOCOL.pages.values() if page.kind == "sign")
MEDICINES: Final = next(page for page in PROTOCOL.pages.values() if page.kind == "medicines")
EVERYTHING: Final = {
    **{"sex_birth": "female", "pregnancy": "no", "breastfeeding": "no", "postpartum_psychosis": "no"},
    **{"service_interest": ["ket_iv_im", "ket_home", "psychedelic_education"], "bp_recent": "yes", "bp_sys": 122},
    **{"reason_main": ["depression", "pain"], "pain_type": ["migraine"], "headache_redflag": "no", "bp_dia": 78},
    **{"mania_ever": "not_sure", "mania_now": "no", "med_none": "takes", "auditc1": "1", "ketamine_use": "gt_12m"},
    **{"microdosing_now": "yes", "sud_status": "sustained", "sud_treatment": "yes", "pcptsd_event": "yes"},
    **{"si_month": "prefer_not", "means": "no", "phq1": "1"},
}
"""Answers that open every page and every question of the form, the one about means included."""
HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def answers_of(case: str = "V000", **others: Any) -> dict[str, Any]:
    """What somebody of a worked case answers on the day of these tests.

    Args:
        case: the id of the worked case.
        others: answers that differ.
    """
    given = facts_of(PROTOCOL, CASES[case], CASES["V000"], on=protocols.day_of(NOW)).given
    return {**given, "region": "US-CA", "legal_name": "Maya Rose Thompson", "preferred_name": "Maya", **others}


def unsure(question: Question) -> Any:
    """The answer of somebody who does not know, for what a worked case leaves open."""
    codes = [option.code for option in question.options]
    code = next((code for code in ("not_sure", "prefer_not", *codes) if code in codes), None)
    if question.kind == "scale0_10":
        return "3"
    return [code] if question.kind == "multi" and code else code or {"yesno": "no"}.get(question.kind)


class Visitor(OverTime):
    """One browser and, once they started, the intake of the person in front of it."""

    def __init__(self) -> None:
        self.client = Client()
        self.intake: Intake | None = None
        self.sealed: ScreeningRecord | None = None
        self.clinicians: list[User] = []

    @property
    def patient(self) -> Any:
        """The person."""
        assert self.intake
        return self.intake.patient

    @property
    def by(self) -> actors.Actor:
        """The person, as the audit log names them."""
        return actors.patient(self.patient.pk)

    # What they did before.

    def began(self) -> Visitor:
        """Pressed Start."""
        self.intake = actions.begin(by=actors.VISITOR, now=NOW)
        return self.is_let_in()

    def checked(self, *told: Mapping[str, Any]) -> Visitor:
        """Answered the first questions of the check."""
        for number, answer in enumerate(told, 1):
            self.client.post(f"/check/{number}/", answer)
        return self

    def filled(self, until: str = SIGN.id, case: str = "V000", **others: Any) -> Visitor:
        """Filled in the form up to a page, which is open.

        Args:
            until: the id of that page.
            case: the worked case whose answers they give.
            others: answers that differ.
        """
        self.began()
        assert self.intake
        told = answers_of(case, **others)
        pages = list(PROTOCOL.pages)
        done = pages[: pages.index(until)]
        for name in (name for page in done for name in PROTOCOL.pages[page].questions):
            answer = told[name] if told.get(name) is not None else unsure(PROTOCOL.questions[name])
            if answer is not None:
                self.intake.answers[name] = answer
        self.intake.visited = done
        self.intake.save()
        self.is_described(told)
        return self

    def is_described(self, told: Mapping[str, Any]) -> Visitor:
        """Gave a name, a number and a birthday, as the form keeps them."""
        known = {"email": "maya@example.org", "phone": "(555) 010-0199", "safe_contact": "yes", "country": "US"}
        known |= {"born_on": str(told.get("dob", "1992-03-03")), "region": "US-CA", "preferred_name": "Maya"}
        patient_actions.describe(patient=self.patient, told=known, by=self.by)
        return self

    def listed(self, name: str = "Zoloft", **line: str) -> Visitor:
        """Has a medicine on the list."""
        usual = {"id": "7f2c1f0e-0000-4000-8000-000000000001", "name": name, "status": "taking", "dose": "50 mg"}
        medicine = {**usual, "last_taken": "", "confirmed_as": "", **line}
        self.intake = actions.keep_medicine(intake=self.intake, medicine=medicine, by=self.by, now=NOW).intake
        return self

    def sent(self, case: str = "V000", **others: Any) -> Visitor:
        """Filled in the form and signed it, an hour ago."""
        self.filled(case=case, **others)
        assert self.intake
        told = answers_of(case, **others)
        consents = {name: told.get(name, "no" if name == "consent_prescriber" else None) for name in SIGN.questions}
        self.sealed = send_actions.submit(
            intake=self.intake, key=self.intake.submit_key, name="Maya Rose Thompson", consents=consents, page=SIGN,
            by=self.by, now=NOW - timedelta(hours=1),
        )  # fmt: skip
        self.patient.refresh_from_db()
        return self

    def decided(self, route: str, minutes_ago: int = 11) -> Visitor:
        """A clinician decided, some minutes ago."""
        assert self.sealed
        clinician = self.with_a_clinic().clinicians[0]
        then = NOW - timedelta(minutes=minutes_ago)
        reviews.decide(
            record=self.sealed,
            route=route,
            reason="Read every answer and spoke with the patient on the phone.",
            reason_code="" if route == self.sealed.outcome else "spoke_with_patient",
            contact=Contact(then - timedelta(minutes=5), clinician) if route == "urgent_contact_made" else None,
            overrides_stop=True,
            asks=["family_first"] if route == "ask_for_more" else [],
            basis_answers_hash=self.sealed.answers_hash,
            basis_seal=self.sealed.seal,
            by=clinician.actor,
            now=then,
        )
        return self

    def raised(self, question: str = "safe_now", answer: Any = "no") -> Visitor:
        """Gave an answer that needs a person at once."""
        assert self.intake
        page = next(page for page in PROTOCOL.pages.values() if question in page.questions)
        saved = actions.save_page(intake=self.intake, page=page, answers={question: answer}, by=self.by, now=NOW)
        self.intake = saved.intake
        assert saved.help_now
        return self

    def with_a_clinic(self) -> Visitor:
        """Two clinicians have hours."""
        if not self.clinicians:
            self.clinicians = [
                User.objects.filter(email=email).first() or User.objects.create_user(email, name=name, role=role)
                for email, name, role in people.STAFF[:2]
            ]
            people.open_hours(self.clinicians, now=NOW)
        return self

    def with_an_hour(self) -> Visitor:
        """One clinician has one hour a week, among which times are found quickly."""
        email, name, role = people.STAFF[0]
        clinician = User.objects.create_user(email, name=name, role=role)
        availability_actions.license_for(clinician=clinician, region="US-CA", by=people.DEMO)
        availability_actions.offer_times(
            clinician=clinician, weekdays=[NOW.weekday()], opens=time(15), closes=time(16), modes=["phone", "video"],
            time_zone="America/Los_Angeles", location="midtown", room="Room 1", valid_from=NOW.date(), by=people.DEMO,
        )  # fmt: skip
        self.clinicians = [clinician]
        return self

    def held(self, mode: str = "phone", nth: int = 0, *, moves: bool = False) -> Visitor:
        """Chose a time, which is kept for ten minutes; perhaps in the place of the one they have."""
        slot = find.free_times(patient_region="US-CA", now=NOW, mode=mode)[nth]
        clinician = User.objects.get(pk=slot.clinician_id)
        booking.hold(
            patient=self.patient, clinician=clinician, start=slot.start, mode=slot.mode, location=slot.location,
            time_zone="America/Los_Angeles", moves=self.appointment() if moves else None, by=self.by, now=NOW,
        )  # fmt: skip
        return self

    def booked(self, mode: str = "phone") -> Visitor:
        """Booked the first time there is."""
        self.with_a_clinic().held(mode)
        held = self.appointment()
        booking.book(
            appointment=held, phone="(555) 010-0199", reminders="email", needs=["captions"], by=self.by, now=NOW
        )
        return self

    def cancelled(self) -> Visitor:
        """Cancelled what was booked."""
        booking.cancel(appointment=self.appointment(), reason="", by=self.by, now=NOW)
        return self

    def raised_again(self) -> Visitor:
        """Said in another form, after booking, that they are not safe."""
        Intake.objects.filter(pk=self.intake.pk).update(safety_raised_at=NOW, safety_priority="P0")
        return self

    def waits(self) -> Visitor:
        """Is on the waiting list for any weekday by phone."""
        self.with_a_clinic()
        waiting_actions.join(
            patient=self.patient, weekdays=range(5), parts=["morning", "afternoon"], ways=["phone"], notice_hours=2,
            time_zone="America/Los_Angeles", by=self.by, now=NOW,
        )  # fmt: skip
        return self

    def offered(self) -> Visitor:
        """Somebody else gave a time up, and it is offered to this person."""
        other = Visitor().sent().booked()
        other.cancelled()
        assert waiting_actions.offer_freed(now=NOW, by=actors.system("test")) == 1
        return self

    def declined(self) -> Visitor:
        """Said no to what was offered."""
        waiting_actions.decline(appointment=self.appointment(), by=self.by)
        return self

    def has_no_email(self) -> Visitor:
        """Left no address."""
        self.patient.email = ""
        self.patient.save()
        return self

    def appointment(self) -> Appointment:
        """The latest appointment."""
        return self.patient.appointments.select_related("clinician", "patient").order_by("created_at").last()

    def was_sent_a_message(self) -> UUID:
        """The id of the first message, which has left."""
        message = Message.objects.filter(patient=self.patient).first()
        Message.objects.filter(pk=message.pk).update(state=Message.State.SENT, sent_at=NOW)
        return message.pk

    def agreed_to(self, kind: str) -> UUID:
        """The id of a consent."""
        return Consent.objects.get(patient=self.patient, kind=kind).pk

    def link(self, purpose: str = "resume") -> str:
        """The token of a private link that was just sent."""
        return patient_actions.issue_link(patient=self.patient, purpose=purpose, by=self.by, now=NOW)

    def is_let_in(self, seen: datetime = NOW) -> Visitor:
        """This browser is theirs, and was last used at that moment."""
        self.client = Client()
        session = self.client.session
        session[PATIENT], session[SEEN] = str(self.patient.pk), int(seen.timestamp())
        session.save()
        self.client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return self

    # What they look at.

    def opens(self, name: str, *args: Any, **query: str) -> HttpResponse:
        """The page at the end of the way from an address.

        Args:
            name: the name of the address, or the address.
            args: of the address.
            query: of the address.
        """
        path = name if name.startswith("/") else reverse(name, args=args)
        return self.client.get(path, query, follow=True)

    def opens_page(self, page: str) -> HttpResponse:
        """A page of questions."""
        return self.opens(address(PROTOCOL, PROTOCOL.pages[page]))

    def sends(self, path: str, told: Mapping[str, Any] | None = None) -> HttpResponse:
        """Opens a page and sends its form with what it hides and what is told, as a browser does.

        Args:
            path: the address.
            told: the fields that are filled in.
        """
        form = self.opens(path).content.decode()
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(form[form.find("<main") :])}
        return self.client.post(path, {**hidden, **(told or {})}, follow=True)

    def sends_page(self, page: Page | str, told: Mapping[str, Any] | None = None) -> HttpResponse:
        """Sends a page of questions."""
        return self.sends(address(PROTOCOL, PROTOCOL.pages[page] if isinstance(page, str) else page), told)
