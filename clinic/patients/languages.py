"""Which language a patient reads: chosen on a page, kept on their row, and used for what is written to them."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from clinic.patients.models import Patient


def code_of(patient: Patient | None) -> str:
    """The language of a patient, as long as the clinic still has it; the first one otherwise."""
    known = patient.language if patient else ""
    return known if known in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def name_of(patient: Patient) -> str:
    """What that language calls itself, for the staff; nothing when the clinic has only one."""
    return str(dict(settings.LANGUAGES)[code_of(patient)]) if len(settings.LANGUAGES) > 1 else ""


def of(patient: Patient | None) -> AbstractContextManager[None]:
    """Words made in here are in the language of this patient."""
    return translation.override(code_of(patient))


def of_page() -> str:
    """The language of the page that is being made, if the clinic has it."""
    code = translation.get_language() or ""
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def keep_in_browser(request: HttpRequest, patient: Patient) -> None:
    """From the next page on, this browser shows the language of this patient."""
    if len(settings.LANGUAGES) > 1:
        request.language_to_keep = code_of(patient)  # type: ignore[attr-defined]
