"""Somebody on the staff with an app, and doors that are open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from clinic.accounts import factors
from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from tests.sign_in import PASSWORD


@pytest.fixture(autouse=True)
def no_tries_so_far(db: None) -> Iterator[None]:
    """The limit of tries is counted in the cache, which is a table."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def osei(db: None) -> User:
    """A clinician with an app."""
    user = User.objects.create_user("osei@example.test", name="Dr. Ama Osei", role=Role.CLINICIAN, password=PASSWORD)
    factors.give_app(user)
    return user
