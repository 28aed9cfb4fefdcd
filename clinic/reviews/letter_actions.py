"""What is done with a letter to a prescriber: written, sent, answered. Each only with the patient's consent."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clinic.audit import record as audit
from clinic.audit.actors import Actor
from clinic.intake.models import Intake, ScreeningRecord
from clinic.reviews import letters
from clinic.reviews.models import Letter, Snippet
from clinic.reviews.signing import clinician_of


class NoConsent(Exception):
    """The patient has not agreed, or does not agree any more, that we write to their prescriber."""


class NotInThatState(Exception):
    """The letter was sent, answered or changed by somebody else first."""


@transaction.atomic
def draft_letter(*, record: ScreeningRecord, by: Actor, now: datetime) -> Letter:
    """Write the letter about a record; when there is one, that one.

    Args:
        record: what it is about.
        by: the clinician in whose name it is written.
        now: the moment.
    Raises:
        signing.MayNotDecide: not a clinician.
        NoConsent: the patient said no, or was not asked.
    """
    clinician = clinician_of(by)
    Intake.objects.select_for_update().get(pk=record.intake_id)
    written = Letter.objects.filter(record=record).first()
    if written is not None:
        return written
    if not letters.may_write(record):
        raise NoConsent
    draft = letters.draft(record, by=clinician.name)
    letter = Letter.objects.create(
        record=record,
        template_version=draft.template_version,
        to=draft.to,
        body=draft.text,
        drafted_at=now,
        drafted_by=clinician,
    )
    _audit("reviews.draft_letter", letter, by=by)
    return letter


@transaction.atomic
def change_letter(*, letter: Letter, to: str, text: str, by: Actor, snippet: Snippet | None = None) -> Letter:
    """Change the words of a letter that was not sent.

    Args:
        letter: which.
        to: to whom.
        text: its words.
        by: a clinician.
        snippet: the ready sentence that was put in, if one was; the record says which version.
    Raises:
        signing.MayNotDecide, NotInThatState: see each.
    """
    clinician_of(by)
    letter = _locked(letter, Letter.State.DRAFT)
    letter.to, letter.body = to.strip(), text.strip()
    letter.save(update_fields=["to", "body"])
    _audit("reviews.change_letter", letter, by=by, **(snippet.named if snippet else {}))
    return letter


@transaction.atomic
def send_letter(*, letter: Letter, way: str, by: Actor, now: datetime) -> Letter:
    """Keep that somebody sent a letter, and how; from then on its words are fixed and a reply is waited for.

    Args:
        letter: which.
        way: one of `Letter.Way`; this product sends nothing to prescribers itself.
        by: the clinician who sent it.
        now: the moment.
    Raises:
        signing.MayNotDecide, NotInThatState: see each.
        NoConsent: it was withdrawn meanwhile.
    """
    clinician = clinician_of(by)
    letter = _locked(letter, Letter.State.DRAFT)
    if not letters.may_write(letter.record):
        raise NoConsent
    letter.state, letter.way = Letter.State.SENT, Letter.Way(way)
    letter.sent_at, letter.sent_by = now, clinician
    letter.save(update_fields=["state", "way", "sent_at", "sent_by"])
    _audit("reviews.send_letter", letter, by=by)
    return letter


@transaction.atomic
def keep_reply(*, letter: Letter, by: Actor, now: datetime) -> Letter:
    """Keep that the prescriber answered; what they said is written as a note.

    Args:
        letter: which; it was sent.
        by: who read the reply.
        now: the moment.
    Raises:
        signing.MayNotDecide, NotInThatState: see each.
    """
    clinician = clinician_of(by)
    letter = _locked(letter, Letter.State.SENT)
    letter.state, letter.answered_at, letter.answered_by = Letter.State.ANSWERED, now, clinician
    letter.save(update_fields=["state", "answered_at", "answered_by"])
    _audit("reviews.keep_reply", letter, by=by)
    return letter


def _locked(letter: Letter, state: Letter.State) -> Letter:
    found = Letter.objects.select_for_update(of=("self",)).select_related("record__intake__patient").get(pk=letter.pk)
    if found.state != state:
        raise NotInThatState
    return found


def _audit(action: str, letter: Letter, *, by: Actor, **more: object) -> None:
    audit.record(
        by=by,
        action=action,
        subject=f"letter:{letter.pk}",
        patient=letter.record.intake.patient_id,
        detail={"record": str(letter.record_id), "state": letter.state, "way": letter.way, **more},
    )
