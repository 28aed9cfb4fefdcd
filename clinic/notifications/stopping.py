"""Addresses that are not written to any more: which they are, one more, and one taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.notifications.models import Message, StoppedAddress
from clinic.patients.actions import change_mind, has_agreed
from clinic.patients.models import Consent, Patient
from clinic.patients.phones import international, ways_to_write
from clinic.vault.keys import ring

TEXT_CONSENT: Final = "consent_sms"
ANSWERED: Final = timedelta(days=90)
"""So long somebody may answer a text at a number that is not theirs any more; later somebody else may have it."""
Because = StoppedAddress.Because


def fingerprint(patient: Patient, channel: str) -> str:
    """The keyed fingerprint of the address a patient has now for a channel."""
    return patient.phone_index if channel == Message.Channel.SMS else patient.email_index


def is_stopped(patient: Patient, channel: str) -> bool:
    """True when the address they have now is not written to."""
    stopped = StoppedAddress.objects.filter(patient=patient, channel=channel, lifted_at__isnull=True)
    return stopped.filter(address=fingerprint(patient, channel)).exists()


def owners_of(number: str) -> Iterator[Patient]:
    """Every patient whose phone number this is; one number can belong to several.

    Args:
        number: international, as a provider writes it.
    """
    fingerprints = [ring().blind_index("phone", way) for way in ways_to_write(number)]
    for patient in Patient.objects.filter(phone_index__in=fingerprints).order_by("pk"):
        if international(str(patient.phone or ""), patient.country) == number:
            yield patient


def texted_at(number: str, *, now: datetime) -> list[Patient]:
    """Every patient whom we lately texted at this number, whether it is theirs still or not.

    Whoever moved to a country where its digits are no number is one of them; where they are another number, not.

    Args:
        number: international, as a provider writes it.
        now: the moment.
    """
    ways = {ring().blind_index("phone", way): way for way in ways_to_write(number)}
    texts = Message.objects.filter(channel=Message.Channel.SMS, state=Message.State.SENT, sent_at__gte=now - ANSWERED)
    left_for = dict(texts.filter(sent_to__in=ways).values_list("patient", "sent_to"))
    found = Patient.objects.filter(pk__in=left_for).order_by("pk")
    return [each for each in found if international(ways[left_for[each.pk]], each.country) in (number, "")]


def stop(*, patient: Patient, channel: str, because: str, by: Actor, now: datetime, address: str = "") -> bool:
    """Write to an address no more, in the transaction of the caller; a word of theirs takes the consent to texts too.

    Args:
        patient: whose.
        channel: one of `Message.Channel`.
        because: one of `StoppedAddress.Because`.
        by: who said so.
        now: the moment.
        address: the fingerprint of the address; the one of now when left out.
    Returns:
        False when it was stopped for that already.
    """
    patient = Patient.objects.select_for_update().get(pk=patient.pk)
    address = address or fingerprint(patient, channel)
    same = {"patient": patient, "channel": channel, "address": address, "because": because}
    if StoppedAddress.objects.filter(**same, lifted_at__isnull=True).exists():
        return False
    withdrew = _withdraw(patient, by=by, now=now) if because == Because.STOP_WORD else None
    stopped = StoppedAddress.objects.create(**same, withdrew=withdrew, at=now)
    _record(stopped, "notifications.stop_address", by=by)
    return True


def lift(stopped: StoppedAddress, *, by: Actor, now: datetime) -> bool:
    """Write to an address again, in the transaction of the caller; a consent that went with it comes back, if that was
    their last word on it.

    Returns:
        False when somebody did so first.
    """
    rows = StoppedAddress.objects.filter(pk=stopped.pk, lifted_at__isnull=True)
    if not rows.update(lifted_at=now, lifted_by=by.ref):
        return False
    if stopped.withdrew and stopped.withdrew == _last_word(stopped.patient):
        change_mind(consent=stopped.withdrew, given=True, by=by, now=now)
    _record(stopped, "notifications.lift_address", by=by)
    return True


def _withdraw(patient: Patient, *, by: Actor, now: datetime) -> Consent | None:
    last = _last_word(patient)
    if last is None or not has_agreed(patient, TEXT_CONSENT):
        return None
    return change_mind(consent=last, given=False, by=by, now=now)


def _last_word(patient: Patient) -> Consent | None:
    return Consent.objects.filter(patient=patient, kind=TEXT_CONSENT).order_by("-at", "given").first()


def _record(stopped: StoppedAddress, action: str, *, by: Actor) -> None:
    record(
        by=by,
        action=action,
        subject=f"address:{stopped.pk}",
        patient=stopped.patient_id,
        detail={"channel": str(stopped.channel), "because": str(stopped.because)},
    )
