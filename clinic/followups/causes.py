"""What follow-ups follow from: queries over the rows of earlier stages, one list of finders for each trigger.

Nobody tells this app that something happened. It asks, so that it can be asked again: each query leaves out the causes
that have their follow-up already. What a query reads stays small however many rows there are: records that wait for a
decision, not all records; and for a message to a patient only causes that are not too old for it to be sent at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    Exists,
    Expression,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import Case, When
from django.db.models.functions import Cast, Coalesce, Concat

from clinic.booking.frozen import frozen
from clinic.booking.frozen import touched as touched_appointments
from clinic.booking.models import Appointment
from clinic.followups.cause_rows import Cause, Stamp, appointment_version, causes_of, key_of
from clinic.followups.channel_causes import another_time, closed, to_read, with_safety_words
from clinic.followups.coverage import CORRECTED, good_for
from clinic.followups.displaced_causes import found as displaced_visits
from clinic.followups.displaced_causes import told_otherwise
from clinic.followups.models import FollowUp
from clinic.followups.offsets import After, Days, Repeated, parse
from clinic.followups.over_time import QUESTION_FINDERS
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Consent, Wish
from clinic.reviews.models import OPENS_BOOKING, STANDS, Decision, Route
from clinic.reviews.standing import OPEN_WITHOUT_REVIEW
from screening.protocol import FollowUpPlan

NEEDS_READING: Final = ("clinician_review", "not_suitable_now")
"""Outcomes that a clinician reads before anything else happens; urgent ones have follow-ups of their own."""
WAITING: Final = ScreeningRecord.objects.filter(waiting__isnull=False)
"""Records that no decision stands about; reviews keeps the list."""
FLAG_COUNTS_FOR: Final = timedelta(days=90)
"""Source: followups.csv, F25: a safety flag in the last 90 days makes a missed appointment as pressing as P1."""

PRESCRIBER: Final = "consent_prescriber"
"""The consent to contact the prescriber."""
LOOKS_BACK: Final = timedelta(days=30)
"""How far back a taken back consent or a corrected visit is looked for: longer than the sweep can ever be away."""
A_NIGHT: Final = timedelta(days=1)
"""More than quiet hours and a change of clocks can put a message off."""

NO_NEWS_OF_ITS_ROW: Final = ("booking_displaced", "booking_stands_again")
"""What follows from a change elsewhere, of hours or a licence: only the sweep of each minute asks, of all rows."""

CAUSE: Final = ("cause_key", "pk", "whose", "moment", "pressing", "zone", "planned_until")
"""What is read of each cause, in the order in which `Cause` takes it."""

Finder = Callable[[FollowUpPlan, datetime], QuerySet[Any, Any]]


def found(plan: FollowUpPlan, *, now: datetime, limit: int, row_id: UUID | None = None) -> Iterator[Cause]:
    """Causes of one follow-up that have no row for it yet; of one that is repeated, none that is still to come.

    Args:
        plan: the follow-up of the protocol.
        now: the moment.
        limit: how many at most from each query.
        row_id: only this row, when somebody says that it is new.
    """
    if row_id is not None and plan.trigger in NO_NEWS_OF_ITS_ROW:
        return
    planned = FollowUp.objects.filter(cause=OuterRef("cause_key"), plan=plan.id)
    ahead = planned.filter(due_at__gt=now) if isinstance(parse(plan.offset), Repeated) else planned
    last = Subquery(planned.order_by("-due_at").values("due_at")[:1])
    oldest = _oldest(plan, now)
    for finder in FINDERS[plan.trigger]:
        causes = finder(plan, now).filter(~Exists(ahead)).annotate(planned_until=last)
        if oldest is not None:
            causes = causes.filter(moment__gte=oldest)
        if row_id is not None:
            causes = causes.filter(pk=row_id)
        for values in causes.values_list(*CAUSE)[:limit]:
            yield Cause(*values)


def _oldest(plan: FollowUpPlan, now: datetime) -> datetime | None:
    """Before this, a cause is too old for its message to a patient; tasks and pages are never too late."""
    offset = parse(plan.offset)
    if plan.audience != FollowUp.Audience.PATIENT or not isinstance(offset, After | Days):
        return None
    waits = offset.delta if isinstance(offset, After) else timedelta(days=offset.days)
    return now - waits - good_for(plan.id) - A_NIGHT


def _undone(record: str) -> Expression:
    """What makes a form a new cause when a decision about it was taken back or ended: how often that happened."""
    ended = Q(revoked_at__isnull=False) | Q(expired_at__isnull=False)
    undone = Decision.objects.filter(ended, **{record: OuterRef("pk")}).order_by()
    count = undone.values(record).annotate(count=Count("pk")).values("count")
    return Cast(Coalesce(Subquery(count), 0), CharField())


def _raised(priority: str) -> Finder:
    """Safety flags raised by an answer, sent or not; a new flag on the same form is a new cause."""

    def finder(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
        flagged = Intake.objects.filter(safety_raised_at__isnull=False)
        return causes_of(
            _of_pressing(flagged, priority, "safety_priority"),
            "intake",
            patient="patient",
            moment=F("safety_raised_at"),
            pressing=Value(priority),
            version=Concat(Stamp(F("safety_raised_at")), Value("."), _undone("record__intake")),
        )

    return finder


def _urgent_record(priority: str) -> Finder:
    """Urgent records whose form raised no flag as pressing on its way, so that one call is not asked for twice."""

    def finder(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
        urgent = WAITING.filter(outcome="urgent")
        flagged = Q(intake__safety_raised_at__isnull=False, intake__safety_priority__lte=F("priority"))
        return causes_of(
            _of_pressing(urgent, priority, "priority").exclude(flagged),
            "record",
            patient="intake__patient",
            moment=F("screened_at"),
            pressing=Value(priority),
            version=_undone("record"),
        )

    return finder


def _of_pressing(rows: QuerySet[Any, Any], priority: str, field: str) -> QuerySet[Any, Any]:
    """P1 is what says P1; whatever else is urgent is taken for P0, so that nothing falls between the two."""
    is_p1 = Q(**{field: "P1"})
    return rows.filter(is_p1 if priority == "P1" else ~is_p1)


def _review(priority: str) -> Finder:
    def finder(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
        return causes_of(
            WAITING.filter(outcome__in=NEEDS_READING, priority=priority),
            "record",
            patient="intake__patient",
            moment=F("screened_at"),
            pressing=Value(priority),
            version=_undone("record"),
        )

    return finder


def _coordination_by_protocol(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    records = WAITING.filter(outcome="prescriber_coordination")
    return causes_of(records, "record", patient="intake__patient", moment=F("screened_at"), pressing=F("priority"))


def _coordination_by_decision(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """A clinician asks for the prescriber, and what the record itself led to is not there or was over before."""
    by_record = FollowUp.objects.filter(row_id=OuterRef("record_id"), plan=plan.id)
    return _decisions(Route.PRESCRIBER_FIRST).filter(~Exists(by_record.exclude(state=FollowUp.State.CANCELLED)))


def _decided(route: Route) -> Finder:
    def finder(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
        return _decisions(route)

    return finder


def _decisions(route: Route) -> QuerySet[Any, Any]:
    decisions = Decision.objects.standing().filter(route=route)
    return causes_of(
        decisions, "decision", patient="record__intake__patient", moment=F("decided_at"), pressing=F("record__priority")
    )


def _spoken_with(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """Decisions about an urgent record, whatever the route: each says when somebody spoke with the patient."""
    decisions = Decision.objects.filter(contacted_at__isnull=False, revoked_at__isnull=True)
    return causes_of(
        decisions,
        "decision",
        patient="record__intake__patient",
        moment=F("contacted_at"),
        pressing=F("record__priority"),
    )


def _idle(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """Drafts that have been idle for as long as the follow-up waits; before that, nothing is planned for them."""
    waits = parse(plan.offset)
    idle = Intake.objects.filter(state=Intake.State.DRAFT)
    if isinstance(waits, After):
        idle = idle.filter(saved_at__lte=now - waits.delta)
    return causes_of(idle, "intake", patient="patient", moment=F("saved_at"), pressing=Value("P4"))


def _booked(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    booked = Appointment.objects.filter(state=Appointment.State.BOOKED, during__startswith__gt=now)
    return causes_of(
        booked,
        "appointment",
        patient="patient",
        moment=F("during__startswith"),
        pressing=Value("P4"),
        version=appointment_version(),
    )


def _completed(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    return _over(Appointment.State.COMPLETED, Value("P4"))


def _missed(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    flagged = Intake.objects.filter(
        patient=OuterRef("patient"), safety_raised_at__gte=OuterRef("during__endswith") - FLAG_COUNTS_FOR
    )
    return _over(Appointment.State.NO_SHOW, Case(When(Exists(flagged), then=Value("P1")), default=Value("P4")))


def _missed_flagged(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    return _missed(plan, now).filter(pressing="P1")


def _said_again(finder: Finder) -> Finder:
    """The same visits when the staff said the same of them again, after a correction had ended what followed."""

    def again(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
        ended = FollowUp.objects.filter(plan=plan.id, row_id=OuterRef("pk"), reason=CORRECTED).order_by()
        times = Subquery(ended.values("plan").annotate(count=Count("pk")).values("count"))
        lately = finder(plan, now).filter(over_at__gte=now - LOOKS_BACK).annotate(times=times)
        return lately.filter(times__gt=0).annotate(cause_key=key_of("appointment", Cast("times", CharField())))

    return again


def _frozen(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """Appointments that must not go ahead as they are; whatever happens after that is a new cause."""
    touched = touched_appointments(now)
    return causes_of(
        touched.filter(pk__in=frozen(touched, now=now)),
        "appointment",
        patient="patient",
        moment=F("touched_at"),
        pressing=Value("P2"),
        version=Stamp(F("touched_at")),
    )


def _over(state: str, pressing: Expression) -> QuerySet[Any, Any]:
    over = Appointment.objects.filter(state=state)
    return causes_of(over, "appointment", patient="patient", moment=F("during__endswith"), pressing=pressing)


def _under_an_older_protocol(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """The last form of each patient that was sent under another protocol than today's, when something is open in it."""
    of_form = ScreeningRecord.objects.filter(intake=OuterRef("pk"))
    newest = of_form.order_by("-number").values("outcome")[:1]
    decided = Decision.objects.filter(record__intake=OuterRef("pk"))
    is_open = (
        Q(Exists(of_form.filter(waiting__isnull=False)))
        | Q(Exists(decided.filter(STANDS, route__in=[*OPENS_BOOKING, Route.ASK_FOR_MORE])))
        | Q(newest__in=OPEN_WITHOUT_REVIEW) & ~Q(Exists(decided))
    )
    newer = Intake.objects.filter(patient=OuterRef("patient"), submitted_at__gt=OuterRef("submitted_at"))
    older = Intake.objects.filter(~Exists(newer), state=Intake.State.SUBMITTED).exclude(protocol=settings.PROTOCOL)
    return causes_of(
        older.annotate(newest=Subquery(newest)).filter(is_open),
        "intake",
        patient="patient",
        moment=Value(now, output_field=DateTimeField()),
        pressing=Value("P4"),
        version=Value(settings.PROTOCOL),
    )


