"""Staff pages that look back at one intake: its history, and the whole review on paper."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.intake.models import Intake
from clinic.reviews import answers, medicines, presenters, second, second_presenters, versions
from clinic.reviews.persons import person
from clinic.reviews.standing import standing_decision
from clinic.reviews.words import day_of, time_of
from clinic.reviews.work_actions import open_intake
from clinic.staff.frame import page, show
from clinic.staff.glass import of_their_team
from clinic.staff.review_page import sent


@page(Permission.SEE_INTAKE)
@of_their_team
def history(request: HttpRequest, reference: str) -> HttpResponse:
    """Every record of an intake, what is new in each, and every decision, also those that do not stand any more."""
    intake, now = sent(reference).intake, timezone.now()
    open_intake(intake=intake, page="history", by=request.user.actor, now=now)
    others = intake.patient.intakes.filter(state=Intake.State.SUBMITTED).exclude(pk=intake.pk)
    return show(
        request,
        "history.html",
        person=person(intake.patient, intake, now=now),
        patient=intake.patient,
        versions=versions.versions(intake, by=request.user, now=now),
        notes=intake.notes.select_related("written_by").order_by("-written_at"),
        others=others.order_by("-submitted_at"),
    )


@page(Permission.SEE_INTAKE)
@of_their_team
def on_paper(request: HttpRequest, reference: str) -> HttpResponse:
    """The whole review to be printed: black on white, and on every sheet what it is about and what it rests on."""
    record, now = sent(reference), timezone.now()
    open_intake(intake=record.intake, page="print", by=request.user.actor, now=now)
    standing, today = standing_decision(record), timezone.localdate()
    first = None if standing else second.waited_for(record)
    protocol, on = answers.protocol_of(record), date.fromisoformat(record.result["on"])
    facts = answers.facts_of(protocol, record.answers["answers"], on) if protocol else None
    return show(
        request,
        "print.html",
        record=record,
        page=presenters.review(record, now=now),
        standing=standing,
        signed=presenters.signed(standing, by=request.user, now=now) if standing else None,
        waits=second_presenters.first_signature(first, by=request.user, now=now) if first else None,
        parts=answers.parts(facts, record.intake, now=now) if facts else [],
        listed=medicines.as_listed(record.answers["medicines"], record.intake.history, now=now),
        notes=record.intake.notes.select_related("written_by").order_by("written_at"),
        printed=f"{day_of(today, today=today)}, {today.year}, {time_of(now)}",
    )
