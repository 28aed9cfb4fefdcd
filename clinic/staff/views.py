"""Staff pages about one intake: its review, its decision, and all answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from clinic.accounts.allow import code_again
from clinic.accounts.permissions import Permission
from clinic.intake.models import ScreeningRecord
from clinic.reviews import actions, answers, medicines, presenters, second, signing, worklist
from clinic.reviews.forms import DecisionForm, ReopenForm
from clinic.reviews.models import Decision, FirstSignature
from clinic.reviews.persons import person
from clinic.reviews.work_actions import open_intake
from clinic.staff.frame import page, pages_for, show
from clinic.staff.glass import of_their_team
from clinic.staff.review_page import (
    basis,
    decision_form,
    intake_of,
    next_page,
    place_of,
    review_page,
    sent,
    view_of,
)

LONGEST_SEARCH: Final = 60


@page(Permission.SEE_STAFF_HOME)
def home(request: HttpRequest) -> HttpResponse:
    """The first page that this person may open."""
    pages = pages_for(request)
    return redirect(pages[0][0]) if pages else show(request, "home.html")


@page(Permission.SEE_INTAKE)
@of_their_team
def review(request: HttpRequest, reference: str) -> HttpResponse:
    """One intake with everything a decision needs."""
    return review_page(request, sent(reference))


@page(Permission.DECIDE, "POST")
@of_their_team
@code_again(when=lambda request: "overrides_stop" in request.POST)
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Sign a decision, and go on to the next intake."""
    record, now = sent(reference), timezone.now()
    form = decision_form(request, record, now, request.POST)
    if answers.protocol_of(record) is None:
        return review_page(request, record, status=409)
    if not form.is_valid():
        return review_page(request, record, form=form, status=422)
    place = place_of(record)
    try:
        _sign(request, record, form, now)
    except actions.SignedByOne as one:
        if _is_same_first(one.first, request, form):
            return next_page(request, place)
        return review_page(request, record, typed=form.cleaned_data["reason"], signed_by_one=True, status=409)
    except actions.AlreadyDecided as first:
        if _is_same(first.decision, request, form):
            return next_page(request, place)
        return review_page(request, record, typed=form.cleaned_data["reason"], conflict=True, status=409)
    except actions.ChangedSince:
        fresh = decision_form(request, record, now, initial={**form.cleaned_data, **basis(record)})
        return review_page(request, record, form=fresh, changed=True, status=409)
    except signing.StopNeedsSecondStep:
        return _second_step(request, record, form)
    except actions.NobodyElse:
        return _second_step(request, record, form, nobody_else=True)
    except signing.MayNotDecide:
        raise PermissionDenied from None
    return next_page(request, place)


