"""The review page, which many answers lead back to: with a form to sign, or with the decision that stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.permissions import Permission
from clinic.booking import zones
from clinic.booking.models import Appointment
from clinic.intake.models import Intake, ScreeningRecord
from clinic.reviews import (
    drafts,
    presenters,
    second,
    second_presenters,
    snippets,
    suggestion,
    taking_over,
    words,
    work_actions,
    worklist,
)
from clinic.reviews.filters import Filters
from clinic.reviews.forms import DecisionForm, NoteForm, PassOnForm, ReopenForm, offer
from clinic.reviews.models import DecisionDraft, FirstSignature, Snippet, Waiting
from clinic.reviews.reading import HIGHEST_GRADE, reading
from clinic.reviews.second import clinicians
from clinic.reviews.second_forms import AgreeForm, DeclineForm
from clinic.reviews.standing import booking_standing, standing_decision
from clinic.staff.frame import show
from clinic.staff.signed_just_now import just_signed

MOST_COUNTED = 99


def review_page(
    request: HttpRequest,
    record: ScreeningRecord,
    *,
    form: DecisionForm | None = None,
    reopening: ReopenForm | None = None,
    noting: NoteForm | None = None,
    agreeing: AgreeForm | None = None,
    declining: DeclineForm | None = None,
    status: int = 200,
    **said: object,
) -> HttpResponse:
    """The review page of a record, which is a look at it, also when it only answers a form with what is wrong.

    Args:
        request: who asks; the filters in its address say what comes next.
        record: the last one of its intake.
        form, reopening, noting, agreeing, declining: what was typed and cannot be taken as it is.
        status: of the answer.
        said: what the page says above the panels.
    """
    now = timezone.now()
    work_actions.open_intake(intake=record.intake, page="review", by=request.user.actor, now=now)
    shown = presenters.review(record, now=now)
    standing, draft = standing_decision(record), drafts.of(record.intake, by=request.user)
    passing = PassOnForm(auto_id="p_%s")
    waiting = None if standing else Waiting.objects.filter(record=record).select_related("owner").first()
    last = second.latest(record) if waiting and waiting.is_second_look else None
    if standing is None:
        form = form or decision_form(request, record, now, initial=basis(record) | _kept(record, draft))
        ready = snippets.offered(request.user, (Snippet.Place.REASON, Snippet.Place.PATIENT))
        offer(clinicians(), form.fields["contacted_by"], passing.fields["to"])
    return show(
        request,
        "review.html",
        status=status,
        record=record,
        page=shown,
        form=None if standing else form,
        choices=[] if standing else second_presenters.with_second(record, shown.choices),
        passing=passing,
        ready=ready if standing is None else [],
        draft=None if standing else draft,
        reads=reading(form["words_to_patient"].value() or "") if form and standing is None else None,
        highest=HIGHEST_GRADE,
        kept_at=words.moment(draft.kept_at, now=now) if draft else "",
        is_draft_of_this=draft is not None and draft.record_id == record.pk,
        suggested=suggestion.suggested_route(record) or "",
        standing=standing,
        signed=presenters.signed(standing, by=request.user, now=now) if standing else None,
        reopening=(reopening or ReopenForm()) if standing else None,
        noting=noting or NoteForm(auto_id="n_%s"),
        is_noting=noting is not None or "note" in request.GET,
        may_decide=request.user.may(Permission.DECIDE),
        booked=_booked(record, now),
        just_signed=None if standing else just_signed(request, now),
        **_second(request, last, now, agreeing=agreeing, declining=declining),
        **_work(request, record, waiting, now, is_decided=standing is not None),
        **said,
    )


def decision_form(
    request: HttpRequest, record: ScreeningRecord, now: datetime, data: object = None, **told: Any
) -> DecisionForm:
    """The decision panel of a record, for the person who asks."""
    return DecisionForm(data, record=record, by=request.user, now=now, auto_id="d_%s", **told)


def _kept(record: ScreeningRecord, draft: DecisionDraft | None) -> dict[str, Any]:
    """What this person wrote before. When the answers changed since, their choice is theirs to make again."""
    if draft is None:
        return {}
    return draft.told if draft.record_id == record.pk else {**draft.told, "route": ""}


def basis(record: ScreeningRecord) -> dict[str, object]:
    """What a decision about this record rests on."""
    return {"basis_answers_hash": record.answers_hash, "basis_seal": record.seal}


def place_of(record: ScreeningRecord) -> worklist.Place:
    """Where this record stands in the worklist, or stood."""
    waiting = Waiting.objects.filter(record=record).first()
    if waiting is not None:
        return worklist.Place.of(waiting)
    return worklist.Place(suggestion.is_urgent(record), record.due_at, record.pk)


def view_of(request: HttpRequest) -> worklist.View:
    """The worklist as this person looks at it, by the filters in the address."""
    return worklist.View(Filters.read(request.GET), request.user, timezone.now())


def next_page(request: HttpRequest, place: worklist.Place) -> HttpResponse:
    """The next intake of this view, from the top when this was the last one, or the worklist when none is left."""
    view = view_of(request)
    following = worklist.next_for(request.user, after=place, view=view)
    following = following or worklist.next_for(request.user, after=None, view=view)
    query = f"?{view.filters.query}" if view.filters.query else ""
    if following is None:
        return redirect("staff:worklist")
    response = redirect("staff:review", following.record.intake.reference)
    response["Location"] += query
    return response


def intake_of(reference: str) -> Intake:
    """An intake by its reference, with its patient."""
    return get_object_or_404(Intake.objects.select_related("patient"), reference=reference)


def sent(reference: str) -> ScreeningRecord:
    """The last record of an intake; a draft has none, and is no page yet."""
    records = ScreeningRecord.objects.filter(intake__reference=reference).select_related("intake__patient")
    record = records.order_by("number").last()
    if record is None:
        raise Http404
    return record


def _work(
    request: HttpRequest, record: ScreeningRecord, waiting: Waiting | None, now: datetime, *, is_decided: bool
) -> dict[str, Any]:
    """Whose it is, who else has it open, when it is due, and what stands before and after it in this view."""
    view = view_of(request)
    place = worklist.Place.of(waiting) if waiting else place_of(record) if not is_decided else _decided_place(record)
    above = worklist.before(place, view=view)
    following = worklist.waiting(after=place, limit=1, view=view)
    number, whole = worklist.position(place, view=view, limit=MOST_COUNTED) if waiting else (0, 0)
    viewers = work_actions.others_viewing([record.intake], me=request.user, now=now)
    due_at = waiting.due_at if waiting else record.due_at
    return {
        "filters": view.filters,
        "previous": above.record.intake.reference if above else "",
        "following": following[0].record.intake.reference if following else "",
        "position": f"{number} of {f'{MOST_COUNTED}+' if whole > MOST_COUNTED else whole}" if waiting else "",
        "is_waiting": waiting is not None,
        "owner": waiting.owner if waiting else None,
        "viewer": viewers.get(record.intake_id),
        "wanted_by": _wanted_by(request, record) if waiting and viewers else None,
        "due": words.due(due_at, now=now),
        "is_late": due_at < now,
    }


def _wanted_by(request: HttpRequest, record: ScreeningRecord) -> User | None:
    """The colleague who asked this person for this form."""
    asks = taking_over.asked_of(request.user)
    return next((each.by for each in asks if each.reference == record.intake.reference), None)


def _decided_place(record: ScreeningRecord) -> worklist.Place:
    return worklist.Place(suggestion.is_urgent(record), record.due_at, record.pk)


def _second(
    request: HttpRequest,
    last: FirstSignature | None,
    now: datetime,
    *,
    agreeing: AgreeForm | None,
    declining: DeclineForm | None,
) -> dict[str, Any]:
    """What one clinician signed last: with the forms of a second one while it waits, in words when it was sent back."""
    if last is None or last.state not in (FirstSignature.State.WAITING, FirstSignature.State.DECLINED):
        return {}
    shown = second_presenters.first_signature(last, by=request.user, now=now)
    if last.state == FirstSignature.State.DECLINED:
        return {"returned": shown}
    return {
        "first": last,
        "waits": shown,
        "stops": presenters.stops(last.record) if last.overrides_stop else [],
        "agreeing": agreeing or AgreeForm(first=last),
        "declining": declining or DeclineForm(auto_id="h_%s"),
    }


def _booked(record: ScreeningRecord, now: datetime) -> dict[str, object] | None:
    """The coming appointment of this patient, and what it waits for while it is frozen."""
    patient = record.intake.patient
    coming = Appointment.objects.filter(patient=patient).upcoming(now).select_related("clinician").first()
    if coming is None:
        return None
    standing = booking_standing(patient, now=now)
    return {
        "when": zones.in_words(coming.start, coming.time_zone),
        "clinician": coming.clinician.name,
        "is_frozen": not standing.may_book,
    }
