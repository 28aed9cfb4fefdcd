"""Where a task comes from, in a few words: a rule, a decision, an answer, a visit, or what somebody asked for."""

from __future__ import annotations

from typing import Final

SOURCES: Final[dict[str, str]] = {
    "answer_saved:safety_positive": "an answer about safety",
    "safety_P1": "a rule about safety",
    "safety_P0_unreached": "a rule about safety",
    "safety_contact_made": "a contact about safety",
    "review_P1": "a rule, when the form was sent",
    "review_P2": "a rule, when the form was sent",
    "review_P3": "a rule, when the form was sent",
    "coordination_needed": "a rule or a decision",
    "missing_info": "a decision that asks for more",
    "declined": "a decision",
    "score_answered": "questionnaire change",
    "questions_open": "questions nobody answered",
    "symptom_told": "a check between visits",
    "medicine_changed": "a changed answer",
    "rule_version_published": "new rules",
    "microdosing_reported": "an answer in the form",
    "intake_submitted": "the form",
    "draft_idle": "the form",
    "form_a_year_old": "a year since the form",
    "annual": "a year since the form",
    "renewal_asked": "a year since the form",
    "booked": "a visit",
    "booking_displaced": "a visit",
    "booking_frozen": "a visit",
    "booking_stands_again": "a visit",
    "another_time_wanted": "their answer to a reminder",
    "no_show": "a missed visit",
    "no_show_flagged": "a missed visit",
    "consult_done": "a finished visit",
    "treatment_session": "a session",
    "ketamine_course": "a session",
    "address_closed": "a message that did not arrive",
    "consent_taken_back": "a consent that was taken back",
    "entry_with_safety_words": "a journal entry they shared",
    "text_to_read": "a text they sent",
    "text_with_safety_words": "a text they sent",
    "wish:bring_letter": "what they asked for",
    "wish:call": "what they asked for",
    "wish:call_today": "what they asked for",
    "wish:erase": "what they asked for",
    "wish:second_look": "what they asked for",
}
"""By the trigger of the follow-up."""
UNKNOWN: Final = "a follow-up of another version"
