"""Finding a patient: by what they say on the phone, without opening anybody else's name."""

from __future__ import annotations

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from clinic.audit.actors import system
from clinic.patients import finding, marks
from clinic.patients.actions import describe, forget
from clinic.patients.models import Patient

TOLD = {
    "legal_name": "Maya R. Thompson",
    "preferred_name": "May",
    "phone": "(555) 010-0199",
    "born_on": "1991-05-02",
}


def patient(**changed: str) -> Patient:
    made = Patient.objects.create()
    describe(patient=made, told=TOLD | changed, by=system("test"))
    return made


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "by"),
    [
        ("tho", "name"),
        ("THOMP may", "name"),
        ("Thompson", "name"),
        ("maya r", "name"),
        ("5550100199", "phone"),
        ("+1 555 010-0199", "phone"),
        ("5/2/1991", "date of birth"),
        ("1991-05-02", "date of birth"),
        ("May 2, 1991", "date of birth"),
        ("2 may 1991", "date of birth"),
    ],
)
def test_a_patient_is_found_by_what_they_say(typed: str, by: str) -> None:
    wanted = patient()
    patient(legal_name="Robert Ellis", preferred_name="Bob", phone="(555) 010-0777", born_on="1961-02-14")

    found = finding.find(typed)

    assert (found.patients, found.by) == ([wanted], by)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["hompson", "thompson robert", "5550100198", "5/3/1991", "maya e", "Thompsonian"])
def test_what_does_not_fit_finds_nobody(typed: str) -> None:
    patient()

    assert finding.find(typed).patients == []


@pytest.mark.django_db
def test_a_patient_is_found_by_their_reference() -> None:
    wanted = patient()

    assert finding.find(wanted.reference.lower()).patients == [wanted]


@pytest.mark.parametrize("typed", ["", "ma", "12", "010-0199", "2/30/1991", "5/2/91", "%", "__a"])
def test_what_nobody_can_be_found_by_is_refused(typed: str) -> None:
    with pytest.raises(finding.NotToSearchFor):
        finding.find(typed)


@pytest.mark.django_db
def test_accents_do_not_matter() -> None:
    wanted = patient(legal_name="Zoë Núñez")

    assert finding.find("zoe nun").patients == [wanted]


@pytest.mark.django_db
def test_a_changed_name_is_found_and_the_old_one_is_not() -> None:
    wanted = patient()
    describe(patient=wanted, told={"legal_name": "Maya Rivera"}, by=system("test"))

    assert finding.find("rivera").patients == [wanted]
    assert finding.find("thompson").patients == []


@pytest.mark.django_db
def test_who_was_forgotten_is_not_found_any_more() -> None:
    gone = patient()
    forget(patient=gone, by=system("test"))

    assert Patient.objects.get(pk=gone.pk).marks == []


@pytest.mark.django_db
def test_a_search_is_one_query_and_opens_a_bounded_number_of_rows() -> None:
    for _ in range(finding.MOST_SHOWN + 3):
        patient()

    with CaptureQueriesContext(connection) as queries:
        found = finding.find("thompson")

    assert len(queries) == 1
    assert len(found.patients) == finding.MOST_SHOWN
    assert found.has_more


@pytest.mark.django_db
def test_the_stored_fingerprints_hold_nothing_of_the_name() -> None:
    stored = patient().marks

    assert stored
    assert all(len(mark) == marks.MARK_LENGTH and int(mark, 16) >= 0 for mark in stored)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_a_date_is_read_as_it_was_written(day: date) -> None:
    assert finding.date_in(day.isoformat()) == day
    assert finding.date_in(f"{day.month}/{day.day}/{day.year}") == day
    assert finding.date_in(f"{day:%B} {day.day}, {day.year}") == day


@given(st.text(max_size=120))
def test_nothing_that_is_typed_breaks_the_reading(typed: str) -> None:
    try:
        finding.date_in(typed)
    except finding.NotToSearchFor:
        return


@pytest.mark.django_db
def test_patients_of_before_are_found_after_the_migration() -> None:
    wanted = patient()
    Patient.objects.update(marks=[])
    assert finding.find("thompson").patients == []

    import_module("clinic.patients.migrations.0004_find_those_who_are_here").mark(apps, None)

    assert finding.find("thompson may").patients == [wanted]
