"""The second step of signing in: a code or a recovery code, each once; and the set-up of somebody who has none."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.test import Client
from django.urls import reverse

from clinic.accounts import factors
from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from tests.sign_in import PASSWORD, code_for, code_of, signed_in

pytestmark = pytest.mark.django_db
SIGN_IN = "/staff/sign-in/"
CODE = "/staff/sign-in/code/"
WRONG = "That code does not work. Each code works once"


def after_the_password(user: User) -> Client:
    browser = Client()
    browser.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    return browser


def actions_of(actor: str) -> list[str]:
    return list(AuditEvent.objects.filter(actor=actor).order_by("pk").values_list("action", flat=True))


@pytest.fixture
def new(db: None) -> User:
    """Somebody who has set a password and nothing else."""
    return User.objects.create_user("new@example.test", name="Luis Ortega", role=Role.SCHEDULER, password=PASSWORD)


def test_the_password_alone_lets_nobody_in(osei: User) -> None:
    browser = after_the_password(osei)

    assert browser.get("/staff/worklist/").status_code == 302
    assert "_auth_user_id" not in browser.session


def test_the_code_is_one_box_that_fills_itself_and_takes_what_is_pasted(osei: User) -> None:
    browser = after_the_password(osei)
    page = browser.get(CODE).content.decode()

    box = re.search(r'<input[^>]*name="code"[^>]*>', page)
    assert box is not None
    assert 'autocomplete="one-time-code"' in box[0]
    assert "maxlength" not in box[0]

    code = code_of(osei)
    assert browser.post(CODE, {"code": f" {code[:3]} {code[3:]} "}).status_code == 302


def test_a_wrong_code_lets_nobody_in_and_is_on_the_record(osei: User) -> None:
    browser = after_the_password(osei)
    wrong = f"{(int(code_of(osei)) + 1) % 1000000:06d}"

    response = browser.post(CODE, {"code": wrong})

    assert WRONG in response.content.decode()
    assert browser.get("/staff/worklist/").status_code == 302
    assert actions_of(osei.actor.ref) == ["accounts.code_failed"]


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_that_is_half_a_minute_off_does_not_matter(osei: User, steps: int) -> None:
    assert after_the_password(osei).post(CODE, {"code": code_of(osei, steps_ahead=steps)}).status_code == 302


@pytest.mark.parametrize("steps", [-3, 3])
def test_an_old_code_and_a_later_one_do_not_work(osei: User, steps: int) -> None:
    assert WRONG in after_the_password(osei).post(CODE, {"code": code_of(osei, steps_ahead=steps)}).content.decode()


def test_a_code_that_was_used_lets_nobody_else_in_for_as_long_as_it_is_taken(osei: User, time_machine: object) -> None:
    time_machine.move_to("2026-12-01T17:00:01Z", tick=False)  # type: ignore[attr-defined]
    code = code_of(osei, steps_ahead=1)
    assert after_the_password(osei).post(CODE, {"code": code}).status_code == 302

    time_machine.shift(85)  # type: ignore[attr-defined]
    again = after_the_password(osei).post(CODE, {"code": code})

    assert code == code_of(osei, steps_ahead=-1)
    assert WRONG in again.content.decode()


def test_five_wrong_codes_close_the_door_also_for_the_right_one(osei: User) -> None:
    browser = after_the_password(osei)
    for _ in range(5):
        browser.post(CODE, {"code": "000000"})

    said = browser.post(CODE, {"code": code_of(osei)}).content.decode()

    assert "Too many tries. You can try again in 15 minutes, at " in said
    assert settings.CLINIC_PHONE_DISPLAY in said
    assert actions_of(osei.actor.ref)[-1] == "accounts.too_many_tries"


def test_the_tries_are_counted_in_postgresql_for_all_processes() -> None:
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")
    assert len(settings.CACHES) == 1


def test_a_recovery_code_lets_in_once(osei: User) -> None:
    codes = RecoveryCodes.activate(osei).generate_codes()

    assert after_the_password(osei).post(CODE, {"code": codes[0]}).status_code == 302
    assert WRONG in after_the_password(osei).post(CODE, {"code": codes[0]}).content.decode()
    assert after_the_password(osei).post(CODE, {"code": codes[1]}).status_code == 302


def test_who_signs_in_fails_and_signs_out_is_on_the_record(osei: User) -> None:
    browser = Client()
    browser.post(SIGN_IN, {"login": osei.email, "password": "wrong"})
    browser.post(SIGN_IN, {"login": "nobody@example.test", "password": "wrong"})
    browser.post(SIGN_IN, {"login": osei.email, "password": PASSWORD})
    browser.post(CODE, {"code": code_of(osei)})
    browser.post("/staff/sign-out/")

    failed = AuditEvent.objects.filter(action="accounts.sign_in_failed").order_by("pk")
    assert [(line.actor, line.subject) for line in failed] == [
        ("visitor", osei.actor.ref),
        ("visitor", "staff:unknown"),
    ]
    assert actions_of(osei.actor.ref) == ["accounts.sign_in", "accounts.sign_out"]
    assert AuditEvent.objects.get(action="accounts.sign_in").detail == {"how": "with a second factor"}
    assert not AuditEvent.objects.filter(detail__icontains="nobody@").exists()


def test_somebody_without_a_second_factor_is_led_to_set_one_up_and_then_to_the_pages(new: User) -> None:
    browser = after_the_password(new)
    assert browser.get("/staff/tasks/").url == "/staff/sign-in/set-up/"
    assert "Set up a second step" in browser.get("/staff/sign-in/set-up/").content.decode()

    page = browser.get("/staff/sign-in/set-up/app/").content.decode()
    secret = re.search(r'<p class="secret">([A-Z2-7]+)</p>', page)
    assert secret is not None
    done = browser.post("/staff/sign-in/set-up/app/", {"code": code_for(secret[1])})

    assert done.url == "/staff/sign-in/set-up/codes/"
    shown = browser.get(done.url).content.decode()
    assert len(re.findall(r"<li>\d{8}</li>", shown)) == 10
    assert browser.get("/staff/tasks/").status_code == 200
    added = AuditEvent.objects.filter(action="accounts.factor_added").order_by("pk")
    assert [line.detail["factor"] for line in added] == ["app", "recovery codes"]


def test_recovery_codes_are_shown_once(new: User) -> None:
    browser = signed_in(new)
    browser.post(reverse("mfa_generate_recovery_codes"))
    first = browser.get(reverse("mfa_view_recovery_codes")).content.decode()

    second = browser.get(reverse("mfa_view_recovery_codes")).content.decode()

    assert len(re.findall(r"<li>\d{8}</li>", first)) == 10
    assert not re.search(r"\d{8}", second)
    assert "You have 10 of 10 left" in second


def test_the_wrong_first_code_sets_up_nothing(new: User) -> None:
    browser = after_the_password(new)
    browser.get("/staff/sign-in/set-up/app/")

    browser.post("/staff/sign-in/set-up/app/", {"code": "000000"})

    assert not factors.has_one(new)
    assert browser.get("/staff/tasks/").url == "/staff/sign-in/set-up/"


def test_the_secret_is_drawn_here_and_nothing_is_fetched_for_it(new: User) -> None:
    response = after_the_password(new).get("/staff/sign-in/set-up/app/")

    assert '<svg class="qr"' in response.content.decode()
    assert "data:image" not in response.content.decode()
    assert "img-src 'self'" in response.headers["Content-Security-Policy"]


def test_the_secrets_of_factors_are_not_readable_in_the_database(osei: User) -> None:
    RecoveryCodes.activate(osei)
    secret = factors.StaffFactors().decrypt(Authenticator.objects.get(user=osei, type="totp").data["secret"])

    stored = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert re.fullmatch(r"[A-Z2-7]{32}", secret)
    assert secret not in stored
    assert all(each.data.get("seed", "AAAA")[:4].isascii() for each in Authenticator.objects.all())


def test_the_only_second_factor_stays(osei: User) -> None:
    browser = signed_in(osei)

    browser.post(reverse("mfa_deactivate_totp"))

    assert factors.has_one(osei)


def test_taking_a_factor_away_is_on_the_record(osei: User) -> None:
    Authenticator.objects.create(user=osei, type="webauthn", data={"name": "Laptop", "credential": {}})
    browser = signed_in(osei)

    browser.post(reverse("mfa_deactivate_totp"))

    assert AuditEvent.objects.get(action="accounts.factor_removed").detail == {"factor": "app"}


def test_a_passkey_can_be_taken_away_beside_an_app_and_not_alone(osei: User) -> None:
    passkey = Authenticator.objects.create(user=osei, type="webauthn", data={"name": "Laptop", "credential": {}})
    browser = signed_in(osei)
    address = reverse("mfa_remove_webauthn", args=[passkey.pk])
    assert "Remove “Laptop”?" in browser.get(address).content.decode()
    Authenticator.objects.filter(user=osei, type="totp").update(type="recovery_codes")
    assert "one second step at least" in browser.post(address).content.decode()
    Authenticator.objects.filter(user=osei, type="recovery_codes").update(type="totp")

    assert browser.post(address).url == reverse("mfa_index")
    assert AuditEvent.objects.get(action="accounts.factor_removed").detail == {"factor": "passkey"}


def test_nobody_removes_the_passkey_of_somebody_else(osei: User, new: User) -> None:
    theirs = Authenticator.objects.create(user=new, type="webauthn", data={"name": "Laptop", "credential": {}})

    assert signed_in(osei).post(reverse("mfa_remove_webauthn", args=[theirs.pk])).status_code == 404
    assert factors.has_one(new)


NO_PASSKEYS = ["", "{}", "nonsense", '{"id": "AAAA", "response": {}}', '{"id": 1, "rawId": 1}', "[1]", "null", "9"]


@pytest.mark.parametrize("credential", NO_PASSKEYS)
def test_what_is_no_passkey_is_not_added(osei: User, credential: str) -> None:
    browser = signed_in(osei)
    browser.get(reverse("mfa_add_webauthn"))

    response = browser.post(reverse("mfa_add_webauthn"), {"name": "Laptop", "credential": credential})

    assert response.status_code == 200
    assert not Authenticator.objects.filter(user=osei, type="webauthn").exists()


@pytest.mark.parametrize("credential", NO_PASSKEYS)
def test_a_passkey_that_is_none_lets_nobody_in(osei: User, credential: str) -> None:
    browser = after_the_password(osei)
    browser.get(CODE)

    response = browser.post(CODE, {"credential": credential})

    assert response.status_code == 200
    assert "_auth_user_id" not in browser.session
