"""What the database itself holds about two signatures, whatever the code above it does."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from clinic.accounts.models import User
from clinic.reviews import second_actions
from clinic.reviews.models import Decision, FirstSignature
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, decide, sealed
from tests.clinic.reviews.two_signatures import decline, signed_first

pytestmark = pytest.mark.django_db


def written(signed: FirstSignature, **changes: Any) -> dict[str, Any]:
    told = {
        "record": signed.record, "route": signed.route, "reason": "", "conditions": "", "decided_at": NOW,
        "decided_by": signed.signed_by,
        "basis_answers_hash": signed.basis_answers_hash, "basis_seal": signed.basis_seal,
    }  # fmt: skip
    return told | changes


def test_the_database_refuses_a_decision_while_a_second_signature_is_waited_for(asks: None, osei: User) -> None:
    first = signed_first(osei)

    with pytest.raises(DatabaseError, match="is waited for"), transaction.atomic():
        Decision.objects.create(**written(first))


@pytest.mark.parametrize("lie", ["route", "second", "first"])
def test_the_database_refuses_a_decision_that_differs_from_what_both_signed(
    asks: None, osei: User, lee: User, lie: str
) -> None:
    first, third = signed_first(osei), records.clinician("Dr. Ida Third")
    FirstSignature.objects.filter(pk=first.pk).update(state="agreed", ended_at=NOW, ended_by=lee)
    lies = {"route": {"route": "not_suitable_now"}, "second": {"seconded_by": third}, "first": {"decided_by": third}}

    with pytest.raises(DatabaseError, match="about the same"), transaction.atomic():
        Decision.objects.create(**written(first, first=first, **{"seconded_by": lee} | lies[lie]))


def test_the_database_refuses_the_same_person_twice(asks: None, osei: User) -> None:
    first = signed_first(osei)

    with pytest.raises(IntegrityError, match="second_is_another_clinician"), transaction.atomic():
        FirstSignature.objects.filter(pk=first.pk).update(state="agreed", ended_at=NOW, ended_by=osei)


def test_the_database_refuses_a_first_signature_about_something_else(osei: User, lee: User) -> None:
    first = signed_first(osei, wants_second=True)
    second_actions.take_back(first=first, by=osei.actor, now=NOW)
    copy = {field.name: getattr(first, field.name) for field in FirstSignature._meta.fields if field.name != "id"}

    with pytest.raises(DatabaseError, match="the answers and the protocol"), transaction.atomic():
        FirstSignature.objects.create(**copy | {"basis_answers_hash": "0" * 64})


@pytest.mark.parametrize(
    "change", [{"state": "waiting", "ended_at": None, "ended_by": None}, {"route": "ask_for_more"}]
)
def test_what_was_signed_is_not_changed_and_not_asked_again(
    asks: None, osei: User, lee: User, change: dict[str, Any]
) -> None:
    first = signed_first(osei)
    decline(first, lee)

    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        FirstSignature.objects.filter(pk=first.pk).update(**change)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        first.delete()


def test_a_first_signature_that_cannot_be_put_on_the_record_is_none(
    asks: None, osei: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**told: object) -> None:
        raise RuntimeError

    record = sealed(records.REVIEW)
    monkeypatch.setattr("clinic.audit.record.record", broken)

    with pytest.raises(RuntimeError):
        decide(record, osei)

    assert not FirstSignature.objects.exists()
