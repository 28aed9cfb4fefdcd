"""What follows from what patients tell us over time: queries over questionnaires, treatment and the journal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from clinic.booking.models import Appointment
from clinic.followups.cause_rows import Stamp, causes_of
from clinic.followups.coverage import UNDO_FOR
from clinic.followups.models import FollowUp
from clinic.followups.offsets import Days, parse
from clinic.intake.models import Intake, Renewal
from clinic.journal.models import Entry
from clinic.questionnaires.models import Questionnaire
from clinic.treatment.models import Course, Session
from screening.protocol import FollowUpPlan

MET: Final = (Appointment.State.COMPLETED, Appointment.State.LEFT_EARLY)
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


def _a_year_old(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """The last forms of people whom we have met, when a year since then is near; nobody else was ever under care."""
    waits = parse(plan.offset)
    forms = Intake.objects.filter(state=Intake.State.SUBMITTED)
    if isinstance(waits, Days):
        forms = forms.filter(submitted_at__lte=now - timedelta(days=waits.days - 1))
    newer = Intake.objects.filter(patient=OuterRef("patient"), submitted_at__gt=OuterRef("submitted_at"))
    met = Appointment.objects.filter(patient=OuterRef("patient"), state__in=MET)
    treated = Course.objects.filter(patient=OuterRef("patient"))
    last = forms.filter(~Exists(newer)).filter(Q(Exists(met)) | Q(Exists(treated)))
    return causes_of(last, "intake", patient="patient", moment=F("submitted_at"), pressing=Value("P3"))


def _still_under_care(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """Those of whom a clinician said so, once that cannot be taken back; what is due counts from their form."""
    said = FollowUp.objects.filter(answer=FollowUp.Answer.UNDER_CARE, done_at__lte=now - UNDO_FOR)
    return causes_of(said, "task", patient="patient", moment=F("counts_from"), pressing=Value("P4"))


def _renewal_asked(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    rows = Renewal.objects.all()
    return causes_of(rows, "renewal", patient="patient", moment=F("asked_at"), pressing=Value("P4"))


QUESTION_FINDERS: Final = {
    "form_a_year_old": (_a_year_old,),
    "annual": (_still_under_care,),
    "renewal_asked": (_renewal_asked,),
    "entry_with_safety_words": (_entries_raised,),
    "symptom_told": (_symptom_told,),
    "treatment_session": (_sessions,),
    "ketamine_course": (_courses,),
    "microdosing_reported": (_forms_sent,),
    "score_answered": (_sent_with_concern,),
    "questions_open": (_questions_open,),
}
"""By the trigger of the follow-up."""
