"""All that happened with a patient as one list, the newest first; one query for each kind of row, none for a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from clinic.accounts.models import User
from clinic.booking.models import Appointment, Mode
from clinic.followups.coverage import OF_THE_CLINIC
from clinic.followups.models import FollowUp
from clinic.intake import protocols
from clinic.intake.models import Intake, ScreeningRecord
from clinic.journal.models import Entry
from clinic.notifications.arrival_actions import EARLIER_NUMBER
from clinic.notifications.models import Message, StoppedAddress, TextReply
from clinic.patients.models import Patient, Wish
from clinic.questionnaires.models import Questionnaire
from clinic.reviews import answers, flags, scores, words
from clinic.reviews.models import Decision, FirstSignature, Letter, Note, Route
from clinic.reviews.worklist_presenters import LEVEL_OF_OUTCOME

MOST: Final = 200
"""Rows that are read of each kind, the newest first."""
CAME: Final = {
    Appointment.State.COMPLETED: "Met",
    Appointment.State.LEFT_EARLY: "Left early",
    Appointment.State.NO_SHOW: "Did not come",
}
CALLS: Final = ("acknowledged", "contact made")
OUTCOMES: Final = {
    "urgent": "urgent",
    "not_suitable_now": "not suitable now",
    "clinician_review": "a clinician reads it",
    "prescriber_coordination": "prescriber first",
    "ready_to_book": "ready to book",
}
ONE_ENDED: Final = {
    "declined": "Not signed by another",
    "withdrawn": "Signature taken back",
    "stale": "Signature ended",
}
SENT_WORDS: Final = {
    Message.State.SENT: "Sent", Message.State.DUE: "To be sent", Message.State.CLAIMED: "On its way",
    Message.State.CANCELLED: "Not sent, taken back", Message.State.FAILED: "Could not be sent",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing: when, what kind, what in words, more about it, and who did it."""

    at: datetime
    kind: str
    what: str
    more: tuple[str, ...] = ()
    who: str = ""
    level: str = ""
    intake: str = ""


def happenings(patient: Patient, *, kind: str = "") -> tuple[list[Happening], bool]:
    """What happened with a patient, the newest first.

    Args:
        patient: with whom.
        kind: only this kind of `KINDS`.
    Returns:
        What happened, and whether there are older rows that were not read.
    """
    told, cut = [], False
    for name, (_, source) in KINDS.items():
        if kind in ("", name):
            found = list(source(patient))
            told += found
            cut = cut or len(found) >= MOST
    return sorted(told, key=lambda each: each.at, reverse=True), cut


def _forms(patient: Patient) -> Iterator[Happening]:
    for intake in Intake.objects.filter(patient=patient).order_by("-started_at")[:MOST]:
        yield Happening(intake.started_at, "forms", "Form started", intake=intake.reference)
        if intake.safety_raised_at:
            yield Happening(intake.safety_raised_at, "forms", "A safety flag was raised", level="stop")
    records = ScreeningRecord.objects.filter(intake__patient=patient).select_related("intake")
    for record in records.order_by("-screened_at")[:MOST]:
        protocol = answers.protocol_of(record)
        points = scores.scores(protocol, record.answers["answers"]) if protocol else []
        told = [f"{each.name} {each.points}, {each.band}" for each in points if each.total is not None]
        raised = flags.headlines(record.result, limit=4)
        yield Happening(
            at=record.screened_at,
            kind="forms",
            what=f"Form sent: {OUTCOMES.get(record.outcome, record.outcome)}",
            more=(*raised, *told, f"Protocol {record.protocol}"),
            level=LEVEL_OF_OUTCOME.get(record.outcome, ""),
            intake=record.intake.reference,
        )


def _questions(patient: Patient) -> Iterator[Happening]:
    asked = Questionnaire.objects.filter(patient=patient).select_related("intake")
    for each in asked.order_by("-opened_at")[:MOST]:
        names = protocols.named(each.intake.protocol).protocol.instruments
        scores = [f"{names[name].name} {_told(kept)}" for name, kept in (each.scores or {}).items()]
        level = {"P1": "stop", "P2": "review"}.get(each.concern, "stop" if each.raised else "")
        what = {"open": "Short questions are open", "closed": "Short questions were not answered"}
        at = each.sent_at or each.closed_at or each.opened_at
        concern = each.get_concern_display() if each.concern else ""
        yield Happening(at, "forms", what.get(each.state, "Short questions answered"), (*scores, concern), level=level)


