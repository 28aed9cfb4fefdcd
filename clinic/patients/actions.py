"""What is done to patients: started, told who they are, agreed, given a link, let back in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from clinic.audit import together
from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.celery import nudge
from clinic.patients import languages
from clinic.patients.consenting import consent_rows, words_rows
from clinic.patients.marks import marks_of
from clinic.patients.models import Consent, Patient, PatientLink, Wish
from clinic.vault.keys import ring

FOLLOW_UP: Final = "clinic.followups.tasks.look_at"
LINK_DAYS: Final = 30
ERASED_AFTER: Final = timedelta(days=7)
"""Source: ux.md P26: a request to erase can be cancelled within 7 days."""
TRIES: Final = 5
CLOSED_FOR: Final = timedelta(minutes=15)
TOKEN_BYTES: Final = 24
FORGOTTEN: Final = sorted(Patient.PERSONAL | {"email_index", "phone_index", "marks", "safe_contact"})
FOUND_BY: Final = frozenset({"legal_name", "preferred_name", "phone", "born_on"})
NOBODY: Final = "0000-00-00"
"""The date of birth that a link is compared with when there is no such link."""


class LinkNotUsable(Exception):
    """A link and a date of birth that let nobody in: unknown, expired, spent, closed, sent elsewhere, or a wrong date.

    Nobody is told which, so that trying links teaches nothing.
    """


@transaction.atomic
def begin(*, by: Actor, now: datetime) -> Patient:
    """Make room for somebody who starts an intake; nothing is known of them yet but the language of the page.

    Args:
        by: the visitor.
        now: the moment.
    Returns:
        The new patient.
    """
    patient = Patient.objects.create(created_at=now, language=languages.of_page())
    record(by=by, action="patients.begin", subject=f"patient:{patient.pk}", patient=patient.pk)
    return patient


@transaction.atomic
def describe(*, patient: Patient, told: dict[str, str], by: Actor) -> None:
    """Keep who a patient is and how to reach them, as they told it; what another tab keeps meanwhile stays.

    Args:
        patient: whom.
        told: any of legal_name, preferred_name, pronouns, born_on (ISO date), email, phone, safe_contact, country,
            region, language; a key that is absent is left as it was.
        by: who tells.
    """
    kept = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    new: dict[str, object] = dict(told)
    if "email" in told:
        new["email_index"] = ring().blind_index("email", told["email"].strip().lower())
    if "phone" in told:
        new["phone_index"] = ring().blind_index("phone", "".join(filter(str.isdigit, told["phone"])))
    if FOUND_BY & told.keys():
        now = {name: str(told.get(name, getattr(kept, name)) or "") for name in FOUND_BY}
        names = [now["legal_name"], now["preferred_name"]]
        new["marks"] = marks_of(names=names, phone=now["phone"], born_on=now["born_on"])
    for row in (kept, patient):
        vars(row).update(new)
    kept.save(update_fields=list(new))
    record(
        by=by,
        action="patients.describe",
        subject=f"patient:{patient.pk}",
        patient=patient.pk,
        detail={"fields": sorted(told)},
    )


def agree(
    *, patient: Patient, kind: str, given: bool, wording: str, wording_version: str, by: Actor, now: datetime
) -> Consent:
    """Keep that a patient agreed to, refused or withdrew one thing.

    Args:
        patient, by, now: as for `agree_to`.
        kind: which consent, a question id of the protocol.
        given: True for yes.
        wording: the exact words they read.
        wording_version: the protocol name and language of the words.
    """
    return agree_to(
        patient=patient, given={kind: given}, words={kind: wording}, version=wording_version, by=by, now=now
    )[0]


@transaction.atomic
def agree_to(
    *, patient: Patient, given: Mapping[str, bool], words: Mapping[str, str], version: str, by: Actor, now: datetime
) -> list[Consent]:
    """Keep what a patient agreed to, refused or withdrew; each is its own row; one audit line names them all.

    Args:
        patient: who.
        given: which consents, by question id of the protocol; True for yes.
        words: the exact words they read, by the same ids; kept once for everybody, by their hash.
        version: the protocol name and language of the words.
        by: who says so.
        now: the moment.
    """
    consents, said = consent_rows(patient_id=patient.pk, given=given, words=words, version=version, by=by, now=now)
    together.write(*consents, said, unless_there=words_rows(words))
    return consents


def has_agreed(patient: Patient, kind: str) -> bool:
    """True when the latest word of the patient on this consent is yes."""
    latest = Consent.objects.filter(patient=patient, kind=kind).order_by("-at", "given").first()
    return latest is not None and latest.given


@transaction.atomic
def change_mind(*, consent: Consent, given: bool, by: Actor, now: datetime) -> Consent | None:
    """Take one consent back, or give it again, in the words it was first asked in. Whether it may be is not asked here.

    1. Lock the patient, so that two clicks are one. 2. The latest word counts; the same again changes nothing.
    3. A new row, with its audit line: what was said before stays said.

    Args:
        consent: any row of the same patient and kind.
        given: False to take it back.
        by: the patient.
        now: the moment; everything that depends on a consent asks for it again when it is about to use it.
    Returns:
        The new row, or None when that was their word already.
    """
    patient = Patient.objects.select_for_update().get(pk=consent.patient_id)
    if has_agreed(patient, consent.kind) == given:
        return None
    changed = Consent.objects.create(
        patient=patient,
        kind=consent.kind,
        given=given,
        wording_hash=consent.wording_hash,
        wording_version=consent.wording_version,
        at=now,
    )
    record(
        by=by,
        action="patients.agree_again" if given else "patients.withdraw",
        subject=f"consent:{changed.pk}",
        patient=patient.pk,
        detail={"kind": consent.kind},
    )
    nudge(FOLLOW_UP, changed.pk)
    return changed


@transaction.atomic
def wish(*, patient: Patient, kind: str, about: UUID, by: Actor, now: datetime) -> Wish:
    """Keep that a patient asks something of us; a task for the staff follows from the row. Asking twice is once.

    Args:
        patient: who.
        kind: one of `Wish.Kind`.
        about: the id of the row it is about, such as a decision or a record.
        by: the patient.
        now: the moment.
    """
    wished, is_new = Wish.objects.get_or_create(
        patient=patient, kind=kind, about=about, taken_back_at=None, defaults={"at": now}
    )
    if is_new:
        record(
            by=by, action="patients.wish", subject=f"wish:{wished.pk}", patient=patient.pk, detail={"kind": str(kind)}
        )
        nudge(FOLLOW_UP, wished.pk)
    return wished


@transaction.atomic
def take_back_wish(*, wish: Wish, by: Actor, now: datetime) -> bool:
    """Take back the wish to have one's data erased, within seven days; what was to follow from it is over.

    Args:
        wish: which.
        by: the patient.
        now: the moment.
    Returns:
        False when it is too late, or was taken back before, and nothing was changed.
    """
    wishes = Wish.objects.filter(pk=wish.pk, kind=Wish.Kind.ERASE, taken_back_at=None, at__gt=now - ERASED_AFTER)
    if not wishes.update(taken_back_at=now):
        return False
    record(by=by, action="patients.take_back_wish", subject=f"wish:{wish.pk}", patient=wish.patient_id)
    return True


@transaction.atomic
def issue_link(*, patient: Patient, purpose: str, by: Actor, now: datetime, sent_to: str = "") -> str:
    """Make a private link for a message that is about to be sent.

    Args:
        patient: whom it lets in.
        purpose: one of `PatientLink.Purpose`.
        sent_to: the keyed fingerprint of the address it goes to; that of their e-mail when left out.
        by: who sends it.
        now: the moment; it works for 30 days.
    Returns:
        The token, which is not kept anywhere.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = PatientLink.objects.create(
        patient=patient,
        purpose=purpose,
        token_hash=_hash(token),
        sent_to=sent_to or patient.email_index,
        expires_at=now + timedelta(days=LINK_DAYS),
        created_at=now,
    )
    record(by=by, action="patients.issue_link", subject=f"link:{link.pk}", patient=patient.pk)
    return token


