"""Refuses a key ring by which nobody would be found: their links would not come, and their STOP would not count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from clinic.patients.models import Patient
from clinic.vault.fields import CannotOpen
from clinic.vault.keys import ring

LOOKED_AT: Final = 5
"""Patients; one whose row is damaged must not stop the clinic."""


@register(Tags.database)
def patients_are_found_by_the_first_key(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """An error when the fingerprints in the database are not those of the first key, or no key opens anything."""
    for alias in databases or []:
        if Patient._meta.db_table not in connections[alias].introspection.table_names():
            continue
        rows = Patient.objects.using(alias).exclude(email_index="").only("pk", "email", "email_index")
        found = [_is_of_first_key(each) for each in rows.order_by("email_index")[:LOOKED_AT]]
        if found and True not in found:
            return [_WITHOUT_FIRST if False in found else _WITHOUT_ANY]
    return []


def _is_of_first_key(patient: Patient) -> bool | None:
    """Whether the fingerprint is the one of now; None when the address cannot be opened."""
    try:
        return ring().blind_index("email", str(patient.email).strip().lower()) == patient.email_index
    except CannotOpen:
        return None


_HINT: Final = "Put back the ring with which they were stored; new keys are added as the last lines of VAULT_KEYS."
_WITHOUT_FIRST: Final = Error(
    "The first key of VAULT_KEYS is not the one by which patients are found: no link and no STOP would find them.",
    hint=_HINT,
    id="patients.E001",
)
_WITHOUT_ANY: Final = Error("No key of VAULT_KEYS opens what is stored.", hint=_HINT, id="patients.E002")
