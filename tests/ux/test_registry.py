"""The registry is complete: every patient address has a state, and every state shows what it says."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from tests.house.test_site import urls
from tests.ux.conftest import Pages
from tests.ux.states import NO_PAGES, STATES, State


def test_every_patient_address_has_a_state() -> None:
    named = {name for name, where, _ in urls() if not where.startswith("staff/")}
    listed = {state.url_name for state in STATES} - {"error"}

    assert named - listed - NO_PAGES.keys() == set(), "add their states to tests/ux/states.py"
    assert (listed | NO_PAGES.keys()) - named == set(), "no such address any more"


def test_every_state_is_listed_once() -> None:
    names = [str(state) for state in STATES]

    assert sorted(set(names)) == sorted(names)


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES, ids=str)
def test_a_state_shows_its_own_page(state: State, show: Pages) -> None:
    page = show(state)

    assert page.headers["Content-Type"].startswith("text/html")
    assert state.url_name == "error" or resolve(urlsplit(page.path).path).view_name == state.url_name
