"""Whatever is typed into the desk's addresses and forms is answered in words, never with an error of ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.booking.models import Appointment, Availability, TimeOff
from clinic.patients.models import Patient
from tests.clinic.booking.conftest import clinician, make_clinician, make_patient
from tests.clinic.staff.test_desk import desk_of, known

__all__ = ["clinician", "desk_of", "make_clinician", "make_patient"]
pytestmark = pytest.mark.django_db
GARBAGE = (
    *(
        "-1",
        "0",
        "9" * 400,
        "٣",
        "0001-01-01",
        "9999-12-31",
        "2026-02-30",
        "1|2|phone|",
        "' OR 1=1 --",
        "%00",
        "\u202e",
    ),
    *("<script>alert(1)</script>", "25:61", "{{ 7*7 }}", "../../etc/passwd", "None", "\U0001f600" * 50, "a" * 5000),
)
FIELDS = {
    "staff:calendar": ("day", "view", "by", "which"),
    "staff:why": ("clinician", "day", "at", "mode", "who"),
    "staff:find_slot": ("when",),
}
SENT = {
    "staff:find_slot": ("who", "when"),
    "staff:hold": ("slot", "when", "move"),
    "staff:overbook": ("slot", "reason", "phone", "reminders", "needs"),
    "staff:add_hours": ("weekdays", "opens", "closes", "modes", "location", "slot_minutes", "valid_from", "valid_to"),
    "staff:away": ("since_day", "since_at", "until_day", "until_at", "reason", "seen"),
    "staff:holidays": ("day", "location", "name", "seen"),
    "staff:languages": ("codes",),
}


@pytest.mark.parametrize("text", GARBAGE)
def test_no_address_of_the_desk_breaks(
    text: str, desk_of: Client, clinician: User, make_patient: Callable[..., Patient]
) -> None:
    caller = known(make_patient())
    answers = [desk_of.get(reverse(name), dict.fromkeys(fields, text)) for name, fields in FIELDS.items()]
    answers.append(desk_of.get(reverse("staff:book_for", args=[caller.reference]), {"when": text, "move": text}))
    answers.append(desk_of.get(reverse("staff:overbook", args=[caller.reference]), {"slot": text}))

    assert {answer.status_code for answer in answers} <= {200, 400, 422}
    assert not [answer for answer in answers if b"<script>alert" in answer.content]


@pytest.mark.parametrize("text", GARBAGE)
def test_no_form_of_the_desk_breaks_or_changes_anything(
    text: str, desk_of: Client, clinician: User, make_patient: Callable[..., Patient]
) -> None:
    caller, rules = known(make_patient()), Availability.objects.count()
    about = {"staff:hold": caller.reference, "staff:overbook": caller.reference, "staff:languages": clinician.pk}
    about |= {"staff:add_hours": clinician.pk, "staff:away": clinician.pk}
    codes = set()
    for name, fields in SENT.items():
        page = reverse(name, args=[about[name]] if name in about else [])
        codes.add(desk_of.post(page, dict.fromkeys(fields, text)).status_code)

    assert codes <= {200, 302, 400, 422}
    assert (Appointment.objects.count(), TimeOff.objects.count(), Availability.objects.count()) == (0, 0, rules)
    assert not clinician.languages.exists()


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.ADMINISTRATOR])
def test_nobody_else_finds_a_patient_by_name(
    role: Role, signed_in: Callable[[Role], Client], make_patient: Callable[..., Patient]
) -> None:
    known(make_patient())

    answer = signed_in(role).post(reverse("staff:find_slot"), {"who": "thompson"})

    assert answer.status_code == 403
    assert b"Thompson" not in answer.content
