"""Staff pages about the letter to a prescriber: written, read as it will be sent, sent, answered."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.followups.models import FollowUp
from clinic.followups.task_actions import close_tasks
from clinic.intake.models import ScreeningRecord
from clinic.reviews import letter_actions, letters, put_in, snippets, work_actions
from clinic.reviews.forms import LetterForm, SentForm
from clinic.reviews.letter_pdf import as_pdf
from clinic.reviews.models import Letter, Snippet
from clinic.reviews.persons import person
from clinic.reviews.reading import HIGHEST_GRADE, reading
from clinic.reviews.words import day_of
from clinic.staff.frame import page, show
from clinic.staff.glass import of_their_team
from clinic.staff.review_page import sent

TITLE = "Letter to a prescriber"


@page(Permission.DECIDE, "GET", "HEAD", "POST")
@of_their_team
def letter(request: HttpRequest, reference: str) -> HttpResponse:
    """The letter about an intake; a POST begins it or changes its words."""
    record = sent(reference)
    written = Letter.objects.filter(record=record).first()
    if request.method != "POST":
        return _page(request, record, written)
    if written is None:
        return _begin(request, record)
    form = LetterForm(request.POST)
    if not form.is_valid():
        return _page(request, record, written, form=form, status=422)
    snippet = snippets.chosen(request.user, request.POST.get("insert", ""))
    if snippet and not form.put_in(snippet):
        return _page(request, record, written, form=form, status=422)
    told = form.cleaned_data
    try:
        letter_actions.change_letter(
            letter=written, to=told["to"], text=told["text"], by=request.user.actor, snippet=snippet
        )
    except letter_actions.NotInThatState:
        return _page(request, record, Letter.objects.get(pk=written.pk), other_first=True, status=409)
    return redirect("staff:letter", reference)


@page(Permission.DECIDE, "POST")
@of_their_team
def letter_sent(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep that the letter was sent and how; its task is done, and its reply is waited for."""
    record, written = _written(reference)
    form = SentForm(request.POST)
    if not form.is_valid():
        return _page(request, record, written, sending=form, status=422)
    now, by = timezone.now(), request.user.actor
    try:
        letter_actions.send_letter(letter=written, way=form.cleaned_data["way"], by=by, now=now)
    except letter_actions.NoConsent:
        return _page(request, record, written, status=409)
    except letter_actions.NotInThatState:
        return _page(request, record, Letter.objects.get(pk=written.pk), other_first=True, status=409)
    close_tasks(patient=record.intake.patient, stop_conditions=("sent",), reason="letter sent", by=by, now=now)
    return redirect("staff:letter", reference)


@page(Permission.DECIDE, "POST")
@of_their_team
def letter_answered(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep that the prescriber answered; the reminders that wait for it are done."""
    record, written = _written(reference)
    now, by = timezone.now(), request.user.actor
    try:
        letter_actions.keep_reply(letter=written, by=by, now=now)
    except letter_actions.NotInThatState:
        return _page(request, record, Letter.objects.get(pk=written.pk), other_first=True, status=409)
    close_tasks(patient=record.intake.patient, stop_conditions=("reply",), reason="prescriber answered", by=by, now=now)
    return redirect("staff:letter", reference)


@page(Permission.DECIDE)
@of_their_team
def letter_file(request: HttpRequest, reference: str) -> HttpResponse:
    """The letter as a PDF, to be printed, faxed or sent by secure mail."""
    record, written = _written(reference)
    if not letters.may_write(record) and written.state == Letter.State.DRAFT:
        raise Http404
    work_actions.open_intake(intake=record.intake, page="letter", by=request.user.actor, now=timezone.now())
    today = timezone.localtime(written.sent_at or timezone.now()).date()
    pdf = as_pdf(
        title=TITLE,
        text=written.body,
        dated=f"{day_of(today, today=today)}, {today.year}",
        to=written.to,
        draft=written.state == Letter.State.DRAFT,
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="letter-{record.intake.reference}.pdf"'
    return response


def _begin(request: HttpRequest, record: ScreeningRecord) -> HttpResponse:
    try:
        letter_actions.draft_letter(record=record, by=request.user.actor, now=timezone.now())
    except letter_actions.NoConsent:
        return _page(request, record, None, status=409)
    return redirect("staff:letter", record.intake.reference)


def _written(reference: str) -> tuple[ScreeningRecord, Letter]:
    record = sent(reference)
    written = Letter.objects.filter(record=record).first()
    if written is None:
        raise Http404
    return record, written


def _page(
    request: HttpRequest,
    record: ScreeningRecord,
    written: Letter | None,
    *,
    form: LetterForm | None = None,
    sending: SentForm | None = None,
    status: int = 200,
    other_first: bool = False,
) -> HttpResponse:
    now = timezone.now()
    work_actions.open_intake(intake=record.intake, page="letter", by=request.user.actor, now=now)
    made = letters.draft(record, by=written.drafted_by.name, put_in=put_in.fence) if written else None
    tasks = FollowUp.objects.filter(patient=record.intake.patient, state=FollowUp.State.OPEN, stop_condition="reply")
    return show(
        request,
        "letter.html",
        status=status,
        record=record,
        person=person(record.intake.patient, record.intake, now=now),
        letter=written,
        may_write=letters.may_write(record),
        form=form or (LetterForm(initial={"to": written.to, "text": written.body}) if written else None),
        sending=sending or SentForm(),
        reads=reading(written.body) if written else None,
        highest=HIGHEST_GRADE,
        marked=put_in.marked_as(made.text, written.body) if written and made else "",
        left_out=made.left_out if made else 0,
        is_older=written is not None and written.template_version != letters.version(),
        other_first=other_first,
        reply_tasks=tasks.count(),
        ready=snippets.offered(request.user, (Snippet.Place.LETTER,)),
    )
