"""What a patient's page says: the appointment when there is one, else the decision that left, else the route."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from clinic.booking.cannot_keep import said_to_patient
from clinic.booking.models import Appointment, WaitingPlace
from clinic.booking.visit_presenters import joins_at, visit
from clinic.booking.zones import clock, local
from clinic.intake import presenters
from clinic.intake.models import Intake, ScreeningRecord
from clinic.intake.renewals import is_asked_again
from clinic.intake.signed_copy import is_another_form
from clinic.my.steps import NOW, Course, steps
from clinic.notifications.models import Message
from clinic.notifications.recheck import ASKED_FOR, may_write_to
from clinic.notifications.words import words_again
from clinic.patients.models import Patient
from clinic.patients.zones import by_when, known_zone
from clinic.questionnaires.models import Questionnaire
from clinic.reviews import looked_at
from clinic.reviews.models import Decision, Route
from clinic.reviews.signing import UNDO_FOR
from clinic.reviews.standing import WAITS_FOR_PERSON, booking_standing, standing_decision
from clinic.web import dates

LATEST: Final = 20
"""How many messages the page lists."""


def status_page(patient: Patient, intake: Intake, *, now: datetime) -> dict[str, Any]:
    """Everything the page shows, made only from what is stored.

    Args:
        patient: whose page.
        intake: their latest, which was sent.
        now: the moment.
    """
    intake.patient = patient
    sealed = intake.records.order_by("number").last()
    sealed.intake = intake
    decision = told_decision(sealed, now=now)
    appointment = Appointment.objects.filter(patient=patient).upcoming(now).select_related("clinician").first()
    standing = booking_standing(patient, now=now)
    called_off = said_to_patient(appointment, now=now)
    promise = presenters.call_promise(intake, now=now)
    words = {"booked_for": "" if called_off else _when(appointment), "called_by": promise if patient.phone else ""}
    course = _course(sealed, decision, appointment, now=now, **words)
    return {
        "intake": intake,
        "decision": decision,
        "template": f"my/decided/{decision.route}.html" if decision else _outcome_template(sealed),
        "booked": visit(appointment) if appointment else None,
        "joins_at": joins_at(appointment, now),
        "called_off": called_off,
        **waiting(patient, now),
        "has_scores": patient.questionnaires.filter(state=Questionnaire.State.SENT).exists(),
        "form_wait": _form_wait(patient),
        "questions_wait": patient.questionnaires.filter(state=Questionnaire.State.OPEN).exists(),
        "due": course.due,
        "waits_for": "" if standing.may_book else standing.waits_for,
        "needs_person": standing.waits_for == WAITS_FOR_PERSON,
        "promise": promise,
        "steps": (listed := steps(course)),
        "has_nothing_to_do": not called_off and not _has_something_to_do(course, standing.may_book),
        "step_now": next((step for step in listed if step.state == NOW), None),
        "letters": letters(patient),
        "told_by_email": may_write_to(patient) and bool(patient.email),
        "signed_as": _signed_as(sealed),
        **looked_at.looked_at(sealed, decision.route if decision else ""),
        **_asked_of_us(patient, sealed, decision, course.zone),
        **(looked_at.prescriber(sealed) if course.asks_prescriber else {}),
    }


def _form_wait(patient: Patient) -> str:
    """Whether the whole form is asked of them again, or begun; nothing when neither."""
    if not is_asked_again(patient):
        return ""
    return "begun" if patient.intakes.filter(state=Intake.State.DRAFT).exists() else "asked"


def _outcome_template(sealed: ScreeningRecord) -> str:
    """What came of the form by itself; once something was told anew, only a clinician says what changes."""
    if sealed.number > 1 and sealed.outcome != "urgent":
        return "my/outcome/looking_again.html"
    return f"my/outcome/{sealed.outcome}.html"


def waiting(patient: Patient, now: datetime) -> dict[str, Any]:
    """Whether they are on the waiting list, and what is offered to them."""
    offers = patient.appointments.filter(state=Appointment.State.OFFERED, held_until__gt=now)
    offered = offers.select_related("clinician").first()
    waits = patient.waiting_places.filter(state=WaitingPlace.State.WAITING).exists()
    return {"offered": visit(offered) if offered else None, "on_waitlist": waits}


def told_decision(sealed: ScreeningRecord, *, now: datetime) -> Decision | None:
    """The standing decision, once the ten minutes are over in which the clinician can take it back."""
    decision = standing_decision(sealed)
    return decision if decision is not None and decision.decided_at + UNDO_FOR <= now else None


def letters(patient: Patient, *, most: int | None = LATEST) -> list[dict[str, Any]]:
    """The messages we sent, the latest first: their words as far as we can still say them, their day and their id."""
    sent = Message.objects.filter(patient=patient, state=Message.State.SENT).exclude(template__in=ASKED_FOR)
    zone = known_zone(patient)
    rows = []
    for message in sent.order_by("-sent_at")[:most]:
        message.patient = patient
        words = words_again(message)
        subject = words.subject if words else _("A message from us")
        text = words.text if words else ""
        rows.append({"id": message.pk, "subject": subject, "text": text, "on": on_day(message.sent_at, zone)})
    return rows


def on_day(moment: datetime, zone: str, *, with_clock: bool = False) -> str:
    """`December 3, 2026`, or `December 3, 2026 at 2:20 pm`, where the patient is."""
    day = presenters.long_date(local(moment, zone))
    return dates.day_and_clock(day, clock(moment, zone)) if with_clock else day


def _when(appointment: Appointment | None) -> str:
    return visit(appointment).when if appointment else ""


def _course(
    sealed: ScreeningRecord,
    decision: Decision | None,
    appointment: Appointment | None,
    *,
    now: datetime,
    **words: str,
) -> Course:
    patient = sealed.intake.patient
    zone = known_zone(patient)
    return Course(
        record=sealed,
        decision=decision,
        appointment=appointment,
        has_met=patient.appointments.filter(state=Appointment.State.COMPLETED).exists(),
        due=by_when(sealed.due_at, now=now, zone=zone),
        zone=zone,
        **words,
    )


def _has_something_to_do(course: Course, may_book: bool) -> bool:
    asked = course.decision is not None and course.decision.route == Route.ASK_FOR_MORE
    return asked or course.record.outcome == "urgent" or (may_book and course.appointment is None)


def _asked_of_us(
    patient: Patient, sealed: ScreeningRecord, decision: Decision | None, zone: str
) -> dict[str, dict[str, str]]:
    """What this patient has asked of us about this decision, each with its day."""
    about = decision.pk if decision else sealed.pk
    wishes = patient.wishes.filter(about=about)
    return {"wishes": {"may": "ask", **{wish.kind: on_day(wish.at, zone) for wish in wishes}}}


def _signed_as(sealed: ScreeningRecord) -> str:
    """The typed name, when it is another form of the full name of the form."""
    legal = str(sealed.answers["answers"].get("legal_name") or "")
    name = str(sealed.signature["name"])
    return name if legal and is_another_form(name, legal) else ""
