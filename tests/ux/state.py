"""One page in one state, and how it is brought about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import time_machine
from django.http import HttpResponse

from tests.ux.visitor import NOW, Visitor

Shows = Callable[[Visitor], HttpResponse]


@dataclass(frozen=True)
class State:
    """One page in one state: the name of its address, which state, what puts the clinic there, the status it has."""

    url_name: str
    kind: str
    shows: Shows
    status: int = 200

    def __str__(self) -> str:
        return f"{self.url_name} {self.kind}"

    def answer(self) -> HttpResponse:
        """Put the clinic into this state, and give the page as it is then sent."""
        with time_machine.travel(NOW, tick=False):
            answer = self.shows(Visitor())
        assert answer.status_code == self.status, f"{self}: {answer.status_code}, not {self.status}"
        return answer
