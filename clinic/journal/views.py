"""The pages of the journal: every entry, a new one with one tap, adding to it, removing it."""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.audit import actors
from clinic.intake import safety_words
from clinic.journal import actions
from clinic.journal.forms import AddForm
from clinic.journal.models import Entry
from clinic.patients import actions as patient_actions
from clinic.patients import session
from clinic.patients.models import Patient, Wish
from clinic.patients.zones import known_zone

SHOWN: Final = 100


@require_safe
@session.of_patient
def journal(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The latest entries, or those before one of them; days without one are not shown."""
    rows = Entry.objects.filter(patient=patient).order_by("-at", "-pk")
    if last := rows.filter(pk=_uuid(request.GET.get("before", ""))).first():
        rows = rows.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
    found = list(rows[: SHOWN + 1])
    context = {"entries": found[:SHOWN], "has_older": len(found) > SHOWN, "are_older": last is not None}
    context["back_url"] = reverse("journal:journal") if last else reverse("my:status")
    with timezone.override(known_zone(patient)):
        return render(request, "journal/journal.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@session.of_patient
def new(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Five words; one tap keeps one."""
    if request.method == "POST":
        key, feeling = _uuid(request.POST.get("key", "")), request.POST.get("feeling", "")
        if feeling not in {str(value) for value in Entry.Feeling.values}:
            raise Http404
        by, now = actors.patient(patient.pk), timezone.now()
        kept = actions.write(patient=patient, key=key, feeling=int(feeling), by=by, now=now)
        return redirect("journal:entry", kept.pk)
    context = {"feelings": Entry.Feeling.choices, "key": uuid4(), "back_url": reverse("journal:journal")}
    return render(request, "journal/new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@session.saved_although_late
@session.of_patient
def entry(request: HttpRequest, patient: Patient, entry_id: UUID) -> HttpResponse:
    """One entry, saved already; more can be added to it. With safety words in it, it shows help when it is saved."""
    kept = _mine(patient, entry_id)
    by, now = actors.patient(patient.pk), timezone.now()
    if request.method == "POST" and "call" in request.POST:
        patient_actions.wish(patient=patient, kind=Wish.Kind.CALL_TODAY, about=kept.pk, by=by, now=now)
        return redirect("journal:entry", kept.pk)
    before = {"note": kept.note, "slept": kept.slept, "took_medicine": kept.took_medicine, "is_shared": kept.is_shared}
    form = AddForm(request.POST if request.method == "POST" else None, initial=before)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("note", "slept", "took_medicine")}
        is_shared = form.cleaned_data["is_shared"]
        kept = actions.add(entry=kept, told=told, is_shared=is_shared, by=by, now=now)
        messages.info(request, _("Saved."))
        if safety_words.hold(kept.note):
            return session.with_help(redirect("journal:entry", kept.pk))
        return redirect("journal:journal")
    context = {
        "entry": kept,
        "form": form,
        "shows_help": kept.feeling == Entry.Feeling.VERY_LOW or kept.raised_at or safety_words.hold(kept.note),
        "asked_for_call": patient.wishes.filter(kind=Wish.Kind.CALL_TODAY, about=kept.pk).exists(),
        "back_url": reverse("journal:journal"),
    }
    with timezone.override(known_zone(patient)):
        return render(request, "journal/entry.html", context, status=422 if form.errors else 200)


@require_POST
@session.of_patient
def remove(request: HttpRequest, patient: Patient, entry_id: UUID) -> HttpResponse:
    """Remove an entry."""
    actions.remove(entry=_mine(patient, entry_id), by=actors.patient(patient.pk))
    messages.info(request, _("We removed this entry."))
    return redirect("journal:journal")


def _mine(patient: Patient, entry_id: UUID) -> Entry:
    found = Entry.objects.filter(pk=entry_id, patient=patient).first()
    if found is None:
        patient_actions.refuse(patient=patient, subject=f"entry:{entry_id}", by=actors.patient(patient.pk))
        raise Http404
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()
