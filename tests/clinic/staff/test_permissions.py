"""Every staff address and every role: who is let in, in one table. An address that is not in it fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Permission, Role
from clinic.audit.models import AuditEvent
from clinic.reviews.models import Decision
from clinic.staff.urls import urlpatterns
from tests.clinic.reviews import records
from tests.clinic.staff.tasks import open_task

ROLES = (Role.CLINICIAN, Role.ON_CALL, Role.DIRECTOR, Role.SCHEDULER, Role.ADMINISTRATOR)
YES, no = True, False
#             method  clinician  on call  director  scheduler  administrator
TABLE = {
    "home":     ("GET",  YES,       YES,     YES,      YES,       YES),
    "worklist": ("GET",  YES,       YES,     YES,      no,        no),
    "review":   ("GET",  YES,       YES,     YES,      no,        no),
    "decide":   ("POST", YES,       YES,     YES,      no,        no),
    "answers":  ("GET",  YES,       YES,     YES,      no,        no),
    "undo":     ("POST", YES,       YES,     YES,      no,        no),
    "reopen":   ("POST", YES,       YES,     YES,      no,        no),
    "tasks":    ("GET",  YES,       YES,     YES,      YES,       no),
    "done":     ("POST", YES,       YES,     YES,      YES,       no),
    "calendar": ("GET",  YES,       YES,     YES,      YES,       no),
    "outbox":   ("GET",  no,        no,      no,       no,        YES),
    "mail":     ("GET",  no,        no,      no,       no,        YES),
}  # fmt: skip
ANSWERS = {
    **dict.fromkeys(("worklist", "review", "answers", "tasks", "calendar", "outbox", "mail"), 200),
    **dict.fromkeys(("home", "undo", "done"), 302),
    **dict.fromkeys(("decide", "reopen"), 422),
}
"""What somebody who is let in gets: a page, the next page, or a form without a decision or a reason back."""
OTHERS_OWN = {("undo", Role.ON_CALL), ("undo", Role.DIRECTOR)}
"""They may undo their own decisions; this one was signed by somebody else."""
ROWS = [
    (name, row[0], role, allowed) for name, row in TABLE.items() for role, allowed in zip(ROLES, row[1:], strict=True)
]


@pytest.fixture
def addresses(staff: Callable[[Role], User], settings: object, tmp_path: object) -> dict[str, str]:
    """An address of each page, about rows that are there."""
    settings.MAIL_DIR = tmp_path  # type: ignore[attr-defined]
    record = records.sealed(records.REVIEW)
    decided = records.sealed(records.REVIEW)
    decision = records.decide(decided, staff(Role.CLINICIAN))
    task = open_task(record, "coordinator")
    (tmp_path / f"{task.pk}.eml").write_text("To: a@example.test\nSubject: Hello\n\nHello")  # type: ignore[operator]
    reference = record.intake.reference
    about = {"review": [reference], "decide": [reference], "answers": [reference], "undo": [decision.pk]}
    about |= {"reopen": [decision.pk], "done": [task.pk], "mail": [task.pk]}
    return {name: reverse(f"staff:{name}", args=about.get(name, [])) for name in TABLE}


def test_every_staff_address_is_in_the_table() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(TABLE)


def test_every_staff_address_asks_for_one_permission() -> None:
    assert all(isinstance(pattern.callback.permission, Permission) for pattern in urlpatterns)


@pytest.mark.parametrize(("name", "method", "role", "allowed"), ROWS)
def test_who_is_let_in(
    name: str, method: str, role: Role, allowed: bool,
    signed_in: Callable[[Role], Client], addresses: dict[str, str], staff: Callable[[Role], User],
) -> None:  # fmt: skip
    response = signed_in(role).generic(method, addresses[name])

    refusals = AuditEvent.objects.filter(action="accounts.refused", actor=staff(role).actor.ref)
    if allowed:
        assert response.status_code == (409 if (name, role) in OTHERS_OWN else ANSWERS[name])
        assert not refusals.exists()
    else:
        assert response.status_code == 403
        assert refusals.get().subject == f"page:staff:{name}"


@pytest.mark.parametrize("name", list(TABLE))
def test_nobody_is_let_in_without_signing_in(name: str, addresses: dict[str, str]) -> None:
    before = Decision.objects.filter(revoked_at__isnull=True).count()

    response = Client().generic(TABLE[name][0], addresses[name])

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
    assert Decision.objects.filter(revoked_at__isnull=True).count() == before


@pytest.mark.parametrize("name", list(TABLE))
def test_a_page_is_only_asked_the_way_it_answers(
    name: str, addresses: dict[str, str], signed_in: Callable[[Role], Client]
) -> None:
    role = ROLES[TABLE[name][1:].index(True)]
    other = "GET" if TABLE[name][0] == "POST" else "POST"

    assert signed_in(role).generic(other, addresses[name]).status_code == 405


def test_somebody_whose_access_ended_is_out_at_the_next_click(
    addresses: dict[str, str], browser: Client, osei: User
) -> None:
    assert browser.get(addresses["worklist"]).status_code == 200

    User.objects.filter(pk=osei.pk).update(is_active=False)

    assert browser.get(addresses["worklist"]).status_code == 302


def test_a_scheduler_who_types_the_address_of_a_review_is_refused_and_it_is_on_the_record(
    addresses: dict[str, str], signed_in: Callable[[Role], Client], staff: Callable[[Role], User]
) -> None:
    response = signed_in(Role.SCHEDULER).get(addresses["review"])

    line = AuditEvent.objects.get(action="accounts.refused")
    assert response.status_code == 403
    assert b"Maya" not in response.content
    assert line.actor == staff(Role.SCHEDULER).actor.ref
    assert line.detail["asked_for"] == [addresses["review"].split("/")[-2]]
    assert not AuditEvent.objects.filter(action__startswith="reviews.see").exists()
