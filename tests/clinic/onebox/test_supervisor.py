"""What dies is started again, what is asked to stop stops in time and in order."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable

import pytest

from clinic.onebox import processes, supervisor
from clinic.onebox.processes import Program
from clinic.onebox.supervisor import Stage, Supervisor, pause_after

Said = list[tuple[str, str]]


def python(name: str, code: str) -> Callable[[], Program]:
    return lambda: Program(name, (sys.executable, "-c", f"import signal, sys, time\n{code}"))


POLITE = """
def end(*_):
    print('ended', flush=True); sys.exit(0)
signal.signal(signal.SIGTERM, end); print('ready', flush=True); time.sleep(60)
"""
STUBBORN = """
signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGQUIT, signal.SIG_IGN)
print('ready', flush=True); time.sleep(60)
"""


@pytest.fixture
def said() -> Said:
    return []


@pytest.fixture
def watched(said: Said) -> Supervisor:
    return Supervisor(lambda name, line: said.append((name, line)))


def tend_until(watched: Supervisor, condition: Callable[[], bool]) -> None:
    by = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < by
        watched.tend()
        time.sleep(0.02)


def test_a_killed_child_is_started_again(watched: Supervisor, said: Said) -> None:
    first = watched.start(Stage.CLINIC, python("web", POLITE))
    tend_until(watched, lambda: ("web", "ready") in said)
    os.kill(first.pid, signal.SIGKILL)

    tend_until(watched, lambda: said.count(("web", "ready")) == 2)
    watched.stop()

    assert ("web", "ended (code -9); starting it again in 0.5 s") in said
    assert watched.deaths("web") == 1


def test_a_child_that_cannot_be_prepared_is_tried_again(watched: Supervisor, said: Said) -> None:
    steps = iter([python("postgres", "sys.exit(3)"), None, python("postgres", POLITE)])

    def prepare() -> Program:
        step = next(steps)
        if step is None:
            raise RuntimeError("the folder is in use")
        return step()

    watched.start(Stage.DATABASE, prepare)
    tend_until(watched, lambda: ("postgres", "ready") in said)
    watched.stop()

    assert said[:3] == [
        ("postgres", "ended (code 3); starting it again in 0.5 s"),
        ("postgres", "the folder is in use; starting it again in 1 s"),
        ("postgres", "ready"),
    ]


def test_the_pause_grows_to_a_bound() -> None:
    assert [pause_after(deaths) for deaths in (0, 1, 2, 6, 100_000)] == [0.5, 1, 2, 30, 30]


def test_those_who_use_others_end_first(watched: Supervisor, said: Said) -> None:
    for stage, name in ((Stage.DATABASE, "postgres"), (Stage.BROKER, "valkey"), (Stage.CLINIC, "web")):
        watched.start(stage, python(name, POLITE))
    tend_until(watched, lambda: len(said) == 3)

    watched.stop()

    assert said[3:] == [("web", "ended"), ("valkey", "ended"), ("postgres", "ended")]


def test_a_stubborn_child_is_killed_in_the_end(
    watched: Supervisor, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "ENDED_BY", dict.fromkeys(Stage, 0.3))
    monkeypatch.setattr(processes, "HARD_STOP_AFTER", 0.3)
    child = watched.start(Stage.CLINIC, python("worker", STUBBORN))
    tend_until(watched, lambda: ("worker", "ready") in said)

    watched.stop()

    assert child.returncode == -signal.SIGKILL


def test_stopping_takes_at_most_twenty_seconds_whatever_the_children_do() -> None:
    last = max(supervisor.ENDED_BY.values())

    assert supervisor.ENDED_BY[Stage.CLINIC] + processes.HARD_STOP_AFTER <= supervisor.ENDED_BY[Stage.BROKER]
    assert supervisor.ENDED_BY[Stage.BROKER] + processes.HARD_STOP_AFTER <= supervisor.ENDED_BY[Stage.DATABASE]
    assert last + processes.HARD_STOP_AFTER <= 20