def _told(kept: Mapping[str, Any]) -> str:
    """`11, moderate`, or that there is no score."""
    return "not complete" if kept["total"] is None else f"{kept['total']:g}, {kept['band'] or 'no bands'}"


def _shared_entries(patient: Patient) -> Iterator[Happening]:
    """Entries of the journal that the patient shared; the others are theirs alone."""
    for each in Entry.objects.filter(patient=patient, is_shared=True).order_by("-at")[:MOST]:
        yield Happening(each.at, "forms", f"Shared from their journal: {each.word.lower()}", (each.note,))


def _told_by_the_patient(patient: Patient) -> Iterator[Happening]:
    yield from _forms(patient)
    yield from _questions(patient)
    yield from _shared_entries(patient)


def _decisions(patient: Patient) -> Iterator[Happening]:
    for each in _decided(patient):
        more = (each.reason, f"Conditions: {each.conditions}" if each.conditions else "")
        reference, route = each.record.intake.reference, Route(each.route).label
        who = f"{each.decided_by} and {each.seconded_by}" if each.seconded_by else str(each.decided_by)
        yield Happening(each.decided_at, "decisions", route, more, who, intake=reference)
        if each.revoked_at:
            what = f"Set aside: {route}"
            yield Happening(each.revoked_at, "decisions", what, (), str(each.revoked_by), intake=reference)
    yield from _signed_by_one(patient)
    notes = Note.objects.filter(intake__patient=patient).select_related("written_by", "intake")
    for note in notes.order_by("-written_at")[:MOST]:
        who = str(note.written_by)
        yield Happening(note.written_at, "decisions", "Note", (note.text,), who, intake=note.intake.reference)


def _signed_by_one(patient: Patient) -> Iterator[Happening]:
    """What one clinician signed and another one should, and how that ended."""
    firsts = FirstSignature.objects.filter(record__intake__patient=patient).select_related(
        "signed_by", "ended_by", "record__intake"
    )
    for first in firsts.order_by("-signed_at")[:MOST]:
        intake, route = first.record.intake.reference, Route(first.route).label
        what = f"Signed by one, waits for another: {route}"
        yield Happening(
            first.signed_at, "decisions", what, (first.told["reason"],), str(first.signed_by), intake=intake
        )
        if first.state in ONE_ENDED:
            ended, who = f"{ONE_ENDED[first.state]}: {route}", str(first.ended_by or "")
            yield Happening(first.ended_at, "decisions", ended, (first.why or "",), who, intake=intake)


def _calls(patient: Patient) -> Iterator[Happening]:
    for each in _decided(patient):
        if each.contacted_at:
            yield Happening(each.contacted_at, "calls", "Spoke with them", (), str(each.contacted_by))
    for task, what, who in _tasks_of(patient, calls=True):
        if task.done_at:
            yield Happening(task.done_at, "calls", f"They were reached: {what}", (), who)


def _tasks(patient: Patient) -> Iterator[Happening]:
    for task, what, who in _tasks_of(patient, calls=False):
        if task.state == FollowUp.State.OPEN:
            yield Happening(task.due_at, "tasks", f"Open: {what}", level="review")
        elif task.done_at:
            yield Happening(task.done_at, "tasks", f"Done: {what}", (), who)
    for wish in Wish.objects.filter(patient=patient).order_by("-at")[:MOST]:
        yield Happening(wish.at, "tasks", f"They asked for {wish.get_kind_display()}", (), "The patient")


