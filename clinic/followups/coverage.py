"""What this clinic does with each follow-up of the protocol: which are planned, with which words, and which not.

Every follow-up of the protocol is either planned, and then its trigger is in `causes.FINDERS`, or it is in NOT_PLANNED
with the reason. `tests/clinic/followups` holds the protocol against these tables.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from screening.protocol import FollowUpPlan

NOT_PLANNED: Final[dict[str, str]] = {
    "F01": "Done elsewhere: intake.submit shows the page and queues the message in its own transaction.",
    "F02": "Done elsewhere: the intake shows the help page in answer to the save itself; nothing comes later.",
    "F19": "Done elsewhere: reviews.decide queues the message of the decision in its own transaction.",
    "F21": "Done elsewhere: booking.book queues the confirmation in its own transaction.",
    "F40": "Done elsewhere: reviews.tell_change asks every rule again in the transaction of the new answer.",
    "F38": "Done elsewhere: the staff record a session only together with this form (treatment.record_session).",
    "F42": "AWAITING THE MEDICAL DIRECTOR: the protocol does not say when somebody has left care.",
}

TASKS_OF_THE_CLINIC: Final = tuple(
    FollowUpPlan(
        id=plan,
        trigger=trigger,
        offset="0 min",
        audience=audience,
        channel="task",
        content=content,
        stop_condition="none",
        quiet_hours=False,
        source="clinic_policy",
    )
    for plan, trigger, audience, content in (
        (
            "C01",
            "wish:second_look",
            "clinician",
            "They ask for a second look. Read it again; open it again with a reason, or tell them why not",
        ),
        (
            "C02",
            "wish:bring_letter",
            "coordinator",
            "They would rather bring a letter from their prescriber: wait for it",
        ),
        ("C03", "wish:call", "clinician", "They ask for a call about what we asked or decided"),
        (
            "C10",
            "wish:erase",
            "coordinator",
            "They ask us to erase their data. Tell them what can be erased now, what the law keeps, and for how long",
        ),
        (
            "C04",
            "consent_taken_back",
            "clinician",
            "They took back their yes to contacting their prescriber. Write to nobody; decide how to go on",
        ),
        (
            "C05",
            "booking_frozen",
            "clinician",
            "A visit is booked on something that does not stand any more. Decide anew, or cancel it with a call",
        ),
        (
            "C16",
            "booking_displaced",
            "coordinator",
            "A visit is booked that cannot be kept as it is. Open it to see why; call them, and move or cancel it",
        ),
        (
            "C09",
            "symptom_told",
            "clinician",
            "In a check between visits they told a symptom, or were not sure: read it, and decide",
        ),
        (
            "C06",
            "no_show_flagged",
            "clinician",
            "They missed a visit and had a safety flag in the last 90 days: decide who calls them, today",
        ),
        (
            "C11",
            "address_closed",
            "coordinator",
            "What we send does not arrive, or they marked it as unwanted. Call them: ask where we may write",
        ),
        (
            "C12",
            "text_to_read",
            "clinician",
            "They wrote back by text. Read it today, in their history, and call if it needs an answer",
        ),
        (
            "C14",
            "entry_with_safety_words",
            "clinician",
            "They shared a journal entry with safety words. Read it today, in their history, before you call",
        ),
        ("C15", "wish:call_today", "clinician", "They saw our help lines, and ask for a call. Call them today"),
        ("C13", "text_with_safety_words", "on-call clinician", "They wrote back by text, with safety words. Call now"),
    )
)
"""What the clinic promises on the patient's own page, beside the follow-ups of the protocol: a person reads it."""

UNANSWERED: Final = tuple(
    FollowUpPlan(
        id=plan,
        trigger="questions_open",
        offset=offset,
        audience=audience,
        channel=channel,
        content=content,
        stop_condition="answered or opted out",
        quiet_hours=True,
        source="clinic_policy",
    )
    for plan, offset, audience, channel, content in (
        ("C07", "1 d", "patient", "secure link", "One reminder that short questions are still open"),
        (
            "C08",
            "3 d",
            "coordinator",
            "task",
            "They have not answered the short questions. Call once, kindly; do not remind them again",
        ),
    )
)
"""Questions nobody answered: one reminder, three days, then a person. Source: ux.md P23 and 5.25. AWAITING THE MEDICAL
DIRECTOR: the protocol has no follow-up of its own for this."""
OF_THE_CLINIC: Final = (*TASKS_OF_THE_CLINIC, *UNANSWERED)
"""Every follow-up that is not one of the protocol."""
OPENS_AT_ONCE: Final[dict[str, dict[str, str]]] = {
    "F36": {"P1": "0 min", "P2": "2 business days"},
    "C09": {"P2": "2 business days"},
}
"""Tasks that are shown at once and due later, by how pressing they are. Source: followups.csv, F36, content."""

TEMPLATES: Final[dict[str, str]] = {
    "F08": "finish-your-form",
    "F09": "finish-your-form-last",
    "F10": "one-more-thing",
    "F11": "one-more-thing-again",
    "F20": "check-in",
    "F22": "reminder-3-days",
    "F23": "reminder-1-day",
    "F24": "reminder-2-hours",
    "F26": "book-again",
    "F28": "check-in",
    "F29": "short-questions",
    "F30": "short-questions",
    "F31": "short-questions",
    "F32": "short-questions",
    "F33": "short-questions",
    "F34": "short-questions",
    "F35": "short-questions",
    "F37": "short-questions",
    "F39": "short-questions",
    "F05": "urgent-page-again",
    "C07": "short-questions-again",
    "C13": "urgent-page",
}
"""Follow-ups that are messages; the planned ones that are not here are tasks for the staff."""

GOOD_FOR: Final[dict[str, timedelta]] = {
    "F08": timedelta(hours=36),
    "F22": timedelta(hours=24),
    "F23": timedelta(hours=12),
    "F24": timedelta(minutes=90),
}
GOOD_FOR_OTHERS: Final = timedelta(days=3)
"""How long after it was due a message to a patient still makes sense; tasks and pages are never too late. A reminder of
an appointment is too late at any rate when the appointment has begun, and the first one when the next is due."""

PATIENT_ONLY: Final = frozenset({"F08", "F09", "F24"})
"""Messages nobody makes a phone call for: when the patient cannot be written to, they are dropped."""


def good_for(plan: str) -> timedelta:
    """How long after it was due a message to a patient still makes sense."""
    return GOOD_FOR.get(plan, GOOD_FOR_OTHERS)
