"""Staff pages beside a decision: a note, a match by hand, passing on, and the patient's words before they leave."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.intake.models import ScreeningRecord
from clinic.patients.languages import code_of, name_of
from clinic.reviews import actions, again_actions, answers, drafts, patient_words, snippets, taking_over, work_actions
from clinic.reviews.forms import MatchForm, NoteForm, PassOnForm
from clinic.reviews.models import Route, Waiting
from clinic.reviews.persons import person
from clinic.reviews.reading import HIGHEST_GRADE
from clinic.reviews.standing import standing_decision
from clinic.staff.frame import page, show
from clinic.staff.glass import of_their_team
from clinic.staff.review_page import decision_form, review_page, sent, view_of


@page(Permission.DECIDE, "POST")
@of_their_team
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Write a note about an intake."""
    record = sent(reference)
    form = NoteForm(request.POST, auto_id="n_%s")
    if not form.is_valid():
        return review_page(request, record, noting=form, status=422)
    text = form.cleaned_data["text"]
    work_actions.write_note(intake=record.intake, text=text, by=request.user.actor, now=timezone.now())
    return _back(request, reference)


@page(Permission.DECIDE, "POST")
@of_their_team
def keep_draft(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep what stands in the decision panel for later; nothing is signed."""
    record, now = sent(reference), timezone.now()
    form = decision_form(request, record, now, request.POST, is_draft=True)
    snippet = snippets.chosen(request.user, request.POST.get("insert", ""))
    if form.is_valid() and snippet:
        form.put_in(snippet)
    if not form.is_valid():
        return review_page(request, record, form=form, status=422)
    drafts.keep(record=record, told=form.told, by=request.user.actor, now=now, snippet=snippet)
    if "preview" in request.POST:
        return redirect("staff:preview", reference)
    return _back(request, reference, at=f"#d_{snippet.place}" if snippet else "")


@page(Permission.DECIDE, "POST")
@of_their_team
def not_reached(request: HttpRequest, reference: str) -> HttpResponse:
    """Put on the record that somebody tried to reach the patient; what they wrote is kept, what they chose is not."""
    record, by, now = sent(reference), request.user.actor, timezone.now()
    form = decision_form(request, record, now, request.POST, is_draft=True)
    if not form.is_valid():
        return review_page(request, record, form=form, status=422)
    if told := {name: value for name, value in form.told.items() if name != "route"}:
        drafts.keep(record=record, told=told, by=by, now=now)
    work_actions.not_reached(intake=record.intake, by=by, now=now)
    return _back(request, reference)


@page(Permission.DECIDE, "GET", "HEAD", "POST")
@of_their_team
def match(request: HttpRequest, reference: str) -> HttpResponse:
    """Say which medicine the patient's words mean; everything is screened again."""
    record = sent(reference)
    protocol, asked = answers.protocol_of(record), request.POST if request.method == "POST" else request.GET
    line = again_actions.unmatched_line(record, asked.get("medicine", ""))
    if protocol is None or line is None or standing_decision(record):
        return review_page(request, record, matched_before=True, status=409)
    form = MatchForm(request.POST or None, protocol=protocol, near=line.near)
    if request.method != "POST" or not form.is_valid():
        return _match_page(request, record, line, form)
    try:
        again_actions.match(
            record=record,
            medicine_id=line.id,
            ingredient=form.cleaned_data["ingredient"] or form.cleaned_data["other"],
            by=request.user.actor,
            now=timezone.now(),
        )
    except (actions.AlreadyDecided, actions.ChangedSince, again_actions.NotThatMedicine):
        return review_page(request, sent(reference), matched_before=True, status=409)
    return _back(request, reference)


def _match_page(
    request: HttpRequest, record: ScreeningRecord, line: again_actions.Unmatched, form: MatchForm
) -> HttpResponse:
    now = timezone.now()
    work_actions.open_intake(intake=record.intake, page="medicine", by=request.user.actor, now=now)
    who = person(record.intake.patient, record.intake, now=now)
    status = 422 if form.errors else 200
    return show(request, "match.html", record=record, person=who, line=line, form=form, status=status)


@page(Permission.DECIDE, "POST")
@of_their_team
def pass_on(request: HttpRequest, reference: str) -> HttpResponse:
    """Give an intake that waits to a colleague, to oneself, or back to everybody."""
    record = sent(reference)
    form = PassOnForm(request.POST)
    if not form.is_valid():
        return review_page(request, record, status=422)
    to = form.cleaned_data["to"]
    work_actions.pass_on(intake=record.intake, to=to, by=request.user.actor, now=timezone.now())
    return _back(request, reference)


@page(Permission.DECIDE, "POST")
@of_their_team
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the colleague who took an intake, or has it open, to hand it over."""
    record, now = sent(reference), timezone.now()
    waiting = Waiting.objects.filter(record=record, owner__isnull=False).select_related("owner").first()
    viewers = work_actions.others_viewing([record.intake], me=request.user, now=now)
    have_it = [waiting.owner] if waiting else list(viewers.values())
    asked = taking_over.ask_to_take_over(intake=record.intake, of=have_it, by=request.user.actor)
    return review_page(request, record, asked_for=asked, not_asked_for=not asked, status=200 if asked else 409)


@page(Permission.SEE_INTAKE)
@of_their_team
def preview(request: HttpRequest, reference: str) -> HttpResponse:
    """What the patient would get, for each decision, with its version and how hard it is to read.

    What this person kept as a draft is in it, and the decision they chose comes first.
    """
    record, now = sent(reference), timezone.now()
    work_actions.open_intake(intake=record.intake, page="preview", by=request.user.actor, now=now)
    patient, draft = record.intake.patient, drafts.of(record.intake, by=request.user)
    told = draft.told if draft and draft.record_id == record.pk else {}
    shown = [
        (route, patient_words.preview(route, record=record, by=request.user, told=told, request=request))
        for route in sorted(Route, key=lambda route: route != told.get("route"))
    ]
    return show(
        request,
        "preview.html",
        record=record,
        person=person(patient, record.intake, now=now),
        previews=shown,
        chosen=told.get("route", ""),
        highest=HIGHEST_GRADE,
        language="" if code_of(patient) == "en" else name_of(patient),
    )


def _back(request: HttpRequest, reference: str, *, at: str = "") -> HttpResponse:
    """The review again, in the view that it was opened from, at a field of it."""
    response = redirect("staff:review", reference)
    query = view_of(request).filters.query
    response["Location"] += (f"?{query}" if query else "") + at
    return response
