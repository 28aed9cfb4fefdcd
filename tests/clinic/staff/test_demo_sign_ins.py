"""The demo tells how to sign in, codes and all; production refuses every one of these commands."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from clinic.accounts import factors
from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.notifications.models import Message
from clinic.staff.management import codes, people
from tests.sign_in import PASSWORD

pytestmark = pytest.mark.django_db
OSEI = "osei@larkfield.example"


@pytest.fixture
def invented(db: None) -> list[User]:
    return people.people_the_staff(PASSWORD)


def said(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def test_the_printed_code_lets_in(invented: list[User]) -> None:
    code = said("demo_code", OSEI).split()[0]
    browser = Client()
    browser.post("/staff/sign-in/", {"login": OSEI, "password": PASSWORD})

    assert browser.post("/staff/sign-in/code/", {"code": code}).url == "/staff/"


def test_each_of_the_invented_staff_has_an_app_with_a_secret_of_its_own(invented: list[User]) -> None:
    addresses = [codes.address_for_app(user) for user in invented]

    assert len(set(addresses)) == len(people.STAFF)
    assert all(re.fullmatch(r"otpauth://totp/\S+\?secret=[A-Z2-7]{32}&issuer=\S+", each) for each in addresses)


def test_making_the_staff_again_changes_nobodys_app(invented: list[User]) -> None:
    before = [codes.address_for_app(user) for user in invented]

    assert [codes.address_for_app(user) for user in people.people_the_staff(PASSWORD)] == before


@pytest.mark.parametrize("email", ["nobody@larkfield.example", "real@example.test"])
def test_no_code_is_told_of_somebody_who_is_not_invented(invented: list[User], email: str) -> None:
    factors.give_app(User.objects.create_user("real@example.test", name="Real", role=Role.CLINICIAN))

    with pytest.raises(CommandError):
        said("demo_code", email)


@pytest.mark.parametrize("command", [["demo_code", OSEI], ["demo"]])
def test_production_refuses(invented: list[User], settings: Any, command: list[str]) -> None:
    settings.IS_PRODUCTION = True

    with pytest.raises(CommandError, match="no demo data in production"):
        said(*command)
    with pytest.raises(PermissionError):
        codes.secret_of(invented[0])


def test_the_first_director_of_a_clinic_is_invited_by_a_command() -> None:
    said("invite", "First@clinic.example", "--role", "director")

    first = User.objects.get(email="first@clinic.example")
    assert (first.role, first.is_active) == ("director", False)
    assert Message.objects.get(template="staff-invited").staff == first


@pytest.mark.parametrize("email", ["nonsense", "first@clinic.example"])
def test_a_wrong_or_known_email_is_refused_in_words(email: str) -> None:
    said("invite", "first@clinic.example", "--role", "director")

    with pytest.raises(CommandError):
        said("invite", email, "--role", "director")
