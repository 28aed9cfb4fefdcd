"""Staff sign in and out: the same words whatever is wrong, and back to the page they wanted."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import ALLOWED, Permission, Role
from tests.sign_in import PASSWORD, code_of, signed_in

pytestmark = pytest.mark.django_db
SIGN_IN = "/staff/sign-in/"
CODE = "/staff/sign-in/code/"


def sign_in(browser: Client, email: str = "osei@example.test", password: str = PASSWORD, **told: str) -> object:
    return browser.post(SIGN_IN, {"login": email, "password": password, **told})


def sign_in_with_code(browser: Client, user: User, **told: str) -> object:
    """Both steps; the answer to the second."""
    assert sign_in(browser, **told).url == CODE
    return browser.post(CODE, {"code": code_of(user)})


def test_email_password_and_code_let_in(osei: User) -> None:
    browser = Client()

    response = sign_in_with_code(browser, osei)

    assert response.url == reverse("staff:home")
    assert browser.get(reverse("staff:worklist")).status_code == 200


@pytest.mark.parametrize("email", ["OSEI@example.test", "  osei@Example.Test "])
def test_capitals_and_spaces_around_an_email_do_not_matter(osei: User, email: str) -> None:
    assert sign_in(Client(), email).status_code == 302


def test_the_page_that_was_wanted_comes_after_signing_in(osei: User) -> None:
    browser = Client()
    wanted = browser.get(reverse("staff:tasks")).url
    assert wanted == f"{SIGN_IN}?next=/staff/tasks/"

    assert f'value="{reverse("staff:tasks")}"' in browser.get(wanted).content.decode()
    assert sign_in_with_code(browser, osei, next="/staff/tasks/").url == "/staff/tasks/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(osei: User, elsewhere: str) -> None:
    assert sign_in_with_code(Client(), osei, next=elsewhere).url == reverse("staff:home")


def test_a_refusal_says_the_same_whatever_is_wrong(osei: User) -> None:
    User.objects.create_user("gone@example.test", name="Gone", role=Role.CLINICIAN, password=PASSWORD)
    User.objects.filter(email="gone@example.test").update(is_active=False)

    wrong_password = sign_in(Client(), password="wrong")
    unknown = sign_in(Client(), "nobody@example.test")
    ended = sign_in(Client(), "gone@example.test")

    said = [response.context["form"].non_field_errors() for response in (wrong_password, unknown, ended)]
    assert said == [["That email and password do not match."]] * 3
    assert [response.status_code for response in (wrong_password, unknown, ended)] == [200] * 3


def test_empty_boxes_are_named(osei: User) -> None:
    page = Client().post(SIGN_IN, {}).content.decode()

    assert "<title>Error: Sign in" in page
    assert page.count("Enter your email") == 2
    assert page.count("Enter your password") == 2


def test_an_email_that_is_none_is_named(osei: User) -> None:
    assert sign_in(Client(), "osei").content.decode().count("Enter an email address like name@clinic.org") == 2


def test_five_wrong_tries_close_the_door_for_a_while_even_for_the_right_password(osei: User) -> None:
    browser = Client()
    for _ in range(5):
        sign_in(browser, password="wrong")

    response = sign_in(browser)

    said = response.content.decode()
    assert response.status_code == 200
    assert "Too many tries. You can try again in 15 minutes, at " in said
    assert settings.CLINIC_PHONE_DISPLAY in said


def test_the_session_ends_with_the_browser_and_its_key_is_new(osei: User) -> None:
    browser = Client()
    browser.get(SIGN_IN)
    before = browser.session.session_key

    response = sign_in_with_code(browser, osei)

    cookie = response.cookies["sessionid"]
    assert cookie["max-age"] == ""
    assert cookie["httponly"]
    assert cookie.value != before


def test_no_cookie_carries_the_name(osei: User) -> None:
    response = sign_in_with_code(Client(), osei)

    assert set(response.cookies) <= {"sessionid", "csrftoken"}


def test_signing_out_needs_a_click_and_ends_the_session(osei: User) -> None:
    browser = signed_in(osei)

    assert "Sign out?" in browser.get(reverse("account_logout")).content.decode()
    assert browser.get(reverse("staff:worklist")).status_code == 200

    assert browser.post(reverse("account_logout")).url == SIGN_IN
    assert browser.get(reverse("staff:worklist")).status_code == 302


def test_signing_in_needs_the_token_of_our_own_form(osei: User) -> None:
    browser = Client(enforce_csrf_checks=True)

    assert sign_in(browser).status_code == 403


@pytest.mark.parametrize(
    "name",
    ["account_signup", "account_reset_password", "account_email", "account_change_password", "mfa_login_webauthn"],
)
def test_pages_of_allauth_that_nobody_needs_have_no_address(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_the_page_says_that_the_protocol_is_not_approved() -> None:
    assert "Protocol not clinically approved" in Client().get(SIGN_IN).content.decode()


def test_administrators_take_no_clinical_decision_and_schedulers_see_no_answer() -> None:
    assert Permission.DECIDE not in ALLOWED[Role.ADMINISTRATOR] | ALLOWED[Role.SCHEDULER]
    assert Permission.SEE_INTAKE not in ALLOWED[Role.ADMINISTRATOR] | ALLOWED[Role.SCHEDULER]
    assert Permission.SEE_WORKLIST not in ALLOWED[Role.ADMINISTRATOR] | ALLOWED[Role.SCHEDULER]


def test_every_role_and_only_roles_are_in_the_table() -> None:
    assert set(ALLOWED) == set(Role)
