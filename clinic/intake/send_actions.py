"""Sending a form: signed, screened and sealed."""

from __future__ import annotations

import copy
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Model

from clinic.audit import together
from clinic.audit.actors import Actor
from clinic.audit.record import line
from clinic.celery import nudge
from clinic.intake import protocols, safety_words, sealing, urgency
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications import preparing
from clinic.notifications.models import Message
from screening.engine import canonical
from screening.journey import Journey
from screening.protocol import Page

FOLLOW_UP: Final = "clinic.followups.tasks.look_at"
SENT: Final = ("answers", "visited", "state", "submitted_at", "saved_at", "protocol", "seal", *urgency.FIELDS)
"""Which fields of an intake sending it may change, beside its version."""


class SentDifferently(Exception):
    """A second, different form came with the key of one that was sent. The first stands; nothing was lost."""


class Incomplete(Exception):
    """Some page is not done; `page` is the first of them."""

    def __init__(self, page: Page | None) -> None:
        super().__init__("incomplete")
        self.page = page


@dataclass(frozen=True, slots=True)
class _Signed:
    """What came with the signing page, from whom and when."""

    key: uuid.UUID
    name: str
    consents: dict[str, Any]
    page: Page
    by: Actor
    now: datetime

    @property
    def body_hash(self) -> str:
        """To know the same form again."""
        return hashlib.sha256(canonical({"name": self.name, "consents": self.consents})).hexdigest()


@dataclass(frozen=True, slots=True)
class _Sending:
    """A form as it is once it is sent, before anything of it is written; `is_news` when somebody is to be paged."""

    intake: Intake
    record: ScreeningRecord
    received: Message
    rows: tuple[Model, ...]
    words: Sequence[Model]
    is_news: bool


def submit(
    *, intake: Intake, key: uuid.UUID, name: str, consents: dict[str, Any], page: Page, by: Actor, now: datetime
) -> ScreeningRecord:
    """Sign an intake, screen it and seal the record.

    1. Keep the consents as answers, and whether the typed name holds safety words. 2. Every page must be done. 3. Ask
    every rule. 4. Where nobody is paged, write the record with the answers and the result, the message that it arrived,
    and the audit lines in one statement, unless somebody saved since the intake was read. Otherwise: 5. Lock the
    intake. 6. The same key and body again is the same record; another body is refused and changes nothing. 7. Do 1 to 3
    anew, write it, and page the person on call when it is urgent.

    Args:
        intake: which.
        key: the key the server put into the form.
        name: the name typed as signature.
        consents: the answers of the signing page.
        page: the signing page.
        by: the patient.
        now: the moment.
    Returns:
        The sealed record.
    Raises:
        SentDifferently: it was sent before with another body, or the key is not the one of this intake.
        Incomplete: some page is not done.
    """
    signed = _Signed(key, name, consents, page, by, now)
    return _sent_if_still(intake, signed) or _sent_locked(intake, signed)


def _sent_if_still(intake: Intake, signed: _Signed) -> ScreeningRecord | None:
    """Send a draft that pages nobody and that nobody saved since it was read; None when nothing is written."""
    if intake.state != Intake.State.DRAFT or signed.key != intake.submit_key:
        return None
    still = {"version": intake.version}
    try:
        sending = _sending(copy.copy(intake), signed)
    except Incomplete:
        return None
    if sending.is_news or not together.write_if_still(
        sending.intake, ("version", *SENT), *sending.rows, still=still, where_there=sending.words
    ):
        return None
    return _nudged(sending, now=signed.now)


@transaction.atomic
def _sent_locked(intake: Intake, signed: _Signed) -> ScreeningRecord:
    intake = Intake.objects.locked(intake)
    if intake.state == Intake.State.SUBMITTED:
        return _same_as_sent(intake, signed)
    if signed.key != intake.submit_key:
        raise SentDifferently
    sending = _sending(intake, signed)
    record, by, now = sending.record, signed.by, signed.now
    together.write(*sending.rows, changed={intake: ("version", *SENT)}, unless_there=sending.words)
    if sending.is_news:
        urgency.page_on_call(intake=intake, priority=record.priority, cause=f"record:{record.pk}", by=by, now=now)
    return _nudged(sending, now=now)


def _sending(intake: Intake, signed: _Signed) -> _Sending:
    """What comes of signing: the intake is changed, and the rows that belong to it are made.

    Raises:
        Incomplete: some page is not done.
    """
    name, consents, by, now = signed.name, signed.consents, signed.by, signed.now
    intake.answers = {**intake.answers, **{q: a for q, a in consents.items() if a is not None}}
    if safety_words.hold(name):
        intake.answers = {**intake.answers, safety_words.FLAG: "yes"}
    intake.visited = sorted({*intake.visited, signed.page.id})
    facts = protocols.facts_of(intake, now=now)
    open_page = Journey(facts, frozenset(intake.visited)).first_open()
    if open_page is not None:
        raise Incomplete(open_page)
    intake.version += 1
    intake.state, intake.submitted_at, intake.saved_at = Intake.State.SUBMITTED, now, now
    record = sealing.record_of(intake=intake, facts=facts, signature=name, body_hash=signed.body_hash, now=now)
    intake.protocol, intake.seal = record.protocol, record.seal
    is_news = urgency.raised_by_sending(intake, record, now=now)
    given, consented, words = sealing.consents_of(intake=intake, consents=consents, by=by, now=now)
    received = preparing.message(
        key=f"intake-received:{record.pk}",
        template="intake-received",
        patient_id=intake.patient_id,
        about={"record": str(record.pk)},
        now=now,
        keeps_quiet_hours=False,
    )
    sent = line(
        by=by,
        action="intake.submit",
        subject=f"intake:{intake.pk}",
        patient=intake.patient_id,
        detail={"record": str(record.pk), "protocol": record.protocol, "priority": record.priority},
    )
    rows = (record, *given, received, consented, preparing.line_about(received, by=by), sent)
    return _Sending(intake, record, received, rows, words, is_news)


def _nudged(sending: _Sending, *, now: datetime) -> ScreeningRecord:
    """The record, once a worker was asked to look at it and at the message that it arrived."""
    preparing.nudge_about(sending.received, now=now)
    nudge(FOLLOW_UP, sending.record.pk)
    return sending.record


def _same_as_sent(intake: Intake, signed: _Signed) -> ScreeningRecord:
    sent = intake.records.order_by("number").last()
    if sent is None or signed.key != intake.submit_key or sent.body_hash != signed.body_hash:
        raise SentDifferently
    return sent
