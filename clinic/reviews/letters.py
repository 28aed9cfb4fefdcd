"""The letter to a prescriber: who may get one, what stands in it (the least that is needed), and its words."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string

from clinic.intake.models import ScreeningRecord
from clinic.patients.actions import has_agreed
from clinic.reviews.answers import protocol_of
from clinic.reviews.medicines import STATUS_WORDS
from screening.protocol import Protocol

CONSENT: Final = "consent_prescriber"
PART_2_CONSENT: Final = "consent_part2"
PART_2_TAG: Final = "OUD_treatment"
"""Medicines that say somebody is treated for substance use. Source: clinical.md section 8, 42 CFR Part 2."""
TEMPLATE: Final = "letters/prescriber.txt"


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter before it is kept: to whom, its words, which words of ours, and what was left out of it on purpose."""

    to: str
    text: str
    template_version: str
    left_out: int


def may_write(record: ScreeningRecord) -> bool:
    """True when the patient's latest word on writing to their prescriber is yes."""
    return has_agreed(record.intake.patient, CONSENT)


def draft(record: ScreeningRecord, *, by: str, put_in: Callable[[str], str] = str) -> Draft:
    """The letter about a record, in the words of its template.

    It says who the patient is, what they asked about, and their medicines as typed and as matched. No answer, flag or
    score is in it. A medicine for substance use is only in it when the patient agreed to that as well.

    Args:
        record: with its intake and patient.
        by: the name of the clinician who writes.
        put_in: marks each word that is put into the template, so that it can be told from the template's own.
    Source:
        clinical.md section 6, prescriber letter content; section 8, 42 CFR Part 2.
    """
    protocol, patient = protocol_of(record), record.intake.patient
    may_tell_all = has_agreed(patient, PART_2_CONSENT)
    kept = [each for each in record.result["medications"] if may_tell_all or not _is_part_2(each, protocol)]
    is_part_2 = any(_is_part_2(each, protocol) for each in kept)
    words = {
        "clinic": settings.CLINIC_NAME,
        "phone": settings.CLINIC_PHONE_DISPLAY,
        "name": str(patient.legal_name or patient.called),
        "born_on": str(patient.born_on or ""),
        "reference": record.intake.reference,
        "by": by,
    }
    lists = {"services": _services(record, protocol), "medicines": [_medicine(each) for each in kept]}
    told: dict[str, Any] = {name: put_in(word) if word else "" for name, word in words.items()}
    told |= {name: [put_in(line) for line in lines] for name, lines in lists.items()}
    text = render_to_string(TEMPLATE, told | {"is_part_2": is_part_2})
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    left_out = len(record.result["medications"]) - len(kept)
    return Draft(_prescriber(record), text, version(), left_out)


@cache
def version() -> str:
    """A short name for the exact words of the template."""
    return hashlib.sha256((settings.BASE_DIR / "templates" / TEMPLATE).read_bytes()).hexdigest()[:8]


def _prescriber(record: ScreeningRecord) -> str:
    """Whom the patient named, in their own words."""
    return str(record.answers["answers"].get("has_prescriber") or "")


def _services(record: ScreeningRecord, protocol: Protocol | None) -> list[str]:
    return [protocol.services[code] for code in record.result["services"] if protocol and code in protocol.services]


def _medicine(medicine: Mapping[str, Any]) -> str:
    status = STATUS_WORDS.get(medicine["status"], "Not known if still taken").lower()
    matched = ", ".join(medicine["ingredients"]) if medicine["match"] == "exact" else "not matched"
    return f"“{medicine['typed']}” ({matched}), {status}"


def _is_part_2(medicine: Mapping[str, Any], protocol: Protocol | None) -> bool:
    """True for a medicine that says so, and for one that nobody knows: it could."""
    if protocol is None or medicine["match"] != "exact":
        return True
    known = (protocol.medications.get(name) for name in medicine["ingredients"])
    return any(each is None or PART_2_TAG in each.tags for each in known)
