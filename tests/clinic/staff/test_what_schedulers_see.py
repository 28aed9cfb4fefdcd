"""A scheduler's pages hold no answer, no finding and no score, whatever the patient answered."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import ALLOWED, Permission, Role
from tests.clinic.reviews import records
from tests.clinic.staff.tasks import open_task, stuck

pytestmark = pytest.mark.django_db
PAGES = ("staff:tasks", "staff:messages", "staff:calendar", "staff:find_slot", "staff:no_shows", "mfa_index")


@pytest.mark.parametrize("changes", [records.STOP, records.URGENT, records.REVIEW], ids=["stop", "urgent", "review"])
def test_no_page_of_theirs_says_what_a_patient_answered(
    changes: dict[str, object], signed_in: Callable[[Role], Client], staff: Callable[[Role], User]
) -> None:
    record = records.sealed(changes, [records.medicine("Zoloft")])
    open_task(record, "coordinator")
    stuck(record)
    open_task(records.sealed(changes), "clinician")
    browser = signed_in(Role.SCHEDULER)

    seen = "".join(browser.get(reverse(name), follow=True).content.decode() for name in PAGES)

    findings = [each["rule"] for each in record.result["findings"]]
    assert findings
    assert "Maya" in seen
    assert [rule for rule in findings if re.search(rf"\b{re.escape(rule)}\b", seen)] == []
    assert not re.search(r"PHQ|GAD|AUDIT-C|Zoloft|/intakes/", seen)
    assert not re.search(r"\b(Stop|Review|Coordinate)\b", seen)


def test_their_permissions_reach_no_record_of_a_patient() -> None:
    theirs = ALLOWED[Role.SCHEDULER]

    assert not theirs & {Permission.SEE_WORKLIST, Permission.SEE_INTAKE, Permission.DECIDE, Permission.SEE_AUDIT}
