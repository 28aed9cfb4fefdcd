"""A key ring that lost its first key is refused: with it, nobody would be found by their address any more."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as now
from django.core.checks import Tags, run_checks
from django.core.management import CommandError, call_command
from django.db import connection

from clinic.audit.actors import system
from clinic.patients.actions import describe
from clinic.patients.models import Patient
from clinic.vault.keys import ring

pytestmark = pytest.mark.django_db
BEFORE = now.VAULT_KEYS


def key(name: str) -> str:
    return f"{name} {base64.b64encode(os.urandom(32)).decode()}"


@pytest.fixture
def keys(settings: Any) -> Iterator[Callable[[str], None]]:
    """Puts another ring in the place of the one of now."""

    def put(text: str) -> None:
        settings.VAULT_KEYS = text
        ring.cache_clear()

    yield put
    put(BEFORE)


def told(email: str) -> Patient:
    patient = Patient.objects.create()
    describe(patient=patient, told={"email": email}, by=system("test"))
    return patient


def complaints() -> list[str | None]:
    found = run_checks(tags=[Tags.database], databases=["default"])
    return [each.id for each in found if str(each.id).startswith("patients.")]


def test_a_ring_with_a_new_last_key_is_fine(keys: Callable[[str], None]) -> None:
    told("maya@example.org")
    keys(f"{BEFORE}\n{key('next')}")
    told("ben@example.org")

    assert complaints() == []


def test_a_ring_without_its_first_key_is_refused_and_nothing_starts(keys: Callable[[str], None]) -> None:
    first, second = key("one"), key("two")
    keys(f"{first}\n{second}")
    told("maya@example.org")
    keys(second)

    assert complaints() == ["patients.E001"]
    with pytest.raises(CommandError, match="first key of VAULT_KEYS"):
        call_command("check", databases=["default"])


def test_a_ring_of_other_keys_is_refused(keys: Callable[[str], None]) -> None:
    told("maya@example.org")
    keys(key("other"))

    assert complaints() == ["patients.E002"]


def test_one_damaged_row_does_not_stop_the_clinic() -> None:
    damaged = told("maya@example.org")
    told("ben@example.org")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE patients_patient SET email = '\\x5431026b31' WHERE id = %s", [damaged.pk])

    assert complaints() == []


def test_nobody_to_find_is_no_complaint() -> None:
    Patient.objects.create()

    assert complaints() == []
