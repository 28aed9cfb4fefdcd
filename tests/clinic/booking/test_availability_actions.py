"""Weekly rules, time off and licences: what can be, on the record, and undone when the record fails."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.audit.models import AuditEvent
from clinic.booking import availability_actions as actions
from clinic.booking.models import Availability, JoiningAddress, License, TimeOff

pytestmark = pytest.mark.django_db
DESK = actors.system("test")
HOURS: dict[str, Any] = {
    "weekdays": [0],
    "opens": time(9),
    "closes": time(17),
    "time_zone": "America/Los_Angeles",
    "modes": ["phone"],
    "valid_from": date(2026, 1, 1),
}
VERBS: list[tuple[str, type, dict[str, Any]]] = [
    ("offer_times", Availability, HOURS),
    (
        "take_time_off",
        TimeOff,
        {
            "since": datetime.fromisoformat("2026-12-24T00:00Z"),
            "until": datetime.fromisoformat("2026-12-26T00:00Z"),
            "reason": "leave",
        },
    ),
    ("license_for", License, {"region": "US-NY"}),
    ("meet_at", JoiningAddress, {"address": "https://video.example.test/room-7"}),
]


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Pacific"},
        {"opens": time(17), "closes": time(9)},
        {"weekdays": [7]},
        {"slot_minutes": 0},
        {"modes": ["fax"]},
        {"modes": []},
        {"modes": ["in_person"], "location": ""},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_hours_that_cannot_be_are_refused(clinician: User, wrong: dict[str, Any]) -> None:
    before = Availability.objects.count()

    with pytest.raises(ValidationError):
        actions.offer_times(clinician=clinician, by=DESK, **(HOURS | wrong))

    assert Availability.objects.count() == before


@pytest.mark.parametrize(("verb", "model", "told"), VERBS, ids=lambda value: value if isinstance(value, str) else "")
def test_each_change_is_on_the_record(clinician: User, verb: str, model: type, told: dict[str, Any]) -> None:
    before = AuditEvent.objects.count()

    getattr(actions, verb)(clinician=clinician, by=DESK, **told)

    assert AuditEvent.objects.count() == before + 1
    assert AuditEvent.objects.latest("id").subject == f"staff:{clinician.pk}"


@pytest.mark.parametrize(("verb", "model", "told"), VERBS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_failing_audit_undoes_each_change(clinician: User, verb: str, model: Any, told: dict[str, Any]) -> None:
    before = model.objects.count()

    with (
        mock.patch("clinic.booking.availability_actions.record", side_effect=ZeroDivisionError),
        pytest.raises(ZeroDivisionError),
    ):
        getattr(actions, verb)(clinician=clinician, by=DESK, **told)

    assert model.objects.count() == before


def test_a_licence_said_again_changes_its_last_day(clinician: User) -> None:
    actions.license_for(clinician=clinician, region="US-CA", expires_on=date(2027, 1, 1), by=DESK)

    assert License.objects.get(clinician=clinician, region="US-CA").expires_on == date(2027, 1, 1)


@pytest.mark.parametrize("address", ["http://video.example.test/", "javascript:alert(1)", "room 7"])
def test_a_video_address_is_one_that_begins_with_https(clinician: User, address: str) -> None:
    with pytest.raises(ValidationError):
        actions.meet_at(clinician=clinician, address=address, by=DESK)


def test_a_licence_names_a_region(clinician: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.license_for(clinician=clinician, region="", by=DESK)


def test_hours_that_are_posted_twice_are_one_rule(clinician: User) -> None:
    before = Availability.objects.count()

    first = actions.offer_times(clinician=clinician, by=DESK, **HOURS)
    again = actions.offer_times(clinician=clinician, by=DESK, **(HOURS | {"weekdays": [0, 1]}))

    assert [[rule.weekday for rule in each] for each in (first, again)] == [[0], [1]]
    assert Availability.objects.count() == before + 2


def test_hours_that_differ_in_one_thing_are_two_rules(clinician: User) -> None:
    actions.offer_times(clinician=clinician, by=DESK, **HOURS)

    assert actions.offer_times(clinician=clinician, by=DESK, **(HOURS | {"modes": ["video"]}))


def test_the_database_keeps_no_rule_that_goes_on_twice(clinician: User) -> None:
    (rule,) = actions.offer_times(clinician=clinician, by=DESK, **HOURS)
    rule.pk, rule._state.adding = None, True

    with pytest.raises(IntegrityError, match="availability_once"), transaction.atomic():
        rule.save(force_insert=True)