def _messages(patient: Patient) -> Iterator[Happening]:
    for each in Message.objects.filter(patient=patient).order_by("-created_at")[:MOST]:
        what = f"{SENT_WORDS[Message.State(each.state)]}: {each.template.replace('-', ' ')}"
        by_what = "by text" if each.channel == Message.Channel.SMS else "by email"
        yield Happening(each.sent_at or each.due_at, "messages", f"{what}, {by_what}", (each.reason,))
        if each.arrival_at:
            arrived = f"The provider says: {each.get_arrival_display()}"
            level = "" if each.arrival == Message.Arrival.DELIVERED else "review"
            yield Happening(each.arrival_at, "messages", arrived, (each.template.replace("-", " "),), level=level)
    for reply in TextReply.objects.filter(patient=patient).order_by("-at")[:MOST]:
        what, who = "They wrote by text", "The patient"
        if reply.about == EARLIER_NUMBER:
            what, who = "Somebody wrote by text from a number they used to have", "Not known"
        yield Happening(reply.at, "messages", what, (str(reply.text),), who)
    for stopped in StoppedAddress.objects.filter(patient=patient).order_by("-at")[:MOST]:
        by_what = "Texts" if stopped.channel == Message.Channel.SMS else "Emails"
        yield Happening(stopped.at, "messages", f"{by_what} stopped: {stopped.get_because_display()}", level="review")
        if stopped.lifted_at:
            yield Happening(stopped.lifted_at, "messages", f"{by_what} allowed again")
    letters = Letter.objects.filter(record__intake__patient=patient).select_related("drafted_by", "sent_by")
    for letter in letters.order_by("-drafted_at")[:MOST]:
        yield Happening(letter.drafted_at, "messages", "Letter to a prescriber begun", (), str(letter.drafted_by))
        if letter.sent_at:
            what = f"Letter to a prescriber sent, {letter.get_way_display().lower()}"
            yield Happening(letter.sent_at, "messages", what, (), str(letter.sent_by))
        if letter.answered_at:
            yield Happening(letter.answered_at, "messages", "The prescriber answered")


def _appointments(patient: Patient) -> Iterator[Happening]:
    shown = Appointment.objects.filter(patient=patient, booked_at__isnull=False).select_related("clinician")
    for each in shown.order_by("-booked_at")[:MOST]:
        on, booked_on = (timezone.localtime(moment).date() for moment in (each.start, each.booked_at))
        day = f"{words.day_of(on, today=booked_on)}, {words.time_of(each.start)}"
        what = f"{Mode(each.mode).label} with {each.clinician}, {day}"
        by = "The patient" if each.booked_by.startswith("patient:") else "The clinic"
        yield Happening(each.booked_at, "appointments", f"Booked: {what}", (), by)
        if each.cancelled_at:
            yield Happening(each.cancelled_at, "appointments", f"Cancelled: {what}", (each.cancel_reason,))
        if each.state in CAME:
            yield Happening(each.start, "appointments", f"{CAME[each.state]}: {what}")


KINDS: Final[dict[str, tuple[str, Callable[[Patient], Iterator[Happening]]]]] = {
    "forms": ("Forms and questions", _told_by_the_patient),
    "decisions": ("Decisions and notes", _decisions),
    "messages": ("Messages and letters", _messages),
    "calls": ("Calls", _calls),
    "appointments": ("Appointments", _appointments),
    "tasks": ("Tasks", _tasks),
}


def _decided(patient: Patient) -> list[Decision]:
    about = Decision.objects.filter(record__intake__patient=patient)
    people = ("decided_by", "seconded_by", "contacted_by", "revoked_by", "record__intake")
    return list(about.select_related(*people).order_by("-decided_at")[:MOST])


def _tasks_of(patient: Patient, *, calls: bool) -> Iterator[tuple[FollowUp, str, str]]:
    """Tasks of the staff with their words and who did them; a call is a task that ends when somebody was reached."""
    kept = FollowUp.objects.filter(patient=patient).exclude(audience=FollowUp.Audience.PATIENT)
    kept = kept.filter(stop_condition__in=CALLS) if calls else kept
    tasks = list(kept.filter(state__in=[FollowUp.State.OPEN, FollowUp.State.DONE]).order_by("-due_at")[:MOST])
    contents = {plan.id: plan.content for plan in (*protocols.current().followups, *OF_THE_CLINIC)}
    ids = {task.done_by.removeprefix("staff:") for task in tasks if task.done_by.startswith("staff:")}
    names = {user.actor.ref: str(user) for user in User.objects.filter(pk__in=ids)}
    for task in tasks:
        if calls or task.stop_condition not in CALLS or not task.done_at:
            yield task, contents.get(task.plan, f"Follow-up {task.plan}"), names.get(task.done_by, "The system")
