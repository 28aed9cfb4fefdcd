"""Encrypted fields: what is stored cannot be read, moved, searched or changed behind the vault's back."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from clinic.patients.models import Patient
from clinic.vault.fields import CannotOpen, NotSealed, seal, unseal
from clinic.vault.keys import parse

KEY_A = "a AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
KEY_B = "b AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(anything)
def test_whatever_json_can_say_comes_back(value: object) -> None:
    assert unseal(seal(value, "t.c:1"), "t.c:1") == value


@given(st.integers(0, 60), st.integers(1, 255))
def test_one_changed_byte_does_not_open(place: int, change: int) -> None:
    stored = bytearray(seal({"q": "a secret answer of some length"}, "t.c:1"))
    stored[place] ^= change

    with pytest.raises(CannotOpen):
        unseal(bytes(stored), "t.c:1")


def test_a_value_moved_to_another_row_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        unseal(seal("x", "t.c:1"), "t.c:2")


def test_a_value_of_a_key_that_left_the_ring_does_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clinic.vault.fields.ring", lambda: parse(KEY_A))
    stored = seal("x", "t.c:1")
    monkeypatch.setattr("clinic.vault.fields.ring", lambda: parse(KEY_B))

    with pytest.raises(CannotOpen):
        unseal(stored, "t.c:1")


def test_the_last_key_encrypts_and_the_others_still_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clinic.vault.fields.ring", lambda: parse(KEY_A))
    old = seal("x", "t.c:1")
    monkeypatch.setattr("clinic.vault.fields.ring", lambda: parse(f"{KEY_A}\n{KEY_B}"))

    assert unseal(old, "t.c:1") == "x"
    assert seal("x", "t.c:1")[3:4] == b"b"


@pytest.mark.parametrize("text", ["", "a", "a QQ==", f"{KEY_A}\n{KEY_A}", "A! AAAA"])
def test_a_ring_that_is_not_right_stops_the_start(text: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        parse(text)


def test_the_first_key_makes_the_fingerprints_so_that_a_new_one_behind_it_changes_none() -> None:
    one, both, without = (parse(text) for text in (KEY_A, f"{KEY_A}\n{KEY_B}", KEY_B))

    found = [ring.blind_index("email", "maya@example.org") for ring in (one, both, without)]

    assert found[0] == found[1] != found[2]


@pytest.mark.django_db
def test_the_database_never_holds_the_words() -> None:
    patient = Patient.objects.create(legal_name="Maya Canary Thompson", email="maya@example.org")

    with connection.cursor() as cursor:
        cursor.execute("SELECT legal_name, email FROM patients_patient WHERE id = %s", [patient.pk])
        stored = b"".join(bytes(value) for value in cursor.fetchone())

    assert b"Canary" not in stored
    assert b"example" not in stored
    assert Patient.objects.get(pk=patient.pk).legal_name == "Maya Canary Thompson"


@pytest.mark.django_db
@pytest.mark.parametrize("value", [0, False, "", [], {}, None])
def test_empty_values_survive(value: object) -> None:
    patient = Patient.objects.create(pronouns=value)

    assert Patient.objects.get(pk=patient.pk).pronouns == value


@pytest.mark.django_db
def test_an_encrypted_field_cannot_be_searched_or_updated_by_query() -> None:
    with pytest.raises(NotSealed):
        Patient.objects.filter(legal_name="Maya").exists()
    with pytest.raises(NotSealed):
        Patient.objects.update(legal_name="Maya")


@pytest.mark.django_db
def test_saving_without_reading_keeps_the_value() -> None:
    patient = Patient.objects.create(legal_name="Maya")

    again = Patient.objects.get(pk=patient.pk)
    again.country = "US"
    again.save()

    assert Patient.objects.get(pk=patient.pk).legal_name == "Maya"


@pytest.mark.django_db
def test_a_default_is_stored_as_it_was_given() -> None:
    from clinic.intake.models import Intake

    patient = Patient.objects.create()
    intake = Intake.objects.create(patient=patient, protocol="p", seal="s")

    assert Intake.objects.get(pk=intake.pk).answers == {}
    assert Intake._meta.get_field("answers").get_default() == {}
