"""Every page of the registry as it is sent, made once for each process of the tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from tests.ux.shown import Shown
from tests.ux.states import State

Pages = Callable[[State], Shown]


@pytest.fixture(scope="session")
def show(django_db_setup: Any, django_db_blocker: Any) -> Pages:
    """Gives the page of a state; the database is as before afterwards."""
    made: dict[State, Shown] = {}

    def page(state: State) -> Shown:
        if state not in made:
            with django_db_blocker.unblock():
                made[state] = _shown(state)
        return made[state]

    return page


def _shown(state: State) -> Shown:
    """The page of a state, in a transaction that is taken back, as Django's own tests do it."""
    around = transaction.atomic()
    around._from_testcase = True
    with around:
        shown = Shown.of(state)
        transaction.set_rollback(True)
    return shown
