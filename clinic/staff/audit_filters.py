"""What the audit page is asked for: who, what, whom and when, read from its address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.intake.models import Intake
from clinic.patients.lookers import BROKE_GLASS, about
from clinic.patients.models import Patient
from clinic.web.forms import InPage

PATIENTS, SYSTEM = "patients", "system"
KINDS: Final[dict[str, tuple[str, Q]]] = {
    "looked": ("Looked", Q(action__contains=".see_")),
    "refused": ("Was refused", Q(action__endswith="refused")),
    "glass": ("Came from outside the care team", Q(action=BROKE_GLASS)),
    "reviews": ("Decisions", Q(action__startswith="reviews.") & ~Q(action__contains=".see_")),
    "booking": ("Appointments", Q(action__startswith="booking.")),
    "followups": ("Tasks and follow-ups", Q(action__startswith="followups.")),
    "notifications": ("Messages", Q(action__startswith="notifications.")),
    "intake": ("Forms", Q(action__startswith="intake.")),
    "patients": ("Patients, consents, links", Q(action__startswith="patients.") | Q(action__startswith="my.")),
    "accounts": ("Staff and sign-in", Q(action__startswith="accounts.")),
    "audit": ("The record itself", Q(action__startswith="audit.") | Q(action__startswith="staff.see_audit")),
}


class AuditFilters(InPage, forms.Form):
    """The filters; each may be left out. `clean_whom` puts the patient in place of the reference."""

    who = forms.ChoiceField(label="Who", required=False)
    what = forms.ChoiceField(label="What", required=False)
    whom = forms.CharField(label="Whom (a reference)", required=False, max_length=20)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        people = [(str(each.pk), str(each)) for each in User.objects.order_by("name", "email")]
        several = [(PATIENTS, "All patients"), (SYSTEM, "The system")]
        self.fields["who"].choices = [("", "Anybody"), *people, *several]
        self.fields["what"].choices = [("", "Anything"), *((key, label) for key, (label, _) in KINDS.items())]
        for name in ("since", "until"):
            self.fields[name].error_messages["invalid"] = f"{self.fields[name].label}: enter a day like 2026-11-21"

    def clean_whom(self) -> Patient | None:
        """The patient with this reference, or with a form of this reference."""
        reference = self.cleaned_data["whom"].strip().upper()
        if not reference:
            return None
        patient = Patient.objects.filter(reference=reference).first()
        intake = None if patient else Intake.objects.filter(reference=reference).select_related("patient").first()
        if patient is None and intake is None:
            raise forms.ValidationError("Nobody has this reference. Enter it as on their page, like LK-7Q2M4TX.")
        return patient or intake.patient

    def asked(self) -> list[str]:
        """The filters that are set, as `name=value`, for the record."""
        return [f"{name}={self.data[name]}" for name in self.fields if self.data.get(name)]

    def lines(self, *, before: int | None = None) -> QuerySet[AuditEvent]:
        """The lines that were asked for, the newest first.

        Args:
            before: only lines with a lower id, for the next page.
        """
        told = self.cleaned_data
        lines = AuditEvent.objects.filter(_by(told["who"]))
        if before:
            lines = lines.filter(id__lt=before)
        if told["what"]:
            lines = lines.filter(KINDS[told["what"]][1])
        if told["since"]:
            lines = lines.filter(at__gte=_midnight(told["since"]))
        if told["until"]:
            lines = lines.filter(at__lt=_midnight(told["until"] + timedelta(days=1)))
        return (about(told["whom"], lines) if told["whom"] else lines).order_by("-id")


def _by(who: str) -> Q:
    if who == PATIENTS:
        return Q(actor__startswith="patient:")
    if who == SYSTEM:
        return Q(actor__startswith="system:")
    return Q(actor=f"staff:{who}", actor__startswith="staff:") if who else Q()


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(0)))
