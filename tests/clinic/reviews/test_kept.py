"""What the database itself refuses about decisions."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from clinic.accounts.models import User
from clinic.reviews.models import Decision
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, decide, sealed

pytestmark = pytest.mark.django_db


@pytest.fixture
def decision() -> Decision:
    return decide(sealed(records.REVIEW), records.clinician())


@pytest.mark.parametrize(
    "change", [{"route": "not_suitable_now"}, {"overrides_stop": True}, {"basis_seal": "1" * 64}, {"valid_until": NOW}]
)
def test_a_signed_decision_is_not_changed(decision: Decision, change: dict[str, object]) -> None:
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(**change)


def test_its_reason_is_not_changed(decision: Decision) -> None:
    decision.reason = "Something else altogether."
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        decision.save()


def test_a_revoked_decision_stays_revoked(decision: Decision) -> None:
    Decision.objects.filter(pk=decision.pk).update(revoked_at=NOW, revoked_by=decision.decided_by)

    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(revoked_at=None, revoked_by=None)


def test_it_is_not_deleted(decision: Decision) -> None:
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        Decision.objects.all()._raw_delete("default")


def test_the_table_is_not_emptied() -> None:
    with pytest.raises(DatabaseError, match="kept"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE reviews_decision CASCADE")


def _copy(decision: Decision, **changes: object) -> Decision:
    fields = {field.attname: getattr(decision, field.attname) for field in decision._meta.fields if field.name != "id"}
    return Decision(**fields | changes)


def test_one_record_has_one_standing_decision(decision: Decision) -> None:
    with pytest.raises(IntegrityError, match="one_standing_decision"), transaction.atomic():
        _copy(decision).save()


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"revoked_at": NOW}, "revoked_at_and_by"),
        ({"revoked_by_id": None, "revoked_at": NOW}, "revoked_at_and_by"),
        ({"contacted_at": None}, "contacted_at_and_by"),
        ({"contacted_at": None, "contacted_by_id": None, "route": "urgent_contact_made"}, "contact_made_says_when"),
    ],
)
def test_moments_and_people_belong_together(decision: Decision, changes: dict[str, object], constraint: str) -> None:
    other = sealed(records.REVIEW)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        _copy(decision, record_id=other.pk, **changes).save()


def test_the_reason_cannot_be_read_in_the_database(decision: Decision) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM reviews_decision")
        stored = bytes(cursor.fetchone()[0])

    assert records.WHY.encode() not in stored
    assert Decision.objects.get().reason == records.WHY


def test_a_decision_is_by_a_person(decision: Decision) -> None:
    assert User.objects.get(pk=decision.decided_by_id).name == "Dr. Ama Osei"
