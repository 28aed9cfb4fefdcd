"""A row that cannot be opened any more stands on the list as one that cannot, and hides no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from clinic.accounts.permissions import Role
from tests.clinic.reviews import records
from tests.clinic.staff.tasks import open_task

pytestmark = pytest.mark.django_db
DAMAGED = [
    ("patients_patient", "legal_name"),
    ("intake_screeningrecord", "result"),
    ("intake_screeningrecord", "answers"),
]


def damage(table: str, column: str, pk: object) -> None:
    """Changes stored bytes below the database's own guards, as a disk or somebody with the files would."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"UPDATE {table} SET {column} = '\\x5431026b31' WHERE id = %s", [pk])  # noqa: S608
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.parametrize(("table", "column"), DAMAGED)
def test_one_form_that_cannot_be_opened_hides_no_other(
    signed_in: Callable[[Role], Client], table: str, column: str
) -> None:
    lost, whole = records.sealed(records.REVIEW), records.sealed(records.REVIEW)
    damage(table, column, lost.intake.patient_id if table.startswith("patients") else lost.pk)

    page = signed_in(Role.CLINICIAN).get("/staff/worklist/").content.decode()

    assert f"at-{lost.intake.reference}" in page
    assert f"at-{whole.intake.reference}" in page
    assert page.count("This form cannot be opened") == 1


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.SCHEDULER])
@pytest.mark.parametrize("column", ["legal_name", "preferred_name", "phone"])
def test_a_task_about_somebody_whose_name_cannot_be_opened_hides_no_other(
    signed_in: Callable[[Role], Client], role: Role, column: str
) -> None:
    lost, whole = records.sealed(records.REVIEW), records.sealed(records.REVIEW)
    for record in (lost, whole):
        open_task(record, "coordinator")
    damage("patients_patient", column, lost.intake.patient_id)

    page = signed_in(role).get("/staff/tasks/").content.decode()

    assert lost.intake.patient.reference in page
    assert whole.intake.patient.reference in page
