"""A page tells one story: its heading, its notes and its steps do not contradict each other."""

from __future__ import annotations

import pytest

from tests.ux.conftest import Pages
from tests.ux.states import STATES

pytestmark = pytest.mark.django_db


def words(show: Pages, name: str) -> str:
    """What the page says in the middle, without its markup."""
    shown = show(next(state for state in STATES if str(state) == name))
    return " ".join(next(shown.tree.all("main")).text.split())


@pytest.mark.parametrize("name", ["my:status called off", "booking:done called off"])
def test_a_visit_that_is_called_off_is_not_announced(show: Pages, name: str) -> None:
    said = words(show, name)

    assert "We cannot keep your appointment on Wednesday, December 2" in said
    assert "Choose another time" in said
    assert "Cancel this appointment" in said
    for promised in ("You are booked", "Your appointment is on", "How to prepare", "will call you", "calendar"):
        assert promised not in said


def test_a_visit_that_is_called_off_is_no_step_with_a_time(show: Pages) -> None:
    said = words(show, "my:status called off")

    assert "We find another time to talk Now" in said
    assert "You talk with us" not in said


def test_the_step_of_a_call_says_by_when_like_the_page(show: Pages) -> None:
    said = words(show, "my:status urgent")

    assert "They will call you on (555) 010-0199 by today at 12 pm." in said
    assert "Somebody from our team calls you Now: by today at 12 pm" in said


def test_the_last_part_does_not_wait_for_the_others_once_it_is_open(show: Pages) -> None:
    waits = "Opens when the other parts are done"

    assert waits in words(show, "intake:tasks half way")
    assert waits not in (said := words(show, "intake:tasks done"))
    assert "Check your answers, then sign" in said


def test_a_visit_to_come_is_not_now(show: Pages) -> None:
    said = words(show, "my:status booked")

    assert "You talk with us Booked: Wednesday, December 2 at 12:00 pm Pacific Time" in said
    assert "Now" not in said
