"""Everything a patient told us and we told them, as plain data for a file and a page of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from clinic.intake import protocols
from clinic.intake.countries import NAMES
from clinic.intake.medicine_forms import STATUSES
from clinic.intake.models import ScreeningRecord
from clinic.intake.presenters import in_words, long_date
from clinic.intake.safety_words import FLAG
from clinic.journal.forms import SLEPT, TOOK
from clinic.journal.models import Entry
from clinic.my.presenters import letters
from clinic.patients.models import ConsentWords, Patient, Wish
from clinic.patients.zones import zone_name
from clinic.questionnaires import asking
from clinic.questionnaires.models import Questionnaire
from clinic.reviews.answers import protocol_of
from screening.protocol import Protocol

LABELS: Final = {
    "legal_name": _("Full name"),
    "preferred_name": _("What we call you"),
    "pronouns": _("Pronouns"),
    "born_on": _("Date of birth"),
    "email": _("Email"),
    "phone": _("Phone"),
    "country": _("Country"),
    "region": _("State or region"),
    "time_zone": _("Your clock"),
}
"""What each thing about them is called on the page."""
OF_VISITS: Final = {
    "booked": _("Booked"),
    "completed": _("We met"),
    "left_early": _("We met, and you left early"),
    "cancelled": _("Cancelled"),
    "moved": _("Moved to another time"),
    "no_show": _("You did not come"),
}


def copy_for(patient: Patient) -> dict[str, Any]:
    """What goes into the file. What the staff wrote for each other is asked for by phone, and is not in it.

    Args:
        patient: whose; the file is made for them alone.
    """
    records = ScreeningRecord.objects.filter(intake__patient=patient).select_related("intake").order_by("screened_at")
    asked = Questionnaire.objects.filter(patient=patient).select_related("intake").order_by("opened_at")
    return {
        "reference": patient.reference,
        "about_you": {name: getattr(patient, name) for name in sorted(Patient.PERSONAL) if getattr(patient, name)},
        "forms": [_form(record) for record in records],
        "short_questions": [
            {
                "opened": each.opened_at,
                "sent": each.sent_at,
                "answers": _worded(asking.shown(each), each.answers),
                "scores": each.scores,
            }
            for each in asked
        ],
        "journal": [
            {
                "at": each.at,
                "word": each.word,
                "note": each.note,
                "slept": each.slept,
                "took_medicine": each.took_medicine,
                "shared": each.is_shared,
            }
            for each in Entry.objects.filter(patient=patient).order_by("at")
        ],
        "agreed": _agreed(patient),
        "asked_of_us": list(patient.wishes.order_by("at").values("kind", "at")),
        "visits": [
            {"from": each.start, "to": each.end, "state": each.state, "how": each.mode, "note": each.note}
            for each in patient.appointments.filter(booked_at__isnull=False).order_by("booked_at")
        ],
        "messages": [{name: each[name] for name in ("subject", "on", "text")} for each in letters(patient, most=None)],
    }


def page_for(patient: Patient) -> dict[str, Any]:
    """The same copy for a page: what stands there as a word of ours is said in words of theirs."""
    copy = copy_for(patient)
    names = {code: label for code, label in (*SLEPT, *TOOK, *STATUSES)}
    for line in (each for form in copy["forms"] for each in form["medicines"]):
        line["how"] = names.get(line["status"], line["status"])
    for entry in copy["journal"]:
        entry["more"] = [names[entry[name]] for name in ("slept", "took_medicine") if entry[name]]
    for visit in copy["visits"]:
        visit["what"] = OF_VISITS.get(visit["state"], visit["state"])
    for wish in copy["asked_of_us"]:
        wish["what"] = Wish.Kind(wish["kind"]).label
    return copy | {"about_rows": [(LABELS[name], _said(name, value)) for name, value in _in_order(copy["about_you"])]}


def _in_order(about: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, about[name]) for name in LABELS if name in about]


def _said(name: str, value: str) -> str:
    """What is kept about somebody as they would say it."""
    if name == "born_on":
        return long_date(datetime.fromisoformat(value))
    return zone_name(value) if name == "time_zone" else NAMES.get(value, value)


def _agreed(patient: Patient) -> list[dict[str, Any]]:
    """What they agreed to or refused, each with the words they read, as far as these were kept."""
    said = list(patient.consents.order_by("at").values("kind", "given", "at", "wording_version", "wording_hash"))
    words = ConsentWords.objects.in_bulk({each["wording_hash"] for each in said})
    for each in said:
        kept = words.get(each.pop("wording_hash"))
        each["words"] = kept.words if kept else ""
    return said


def _form(record: ScreeningRecord) -> dict[str, Any]:
    protocol = protocol_of(record)
    return {
        "sent": record.screened_at,
        "protocol": record.protocol,
        "answers": _worded(protocol and protocols.shown(protocol), record.answers["answers"]),
        "medicines": record.answers["medicines"],
    }


def _worded(protocol: Protocol | None, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Each question as it was asked, and the answer in words; without the protocol, as they are kept."""
    questions = protocol.questions if protocol else {}
    return [
        {
            "question": questions[name].wording if name in questions else name,
            "answer": in_words(questions[name], answer) if name in questions else answer,
        }
        for name, answer in told.items()
        if name != FLAG
    ]
