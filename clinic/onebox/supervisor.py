"""Keeps the clinic's processes running: starts them again when they die, prints what they say, ends them in order."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from clinic.onebox import processes
from clinic.onebox.processes import Program

LONGEST_PAUSE = 30.0
"""Seconds to wait at most before starting again something that keeps dying."""
WELL_AFTER = 60.0
"""Seconds of running after which the next death counts as the first."""


class Stage(IntEnum):
    """Who uses whom: a higher stage uses the lower ones, so it starts later and ends earlier."""

    DATABASE = 1
    BROKER = 2
    CLINIC = 3


ENDED_BY = {Stage.CLINIC: 10.0, Stage.BROKER: 13.0, Stage.DATABASE: 18.0}
"""Seconds after the beginning of a stop until which each stage may end by itself; with the hard stop, 20 in all."""


@dataclass
class Child:
    """One program under supervision; `prepare` gives it anew before each start."""

    stage: Stage
    prepare: Callable[[], Program]
    program: Program
    process: subprocess.Popen[bytes] | None = None
    printer: threading.Thread | None = None
    started_at: float = 0.0
    again_at: float = 0.0
    deaths: int = 0

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """The children of this process, in the order they were started; used from the main thread only."""

    def __init__(self, say: Callable[[str, str], None]) -> None:
        """`say(name, line)` prints one line in the name of a program."""
        self.say = say
        self.children: list[Child] = []

    def start(self, stage: Stage, prepare: Callable[[], Program]) -> subprocess.Popen[bytes]:
        """Start a program, and keep it running until `stop`.

        Raises whatever `prepare` raises: what does not start the first time is a reason to stop, not to try again.
        """
        child = Child(stage, prepare, prepare())
        self.children.append(child)
        return self._launch(child)

    def tend(self) -> None:
        """Look at every child once: note deaths, and start again those whose pause is over."""
        for child in self.children:
            if child.is_running:
                continue
            if child.process is not None:
                self._mourn(child, f"ended (code {child.process.returncode})")
            if time.monotonic() >= child.again_at:
                self._try_again(child)

    def deaths(self, name: str) -> int:
        """How often the program of this name died lately."""
        return sum(child.deaths for child in self.children if child.program.name == name)

    def stop(self) -> None:
        """End all children, those first that use the others; within 20 seconds, whatever they do."""
        begun = time.monotonic()
        for stage in sorted(Stage, reverse=True):
            running = [child for child in reversed(self.children) if child.stage is stage and child.is_running]
            for child in running:
                if child.process is not None:
                    child.process.send_signal(child.program.ends_on)
            processes.end([child.process for child in running if child.process], begun + ENDED_BY[stage])
            self._let_finish_saying(stage)

    def _let_finish_saying(self, stage: Stage) -> None:
        """What a stage says last is printed before the next stage is told to end."""
        for child in self.children:
            if child.stage is stage and child.printer is not None:
                child.printer.join(timeout=0.3)

    def _launch(self, child: Child) -> subprocess.Popen[bytes]:
        child.started_at = time.monotonic()
        child.process = child.program.start(subprocess.PIPE)
        child.printer = threading.Thread(target=self._pass_on, args=(child.program.name, child.process), daemon=True)
        child.printer.start()
        return child.process

    def _pass_on(self, name: str, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101 - started with a pipe
        with process.stdout as lines:
            for line in lines:
                if text := line.decode(errors="replace").rstrip():
                    self.say(name, text)

    def _mourn(self, child: Child, how: str) -> None:
        if time.monotonic() - child.started_at > WELL_AFTER:
            child.deaths = 0
        seconds = pause_after(child.deaths)
        child.deaths += 1
        child.process = None
        child.again_at = time.monotonic() + seconds
        self.say(child.program.name, f"{how}; starting it again in {seconds:g} s")

    def _try_again(self, child: Child) -> None:
        try:
            child.program = child.prepare()
            self._launch(child)
        except (RuntimeError, OSError) as reason:
            self._mourn(child, str(reason))


def pause_after(deaths: int) -> float:
    """Seconds to wait before starting again something that died this often before: 0.5, 1, 2, ... up to the longest."""
    return min(0.5 * 2.0 ** min(deaths, 10), LONGEST_PAUSE)