def come_back(*, token: str, purpose: str, born_on: date, by: Actor, now: datetime) -> Patient:
    """Spend a private link with a date of birth; a link to questions stays open until it expires.

    1. Lock the link, if there is one. 2. The right date on an open link spends it. 3. Anything else is a try: it is
    counted on an open link, and every fifth closes it for 15 minutes. The same statements run whatever comes out.

    Args:
        token: from the address.
        purpose: what the page is for.
        born_on: what was typed.
        by: the visitor.
        now: the moment.
    Returns:
        The patient, who may now be let in.
    Raises:
        LinkNotUsable: it lets nobody in, and nobody is told why.
    """
    link = _try_link(token=token, purpose=purpose, born_on=born_on, by=by, now=now)
    if link is None:
        raise LinkNotUsable
    return link.patient


@transaction.atomic(durable=True)
def _try_link(*, token: str, purpose: str, born_on: date, by: Actor, now: datetime) -> PatientLink | None:
    """The link, spent now, or None; the try is kept even though the caller then refuses."""
    link = (
        PatientLink.objects.select_for_update(of=("self",))
        .select_related("patient")
        .filter(token_hash=_hash(token), purpose=purpose)
        .first()
    )
    known = link or PatientLink(token_hash=_hash(token), expires_at=now)
    is_spent = known.spent_at and known.purpose not in PatientLink.RE_USABLE
    is_open = not (is_spent or known.expires_at <= now or (known.closed_until and known.closed_until > now))
    expected = str(link.patient.born_on) if link and link.went_to_them else NOBODY
    is_right = secrets.compare_digest(expected, born_on.isoformat()) and is_open
    if is_right:
        known.spent_at = now
    elif is_open:
        known.wrong_tries += 1
        known.closed_until = now + CLOSED_FOR if known.wrong_tries % TRIES == 0 else known.closed_until
    kept = {"spent_at": known.spent_at, "wrong_tries": known.wrong_tries, "closed_until": known.closed_until}
    PatientLink.objects.filter(pk=known.pk).update(**kept)
    record(
        by=by,
        action="patients.come_back" if is_right else "patients.link_refused",
        subject=f"link:{known.pk}" if is_right else f"link:{_hash(token)[:12]}",
        patient=link.patient_id if link and is_right else None,
    )
    return known if is_right else None


