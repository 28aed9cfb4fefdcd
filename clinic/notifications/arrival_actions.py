"""What is done with what providers tell us: a message arrived or did not, and somebody wrote back by text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.actors import patient as actor_of
from clinic.audit.record import record
from clinic.celery import nudge
from clinic.notifications import reminded, stopping
from clinic.notifications.models import Message, Report, StoppedAddress, TextReply
from clinic.patients.models import Patient

FOLLOW_UP: Final = "clinic.followups.tasks.look_at"
RANKS: Final = tuple(Message.Arrival)
"""Reports come in any order; a later one only counts when it tells more."""
CLOSES: Final = {
    Message.Arrival.BOUNCED: StoppedAddress.Because.BOUNCED,
    Message.Arrival.COMPLAINED: StoppedAddress.Because.COMPLAINED,
}
STOP_WORDS: Final = frozenset(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"])
BEGINS_A_STOP: Final = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE"})
"""`Stop texting me` means it too; `Cancel my visit` does not, and is read by a person."""
START_WORDS: Final = frozenset({"START", "UNSTOP"})
HELP_WORDS: Final = frozenset({"HELP", "INFO"})
ANSWERS: Final = {"1": TextReply.Word.CONFIRM, "2": TextReply.Word.CHANGE}
"""What a reminder asks for; without a reminder that it can be an answer to, a number is read by a person."""
LONGEST_TEXT: Final = 2_000
EARLIER_NUMBER: Final = {"number": "earlier"}
"""What stands beside a text from a number that was theirs when we last wrote to it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a text came to: `word` is one of `TextReply.Word` or nothing, `is_news` when it changed anything.

    `whose` it is, where it can be one person's only.
    """

    word: str
    is_news: bool
    whose: Patient | None = None


@transaction.atomic
def report(
    *,
    message_id: UUID,
    key: str,
    said: str,
    by: Actor,
    now: datetime,
    code: str = "",
    provider_id: str = "",
    is_stop_word: bool = False,
) -> bool:
    """Keep what a provider says became of a message. Hearing it twice, or in another order, comes to the same.

    1. Lock the patient, then the message, as whoever takes messages back does; one that is not ours is ignored.
    2. Keep the report by its key. 3. A message that anything is said about was taken: it is sent, even if our own post
    never got its answer. 4. An address that never takes messages, or whose owner complained, is written to no more, and
    follow-ups make a task of that.

    Args:
        message_id: the id we gave it.
        key: the provider's own name of this report.
        said: one of `Message.Arrival`; UNKNOWN when it was only taken.
        by: the provider.
        now: the moment.
        code: its error code.
        provider_id: what it calls the message.
        is_stop_word: they told the provider to stop.
    Returns:
        False when it is not about a message of ours, or was heard before.
    """
    Patient.objects.select_for_update(of=("self",)).filter(messages=message_id).first()
    message = Message.objects.select_for_update(of=("self",)).select_related("patient").filter(pk=message_id).first()
    if message is None:
        return False
    fresh = Report(key=key, message=message, said=said, code=code[:20], at=now)
    Report.objects.bulk_create([fresh], ignore_conflicts=True)
    if not Report.objects.filter(pk=fresh.pk).exists():
        return False
    _keep(message, said, provider_id, by=by, now=now)
    detail = {"said": said or "taken", "code": code[:20]}
    record(
        by=by,
        action="notifications.report",
        subject=f"message:{message.pk}",
        patient=message.patient_id,
        detail=detail,
    )
    because = StoppedAddress.Because.STOP_WORD if is_stop_word else CLOSES.get(Message.Arrival(said))
    if because and message.patient and message.channel != Message.Channel.PAGER:
        stopping.stop(
            patient=message.patient,
            channel=message.channel,
            because=because,
            address=message.sent_to,
            by=by,
            now=now,
        )
        nudge_about_stops(message.patient)
    return True


def nudge_about_stops(patient: Patient) -> None:
    """Ask for what follows from addresses of this patient that were just stopped."""
    for stopped in StoppedAddress.objects.filter(patient=patient, lifted_at__isnull=True):
        nudge(FOLLOW_UP, stopped.pk)


def _keep(message: Message, said: str, provider_id: str, *, by: Actor, now: datetime) -> None:
    if message.state != Message.State.SENT:
        message.state, message.sent_at, message.claimed_at, message.reason = Message.State.SENT, now, None, ""
        record(
            by=by,
            action="notifications.send",
            subject=f"message:{message.pk}",
            patient=message.patient_id,
            detail={"template": message.template, "channel": message.channel, "reason": "the provider has it"},
        )
    if RANKS.index(Message.Arrival(said)) > RANKS.index(Message.Arrival(message.arrival)):
        message.arrival, message.arrival_at = said, now
    message.provider_id = message.provider_id or provider_id[:64]
    message.save(
        update_fields=["state", "sent_at", "claimed_at", "reason", "arrival", "arrival_at", "provider_id"],
    )


@transaction.atomic
def hear_text(*, key: str, number: str, text: str, now: datetime) -> Heard:
    """Keep what somebody wrote by text, and do what it asks at once; from a number nobody has, nothing is kept.

    1. Find whose number it is; it may be several people's, and STOP is meant for the number. What comes from a number
    they used to have may be somebody else's by now: it does nothing, and a person reads it. 2. Keep the text, once for
    each, encrypted. 3. STOP takes the consent and closes the number; START gives back what STOP took, and only that.
    4. A bare 1 or 2 is the answer of the one person whose reminder it can answer; booking reads it from the row.
    5. Whatever is not just such a word is for a person to read: follow-ups make a task of the row.

    Args:
        key: the provider's id of the text.
        number: international, from where.
        text: what they wrote.
        now: the moment.
    """
    owners = list(stopping.owners_of(number))
    if not owners:
        before = stopping.texted_at(number, now=now)
        return Heard("", any([_hear(each, key, text, "", False, now, EARLIER_NUMBER) for each in before]))
    answer = ANSWERS.get(text.strip(" .!"))
    if answer and (found := reminded.answered_by(owners, now=now)):
        patient, about = found
        return Heard(answer, _hear(patient, key, text, answer, True, now, about), patient)
    word, is_whole = _word(text)
    changes = [_hear(each, key, text, word, is_whole, now) for each in owners]
    return Heard(word, any(changes), owners[0] if len(owners) == 1 else None)


@transaction.atomic
def open_address(*, stopped: StoppedAddress, by: Actor, now: datetime) -> bool:
    """Write to an address again that took no messages; one that its owner closed is theirs to open.

    Args:
        stopped: which.
        by: who says so.
        now: the moment.
    Returns:
        False when its owner closed it, or somebody opened it first.
    """
    is_ours = stopped.because == StoppedAddress.Because.BOUNCED
    return is_ours and stopping.lift(stopped, by=by, now=now)


@transaction.atomic
def forget_texts(*, patient: Patient, by: Actor) -> None:
    """Remove what somebody wrote by text, together with who they are.

    Args:
        patient: whose; somebody of whom the clinic keeps nothing else.
        by: who removes it.
    """
    removed, _ = TextReply.objects.filter(patient=patient).delete()
    if removed:
        subject = f"patient:{patient.pk}"
        record(by=by, action="notifications.forget_texts", subject=subject, patient=patient.pk)


def _hear(
    patient: Patient, key: str, text: str, word: str, is_whole: bool, now: datetime, about: dict[str, str] | None = None
) -> bool:
    told = {"text": text[:LONGEST_TEXT], "word": word, "about": about or {}, "needs_reading": not is_whole}
    reply = TextReply(key=key, patient=patient, at=now, **told)
    TextReply.objects.bulk_create([reply], ignore_conflicts=True)
    if not TextReply.objects.filter(pk=reply.pk).exists():
        return False
    by = actor_of(patient.pk)
    record(
        by=by,
        action="notifications.hear_text",
        subject=f"text:{reply.pk}",
        patient=patient.pk,
        detail={"word": word, "needs_reading": reply.needs_reading},
    )
    if reply.needs_reading:
        nudge(FOLLOW_UP, reply.pk)
    if word == TextReply.Word.CHANGE:
        nudge(FOLLOW_UP, UUID(reply.about["appointment"]))
    if word == "STOP":
        because = StoppedAddress.Because.STOP_WORD
        return stopping.stop(patient=patient, channel=Message.Channel.SMS, because=because, by=by, now=now)
    return word in ("HELP", *ANSWERS.values()) or (word == "START" and _start(patient, by=by, now=now))


def _start(patient: Patient, *, by: Actor, now: datetime) -> bool:
    """Open again what a word of theirs had closed."""
    closed = StoppedAddress.objects.filter(
        patient=patient, channel=Message.Channel.SMS, because=StoppedAddress.Because.STOP_WORD, lifted_at__isnull=True
    )
    return any([stopping.lift(each, by=by, now=now) for each in closed.select_related("patient", "withdrew")])


def _word(text: str) -> tuple[str, bool]:
    """STOP, START, HELP or nothing; and whether the text is that word and nothing else."""
    words = re.findall(r"\w+", text.upper())
    whole = "".join(words) if len(words) == 1 or words == ["OPT", "OUT"] else ""
    for name, known in (("STOP", STOP_WORDS), ("START", START_WORDS), ("HELP", HELP_WORDS)):
        if whole in known:
            return name, True
    return ("STOP" if words and words[0] in BEGINS_A_STOP else "", False)
