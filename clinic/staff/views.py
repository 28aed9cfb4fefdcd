"""Staff pages about intakes: the worklist, one review, its decision, and all answers."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.intake.models import Intake, ScreeningRecord
from clinic.reviews import actions, answers, presenters, signing, suggestion, worklist
from clinic.reviews.forms import DecisionForm, ReopenForm
from clinic.reviews.models import Decision
from clinic.reviews.standing import standing_decision
from clinic.staff.actions import look_over
from clinic.staff.frame import page, pages_for, show

ROWS = 50


@page(Permission.SEE_STAFF_HOME)
def home(request: HttpRequest) -> HttpResponse:
    """The first page that this person may open."""
    pages = pages_for(request)
    return redirect(pages[0][0]) if pages else show(request, "home.html")


@page(Permission.SEE_WORKLIST)
def list_of_waiting(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, urgent apart."""
    now = timezone.now()
    after = worklist.Place.read(request.GET.get("after", ""))
    found = worklist.waiting(after=after, limit=ROWS + 1)
    shown = found[:ROWS]
    look_over(page="worklist", shown=[each.record.intake.reference for each in shown], by=request.user.actor)
    lines = [presenters.worklist_line(each, now=now) for each in shown]
    return show(
        request,
        "worklist.html",
        urgent=[line for line in lines if line.is_urgent],
        others=[line for line in lines if not line.is_urgent],
        after=worklist.Place.of(shown[-1]) if len(found) > ROWS else None,
        is_first=after is None,
        just_signed=_just_signed(request, now),
    )


@page(Permission.SEE_INTAKE)
def review(request: HttpRequest, reference: str) -> HttpResponse:
    """One intake with everything a decision needs."""
    record = _sent(reference)
    actions.look(intake=record.intake, page="review", by=request.user.actor)
    return _review_page(request, record)


@page(Permission.DECIDE, "POST")
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Sign a decision, and go on to the next intake."""
    record, now = _sent(reference), timezone.now()
    form = _form(record, now, request.POST)
    if answers.protocol_of(record) is None:
        return _review_page(request, record, status=409)
    if not form.is_valid():
        return _review_page(request, record, form=form, status=422)
    place = _place(record)
    try:
        _sign(request, record, form, now)
    except actions.AlreadyDecided as first:
        if _is_same(first.decision, request, form):
            return _next(place)
        return _review_page(request, record, typed=form.cleaned_data["reason"], conflict=True, status=409)
    except actions.ChangedSince:
        fresh = _form(record, now, initial={**form.cleaned_data, **_basis(record)})
        return _review_page(request, record, form=fresh, changed=True, status=409)
    except signing.StopNeedsSecondStep:
        return _second_step(request, record, form)
    except signing.MayNotDecide:
        raise PermissionDenied from None
    return _next(place)


@page(Permission.DECIDE, "POST")
def undo(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Take one's own decision back before its message leaves."""
    decision = get_object_or_404(Decision.objects.select_related("record__intake"), pk=decision_id)
    try:
        actions.undo(decision=decision, by=request.user.actor, now=timezone.now())
    except signing.MayNotDecide:
        return _review_page(request, _sent(decision.record.intake.reference), not_yours=True, status=409)
    except actions.TooLateToUndo:
        return _review_page(request, _sent(decision.record.intake.reference), too_late=True, status=409)
    return redirect("staff:review", decision.record.intake.reference)


