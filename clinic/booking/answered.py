"""What patients answered by text to the reminder of an appointment; an answer about an earlier time does not count."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import CharField, OuterRef, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from clinic.booking.models import Appointment, AppointmentQuerySet
from clinic.notifications.models import TextReply

IN_WORDS: Final = {TextReply.Word.CONFIRM: "They confirmed by text", TextReply.Word.CHANGE: "They want another time"}
REMINDED_WITHIN: Final = timedelta(days=7)
"""Visits further away were not reminded of yet: the first reminder goes out three days before, or a night earlier."""


def answered(appointments: Iterable[Appointment]) -> dict[UUID, str]:
    """The last answer about each of these appointments, as one of `TextReply.Word`. One query.

    Args:
        appointments: any; only what is booked can be confirmed.
    """
    booked = {str(each.pk): each for each in appointments if each.state == Appointment.State.BOOKED}
    if not booked:
        return {}
    replies = TextReply.objects.filter(patient__in={each.patient_id for each in booked.values()}, word__in=IN_WORDS)
    found = {}
    for word, about in replies.order_by("at", "pk").values_list("word", "about"):
        each = booked.get(about.get("appointment", ""))
        if each and about.get("sequence") == str(each.sequence):
            found[each.pk] = word
    return found


def wanting_another_time(now: datetime) -> AppointmentQuerySet:
    """Visits to come of which the last answer, about the time they have now, is a 2; `answered_at` is when it came."""
    visits = Appointment.objects.filter(
        state=Appointment.State.BOOKED, during__startswith__gt=now, during__startswith__lt=now + REMINDED_WITHIN
    )
    as_they_stand = TextReply.objects.annotate(of_visit=KT("about__appointment"), of_time=KT("about__sequence")).filter(
        patient=OuterRef("patient"),
        word__in=IN_WORDS,
        of_visit=Cast(OuterRef("pk"), CharField()),
        of_time=Cast(OuterRef("sequence"), CharField()),
    )
    last = as_they_stand.order_by("-at", "-pk")
    answers = visits.annotate(answer=Subquery(last.values("word")[:1]), answered_at=Subquery(last.values("at")[:1]))
    return answers.filter(answer=TextReply.Word.CHANGE)


def code_of(appointment: Appointment, answer: str) -> str:
    """Its state as the desk sees it: a patient who is here, or who confirmed, is more than booked."""
    if appointment.is_here:
        return "arrived"
    return "confirmed" if answer == TextReply.Word.CONFIRM else str(appointment.state)
