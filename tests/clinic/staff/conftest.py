"""Staff who are signed in, at a moment that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from tests import sign_in
from tests.clinic.reviews import records
from tests.clinic.staff.every_page import addresses, kept_pages

__all__ = ["addresses", "kept_pages"]

NAMES = {
    Role.CLINICIAN: "Dr. Ama Osei",
    Role.ON_CALL: "Dr. Ines Duarte",
    Role.DIRECTOR: "Dr. Hana Weiss",
    Role.SCHEDULER: "Luis Ortega",
    Role.ADMINISTRATOR: "Sam Whitfield",
}


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    """Tuesday, December 1, 2026, 9:00 am at the clinic."""
    with time_machine.travel(records.NOW, tick=False):
        yield


@pytest.fixture
def staff(db: None) -> Callable[[Role], User]:
    """Somebody in this role, made once."""

    def make(role: Role) -> User:
        return User.objects.filter(role=role).first() or records.clinician(NAMES[role], role)

    return make


@pytest.fixture
def signed_in(staff: Callable[[Role], User]) -> Callable[[Role], Client]:
    """The browser of somebody in this role."""

    def browser_of(role: Role) -> Client:
        return sign_in.signed_in(staff(role))

    return browser_of


@pytest.fixture
def osei(staff: Callable[[Role], User]) -> User:
    return staff(Role.CLINICIAN)


@pytest.fixture
def browser(signed_in: Callable[[Role], Client], osei: User) -> Client:
    """The browser of the clinician."""
    return signed_in(Role.CLINICIAN)


@pytest.fixture
def duarte(staff: Callable[[Role], User]) -> User:
    """A colleague, on call."""
    return staff(Role.ON_CALL)
