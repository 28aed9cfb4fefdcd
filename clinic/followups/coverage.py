"""What this clinic does with each follow-up of the protocol: which are planned, with which words, and which not.

Every follow-up of the protocol is either planned, and then its trigger is in `causes.FINDERS`, or it is in NOT_PLANNED
with the reason. `tests/clinic/followups` holds the protocol against these tables.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from clinic.followups.models import FollowUp
from screening.protocol import FollowUpPlan

NOT_PLANNED: Final[dict[str, str]] = {
    "F01": "Done elsewhere: intake.submit shows the page and queues the message in its own transaction.",
    "F02": "Done elsewhere: the intake shows the help page in answer to the save itself; nothing comes later.",
    "F19": "Done elsewhere: reviews.decide queues the message of the decision in its own transaction.",
    "F21": "Done elsewhere: booking.book queues the confirmation in its own transaction.",
    "F40": "Done elsewhere: reviews.tell_change asks every rule again in the transaction of the new answer.",
    "F38": "Done elsewhere: the staff record a session only together with this form (treatment.record_session).",
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
            "They ask us to erase their data. Their journal goes by itself when this is due, and they can cancel until "
            "then. Write to them what the law keeps, and for how long",
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
            "C19",
            "booking_displaced",
            "coordinator",
            "A visit is booked that cannot be kept as it is. Open it to see why; call them, and move or cancel it",
        ),
        (
            "C21",
            "booking_stands_again",
            "coordinator",
            "We told them that we cannot keep their visit, and now we can. Call them: does the time stand?",
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
            "C22",
            "another_time_wanted",
            "coordinator",
            "They answered our reminder by text: they want another time. Call them today, and move or cancel the visit",
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
ERASES: Final = "C18"
ERASURE: Final = FollowUpPlan(
    id=ERASES,
    trigger="wish:erase",
    offset="168 h",
    audience="engine",
    channel="erase",
    content="Erase the journal of somebody who asked for it a week ago, and stop the short questions and check-ins",
    stop_condition="taken back",
    quiet_hours=False,
    source="clinic_policy",
)
"""Source: ux.md P26: what can be erased, and cancelled within 7 days. 168 hours, so that no change of clocks shortens
them."""
STILL_UNDER_CARE: Final = "C16"
RENEWAL: Final = "F42"
EACH_YEAR: Final = (
    FollowUpPlan(
        id=STILL_UNDER_CARE,
        trigger="form_a_year_old",
        offset="50 w",
        audience="clinician",
        channel="task",
        content="Their form is a year old soon. Are they still under our care? A yes asks them for a whole new form",
        stop_condition="none",
        quiet_hours=False,
        source="clinic_policy",
    ),
    FollowUpPlan(
        id="C17",
        trigger="renewal_asked",
        offset="14 d",
        audience="coordinator",
        channel="task",
        content="We asked for their form of this year, and it has not come. Call once, kindly; offer to do it by phone",
        stop_condition="none",
        quiet_hours=True,
        source="clinic_policy",
    ),
)
"""When somebody has left care is no rule: a clinician says it, two weeks before F42 is due. AWAITING THE MEDICAL
DIRECTOR: when it is asked, and of whom. C17 comes after the days that F09 gives a form that was begun."""
ANSWERS: Final = {STILL_UNDER_CARE: (FollowUp.Answer.UNDER_CARE, FollowUp.Answer.LEFT_CARE)}
"""Tasks that ask a question, and what may be answered; they are closed by an answer only."""
UNDO_FOR: Final = timedelta(minutes=10)
"""How long whoever closed a task can open it again; nothing follows from an answer before."""
OF_THE_CLINIC: Final = (*TASKS_OF_THE_CLINIC, *UNANSWERED, ERASURE, *EACH_YEAR)
"""Every follow-up that is not one of the protocol."""
CORRECTED: Final = "the staff corrected it"
"""Why what followed from a visit is over; when they correct it once more, it is promised anew."""
OPENS_AT_ONCE: Final[dict[str, dict[str, str]]] = {
    "F36": {"P1": "0 min", "P2": "2 business days"},
    "C09": {"P2": "2 business days"},
    "C10": {"P3": ERASURE.offset},
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
    RENEWAL: "yearly-form",
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
    RENEWAL: timedelta(days=366),
}
GOOD_FOR_OTHERS: Final = timedelta(days=3)
"""How long after it was due a message to a patient still makes sense; tasks and pages are never too late. A reminder of
an appointment is too late at any rate when the appointment has begun, and the first one when the next is due. A late
answer to whether somebody is under care still has them asked for their form."""

PATIENT_ONLY: Final = frozenset({"F08", "F09", "F24"})
"""Messages nobody makes a phone call for: when the patient cannot be written to, they are dropped."""


def good_for(plan: str) -> timedelta:
    """How long after it was due a message to a patient still makes sense."""
    return GOOD_FOR.get(plan, GOOD_FOR_OTHERS)