@transaction.atomic
def show_scores(*, patient: Patient, shown: bool, by: Actor) -> None:
    """Keep whether somebody wants to see their scores; the care team sees them at any rate.

    Args:
        patient: who.
        shown: False to hide them.
        by: the patient.
    """
    Patient.objects.filter(pk=patient.pk).update(hides_scores=not shown)
    detail = {"shown": shown}
    record(by=by, action="patients.show_scores", subject=f"patient:{patient.pk}", patient=patient.pk, detail=detail)


@transaction.atomic
def pause(*, patient: Patient, until: datetime | None, by: Actor) -> None:
    """Keep until when somebody wants no reminders and short questions; what is paused is asked when it is sent.

    Args:
        patient: who.
        until: the moment it ends; None to end it now.
        by: the patient.
    """
    Patient.objects.filter(pk=patient.pk).update(paused_until=until)
    detail = {"until": until.isoformat() if until else ""}
    record(by=by, action="patients.pause", subject=f"patient:{patient.pk}", patient=patient.pk, detail=detail)


@transaction.atomic
def forget(*, patient: Patient, by: Actor) -> None:
    """Remove who somebody is and how to reach them; the empty row stays, for what the record says was done.

    Args:
        patient: whom; somebody of whom the clinic keeps nothing else.
        by: who removes it.
    """
    for field in FORGOTTEN:
        setattr(patient, field, Patient._meta.get_field(field).get_default())
    patient.save()
    patient.links.all().delete()
    record(by=by, action="patients.forget", subject=f"patient:{patient.pk}", patient=patient.pk)


@transaction.atomic
def refuse(*, patient: Patient, subject: str, by: Actor) -> None:
    """Put on the record that a patient asked for something that is not theirs, or is not there.

    Args:
        patient: who.
        subject: what they asked for, as `kind:id`.
        by: the patient.
    """
    record(by=by, action="patients.refused", subject=subject, patient=patient.pk)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
