"""What a clinician can decide, and the coded reasons for deciding another way than the protocol suggests."""

from __future__ import annotations

from typing import Final

from django.db import models


class Route(models.TextChoices):
    """What happens next with a patient, as a clinician decides it."""

    READY_TO_BOOK = "ready_to_book", "Ready to book"
    PRESCRIBER_FIRST = "prescriber_first", "Prescriber first"
    ASK_FOR_MORE = "ask_for_more", "Ask the patient for more"
    NOT_SUITABLE_NOW = "not_suitable_now", "Not suitable now"
    URGENT_CONTACT_MADE = "urgent_contact_made", "Urgent: contact made"


OPENS_BOOKING: Final = frozenset({Route.READY_TO_BOOK, Route.PRESCRIBER_FIRST})
"""A consultation may be booked while the prescriber is asked. Source: clinical.md section 5.1, outcomes."""


class ReasonCode(models.TextChoices):
    """Why a decision differs from what the protocol suggests. AWAITING THE MEDICAL DIRECTOR: a starting list."""

    SPOKE_WITH_PATIENT = "spoke_with_patient", "I spoke with the patient"
    ANSWER_MISTAKEN = "answer_mistaken", "An answer was given by mistake"
    RECORDS_SEEN = "records_seen", "I saw records or a letter"
    ALREADY_ADDRESSED = "already_addressed", "It is already being treated or looked after"
    MORE_CAREFUL = "more_careful", "I want to be more careful than the protocol"
    JUDGEMENT = "judgement", "Clinical judgement, explained in the reason"
