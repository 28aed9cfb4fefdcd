"""Every page of the registry as it is sent, made once for all processes of a run of the tests."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from tests.kept import taken_back
from tests.ux.shown import Shown
from tests.ux.states import STATES, State

Pages = Callable[[State], Shown]


@pytest.fixture(scope="session")
def show(django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Gives the page of a state; the database is as before afterwards."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    made: dict[State, Shown] = {}

    def page(state: State) -> Shown:
        if state not in made:
            with django_db_blocker.unblock():
                made[state] = _kept(state, folder / f"page-{STATES.index(state)}.json")
        return made[state]

    return page


def _kept(state: State, file: Path) -> Shown:
    """The page of a state: from the file in which another process of this run left it, or made and left there."""
    if file.exists():
        return Shown(state=state, **json.loads(file.read_text()))
    shown = _shown(state)
    told = {field.name: getattr(shown, field.name) for field in fields(shown) if field.name != "state"}
    half = file.with_suffix(f".{os.getpid()}")
    half.write_text(json.dumps(told))
    half.rename(file)
    return shown


def _shown(state: State) -> Shown:
    """The page of a state, in a transaction that is taken back."""
    with taken_back():
        return Shown.of(state)
