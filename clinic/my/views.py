"""What happens next, for a patient who sent a form: their status, messages, agreements, details and questions to us."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.audit import actors
from clinic.intake import protocols, signed_copy
from clinic.intake.models import Intake, ScreeningRecord
from clinic.my import actions, presenters
from clinic.notifications.models import Message
from clinic.notifications.words import words_again
from clinic.patients import actions as patient_actions
from clinic.patients import session
from clinic.patients.forms import ContactForm
from clinic.patients.models import Consent, Patient, Wish
from clinic.patients.zones import known_zone

READ_AND_SEND: Final = ("GET", "HEAD", "POST")
HEARD: Final = {
    Wish.Kind.SECOND_LOOK: _("We have told a clinician that you would like a second look. You will hear from us."),
    Wish.Kind.BRING_LETTER: _("We have noted that you would rather bring a letter. Have it with you when we talk."),
    Wish.Kind.CALL: _("We have told a clinician that you would like a call. You will hear from us."),
}


def of_sent(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the patient and their latest form, which was sent; without one it leads to the form."""

    @session.of_patient
    @wraps(view)
    def with_sent(request: HttpRequest, patient: Patient, *args: Any, **kwargs: Any) -> HttpResponse:
        intake = patient.intakes.filter(state=Intake.State.SUBMITTED).order_by("-submitted_at").first()
        if intake is None:
            return redirect("intake:tasks" if patient.intakes.exists() else "intake:start")
        intake.patient = patient
        return view(request, intake, *args, **kwargs)

    return with_sent


@require_safe
@of_sent
def status(request: HttpRequest, intake: Intake) -> HttpResponse:
    """The patient's page."""
    return render(request, "my/status.html", presenters.status_page(intake.patient, intake, now=timezone.now()))


@require_safe
@of_sent
def message(request: HttpRequest, intake: Intake, message_id: UUID) -> HttpResponse:
    """One message that we sent, to be read again or printed."""
    patient = intake.patient
    sent = _own(Message.objects.filter(patient=patient, state=Message.State.SENT), message_id, patient)
    sent.patient = patient
    actions.look(patient=patient, subject=f"message:{sent.pk}", by=actors.patient(patient.pk))
    return render(
        request,
        "my/message.html",
        {
            "words": words_again(sent),
            "on": presenters.on_day(sent.sent_at, known_zone(patient), with_clock=True),
            "by_text": sent.channel == Message.Channel.SMS,
            "back_url": reverse("my:status"),
        },
    )


@require_safe
@of_sent
def agreements(request: HttpRequest, intake: Intake) -> HttpResponse:
    """What was signed, word for word, and what they say now."""
    record = _latest_record(intake)
    patient, zone = intake.patient, known_zone(intake.patient)
    actions.look(patient=patient, subject=f"record:{record.pk}", by=actors.patient(patient.pk))
    copy = signed_copy.copy_of(record)
    return render(
        request,
        "my/agreements.html",
        {
            "copy": copy,
            "signed_at": presenters.on_day(copy.at, zone, with_clock=True),
            "agreed": [
                (each, presenters.on_day(each.changed_at, zone) if each.changed_at else "") for each in copy.agreed
            ],
            "reference": intake.reference,
            "back_url": reverse("my:status"),
        },
    )


@require_http_methods(READ_AND_SEND)
@of_sent
def agreement(request: HttpRequest, intake: Intake, consent_id: UUID) -> HttpResponse:
    """Take one optional consent back, or give it again."""
    patient, by = intake.patient, actors.patient(intake.patient_id)
    consent = _own(Consent.objects.filter(patient=patient), consent_id, patient)
    copy = signed_copy.copy_of(_latest_record(intake))
    shown = next((each for each in copy.agreed if each.id == consent.pk and each.is_optional), None)
    if shown is None:
        return redirect("my:agreements")
    if request.method == "POST" and request.POST.get("answer") in ("yes", "no"):
        given = request.POST["answer"] == "yes"
        patient_actions.change_mind(consent=consent, given=given, by=by, now=timezone.now())
        messages.info(
            request, _("We have noted your yes.") if given else _("We have noted your no. It counts from now on.")
        )
        return redirect("my:agreements")
    return render(request, "my/agreement.html", {"agreed": shown, "back_url": reverse("my:agreements")})


@require_http_methods(READ_AND_SEND)
@of_sent
def details(request: HttpRequest, intake: Intake) -> HttpResponse:
    """How to reach the patient, to be changed by them."""
    patient = intake.patient
    options = protocols.shown(protocols.of(intake)).questions["safe_contact"].options
    known = {name: getattr(patient, name) or "" for name in ContactForm.field_order}
    data = request.POST if request.method == "POST" else None
    form = ContactForm(data, safe=[(each.code, each.label) for each in options], initial=known)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in known if form.cleaned_data[name] != known[name]}
        by = actors.patient(patient.pk)
        if told and actions.tell_details(patient=patient, told=told, by=by, now=timezone.now()):
            return redirect("intake:help")
        messages.info(request, _("We saved how to reach you."))
        return redirect("my:status")
    context = {"form": form, "back_url": reverse("my:status")}
    return render(request, "my/details.html", context, status=422 if form.errors else 200)


@require_POST
@of_sent
def ask(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Ask something of us: a second look, to bring a letter, a call. A task for the staff follows from it."""
    kind = request.POST.get("kind", "")
    if kind not in HEARD:
        raise Http404
    now, record = timezone.now(), _latest_record(intake)
    decision = presenters.told_decision(record, now=now)
    by = actors.patient(intake.patient_id)
    patient_actions.wish(patient=intake.patient, kind=kind, about=(decision or record).pk, by=by, now=now)
    messages.info(request, HEARD[Wish.Kind(kind)])
    return redirect("my:status")


def _latest_record(intake: Intake) -> ScreeningRecord:
    record = intake.records.order_by("number").last()
    record.intake = intake
    return record


def _own(rows: QuerySet[Any], row_id: UUID, patient: Patient) -> Any:
    """The row of this patient; one that is somebody else's is not there for them, and the try is written down."""
    found: Model | None = rows.filter(pk=row_id).first()
    if found is None:
        kind = rows.model._meta.model_name
        patient_actions.refuse(patient=patient, subject=f"{kind}:{row_id}", by=actors.patient(patient.pk))
        raise Http404
    return found
