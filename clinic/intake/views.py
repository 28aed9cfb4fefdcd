"""The patient's pages from the start of the form to sending it: find, allow, act, answer."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.audit import actors
from clinic.intake import (
    actions,
    check_actions,
    drafts,
    link_actions,
    medicine_list,
    onward,
    presenters,
    protocols,
    quick_check,
    send_actions,
)
from clinic.intake.forms import PageForm
from clinic.intake.journeys import address, page_at
from clinic.intake.models import Intake
from clinic.intake.sign_form import SignForm
from clinic.intake.views_late import after_sending
from clinic.patients import session
from clinic.patients.zones import likely_zone
from screening.journey import Journey
from screening.protocol import Page

NEXT_NEEDED = _("We brought you to the next question we need.")


def of_draft(view: Any) -> Any:
    """Give a view the intake that is being filled in; one that was sent leads to what happens next.

    Clock times on its page are those of where the patient lives.
    """

    @session.of_patient_id
    @wraps(view)
    def with_draft(request: HttpRequest, patient_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        intake = Intake.objects.latest_of(patient_id)
        if intake is None:
            return redirect("intake:start")
        asked = {name: kwargs[name] for name in ("part", "number") if name in kwargs}
        if intake.state != Intake.State.DRAFT:
            return after_sending(request, intake, **asked)
        session.lives_in(request, intake.answers.get("country"))
        try:
            with timezone.override(likely_zone(intake.answers.get("region"))):
                return view(request, intake, *args, **kwargs)
        except actions.AlreadySubmitted:
            return after_sending(request, intake, **asked)

    return with_draft


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """What the form is; starting makes an intake and lets this browser in."""
    patient = session.known(request)
    has_draft = bool(patient and patient.intakes.filter(state=Intake.State.DRAFT).exists())
    if request.method == "POST":
        if not has_draft:
            intake = actions.begin(by=actors.VISITOR, now=timezone.now())
            told = quick_check.for_the_form(quick_check.answers(request))
            check_actions.carry_in(intake=intake, told=told, by=actors.VISITOR)
            quick_check.forget(request)
            session.let_in(request, intake.patient)
        return redirect("intake:tasks")
    return render(request, "intake/start.html", {"has_draft": has_draft})


@require_safe
@of_draft
def tasks(request: HttpRequest, intake: Intake) -> HttpResponse:
    """The task list."""
    now = timezone.now()
    journey = protocols.journey_of(intake, now=now)
    first = journey.first_open()
    joint = protocols.joined_for(intake)
    rows = presenters.task_rows(journey, joint)
    context = {
        "intake": intake,
        "tasks": rows,
        "not_reached": link_actions.could_not_be_reached(intake.patient_id),
        "ends_at": drafts.is_ending(intake, now=now),
        "new_pages": presenters.new_pages(journey, joint),
        "done": sum(row.state == "completed" for row in rows),
        "minutes": presenters.minutes_left(journey),
        "next_url": address(journey.facts.protocol, first) if first else reverse("intake:answers"),
        "next_part": presenters.part_number(journey, first)[1] if first else "",
    }
    return render(request, "intake/tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
def page(request: HttpRequest, intake: Intake, part: str, number: int) -> HttpResponse:
    """One page of questions."""
    now = timezone.now()
    journey = protocols.journey_of(intake, now=now)
    protocol = journey.facts.protocol
    asked = page_at(protocol, part, number)
    if asked is None:
        raise Http404
    if not journey.may_visit(asked):
        return to_next_needed(request, journey)
    if asked.kind == "sign":
        return redirect("intake:answers")
    if asked.kind == "medicines":
        return medicines(request, intake, journey, asked)
    form = PageForm(asked, journey, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        saved = actions.save_page(
            intake=intake, page=asked, answers=form.answers(), by=actors.patient(intake.patient_id), now=now
        )
        return _after_saving(request, saved, asked)
    field, words = presenters.heading(asked, form)
    context = {**page_context(request, intake, journey, asked), "form": form, "heading": words, "heading_field": field}
    context["below_heading"] = presenters.notes(asked, context)
    return render(request, "intake/page.html", context, status=200 if request.method != "POST" else 422)


def medicines(request: HttpRequest, intake: Intake, journey: Journey, asked: Page) -> HttpResponse:
    """The list of medicines; "that is all" goes on, and an empty list goes on too and is looked at by a person."""
    if request.method == "POST":
        by = actors.patient(intake.patient_id)
        saved = actions.save_page(intake=intake, page=asked, answers={}, by=by, now=timezone.now())
        return _after_saving(request, saved, asked)
    removed = request.GET.get("removed", "")
    context = {
        **page_context(request, intake, journey, asked),
        "rows": presenters.medicine_rows(intake, onward.query(request)),
        "removed": medicine_list.removed(intake, removed) if removed else None,
        "query": onward.query(request),
    }
    return render(request, "intake/medicines.html", context)


@require_safe
@of_draft
def answers(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Check your answers before signing."""
    journey = protocols.journey_of(intake, now=timezone.now())
    first = journey.first_open()
    if first is not None and first.kind != "sign":
        return to_next_needed(request, journey)
    if slip := onward.first_odd(intake, journey):
        return redirect(onward.right_address(journey, slip, to_check=True))
    removed = presenters.removed_answers(intake, journey)
    context = {
        "removed": presenters.no_longer_apply(removed) if removed else "",
        "parts": list(presenters.answer_parts(journey)),
        "medicines": presenters.medicine_rows(intake, onward.TO_CHECK),
        "medicines_url": presenters.medicines_url(journey),
        "back_url": reverse("intake:tasks"),
    }
    return render(request, "intake/answers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@session.of_patient_id
def sign(request: HttpRequest, patient_id: str) -> HttpResponse:
    """Read, agree and sign. The same form again shows the same result; another is refused, nothing is lost."""
    now = timezone.now()
    intake = Intake.objects.latest_of(patient_id)
    if intake is None:
        return redirect("intake:start")
    if request.method != "POST" and intake.state != Intake.State.DRAFT:
        return redirect("my:status")
    session.lives_in(request, intake.answers.get("country"))
    journey = protocols.journey_of(intake, now=now)
    asked = next(each for each in journey.facts.protocol.pages.values() if each.kind == "sign")
    if request.method != "POST" and not journey.may_visit(asked):
        return to_next_needed(request, journey)
    form = SignForm(asked, journey, intake.submit_key, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _send(request, intake, asked, form)
    context = {**page_context(request, intake, journey, asked), "form": form}
    return render(request, "intake/sign.html", context, status=422 if form.errors else 200)


def _send(request: HttpRequest, intake: Intake, asked: Page, form: SignForm) -> HttpResponse:
    try:
        send_actions.submit(
            intake=intake,
            key=form.cleaned_data["key"],
            name=form.cleaned_data["signature"],
            consents=form.answers(),
            page=asked,
            by=actors.patient(intake.patient_id),
            now=timezone.now(),
        )
    except send_actions.SentDifferently:
        return render(request, "intake/already_sent.html", status=422)
    except send_actions.Incomplete as incomplete:
        messages.info(request, NEXT_NEEDED)
        return redirect(address(protocols.of(intake), incomplete.page) if incomplete.page else "intake:tasks")
    return redirect("my:status")


def _after_saving(request: HttpRequest, saved: actions.Saved, asked: Page) -> HttpResponse:
    journey = Journey(saved.facts, frozenset(saved.intake.visited))
    to_check = onward.came_to_change(request)
    next_url = onward.after(journey, asked, to_check=to_check)
    if onward.odd_on(saved.intake, journey, asked):
        next_url = onward.right_address(journey, asked, to_check=to_check)
    if saved.no_longer_apply and next_url != reverse("intake:answers"):  # that page says it by itself
        messages.info(request, presenters.no_longer_apply(saved.no_longer_apply))
    return redirect("intake:help" if saved.help_now else next_url)


def to_next_needed(request: HttpRequest, journey: Journey) -> HttpResponse:
    """Lead somebody who jumped ahead to the first page that is not done."""
    messages.info(request, NEXT_NEEDED)
    first = journey.first_open()
    return redirect(address(journey.facts.protocol, first) if first else "intake:answers")


def page_context(request: HttpRequest, intake: Intake, journey: Journey, asked: Page) -> dict[str, Any]:
    """What every page of the form says: which part, how far, the way back, and when it was saved."""
    before = journey.before(asked)
    number, title = presenters.part_number(journey, asked)
    joint = protocols.joined_for(intake)
    back_url = address(journey.facts.protocol, before) if before else reverse("intake:tasks")
    if onward.came_to_change(request):
        back_url = reverse("intake:answers")
    return {
        "intake": intake,
        "page": asked,
        "part": number,
        "is_part_start": before is None or before.part != asked.part,
        "parts": len(journey.facts.protocol.parts),
        "name": title,
        "back_url": back_url,
        "saved_at": intake.saved_at if intake.visited else None,
        "is_new": asked.id in joint.new or asked.id in joint.again,
        "is_carried_in": asked.id not in intake.visited and any(q in intake.answers for q in asked.questions),
    }
