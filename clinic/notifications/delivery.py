"""Delivery: a due message is claimed, looked at again, worded, handed to its channel, and what came of it is kept.

A claim is committed before anything is sent, so a worker that dies leaves a claim that is taken again after some
minutes. A message may thus be handed over twice, always with the same id, but it is `sent` once.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from types import ModuleType
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.notifications.channels import email, pager, sms
from clinic.notifications.channels.outgoing import NotSetUp, OptedOut, Outgoing, Refused, TryLater
from clinic.notifications.models import Message, StoppedAddress
from clinic.notifications.recheck import NotNow, address_of, reason_not_to_send
from clinic.notifications.stopping import fingerprint, stop
from clinic.notifications.words import words_for

log = logging.getLogger(__name__)

CHANNELS: Final[dict[str, ModuleType]] = {
    Message.Channel.EMAIL: email,
    Message.Channel.PAGER: pager,
    Message.Channel.SMS: sms,
}
CLAIM_HOLDS: Final = timedelta(minutes=10)
URGENT_CLAIM_HOLDS: Final = timedelta(minutes=2)
"""Longer than the hard time limit of a task in clinic/celery.py, after which no worker can still be at it."""
WAITS: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
TRIES: Final = len(WAITS) + 1
URGENT_WAIT: Final = timedelta(minutes=1)
URGENT_TRIES: Final = 60
"""An urgent page is tried every minute for an hour: a mail server may well be away for longer than five tries."""
SWEEP_SECONDS: Final = 45.0
BATCH: Final = 20
"""How many due messages are looked up at once; an urgent one that comes meanwhile waits for no more than these."""


class TakenBack(Exception):
    """Somebody took the message back while its words were made."""


def deliver(message_id: UUID, *, now: datetime, by: Actor) -> str | None:
    """Deliver one message, if it is due and nobody else is at it.

    1. Claim it by a conditional update. 2. Look again: too late, not safe, no address, night. 3. Make its words.
    4. Hand it over, unless it was taken back in the meantime. 5. Keep what came of it, with its audit line.

    Args:
        message_id: which.
        now: the moment.
        by: the part of the system that delivers.
    Returns:
        Its new state; None when it was not there to be taken.
    """
    message = _claim(message_id, now)
    return None if message is None else _deliver_claimed(message, now=now, by=by)


def deliver_due(*, now: datetime, by: Actor, seconds: float = SWEEP_SECONDS, only_urgent: bool = False) -> int:
    """Deliver what is due, urgent messages first; each is claimed alone, so that a crash holds up one message only.

    Args:
        now: the moment.
        by: the part of the system that delivers.
        seconds: after so long the rest is left to the next sweep.
        only_urgent: leave everything else to the sweep of everything.
    Returns:
        How many were taken.
    """
    rows_due = _due(now).filter(is_urgent=True) if only_urgent else _due(now)
    stop_at = time.monotonic() + seconds
    taken = 0
    while time.monotonic() < stop_at:
        batch = rows_due.order_by("-is_urgent", "due_at").values_list("pk", flat=True)[:BATCH]
        states = [deliver(pk, now=now, by=by) for pk in batch if time.monotonic() < stop_at]
        taken += len(states) - states.count(None)
        if not any(states):
            break
    return taken


@transaction.atomic
def _claim(message_id: UUID, now: datetime) -> Message | None:
    """Take a message that is due, unless another worker took it or is taking it."""
    row = _due(now).filter(pk=message_id)
    if not row.select_for_update(skip_locked=True).exists():
        return None
    taken = row.update(state=Message.State.CLAIMED, claimed_at=now, attempts=F("attempts") + 1)
    return Message.objects.select_related("patient", "staff").get(pk=message_id) if taken == 1 else None


def _due(now: datetime) -> QuerySet[Message]:
    """Messages that wait, and those whose claim is so old that its worker must have died."""
    late = Q(claimed_at__lte=now - CLAIM_HOLDS) | Q(is_urgent=True, claimed_at__lte=now - URGENT_CLAIM_HOLDS)
    waiting = Q(state=Message.State.DUE) | (Q(state=Message.State.CLAIMED) & late)
    return Message.objects.filter(waiting, state__in=[Message.State.DUE, Message.State.CLAIMED], due_at__lte=now)


def _deliver_claimed(message: Message, *, now: datetime, by: Actor) -> str:
    if message.attempts > _tries(message):
        return _settle(message, NotNow(Message.State.FAILED, "every try stopped half way"), by=by)
    provider_id = ""
    try:
        answer = reason_not_to_send(message, now=now)
        if answer is None:
            provider_id = _hand_over(message, now=now, by=by)
    except TakenBack:
        answer = NotNow(Message.State.CANCELLED, "taken back")
    except OptedOut as refusal:
        answer = NotNow(Message.State.FAILED, str(refusal))
        _stop(message, now=now, by=by)
    except (NotSetUp, Refused) as refusal:
        answer = NotNow(Message.State.FAILED, str(refusal))
    except TryLater as later:
        answer = _try_again(message, str(later), now)
    except Exception as error:  # noqa: BLE001 - whatever a template or a mail server does, the message is tried again
        log.warning("message %s not delivered: %s", message.pk, type(error).__name__)
        answer = _try_again(message, type(error).__name__, now)
    return _sent(message, provider_id, now=now, by=by) if answer is None else _settle(message, answer, by=by)


def _hand_over(message: Message, *, now: datetime, by: Actor) -> str:
    """Make the words and give them to the channel; what the provider calls the message comes back."""
    words = words_for(message, by=by, now=now)
    outgoing = Outgoing(
        id=message.pk,
        to=address_of(message),
        subject=words.subject,
        text=words.text,
        at=now,
        html=words.html,
        link=words.link,
        count=int(message.about.get("count", 1)),
    )
    if not _mine(message).update(sent_to=fingerprint(message.patient, message.channel) if message.patient else ""):
        raise TakenBack
    return CHANNELS[message.channel].send(outgoing) or ""


@transaction.atomic
def _stop(message: Message, *, now: datetime, by: Actor) -> None:
    because = StoppedAddress.Because.STOP_WORD
    if message.patient:
        stop(patient=message.patient, channel=message.channel, because=because, by=by, now=now)


def _try_again(message: Message, kind_of_error: str, now: datetime) -> NotNow:
    if message.attempts >= _tries(message):
        return NotNow(Message.State.FAILED, kind_of_error)
    wait = URGENT_WAIT if message.is_urgent else WAITS[message.attempts - 1]
    return NotNow(Message.State.DUE, kind_of_error, now + wait)


def _tries(message: Message) -> int:
    return URGENT_TRIES if message.is_urgent else TRIES


def _mine(message: Message) -> QuerySet[Message]:
    """The row, as long as this claim is the last one."""
    return Message.objects.filter(pk=message.pk, state=Message.State.CLAIMED, claimed_at=message.claimed_at)


@transaction.atomic
def _sent(message: Message, provider_id: str, *, now: datetime, by: Actor) -> str:
    """What a channel accepted is sent, even if the row was taken back or over meanwhile; it is said once."""
    if provider_id:
        Message.objects.filter(pk=message.pk, provider_id="").update(provider_id=provider_id)
    row = Message.objects.filter(pk=message.pk).exclude(state=Message.State.SENT)
    if row.update(state=Message.State.SENT, sent_at=now, claimed_at=None, reason=""):
        _record(message, "notifications.send", by=by)
    return Message.State.SENT


@transaction.atomic
def _settle(message: Message, answer: NotNow, *, by: Actor) -> str:
    """Give the claim back with its reason. Waiting for the morning is not a try."""
    changed = _mine(message).update(
        state=answer.state,
        reason=answer.reason,
        claimed_at=None,
        due_at=answer.due_at or message.due_at,
        attempts=message.attempts - (not answer.was_tried),
    )
    if changed:
        verb = {Message.State.DUE: "put_off", Message.State.FAILED: "fail"}.get(answer.state, "drop")
        _record(message, f"notifications.{verb}", by=by, reason=answer.reason)
    return answer.state


def _record(message: Message, action: str, *, by: Actor, reason: str = "") -> None:
    record(
        by=by,
        action=action,
        subject=f"message:{message.pk}",
        patient=message.patient_id,
        detail={"template": message.template, "channel": message.channel, "reason": reason},
    )