@page(Permission.DECIDE, "POST")
def reopen(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Set a standing decision aside, so that its intake waits again."""
    decision = get_object_or_404(Decision.objects.select_related("record__intake"), pk=decision_id)
    reference = decision.record.intake.reference
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return _review_page(request, _sent(reference), reopening=form, status=422)
    try:
        actions.reopen(decision=decision, reason=form.cleaned_data["reason"], by=request.user.actor, now=timezone.now())
    except actions.TooLateToUndo:
        return _review_page(request, _sent(reference), too_late=True, status=409)
    return redirect("staff:review", reference)


@page(Permission.SEE_INTAKE)
def all_answers(request: HttpRequest, reference: str) -> HttpResponse:
    """Every question as it was asked with its answer, and every check with what came of it."""
    intake, now = _intake(reference), timezone.now()
    record = worklist.latest_record(intake.pk)
    actions.look(intake=intake, page="answers", by=request.user.actor)
    protocol = answers.protocol_of(record or intake)
    given = record.answers["answers"] if record else intake.answers
    on = date.fromisoformat(record.result["on"]) if record else timezone.localtime(now).date()
    facts = answers.facts_of(protocol, given, on) if protocol else None
    return show(
        request,
        "answers.html",
        person=presenters.person_of(intake, now=now),
        parts=answers.parts(facts, intake, now=now) if facts else [],
        medicines=answers.medicines_as_typed(record.answers["medicines"] if record else intake.medicines),
        checks=answers.checks(record.result, protocol) if record and protocol else [],
        is_sent=record is not None,
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
        contact=form.contact,
        basis_answers_hash=told["basis_answers_hash"],
        basis_seal=told["basis_seal"],
        by=request.user.actor,
        now=now,
    )


def _review_page(
    request: HttpRequest,
    record: ScreeningRecord,
    *,
    form: DecisionForm | None = None,
    reopening: ReopenForm | None = None,
    status: int = 200,
    **said: object,
) -> HttpResponse:
    """The review page, with a form to sign, or with the decision that stands."""
    now = timezone.now()
    standing = standing_decision(record)
    place = _place(record)
    following = worklist.waiting(after=place, limit=1)
    above = worklist.before(place)
    shown = presenters.review(record, now=now)
    return show(
        request,
        "review.html",
        status=status,
        record=record,
        page=shown,
        form=None if standing else form or _form(record, now, initial=_basis(record)),
        suggested=suggestion.suggested_route(record) or "",
        standing=standing,
        signed=presenters.signed(standing, by=request.user, now=now) if standing else None,
        reopening=(reopening or ReopenForm()) if standing else None,
        may_decide=request.user.may(Permission.DECIDE),
        previous=above.record.intake.reference if above else "",
        following=following[0].record.intake.reference if following else "",
        just_signed=None if standing else _just_signed(request, now),
        **said,
    )


def _second_step(request: HttpRequest, record: ScreeningRecord, form: DecisionForm) -> HttpResponse:
    """The page that says what is about to be overridden, and asks for it to be read."""
    return show(
        request,
        "second_step.html",
        status=422,
        record=record,
        person=presenters.person_of(record.intake, now=timezone.now()),
        form=form,
        stops=presenters.stops(record),
        was_asked="second_step" in request.POST,
        error_title="second_step" in request.POST,
    )


def _form(
    record: ScreeningRecord, now: datetime, data: object = None, *, initial: dict[str, object] | None = None
) -> DecisionForm:
    return DecisionForm(data, initial=initial, record=record, now=now, auto_id="d_%s")


def _is_same(decision: Decision, request: HttpRequest, form: DecisionForm) -> bool:
    """True when the decision that stands is this very one, sent twice."""
    told = (decision.decided_by_id, decision.route, decision.reason)
    return told == (request.user.pk, form.cleaned_data["route"], form.cleaned_data["reason"].strip())


def _basis(record: ScreeningRecord) -> dict[str, object]:
    return {"basis_answers_hash": record.answers_hash, "basis_seal": record.seal}


def _place(record: ScreeningRecord) -> worklist.Place:
    return worklist.Place(suggestion.is_urgent(record), record.due_at, record.pk)


def _next(place: worklist.Place) -> HttpResponse:
    """The next intake that waits, from the top when this was the last one, or the worklist when none does."""
    following = worklist.waiting(after=place, limit=1) or worklist.waiting(limit=1)
    return redirect("staff:review", following[0].record.intake.reference) if following else redirect("staff:worklist")


def _just_signed(request: HttpRequest, now: datetime) -> dict[str, object] | None:
    """This person's last decision while it can still be undone, so that a slip is noticed on the next page."""
    decision = worklist.just_signed(request.user, now=now)
    if decision is None:
        return None
    return {"decision": decision, "signed": presenters.signed(decision, by=request.user, now=now)}


def _intake(reference: str) -> Intake:
    return get_object_or_404(Intake.objects.select_related("patient"), reference=reference)


def _sent(reference: str) -> ScreeningRecord:
    """The last record of an intake; a draft has none, and is no page yet."""
    record = worklist.latest_record(_intake(reference).pk)
    if record is None:
        raise Http404
    return record
