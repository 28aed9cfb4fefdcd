"""Which patient this browser belongs to, for as long as somebody is there."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.patients import languages
from clinic.patients.models import Patient

PATIENT: Final = "patient"
SEEN: Final = "patient_seen"
IDLE_SECONDS: Final = 30 * 60
NOTED_EVERY: Final = 60
"""Seconds after which it is written down again that somebody is there; not on every page, to save a write each time."""
Params = ParamSpec("Params")
PatientView = Callable[Concatenate[HttpRequest, Patient, Params], HttpResponse]
IdView = Callable[Concatenate[HttpRequest, str, Params], HttpResponse]


def let_in(request: HttpRequest, patient: Patient) -> None:
    """Make this browser the patient's, under a new session key."""
    request.session.cycle_key()
    request.session[PATIENT] = str(patient.pk)
    request.session[SEEN] = int(time.time())
    languages.keep_in_browser(request, patient)


def let_out(request: HttpRequest) -> None:
    """Forget everything about this browser."""
    request.session.flush()


def is_idle(request: HttpRequest) -> bool:
    """True when this browser is a patient's, and nobody used it for 30 minutes."""
    return PATIENT in request.session and time.time() - request.session.get(SEEN, 0) > IDLE_SECONDS


def known(request: HttpRequest) -> Patient | None:
    """The patient this browser belongs to, idle or not."""
    patient_id = request.session.get(PATIENT)
    return Patient.objects.filter(pk=patient_id).first() if patient_id else None


def saved_although_late(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view keep a form that comes from an idle browser, show nothing of its answer, and ask who it is after that.

    Somebody who takes long over a hard question must not lose the answer, and whom it concerns must not wait for a date
    of birth. The help page that may be shown is the public one, which says nothing about anybody. What could not be
    kept, because something was missing in it, is not called saved.
    """

    @wraps(view)
    def late(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or not is_idle(request):
            return view(request, *args, **kwargs)
        request.is_late = True  # type: ignore[attr-defined]
        try:
            answer = view(request, *args, **kwargs)
        except Http404:
            answer = HttpResponse()
        list(messages.get_messages(request))  # read here by nobody, so that no other page shows what was heard
        if getattr(answer, "shows_help", False) or answer.get("Location") == reverse("intake:help"):
            return redirect("pages:help_now")
        if "Location" not in answer:
            messages.info(request, _("We could not keep what you sent last. Please look at it again."))
        return redirect("intake:idle")

    return late


def with_help(answer: HttpResponse) -> HttpResponse:
    """Say that the page an answer leads to shows help, so that who comes late is not left without any."""
    answer.shows_help = True  # type: ignore[attr-defined]
    return answer


def of_patient_id(view: IdView[Params]) -> Callable[Concatenate[HttpRequest, Params], HttpResponse]:
    """Give a view the id of the patient this browser belongs to; others are sent to where they can come back in."""

    @wraps(view)
    def with_id(request: HttpRequest, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        patient_id = request.session.get(PATIENT)
        if patient_id is None:
            return redirect("intake:resume")
        is_late = getattr(request, "is_late", False)
        if is_idle(request) and not is_late:
            return redirect("intake:idle")
        if time.time() - request.session[SEEN] > NOTED_EVERY and not is_late:
            request.session[SEEN] = int(time.time())
        return view(request, patient_id, *args, **kwargs)

    with_id.for_patients = True  # type: ignore[attr-defined]
    return with_id


def of_patient(view: PatientView[Params]) -> Callable[Concatenate[HttpRequest, Params], HttpResponse]:
    """Give a view the patient this browser belongs to; others are sent to where they can come back in."""

    @of_patient_id
    @wraps(view)
    def with_patient(request: HttpRequest, mine: str, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        patient = Patient.objects.filter(pk=mine).first()
        if patient is None:
            return redirect("intake:resume")
        lives_in(request, patient.country)
        return view(request, patient, *args, **kwargs)

    return with_patient


def lives_in(request: HttpRequest, country: object) -> None:
    """Let the pages of this request show the crisis line of the country the patient lives in, if they have said so."""
    request.patient_country = str(country or "")  # type: ignore[attr-defined]
