"""Everything a patient told us and we told them, as plain data for a file of their own."""

from __future__ import annotations

from typing import Any

from clinic.intake.models import ScreeningRecord
from clinic.intake.presenters import in_words
from clinic.journal.models import Entry
from clinic.my.presenters import letters
from clinic.patients.models import Patient
from clinic.questionnaires.models import Questionnaire
from clinic.reviews.answers import protocol_of


def copy_for(patient: Patient) -> dict[str, Any]:
    """What goes into the file. What the staff wrote for each other is asked for by phone, and is not in it.

    Args:
        patient: whose; the file is made for them alone.
    """
    records = ScreeningRecord.objects.filter(intake__patient=patient).select_related("intake").order_by("screened_at")
    asked = Questionnaire.objects.filter(patient=patient).order_by("opened_at")
    return {
        "reference": patient.reference,
        "about_you": {name: getattr(patient, name) for name in sorted(Patient.PERSONAL) if getattr(patient, name)},
        "forms": [_form(record) for record in records],
        "short_questions": [
            {"opened": each.opened_at, "sent": each.sent_at, "answers": each.answers, "scores": each.scores}
            for each in asked
        ],
        "journal": [
            {"at": each.at, "word": each.word, "note": each.note, "slept": each.slept, "shared": each.is_shared}
            for each in Entry.objects.filter(patient=patient).order_by("at")
        ],
        "agreed": list(patient.consents.order_by("at").values("kind", "given", "at", "wording_version")),
        "asked_of_us": list(patient.wishes.order_by("at").values("kind", "at")),
        "visits": [
            {"from": each.start, "to": each.end, "state": each.state, "how": each.mode, "note": each.note}
            for each in patient.appointments.filter(booked_at__isnull=False).order_by("booked_at")
        ],
        "messages": [{"subject": each["subject"], "on": each["on"]} for each in letters(patient)],
    }


def _form(record: ScreeningRecord) -> dict[str, Any]:
    protocol = protocol_of(record)
    questions = protocol.questions if protocol else {}
    told = record.answers["answers"]
    return {
        "sent": record.screened_at,
        "protocol": record.protocol,
        "answers": [
            {
                "question": questions[name].wording if name in questions else name,
                "answer": in_words(questions[name], answer) if name in questions else answer,
            }
            for name, answer in told.items()
        ],
        "medicines": record.answers["medicines"],
    }
