"""Every address below /staff/ and everybody who may ask for it: one table. An address that is not in it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.permissions import Permission, Role
from clinic.audit.models import AuditEvent
from clinic.patients.session import PATIENT, SEEN
from clinic.reviews.models import Decision
from tests import sign_in
from tests.clinic.reviews import records
from tests.clinic.staff.every_page import addresses_below

ROLES = (Role.CLINICIAN, Role.ON_CALL, Role.DIRECTOR, Role.SCHEDULER, Role.ADMINISTRATOR)
YES, no = True, False
#                              method  clinician on call director scheduler administrator, what who is let in gets
TABLE = {
    "staff:home":             ("GET",  YES,      YES,    YES,     YES,      YES,           302),
    "staff:worklist":         ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:review":           ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:decide":           ("POST", YES,      YES,    YES,     no,       no,            422),
    "staff:answers":          ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:history":          ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:print":            ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:rule":             ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:undo":             ("POST", YES,      YES,    YES,     no,       no,            302),
    "staff:reopen":           ("POST", YES,      YES,    YES,     no,       no,            422),
    "staff:agree":            ("POST", YES,      YES,    YES,     no,       no,            422),
    "staff:decline":          ("POST", YES,      YES,    YES,     no,       no,            422),
    "staff:take_back":        ("POST", YES,      YES,    YES,     no,       no,            409),
    "staff:news":             ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:keys":             ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:claim":            ("POST", YES,      YES,    YES,     no,       no,            302),
    "staff:save_view":        ("POST", YES,      YES,    YES,     no,       no,            422),
    "staff:forget_view":      ("POST", YES,      YES,    YES,     no,       no,            302),
    "staff:note":             ("POST", YES,      YES,    YES,     no,       no,            422),
    "staff:keep_draft":       ("POST", YES,      YES,    YES,     no,       no,            422),
    "staff:not_reached":      ("POST", YES,      YES,    YES,     no,       no,            422),
    "staff:match":            ("GET",  YES,      YES,    YES,     no,       no,            409),
    "staff:pass_on":          ("POST", YES,      YES,    YES,     no,       no,            302),
    "staff:ask":              ("POST", YES,      YES,    YES,     no,       no,            409),
    "staff:preview":          ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:letter":           ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:letter_file":      ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:letter_sent":      ("POST", YES,      YES,    YES,     no,       no,            422),
    "staff:letter_answered":  ("POST", YES,      YES,    YES,     no,       no,            409),
    "staff:snippets":         ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:change_snippet":   ("POST", YES,      YES,    YES,     no,       no,            404),
    "staff:end_snippet":      ("POST", YES,      YES,    YES,     no,       no,            404),
    "staff:urgent":           ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:have_it":          ("POST", YES,      YES,    YES,     no,       no,            302),
    "staff:tasks":            ("GET",  YES,      YES,    YES,     YES,      no,            200),
    "staff:done":             ("POST", YES,      YES,    YES,     YES,      no,            302),
    "staff:undo_task":        ("POST", YES,      YES,    YES,     YES,      no,            409),
    "staff:snooze":           ("POST", YES,      YES,    YES,     YES,      no,            422),
    "staff:calendar":         ("GET",  YES,      YES,    YES,     YES,      no,            200),
    "staff:find_slot":        ("GET",  no,       no,     no,      YES,      no,            200),
    "staff:waitlist":         ("GET",  no,       no,     no,      YES,      no,            200),
    "staff:book_for":         ("GET",  no,       no,     no,      YES,      no,            200),
    "staff:hold":             ("POST", no,       no,     no,      YES,      no,            422),
    "staff:confirm":          ("GET",  no,       no,     no,      YES,      no,            409),
    "staff:overbook":         ("GET",  no,       no,     no,      YES,      no,            422),
    "staff:appointment":      ("GET",  YES,      YES,    YES,     YES,      no,            200),
    "staff:arrived":          ("POST", YES,      YES,    YES,     YES,      no,            409),
    "staff:left":             ("POST", YES,      YES,    YES,     YES,      no,            409),
    "staff:note_visit":       ("POST", no,       no,     no,      YES,      no,            302),
    "staff:came":             ("POST", YES,      YES,    YES,     YES,      no,            409),
    "staff:missed":           ("POST", YES,      YES,    YES,     YES,      no,            409),
    "staff:cancel":           ("POST", no,       no,     no,      YES,      no,            422),
    "staff:no_shows":         ("GET",  YES,      YES,    YES,     YES,      no,            200),
    "staff:why":              ("GET",  YES,      YES,    YES,     YES,      no,            200),
    "staff:feed":             ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:make_feed":        ("POST", YES,      YES,    YES,     no,       no,            200),
    "staff:end_feed":         ("POST", YES,      YES,    YES,     no,       no,            302),
    "staff:hours":            ("GET",  no,       no,     YES,     YES,      no,            200),
    "staff:hours_of":         ("GET",  no,       no,     YES,     YES,      no,            200),
    "staff:add_hours":        ("POST", no,       no,     YES,     YES,      no,            422),
    "staff:end_hours":        ("POST", no,       no,     YES,     YES,      no,            422),
    "staff:away":             ("POST", no,       no,     YES,     YES,      no,            422),
    "staff:give_back":        ("POST", no,       no,     YES,     YES,      no,            302),
    "staff:video":            ("POST", no,       no,     YES,     YES,      no,            302),
    "staff:languages":        ("POST", no,       no,     YES,     YES,      no,            302),
    "staff:open_again":       ("POST", no,       no,     YES,     YES,      no,            302),
    "staff:tell":             ("GET",  no,       no,     YES,     YES,      no,            200),
    "staff:holidays":         ("GET",  no,       no,     YES,     YES,      no,            200),
    "staff:messages":         ("GET",  YES,      YES,    YES,     YES,      YES,           200),
    "staff:message_again":    ("POST", YES,      YES,    YES,     YES,      YES,           302),
    "staff:message_off":      ("POST", YES,      YES,    YES,     YES,      YES,           302),
    "staff:follow_up_again":  ("POST", YES,      YES,    YES,     YES,      YES,           302),
    "staff:open_address":     ("POST", YES,      YES,    YES,     YES,      YES,           302),
    "staff:outbox":           ("GET",  no,       no,     no,      no,       YES,           200),
    "staff:mail":             ("GET",  no,       no,     no,      no,       YES,           200),
    "staff:people":           ("GET",  no,       no,     YES,     no,       YES,           200),
    "staff:licences":         ("GET",  no,       no,     YES,     no,       YES,           200),
    "staff:licence":          ("POST", no,       no,     YES,     no,       YES,           422),
    "staff:invite":           ("GET",  no,       no,     YES,     no,       YES,           200),
    "staff:person":           ("GET",  no,       no,     YES,     no,       YES,           200),
    "staff:change_role":      ("POST", no,       no,     YES,     no,       YES,           422),
    "staff:end_access":       ("POST", no,       no,     YES,     no,       YES,           422),
    "staff:reset_sign_in":    ("POST", no,       no,     YES,     no,       YES,           422),
    "staff:invite_again":     ("POST", no,       no,     YES,     no,       YES,           422),
    "staff:patient":          ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:break_glass":      ("POST", YES,      YES,    YES,     no,       no,            422),
    "staff:treatment":        ("GET",  YES,      YES,    YES,     no,       no,            200),
    "staff:end_course":       ("POST", YES,      YES,    YES,     no,       no,            302),
    "staff:audit":            ("GET",  no,       no,     YES,     no,       no,            200),
    "staff:check_audit":      ("POST", no,       no,     YES,     no,       no,            302),
    "staff:audit_file":       ("POST", no,       no,     YES,     no,       no,            200),
    "mfa_reauthenticate":     ("GET",  YES,      YES,    YES,     YES,      YES,           200),
    "mfa_reauthenticate_webauthn":
                              ("GET",  YES,      YES,    YES,     YES,      YES,           302),
    "staff_alive":            ("GET",  YES,      YES,    YES,     YES,      YES,           200),
    "staff_held":             ("GET",  YES,      YES,    YES,     YES,      YES,           302),
    "mfa_index":              ("GET",  YES,      YES,    YES,     YES,      YES,           200),
    "mfa_activate_totp":      ("GET",  YES,      YES,    YES,     YES,      YES,           302),
    "mfa_deactivate_totp":    ("GET",  YES,      YES,    YES,     YES,      YES,           200),
    "mfa_add_webauthn":       ("GET",  YES,      YES,    YES,     YES,      YES,           200),
    "mfa_remove_webauthn":    ("GET",  YES,      YES,    YES,     YES,      YES,           404),
    "mfa_view_recovery_codes":
                              ("GET",  YES,      YES,    YES,     YES,      YES,           404),
    "mfa_generate_recovery_codes":
                              ("GET",  YES,      YES,    YES,     YES,      YES,           200),
}  # fmt: skip
OPEN = {
    "account_login": 200,
    "mfa_authenticate": 302,
    "account_logout": 302,
    "staff_join": 200,
    "staff:by_link": 200,
}
"""What anybody may ask for, and what somebody gets who is not signed in: forms, or the way to the sign-in."""
BEFORE_A_FACTOR = {
    "mfa_index": 200,
    "mfa_activate_totp": 200,
    "mfa_deactivate_totp": 404,
    "mfa_add_webauthn": 200,
    "mfa_remove_webauthn": 404,
    "mfa_view_recovery_codes": 404,
    "mfa_generate_recovery_codes": 200,
}
"""Where somebody whose password was right, and who has no second factor, sets it up; every other page is refused."""
OTHERS_OWN = {("staff:undo", Role.ON_CALL), ("staff:undo", Role.DIRECTOR)}
"""They may undo their own decisions; this one was signed by somebody else."""
ROWS = [
    (name, row[0], role, allowed, row[-1])
    for name, row in TABLE.items()
    for role, allowed in zip(ROLES, row[1:-1], strict=True)
]


def ask(browser: Client, name: str, addresses: dict[str, str]) -> Any:
    return browser.generic(TABLE[name][0] if name in TABLE else "GET", addresses[name])


def standing() -> int:
    return Decision.objects.filter(revoked_at__isnull=True).count()


def test_every_staff_address_is_in_the_table() -> None:
    assert {name for name, _ in addresses_below("staff/")} == set(TABLE) | set(OPEN)


def test_every_staff_address_that_is_not_open_asks_for_one_permission() -> None:
    asked = {name: getattr(view, "permission", None) for name, view in addresses_below("staff/") if name not in OPEN}

    assert [name for name, permission in asked.items() if not isinstance(permission, Permission)] == []


@pytest.mark.parametrize(("name", "method", "role", "allowed", "answer"), ROWS)
def test_who_is_let_in(
    name: str, method: str, role: Role, allowed: bool, answer: int,
    signed_in: Callable[[Role], Client], addresses: dict[str, str], staff: Callable[[Role], User],
) -> None:  # fmt: skip
    response = signed_in(role).generic(method, addresses[name])

    refusals = AuditEvent.objects.filter(action="accounts.refused", actor=staff(role).actor.ref)
    if allowed:
        assert response.status_code == (409 if (name, role) in OTHERS_OWN else answer)
        assert not refusals.exists()
    else:
        assert response.status_code == 403
        assert refusals.get().subject == f"page:{name}"


@pytest.mark.parametrize("name", list(TABLE))
def test_nobody_is_let_in_without_signing_in(name: str, addresses: dict[str, str]) -> None:
    before = standing()

    response = ask(Client(), name, addresses)

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
    assert standing() == before


@pytest.mark.parametrize("name", list(TABLE))
def test_a_patient_is_nobody_here(name: str, addresses: dict[str, str]) -> None:
    browser, before = Client(), standing()
    session = browser.session
    session[PATIENT], session[SEEN] = str(records.intake().patient_id), int(timezone.now().timestamp())
    session.save()

    response = ask(browser, name, addresses)

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
    assert standing() == before


@pytest.mark.parametrize("name", list(OPEN))
def test_what_is_open_is_open_and_shows_nothing_of_a_patient(name: str, addresses: dict[str, str]) -> None:
    response = ask(Client(), name, addresses)

    assert response.status_code == OPEN[name]
    assert b"Maya" not in response.content


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", list(TABLE))
def test_a_password_alone_opens_nothing_but_the_set_up(
    name: str, role: Role, addresses: dict[str, str], staff: Callable[[Role], User]
) -> None:
    user, before = staff(role), standing()

    response = ask(sign_in.signed_in(user, proven=False), name, addresses)

    refusals = AuditEvent.objects.filter(action="accounts.refused", actor=user.actor.ref)
    if name in BEFORE_A_FACTOR:
        assert response.status_code == BEFORE_A_FACTOR[name]
        return
    assert (response.status_code, response.url) == (302, reverse("mfa_index"))
    assert refusals.get().detail["because"] == "no second factor"
    assert standing() == before


@pytest.mark.parametrize("name", list(TABLE))
def test_a_password_alone_opens_nothing_at_all_for_somebody_who_has_a_factor(
    name: str, addresses: dict[str, str], staff: Callable[[Role], User]
) -> None:
    user = staff(Role.DIRECTOR)
    sign_in.signed_in(user)
    assert Authenticator.objects.filter(user=user).exists()

    response = ask(sign_in.signed_in(user, proven=False), name, addresses)

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


READ_AND_SENT = (
    "staff:invite",
    *("staff:match", "staff:letter", "staff:snippets", "staff:answers", "staff:keys"),
    "staff:treatment",
    "staff:find_slot",
    "staff:confirm",
    "staff:overbook",
    "staff:add_hours",
    "staff:licence",
    "staff:end_hours",
    "staff:away",
    "staff:holidays",
    "staff:tell",
)
OURS = [name for name in TABLE if name.startswith("staff:") and name not in READ_AND_SENT]


@pytest.mark.parametrize("name", OURS)
def test_a_page_is_only_asked_the_way_it_answers(
    name: str, addresses: dict[str, str], signed_in: Callable[[Role], Client]
) -> None:
    role = ROLES[TABLE[name][1:-1].index(True)]
    other = "GET" if TABLE[name][0] == "POST" else "POST"

    answer = signed_in(role).generic(other, addresses[name])

    assert answer.status_code == 405
    assert other not in answer.headers["Allow"]
    shown = answer.content.decode()
    assert "Your answers up to the last page" not in shown
    assert "<title>This page does not work that way" in shown
    assert 'class="topbar"' in shown


@pytest.mark.parametrize("name", READ_AND_SENT)
def test_what_nobody_may_read_they_may_not_send_either(
    name: str, addresses: dict[str, str], signed_in: Callable[[Role], Client]
) -> None:
    outside = [role for role, allowed in zip(ROLES, TABLE[name][1:-1], strict=True) if not allowed]

    assert {signed_in(role).post(addresses[name]).status_code for role in outside} == {403}
    assert AuditEvent.objects.filter(action="accounts.refused", subject=f"page:{name}").count() == len(outside)


def test_a_scheduler_who_types_the_address_of_a_review_is_refused_and_it_is_on_the_record(
    addresses: dict[str, str], signed_in: Callable[[Role], Client], staff: Callable[[Role], User]
) -> None:
    response = signed_in(Role.SCHEDULER).get(addresses["staff:review"])

    line = AuditEvent.objects.get(action="accounts.refused")
    assert response.status_code == 403
    assert b"Maya" not in response.content
    assert line.actor == staff(Role.SCHEDULER).actor.ref
    assert line.detail["asked_for"] == [addresses["staff:review"].split("/")[-2]]
    said = (
        b"It is not part of your work as scheduler. If it should be, ask an administrator. That you asked for it is on"
    )
    assert said in response.content
    assert b'href="/staff/find-slot/"' in response.content, "with the bar of their own pages"
    assert not AuditEvent.objects.filter(action__startswith="reviews.see").exists()
