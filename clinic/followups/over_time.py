"""What follows from the questions asked over time: queries over questionnaires."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db.models import F, QuerySet, Value

from clinic.followups.cause_rows import causes_of
from clinic.questionnaires.models import Questionnaire
from screening.protocol import FollowUpPlan


def _sent_with_concern(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """Questionnaires that a clinician has to read: a score that rose, or a safety question that was left open."""
    sent = Questionnaire.objects.filter(state=Questionnaire.State.SENT).exclude(concern="")
    return causes_of(sent, "questionnaire", patient="patient", moment=F("sent_at"), pressing=F("concern"))


def _questions_open(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    waiting = Questionnaire.objects.filter(state=Questionnaire.State.OPEN)
    return causes_of(waiting, "questionnaire", patient="patient", moment=F("opened_at"), pressing=Value("P4"))


QUESTION_FINDERS: Final = {
    "score_answered": (_sent_with_concern,),
    "questions_open": (_questions_open,),
}
"""By the trigger of the follow-up."""