def _wish(kind: Wish.Kind, priority: str = "P3") -> Finder:
    def finder(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
        asked = Wish.objects.filter(kind=kind)
        return causes_of(asked, "wish", patient="patient", moment=F("at"), pressing=Value(priority))

    return finder


def _taken_back(plan: FollowUpPlan, now: datetime) -> QuerySet[Any, Any]:
    """A yes to contacting the prescriber that was taken back, and is their last word on it."""
    of_same = Consent.objects.filter(patient=OuterRef("patient"), kind=PRESCRIBER)
    given_before = of_same.filter(given=True, at__lt=OuterRef("at"))
    said_since = of_same.filter(at__gt=OuterRef("at"))
    refused = Consent.objects.filter(kind=PRESCRIBER, given=False, at__gte=now - LOOKS_BACK)
    refused = refused.filter(Exists(given_before), ~Exists(said_since))
    return causes_of(refused, "consent", patient="patient", moment=F("at"), pressing=Value("P3"))


FINDERS: Final[dict[str, tuple[Finder, ...]]] = {
    "answer_saved:safety_positive": (_raised("P0"), _urgent_record("P0")),
    "safety_P0_unreached": (_raised("P0"), _urgent_record("P0")),
    "safety_P1": (_raised("P1"), _urgent_record("P1")),
    "safety_contact_made": (_spoken_with,),
    "draft_idle": (_idle,),
    "missing_info": (_decided(Route.ASK_FOR_MORE),),
    "review_P1": (_review("P1"),),
    "review_P2": (_review("P2"),),
    "review_P3": (_review("P3"),),
    "coordination_needed": (_coordination_by_protocol, _coordination_by_decision),
    "declined": (_decided(Route.NOT_SUITABLE_NOW),),
    "booked": (_booked,),
    "no_show": (_missed, _said_again(_missed)),
    "no_show_flagged": (_missed_flagged, _said_again(_missed_flagged)),
    "consult_done": (_completed, _said_again(_completed)),
    "booking_frozen": (_frozen,),
    "booking_displaced": (displaced_visits,),
    "booking_stands_again": (told_otherwise,),
    "wish:second_look": (_wish(Wish.Kind.SECOND_LOOK),),
    "wish:bring_letter": (_wish(Wish.Kind.BRING_LETTER),),
    "wish:call": (_wish(Wish.Kind.CALL),),
    "wish:call_today": (_wish(Wish.Kind.CALL_TODAY, "P1"),),
    "wish:erase": (_wish(Wish.Kind.ERASE),),
    "consent_taken_back": (_taken_back,),
    "rule_version_published": (_under_an_older_protocol,),
    **QUESTION_FINDERS,
    "address_closed": (closed,),
    "text_to_read": (to_read,),
    "another_time_wanted": (another_time,),
    "text_with_safety_words": (with_safety_words,),
}
