"""Why a follow-up is no longer wanted: asked of the rows of earlier stages, for one follow-up or for many at once.

What only a person knows ("sent", "safety plan closed", "acknowledged") ends a follow-up when somebody closes its task;
nothing is looked up for those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Concat
from django.db.models.lookups import Exact

from clinic.booking.cannot_keep import words
from clinic.booking.models import Appointment
from clinic.followups.cause_rows import appointment_version, key_of
from clinic.followups.channel_causes import not_another_time
from clinic.followups.coverage import CORRECTED, RENEWAL, STILL_UNDER_CARE, TEMPLATES
from clinic.followups.displaced_causes import asked_again, not_told_otherwise, sorted_out
from clinic.followups.models import FollowUp
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Consent, Wish
from clinic.questionnaires.asking import ASKS
from clinic.questionnaires.models import Questionnaire
from clinic.reviews.models import Decision, Letter, Route
from clinic.treatment.models import Course

MESSAGES: Final = "messages"
"""The kind of consent whose withdrawal ends every follow-up that an opt-out may end; safety never asks for it."""
CONTACT: Final = ("acknowledged", "contact made")
AFTER_A_VISIT: Final = {
    **dict.fromkeys(("F25", "F26", "F27", "C06"), "no_show"),
    **dict.fromkeys(("F28", "F31", "F32", "F33", "F34", "F35"), "completed"),
}
"""Which state of a visit each of these follows from; when the staff correct it, they are over."""
FROZEN: Final = "C05"
DISPLACED: Final = "C19"
STANDS_AGAIN: Final = "C21"
ANOTHER_TIME: Final = "C22"
REMINDERS: Final = ("F22", "F23", "F24")
WHILE_IT_STANDS: Final = ("F10", "F11", "F12", "F16", "F17", "F18")
"""What somebody is asked for because of a decision, as long as it asks."""
SECOND_NO_SHOW: Final = "F27"
"""Source: followups.csv: F27 is about a second missed appointment."""


class SplitPart(Func):
    """A part of a text between separators, counted from 1."""

    function = "split_part"
    output_field = CharField()


@dataclass(frozen=True, slots=True)
class End:
    """One way for follow-ups to end: which ones it can end, and the question to the database that says so.

    `kinds` are kinds of causes, `words` words of the stop condition, `plans` follow-ups; an empty one means all.
    """

    why: str
    holds: Callable[[], Q]
    kinds: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()

    def concerns(self, follow_up: FollowUp) -> bool:
        """True when this can end that follow-up at all."""
        return (
            (not self.kinds or follow_up.cause.startswith(self.kinds))
            and (not self.words or any(word in follow_up.stop_condition for word in self.words))
            and (not self.plans or follow_up.plan in self.plans)
        )

    def condition(self) -> Q:
        """The same in SQL, together with the question itself."""
        concerned = [
            _any(Q(cause__startswith=kind) for kind in self.kinds),
            _any(Q(stop_condition__contains=word) for word in self.words),
            _any(Q(plan=plan) for plan in self.plans),
        ]
        return concerned[0] & concerned[1] & concerned[2] & self.holds()


def why_ended(follow_up: FollowUp) -> str:
    """Why one follow-up is no longer wanted; nothing while it is.

    Args:
        follow_up: as it is in the database.
    """
    concerned = [end for end in ENDS if end.concerns(follow_up)]
    if not concerned:
        return ""
    this = FollowUp.objects.filter(pk=follow_up.pk)
    return _first_to_hold(this, concerned).values_list("ended", flat=True).get()


def ended(follow_ups: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
    """Those of many follow-ups that are no longer wanted, each with `ended` saying why.

    What can end any of them is asked first, because asking for every end there is takes ten times as long.

    Args:
        follow_ups: which, not locked; whoever locks them locks what is returned.
    """
    kinds = follow_ups.order_by().values_list("plan", "stop_condition", SplitPart("cause", Value(":"), 1)).distinct()
    examples = [FollowUp(plan=plan, stop_condition=words, cause=f"{kind}:") for plan, words, kind in kinds]
    concerned = [end for end in ENDS if any(map(end.concerns, examples))]
    return _first_to_hold(follow_ups, concerned).exclude(ended="") if concerned else follow_ups.none()


def _first_to_hold(follow_ups: QuerySet[FollowUp], ends: Iterable[End]) -> QuerySet[FollowUp]:
    cases = [When(end.condition(), then=Value(end.why)) for end in ends]
    return follow_ups.annotate(ended=Case(*cases, default=Value(""), output_field=CharField()))


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, Q())


def _revoked() -> Q:
    return Q(Exists(Decision.objects.filter(pk=OuterRef("row_id"), revoked_at__isnull=False)))


def _over() -> Q:
    return ~Q(Exists(Decision.objects.standing().filter(pk=OuterRef("row_id"))))


def _newer_record() -> Q:
    newer = ScreeningRecord.objects.filter(intake__records=OuterRef("row_id"), screened_at__gt=OuterRef("counts_from"))
    return Q(Exists(newer))


def _not_as_planned() -> Q:
    booked = _booked().annotate(key=key_of("appointment", appointment_version()))
    return ~Q(Exists(booked.filter(key=OuterRef("cause"))))


def _no_reminders() -> Q:
    return Q(Exists(_booked().filter(reminders=Appointment.Reminders.NONE)))


def _booked() -> QuerySet[Appointment]:
    return Appointment.objects.filter(pk=OuterRef("row_id"), state=Appointment.State.BOOKED)


def _told_otherwise() -> Q:
    """A reminder would say the contrary of what somebody on the staff told them of this visit."""
    cause = Concat(Value("appointment:"), F("of_visit"), output_field=CharField())
    return Q(cause__in=words().order_by().annotate(cause=cause).values("cause"))


def _not_booked() -> Q:
    return ~Q(Exists(_booked()))


def _corrected() -> Q:
    still = [
        Q(plan__in=[plan for plan, each in AFTER_A_VISIT.items() if each == state])
        & Q(Exists(Appointment.objects.filter(pk=OuterRef("row_id"), state=state)))
        for state in set(AFTER_A_VISIT.values())
    ]
    return ~_any(still)


def _prescriber_answered() -> Q:
    """Said on the page of the letter, maybe before the reminder was due."""
    about = Q(record=OuterRef("row_id")) | Q(record__decisions=OuterRef("row_id"))
    return Q(Exists(Letter.objects.filter(about, state=Letter.State.ANSWERED)))


def _first_missed() -> Q:
    missed_before = Appointment.objects.filter(
        patient=OuterRef("patient"), state=Appointment.State.NO_SHOW, during__endswith__lt=OuterRef("counts_from")
    )
    return ~Q(Exists(missed_before))


def _decided() -> Q:
    """A standing decision; asking the prescriber is none about whether the prescriber has answered."""
    standing = Decision.objects.standing().filter(record=OuterRef("row_id"))
    return Q(Exists(standing.exclude(route=Route.PRESCRIBER_FIRST, record__outcome="prescriber_coordination")))


def _submitted() -> Q:
    return Q(Exists(Intake.objects.filter(pk=OuterRef("row_id"), state=Intake.State.SUBMITTED)))


def _received() -> Q:
    since = ScreeningRecord.objects.filter(intake__patient=OuterRef("patient"), screened_at__gt=OuterRef("counts_from"))
    return Q(Exists(since))


def _reached() -> Q:
    """A clinician signed, after the flag, that somebody spoke with them; or somebody closed the task of the call."""
    about_it = Q(record=OuterRef("row_id")) | Q(record__intake=OuterRef("row_id"))
    signed = Decision.objects.filter(
        about_it, contacted_at__isnull=False, decided_at__gte=OuterRef("counts_from"), revoked_at__isnull=True
    )
    of_call = FollowUp.objects.filter(cause=OuterRef("cause"), stop_condition__in=CONTACT).exclude(plan__in=TEMPLATES)
    return Q(Exists(signed)) | Q(Exists(of_call.filter(state=FollowUp.State.DONE)))


def _booked_again() -> Q:
    """Somebody has one visit to come at most, so what ends after the missed one was booked since."""
    again = Appointment.objects.filter(
        patient=OuterRef("patient"),
        state__in=[Appointment.State.BOOKED, Appointment.State.COMPLETED],
        during__endswith__gt=OuterRef("counts_from"),
    )
    return Q(Exists(again))


def _answered() -> Q:
    """Sent, or not asked any more because newer questions took its place."""
    over = Questionnaire.objects.filter(pk=OuterRef("row_id")).exclude(state=Questionnaire.State.OPEN)
    return Q(Exists(over))


def _answers_are_here() -> Q:
    """The questions that this asks for are not open any more, before its message left or somebody called."""
    return Q(Exists(Questionnaire.objects.filter(asked_for=OuterRef("pk")).exclude(state=Questionnaire.State.OPEN)))


def _course_ended() -> Q:
    return Q(Exists(Course.objects.filter(pk=OuterRef("row_id"), ended_at__isnull=False)))


def _sent_again() -> Q:
    since = Intake.objects.filter(patient=OuterRef("patient"), submitted_at__gt=OuterRef("counts_from"))
    return Q(Exists(since))


def _left_care() -> Q:
    """Nobody says any more that they are under care."""
    says_so = FollowUp.objects.filter(pk=OuterRef("row_id"), answer=FollowUp.Answer.UNDER_CARE)
    return ~Q(Exists(says_so))


def _taken_back() -> Q:
    return Q(Exists(Wish.objects.filter(pk=OuterRef("row_id"), taken_back_at__isnull=False)))


def _opted_out() -> Q:
    """Their latest word on messages is no; never having been asked is not no."""
    words = Consent.objects.filter(patient=OuterRef("patient"), kind=MESSAGES).order_by("-at")
    return Q(Exact(Subquery(words.values("given")[:1], output_field=BooleanField()), Value(False)))


ENDS: Final = (
    End("the decision was taken back", _revoked, kinds=("decision:",)),
    End("the decision is over", _over, kinds=("decision:",), plans=WHILE_IT_STANDS),
    End("a newer form counts", _newer_record, kinds=("record:",)),
    End("moved or cancelled", _not_as_planned, words=("cancelled",)),
    End("they want no reminders", _no_reminders, words=("cancelled",)),
    End("not booked any more", _not_booked, plans=(FROZEN,)),
    End("sorted out", sorted_out, plans=(DISPLACED,)),
    End("asked again", asked_again, plans=(DISPLACED,)),
    End("sorted out", not_told_otherwise, plans=(STANDS_AGAIN,)),
    End("moved, cancelled or confirmed", not_another_time, plans=(ANOTHER_TIME,)),
    End("they were told that we cannot keep it", _told_otherwise, plans=REMINDERS),
    End(CORRECTED, _corrected, plans=tuple(AFTER_A_VISIT)),
    End("the first one they missed", _first_missed, plans=(SECOND_NO_SHOW,)),
    End("they took it back", _taken_back, kinds=("wish:",)),
    End("decided", _decided, kinds=("record:",), words=("decision",)),
    End("the form was sent", _submitted, kinds=("intake:",), words=("submitted",)),
    End("received", _received, words=("received",)),
    End("the prescriber answered", _prescriber_answered, kinds=("record:", "decision:"), words=("reply",)),
    End("contact made", _reached, kinds=("intake:", "record:"), words=CONTACT),
    End("booked again", _booked_again, kinds=("appointment:",), words=("rebooked", "contact made")),
    End("answered", _answered, kinds=("questionnaire:",), words=("answered",)),
    End("answered", _answers_are_here, plans=tuple(ASKS)),
    End("the course ended", _course_ended, kinds=("course:",)),
    End("they sent a new form", _sent_again, plans=(STILL_UNDER_CARE, RENEWAL, "C17")),
    End("left care", _left_care, plans=(RENEWAL,)),
    End("opted out", _opted_out, words=("opted out",)),
)
