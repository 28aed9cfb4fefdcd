"""One pytest session over mutated code: learns which test calls what, then asks those tests about each mutant.

Run by `tests.bench.mutants` in its copy, never by hand. Everything is imported and collected once; each mutant gets a
fork of that, in which tests that call its function run, the quickest first, until one fails or BUDGET is spent. What a
published protocol is built of, such as a parsed condition, is asked in a new process besides: tests keep what they
loaded.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import hypothesis
import pytest
from _pytest.runner import runtestprotocol
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

LONGEST: Final = 2.0
"""Seconds of processor: a test that takes more while it is watched is not asked."""
BUDGET: Final = 5.0
"""Seconds of processor that the tests of one mutant may take together; slower ones beyond it are not asked."""
EXAMPLES: Final = "10"
"""Of each property of the decision; more find little more, and every survivor waits for all of them."""
SPARE: Final = 20
"""Seconds of processor beyond what its tests take that a mutant gets before it counts as hanging."""
MEMORY: Final = 4_000_000_000
KEPT: Final = ("medications", "known_names", "names")
"""What tests keep and is not forgotten between them, unless the code that built it is changed: it takes long."""
ORDER: Final = "order.json"
PYTEST: Final = ("-c", "mutants.ini", "-q", "-x", "--tb=no", "-s")
hypothesis.settings.register_profile(
    "mutants",
    deadline=None,
    derandomize=True,
    database=None,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
hypothesis.settings.load_profile("mutants")


class TooLong(BaseException):
    """A test took more of the processor than a mutant is worth."""


@dataclass(slots=True)
class Asked:
    """The session's own loop: first every test once while it is watched, then every mutant."""

    mutants: list[str]
    tests: list[str]
    until: float
    children: int
    took: dict[str, float] = field(default_factory=dict)
    all: list[pytest.Item] = field(default_factory=list)
    calls: dict[str, list[pytest.Item]] = field(default_factory=lambda: defaultdict(list))
    kept: set[str] = field(default_factory=set)
    running: dict[int, str] = field(default_factory=dict)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Stands in for pytest's own loop."""
        signal.signal(signal.SIGPROF, _too_long)
        self.kept = _called_to_load()
        for item in session.items:
            self._watch(item)
        Path(ORDER).write_text(json.dumps(self.took), encoding="utf-8")
        set_mutant_under_test("")
        self._drop_those_that_fail_again()
        if self.kept and _fails_anew(self.tests):
            pytest.exit("The tests fail in a new process, without any mutant.", 1)
        gc.collect()
        gc.freeze()
        with Path("results.jsonl").open("w", encoding="utf-8") as results:
            for name, status in self._tried():
                print(json.dumps([name, status]), file=results, flush=True)
        return True

    def _watch(self, item: pytest.Item) -> None:
        _forget()
        state()._stats.clear()
        begun = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, LONGEST)
        reports = runtestprotocol(item, log=False, nextitem=None)
        signal.setitimer(signal.ITIMER_PROF, 0)
        took = time.process_time() - begun
        if took > LONGEST or not all(report.passed for report in reports):  # a timer's exception may get lost
            print(f"Not asked, it fails or takes {took:.1f} s while it is watched: {item.nodeid}", flush=True)
            return
        self.took[item.nodeid] = took
        self.all.append(item)
        for function in state()._stats:
            self.calls[function].append(item)

    def _drop_those_that_fail_again(self) -> None:
        """A test that fails the second time in one process would seem to kill every mutant."""
        wrong = Path("wrong.json")
        if not os.fork():
            _silence()
            _forget(())
            wrong.write_text(json.dumps([item.nodeid for item in self.all if not _passes(item)]), encoding="utf-8")
            os._exit(0)
        os.wait()
        names = json.loads(wrong.read_text(encoding="utf-8"))
        for items in (self.all, *self.calls.values()):
            items[:] = [item for item in items if item.nodeid not in names]
        if names:
            print("Not asked, they fail when they run again:", *names, sep="\n  ", flush=True)

    def _tried(self) -> Iterator[tuple[str, str]]:
        for mutant in self.mutants:
            if time.time() > self.until:
                break
            function = mutant.rpartition("__mutmut_")[0]
            is_kept = function in self.kept  # else, with no test that calls it, it may be called on import
            items = _within_budget(self.all if is_kept else self.calls[function], self.took)
            while len(self.running) >= self.children:
                yield self._ended()
            self._begin(mutant, items, is_kept or not items)
        while self.running:
            yield self._ended()

    def _begin(self, mutant: str, items: list[pytest.Item], is_kept: bool) -> None:
        pid = os.fork()
        if pid:
            self.running[pid] = mutant
            return
        survives = False
        try:
            limit = int(sum(self.took[item.nodeid] for item in items)) * 2 + SPARE
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            _silence()
            set_mutant_under_test(mutant)
            _forget(() if is_kept else KEPT)
            survives = all(_passes(item) for item in items) and not (is_kept and _fails_anew(self.tests))
        finally:
            os._exit(0 if survives else 1)

    def _ended(self) -> tuple[str, str]:
        pid, code = os.wait()
        status = "timeout" if os.WIFSIGNALED(code) else "killed" if os.WEXITSTATUS(code) else "survived"
        return self.running.pop(pid), status


class QuickestFirst:
    """For tests in a new process: only those that were asked, in the order of what they take."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what was too slow to be asked."""
        took = json.loads(Path(ORDER).read_text(encoding="utf-8"))
        items[:] = _within_budget([item for item in items if item.nodeid in took], took)


def _within_budget(items: list[pytest.Item], took: dict[str, float]) -> list[pytest.Item]:
    """The quickest tests, the quickest first, that together take no longer than BUDGET."""
    ordered = sorted(items, key=lambda item: took[item.nodeid])
    together = accumulate(took[item.nodeid] for item in ordered)
    return [item for item, seconds in zip(ordered, together, strict=True) if seconds <= BUDGET]


def _called_to_load() -> set[str]:
    """What is called to load the published protocol, which tests keep."""
    from screening.loader import PROTOCOLS, load

    _forget()
    state()._stats.clear()
    load(PROTOCOLS / "2026-11")
    return set(state()._stats)


def _passes(item: pytest.Item) -> bool:
    return all(report.passed for report in runtestprotocol(item, log=False, nextitem=None))


def _fails_anew(tests: list[str]) -> bool:
    command = [sys.executable, "-m", "tests.bench.mutant_session", "anew", *tests]
    return subprocess.run(command, check=False, env=os.environ).returncode != 0


def _forget(but: Collection[str] = KEPT) -> None:
    """Forget what was kept of an earlier test, so that each is seen to call what it needs."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("screening", "tests"):
            for what, value in list(vars(module).items()):
                if callable(getattr(value, "cache_clear", None)) and what not in but:
                    value.cache_clear()


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _too_long(*_: Any) -> None:
    raise TooLong


def main() -> int:
    """Ask the tests about the mutants of `asked.json`; or, "anew", run tests under the mutant of this process."""
    if sys.argv[1:2] == ["anew"]:
        return int(pytest.main([*PYTEST, *sys.argv[2:]], plugins=[QuickestFirst()]))
    os.environ |= {"MUTANT_UNDER_TEST": "stats", "THRESHOLD_EXAMPLES": EXAMPLES}
    asked = Asked(**json.loads(Path("asked.json").read_text(encoding="utf-8")))
    return int(pytest.main([*PYTEST, *asked.tests], plugins=[asked]))


if __name__ == "__main__":
    sys.exit(main())
