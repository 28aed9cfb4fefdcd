"""Letters to prescribers: only with consent, the least that is needed, fixed once sent, readable by a screen reader."""

from __future__ import annotations

import re
import zlib
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.intake.models import ScreeningRecord
from clinic.patients.actions import agree
from clinic.patients.models import Consent
from clinic.reviews import letter_actions, letters, signing
from clinic.reviews.letter_pdf import as_pdf
from clinic.reviews.models import Letter
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, sealed

pytestmark = pytest.mark.django_db


def says(record: ScreeningRecord, kind: str, yes: bool) -> None:
    later = NOW + timedelta(minutes=Consent.objects.count())
    told = {"wording": "", "wording_version": "2026-11/en", "now": later}
    who = record.intake.patient
    agree(patient=who, kind=kind, given=yes, by=records.clinician(f"A {kind}{yes}").actor, **told)


def taking(*names: str, **changes: str) -> ScreeningRecord:
    listed = [records.medicine(name) for name in names]
    record = sealed({"med_none": "takes", "has_prescriber": "Dr. H. Lee, Eastside", **changes}, listed)
    says(record, "consent_prescriber", True)
    return record


def write(record: ScreeningRecord, by: User) -> Letter:
    return letter_actions.draft_letter(record=record, by=by.actor, now=NOW)


@pytest.mark.parametrize("answers", [[], [False], [True, False]], ids=["never asked", "no", "withdrawn"])
def test_there_is_no_letter_without_consent(osei: User, answers: list[bool]) -> None:
    record = sealed(records.REVIEW)
    for yes in answers:
        says(record, "consent_prescriber", yes)

    with pytest.raises(letter_actions.NoConsent):
        write(record, osei)

    assert not Letter.objects.exists()


def test_it_says_medicines_as_typed_and_as_matched_and_that_none_is_to_be_stopped(osei: User) -> None:
    letter = write(taking("Zoloft 100 mg"), osei)

    assert "“Zoloft 100 mg” (sertraline), taking now" in letter.body
    assert "We are not asking for any medicine to be stopped or changed." in letter.body
    assert letter.to == "Dr. H. Lee, Eastside"


def test_it_holds_no_answer_finding_or_score(osei: User) -> None:
    body = write(taking("Zoloft", sa_history="gt_12m", psychosis_ever="yes_past", cannabis="daily"), osei).body.lower()

    for word in ("suicid", "psychosis", "cannabis", "phq", "gad-7", "flag", "stop it", "attempt"):
        assert word not in body


@pytest.mark.parametrize(("agreed", "is_in"), [(False, False), (True, True)])
def test_a_medicine_for_substance_use_needs_its_own_consent(osei: User, agreed: bool, is_in: bool) -> None:
    record = taking("Suboxone", "Zoloft")
    says(record, "consent_part2", agreed)

    draft = letters.draft(record, by="Dr. Ama Osei")

    assert ("Suboxone" in draft.text) is is_in
    assert ("42 CFR Part 2 prohibits" in draft.text) is is_in
    assert draft.left_out == (0 if is_in else 1)
    assert "Zoloft" in draft.text


def test_what_nobody_knows_is_left_out_without_that_consent(osei: User) -> None:
    assert "zzqx" not in letters.draft(taking("zzqx"), by="Dr. Ama Osei").text


def test_once_sent_its_words_are_fixed_by_the_database(osei: User) -> None:
    letter = write(taking("Zoloft"), osei)
    letter_actions.send_letter(letter=letter, way="fax", by=osei.actor, now=NOW)

    with pytest.raises(letter_actions.NotInThatState):
        letter_actions.change_letter(letter=letter, to="", text="Other words.", by=osei.actor)
    letter.refresh_from_db()
    letter.body = "Other words."
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        letter.save()


def test_consent_that_was_withdrawn_meanwhile_stops_it(osei: User) -> None:
    record = taking("Zoloft")
    letter = write(record, osei)
    says(record, "consent_prescriber", False)

    with pytest.raises(letter_actions.NoConsent):
        letter_actions.send_letter(letter=letter, way="fax", by=osei.actor, now=NOW)


def test_it_is_sent_and_answered_once_and_each_is_on_the_record(osei: User) -> None:
    letter = write(taking("Zoloft"), osei)
    assert write(letter.record, osei) == letter
    letter_actions.send_letter(letter=letter, way="post", by=osei.actor, now=NOW)
    letter_actions.keep_reply(letter=letter, by=osei.actor, now=NOW)

    with pytest.raises(letter_actions.NotInThatState):
        letter_actions.keep_reply(letter=letter, by=osei.actor, now=NOW)

    of_letter = AuditEvent.objects.filter(subject=f"letter:{letter.pk}").order_by("id")
    deeds = list(of_letter.values_list("action", flat=True))
    assert deeds == ["reviews.draft_letter", "reviews.send_letter", "reviews.keep_reply"]


def test_only_a_clinician_writes(db: None) -> None:
    with pytest.raises(signing.MayNotDecide):
        write(taking("Zoloft"), records.clinician("Luis Ortega", Role.SCHEDULER))


def pdf_of(text: str) -> bytes:
    return as_pdf(title="Letter to a prescriber", text=text, dated="Dec 1, 2026", to="Dr. Lee", draft=False)


def test_the_pdf_says_its_language_and_title_and_names_no_patient_in_it(osei: User) -> None:
    pdf = pdf_of(write(taking("Zoloft"), osei).body)

    assert pdf.startswith(b"%PDF-")
    assert b"/Lang (en-US)" in pdf
    assert b"/MarkInfo" in pdf
    assert b"Maya" not in pdf


def test_every_line_of_text_is_tagged_and_the_first_is_the_heading(osei: User) -> None:
    pdf = pdf_of(write(taking(*(f"medicine {number}" for number in range(60))), osei).body)

    streams = re.findall(rb"stream\r?\n(\x78.*?)endstream", pdf, re.DOTALL)
    shown = [zlib.decompressobj().decompress(each) for each in streams]  # the line end before "endstream" is no data
    pages = [each for each in shown if b" Tf" in each]
    assert pages
    for page in pages:
        untagged = re.sub(rb"BDC.*?EMC", b"", page, flags=re.DOTALL)
        assert b"Tj" not in untagged and b"TJ" not in untagged
    assert pdf.count(b"/S /H1") == 1
    assert pdf.count(b"/S /P") > 10
    assert b"/Figure" not in pdf
