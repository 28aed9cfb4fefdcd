"""What follows from what patients tell us over time: queries over questionnaires, treatment and the journal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F, QuerySet, Value

from clinic.followups.cause_rows import Stamp, causes_of
from clinic.followups.offsets import Days, parse
from clinic.intake.models import Intake
from clinic.journal.models import Entry
from clinic.questionnaires.models import Questionnaire
from clinic.treatment.models import Course, Session
from screening.protocol import FollowUpPlan

LOOKS_BACK: Final = timedelta(days=30)
"""How far back entries are looked for: longer than the sweep of each minute can ever be away."""


def _sent_with_concern(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """Questionnaires that a clinician has to read: a score that rose, or a safety question that was left open."""
    sent = Questionnaire.objects.filter(state=Questionnaire.State.SENT).filter(concern__in=["P1", "P2"])
    return causes_of(sent, "questionnaire", patient="patient", moment=F("sent_at"), pressing=F("concern"))


def _questions_open(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    waiting = Questionnaire.objects.filter(state=Questionnaire.State.OPEN)
    return causes_of(waiting, "questionnaire", patient="patient", moment=F("opened_at"), pressing=Value("P4"))


def _symptom_told(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    sent = Questionnaire.objects.filter(state=Questionnaire.State.SENT, concern=Questionnaire.Concern.SYMPTOM)
    return causes_of(sent, "questionnaire", patient="patient", moment=F("sent_at"), pressing=Value("P2"))


def _sessions(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    held = Session.objects.all()
    return causes_of(held, "session", patient="course__patient", moment=F("left_at"), pressing=Value("P4"))


def _courses(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    going_on = Course.objects.filter(ended_at__isnull=True)
    return causes_of(going_on, "course", patient="patient", moment=F("began_at"), pressing=Value("P4"))


def _forms_sent(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """Forms whose day is near: whether they take small amounts is encrypted, and looked up when the day has come."""
    waits = parse(plan.offset)
    sent = Intake.objects.filter(state=Intake.State.SUBMITTED)
    if isinstance(waits, Days):
        sent = sent.filter(submitted_at__lte=now - timedelta(days=waits.days - 1))
    return causes_of(sent, "intake", patient="patient", moment=F("submitted_at"), pressing=Value("P4"))


def _entries_raised(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """Shared entries with safety words; words that come back later are a new cause, and unsharing ends none."""
    raised = Entry.objects.filter(raised_at__gte=now - LOOKS_BACK)
    stamp = Stamp(F("raised_at"))
    return causes_of(raised, "entry", patient="patient", moment=F("raised_at"), pressing=Value("P1"), version=stamp)


QUESTION_FINDERS: Final = {
    "entry_with_safety_words": (_entries_raised,),
    "symptom_told": (_symptom_told,),
    "treatment_session": (_sessions,),
    "ketamine_course": (_courses,),
    "microdosing_reported": (_forms_sent,),
    "score_answered": (_sent_with_concern,),
    "questions_open": (_questions_open,),
}
"""By the trigger of the follow-up."""