@page(Permission.DECIDE, "POST")
@of_their_team
def undo(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Take one's own decision back before its message leaves."""
    decision = get_object_or_404(Decision.objects.select_related("record__intake"), pk=decision_id)
    try:
        actions.undo(decision=decision, by=request.user.actor, now=timezone.now())
    except signing.MayNotDecide:
        return review_page(request, sent(decision.record.intake.reference), not_yours=True, status=409)
    except actions.TooLateToUndo:
        return review_page(request, sent(decision.record.intake.reference), too_late=True, status=409)
    return redirect("staff:review", decision.record.intake.reference)


@page(Permission.DECIDE, "POST")
@of_their_team
def reopen(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Set a standing decision aside, so that its intake waits again."""
    decision = get_object_or_404(Decision.objects.select_related("record__intake"), pk=decision_id)
    reference = decision.record.intake.reference
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return review_page(request, sent(reference), reopening=form, status=422)
    try:
        actions.reopen(decision=decision, reason=form.cleaned_data["reason"], by=request.user.actor, now=timezone.now())
    except actions.TooLateToUndo:
        return review_page(request, sent(reference), too_late=True, status=409)
    return redirect("staff:review", reference)


@page(Permission.SEE_INTAKE, "GET", "HEAD", "POST")
@of_their_team
def all_answers(request: HttpRequest, reference: str) -> HttpResponse:
    """Every question as it was asked with its answer, and every check with what came of it.

    A POST looks for words in them and changes nothing: words about health stand in no address.
    """
    intake, now = intake_of(reference), timezone.now()
    record = worklist.latest_record(intake.pk)
    open_intake(intake=intake, page="answers", by=request.user.actor, now=now)
    signed = intake.records.order_by("number").first()
    protocol = answers.protocol_of(record or intake)
    given = record.answers["answers"] if record else intake.answers
    listed = record.answers["medicines"] if record else intake.medicines
    on = date.fromisoformat(record.result["on"]) if record else timezone.localtime(now).date()
    facts = answers.facts_of(protocol, given, on) if protocol else None
    sought = request.POST.get("find", "")[:LONGEST_SEARCH]
    parts = answers.found(answers.parts(facts, intake, now=now), sought) if facts else []
    return show(
        request,
        "answers_as_text.html" if "text" in request.GET or "text" in request.POST else "answers.html",
        person=person(intake.patient, intake, now=now),
        sought=sought.strip(),
        count=sum(len(part.asked) for part in parts),
        parts=parts,
        listed=medicines.as_listed(listed, intake.history, now=now),
        checks=answers.checks(record.result, protocol) if record and protocol else [],
        rows=medicines.rows(record.result, protocol, record.answers["medicines"]) if record else [],
        protocol=(record or intake).protocol,
        is_sent=record is not None,
        signed_as=signed.signature["name"] if signed else "",
        is_readable=facts is not None,
    )


def _sign(request: HttpRequest, record: ScreeningRecord, form: DecisionForm, now: datetime) -> None:
    told = form.cleaned_data
    actions.decide(
        record=record,
        route=told["route"],
        reason=told["reason"],
        reason_code=told["reason_code"],
        conditions=told["conditions"],
        valid_until=told["valid_until"],
        overrides_stop=told["overrides_stop"],
        asks=told["asks"],
        wants_second=told["wants_second"],
        words_to_patient=told["words_to_patient"],
        contact=form.contact,
        basis_answers_hash=told["basis_answers_hash"],
        basis_seal=told["basis_seal"],
        by=request.user.actor,
        now=now,
    )


def _second_step(
    request: HttpRequest, record: ScreeningRecord, form: DecisionForm, *, nobody_else: bool = False
) -> HttpResponse:
    """The page that says what is about to be overridden, and asks for it to be read; who signs is asked after it."""
    not_read = "second_step" in request.POST and not nobody_else
    open_intake(intake=record.intake, page="review", by=request.user.actor, now=timezone.now())
    return show(
        request,
        "second_step.html",
        status=422,
        record=record,
        person=person(record.intake.patient, record.intake, now=timezone.now()),
        form=form,
        stops=presenters.stops(record),
        query=view_of(request).filters.query,
        not_read=not_read,
        nobody_else=nobody_else,
        error_title=not_read or nobody_else,
        asked=second.asked_by_protocol(record, form.cleaned_data["route"], over_a_stop=True),
        others=second.clinicians().exclude(pk=request.user.pk).exists(),
    )


def _is_same(decision: Decision, request: HttpRequest, form: DecisionForm) -> bool:
    """True when the decision that stands is this very one, sent twice."""
    told = (decision.decided_by_id, decision.route, decision.reason)
    return told == (request.user.pk, form.cleaned_data["route"], form.cleaned_data["reason"].strip())


def _is_same_first(first: FirstSignature, request: HttpRequest, form: DecisionForm) -> bool:
    """True when the first signature that waits is this very one, sent twice."""
    told = (first.signed_by_id, first.route, first.told["reason"])
    return told == (request.user.pk, form.cleaned_data["route"], form.cleaned_data["reason"].strip())
