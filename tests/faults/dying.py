"""A process that dies, is stopped, or loses its database at one step of its work: each statement, commit and SMTP line.

Real processes and a real kill -9, made by fork so that hundreds are cheap. Only children of this module are ended.
"""

from __future__ import annotations

import os
import select
import signal
import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from django.db import connection, connections
from django.urls import get_resolver

from clinic.notifications.channels.trust import trusted

MOST_SECONDS: Final = 30.0
MOST_STEPS: Final = 80
CHILDREN: Final[list[int]] = []
Work = Callable[[Callable[[], None]], object]
"""Work is given a function to call when it tells somebody that it is done."""


class Fault(Enum):
    """What happens at the step."""

    KILLED = "kill -9"
    STOPPED = "stopped"
    DISCONNECTED = "database restarted"


@dataclass(slots=True)
class Child:
    """A process that works. `told` is whether it said it was done; `reached` whether the step was there at all."""

    pid: int
    pipe: int
    told: bool = False
    reached: bool = False

    def wait(self, within: float = MOST_SECONDS) -> None:
        """Until it ended, or was stopped; one that takes too long is ended and fails the test.

        The pipe of one that ended is closed: a thousand faults would leave more open than `select` can look at.
        """
        by = time.monotonic() + within
        while time.monotonic() < by:
            pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            if pid:
                self._read()
                self.reached |= os.WIFSIGNALED(status) or os.WIFSTOPPED(status)
                if not os.WIFSTOPPED(status):
                    os.close(self.pipe)
                return
            time.sleep(0.002)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise AssertionError("a process of the test did not end")

    def go_on(self) -> None:
        """Wake a stopped process, and wait until it ended."""
        os.kill(self.pid, signal.SIGCONT)
        self.wait()

    def _read(self) -> None:
        while select.select([self.pipe], [], [], 0)[0] and (said := os.read(self.pipe, 64)):
            self.told |= b"told" in said
            self.reached |= b"reached" in said


def start(work: Work, *, fault: Fault = Fault.KILLED, at_step: int | None = None) -> Child:
    """Do some work in a process of its own, with a fault at one of its steps; without a step, nothing happens to it."""
    _read_before()
    connections.close_all()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        CHILDREN.append(pid)
        return Child(pid, reading)
    code = 1
    try:
        _count_steps(fault, at_step, writing)
        work(lambda: _say(writing, b"told"))
        code = 0
    except Exception:  # noqa: BLE001 - what a process that fails does: it ends, and says nothing
        code = 2
    finally:
        os._exit(code)


def _read_before() -> None:
    """What a process that serves or delivers has read long ago, else every child would read it by itself."""
    get_resolver().url_patterns  # noqa: B018
    trusted()


def end_children() -> None:
    """End what a failed test left standing: it holds the pipes of the browser open, which then never closes."""
    while CHILDREN:
        pid = CHILDREN.pop()
        try:
            if os.waitpid(pid, os.WNOHANG) == (0, 0):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        except ChildProcessError:
            continue


def run(work: Work, *, fault: Fault = Fault.KILLED, at_step: int | None = None) -> Child:
    """The same, and wait for its end."""
    child = start(work, fault=fault, at_step=at_step)
    child.wait()
    return child


def _say(pipe: int, word: bytes) -> None:
    os.write(pipe, word + b"\n")


def _count_steps(fault: Fault, at_step: int | None, pipe: int) -> None:
    """Count a step before each statement and each SMTP line, and before and after each commit.

    A statement outside a transaction commits by itself, so that there is a step after it too.
    """
    taken = 0

    def step() -> None:
        nonlocal taken
        taken += 1
        if taken == at_step:
            _say(pipe, b"reached")
            _happen(fault)

    def statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        step()
        done = execute(sql, params, many, context)
        if connection.get_autocommit():
            step()
        return done

    commit, send = connection.commit, smtplib.SMTP.send

    def committed() -> None:
        step()
        commit()
        step()

    def sent(self: smtplib.SMTP, text: Any) -> None:
        step()
        send(self, text)

    connection.execute_wrappers.append(statement)
    connection.commit = committed
    smtplib.SMTP.send = sent


def _happen(fault: Fault) -> None:
    if fault is Fault.DISCONNECTED:
        raw = connection.connection
        with raw.__class__.connect(raw.info.dsn, password=raw.info.password or None) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [raw.info.backend_pid])
        time.sleep(0.02)
        return
    os.kill(os.getpid(), signal.SIGKILL if fault is Fault.KILLED else signal.SIGSTOP)
