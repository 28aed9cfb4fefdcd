"""What is ended, and when: at moments that chance chooses, spread over the forms that are sent meanwhile."""

from __future__ import annotations

import os
import random
import signal
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final

from tests.brokers.servers import family

from .house import TRIAL, Clinic
from .senders import Senders

PATIENCE: Final = 1800.0
BACK_WITHIN: Final = 5.0
"""Source: the promise: web and workers go on within 5 seconds after the database is back, and nobody starts them."""
LOOK_EVERY: Final = 0.02
SENT: Final = "SELECT count(*) FROM notifications_message WHERE state = 'sent'"
MOODS: Final[tuple[dict[str, str | None], ...]] = (
    {},
    {"MAIL": "421 later"},
    {"RCPT": "451 later"},
    {"HELLO": None},
    {"DATA": "silence"},
    {"END": None, "KEEPS": "yes"},
)
"""A mail server that answers, and one that does not: later, not at all, or that took a mail and hung up."""
Deed = Callable[[], None]


class Breaker:
    """Breaks a clinic that is tended; `done` counts what it did, `back` how many seconds things then took."""

    def __init__(self, clinic: Clinic, senders: Senders, chance: random.Random) -> None:
        self.clinic, self.senders, self.chance = clinic, senders, chance
        self.done: Counter[str] = Counter()
        self.back: dict[str, list[float]] = {"web": [], "worker": []}

    def breaks(self, deeds: Iterable[Deed], forms: int) -> None:
        """Do each deed once, in any order, each after so many forms as chance says; then wait for the last form."""
        deeds = list(deeds)
        self.chance.shuffle(deeds)
        for deed, told in zip(deeds, sorted(self.chance.choices(range(forms), k=len(deeds))), strict=True):
            self.until_told(told)
            deed()
        self.until_told(forms)
        self.senders.join()

    def until_told(self, count: int) -> None:
        """Tend the clinic until so many browsers were told that their form arrived."""
        self.clinic.until(lambda: len(self.senders.told) >= count or not self.senders.are_sending, within=PATIENCE)

    def kill_one(self, name: str) -> None:
        """kill -9 of one of the processes that a program has started."""
        self._kill(name, [self.chance.choice(self._running(lambda: self.clinic.below(name)))])

    def kill_whole(self, name: str) -> None:
        """kill -9 of a program and of everything that it has started."""
        program = self._running(lambda: self.clinic.program(name))
        self._kill(f"whole {name}", family(program.pid))

    def kill_master(self) -> None:
        """kill -9 of the web server alone: its workers notice that they are orphans."""
        self._running(lambda: self.clinic.below("web"))
        self._kill("web master", [self._running(lambda: self.clinic.program("web")).pid])

    def freeze_broker(self) -> None:
        """For as long as thirty forms take, the broker takes what it is sent and says nothing."""
        broker = self._running(lambda: self.clinic.program("valkey"))
        broker.send_signal(signal.SIGSTOP)
        self.until_told(len(self.senders.told) + 30)
        broker.send_signal(signal.SIGCONT)
        self.done["broker frozen"] += 1

    def wipe_broker(self) -> None:
        """The broker forgets every nudge."""
        self.clinic.until(self.clinic.valkey._answers)
        with self.clinic.valkey.connect() as client:
            client.flushall()
        self.done["broker wiped"] += 1

    def change_mood(self, provider: Any) -> None:
        """The mail server answers in another way."""
        provider.says = self.chance.choice(MOODS)
        self.done["moods of the mail server"] += 1

    def restart_database(self, word: signal.Signals, *, is_timed: bool = False) -> None:
        """End PostgreSQL; the supervisor starts it again. The seconds that the others then take can be kept."""
        self.clinic.until(self.clinic.house.serves)
        server = self._running(lambda: self.clinic.program("postgres"))
        server.send_signal(word)
        server.wait(timeout=60)
        self.done["PostgreSQL fast" if word is signal.SIGINT else "PostgreSQL immediate"] += 1
        self.clinic.until(self.clinic.house.serves)
        if is_timed:
            self._measure()

    def _running(self, there: Callable[[], Any]) -> Any:
        """What is there, once it is."""
        found: list[Any] = []
        self.clinic.until(lambda: found.append(there()) or found[-1])
        return found[-1]

    def _measure(self) -> None:
        """Seconds until somebody is told again, and until a worker has sent a message again, if there is one."""
        began, told, sent = time.monotonic(), len(self.senders.told), self._sent()
        waits: dict[str, Callable[[], bool]] = {"web": lambda: len(self.senders.told) > told}
        if self.clinic.program("worker"):
            waits["worker"] = lambda: self._sent() > sent
        while waits and self.senders.are_sending:
            self.clinic.tend()
            time.sleep(LOOK_EVERY)
            for name in [name for name, is_back in waits.items() if is_back()]:
                self.back[name].append(time.monotonic() - began)
                del waits[name]
            assert time.monotonic() - began < BACK_WITHIN, f"not back: {list(waits)}"

    def _sent(self) -> int:
        with self.clinic.house.postgres.connect(TRIAL) as database:
            return int(database.execute(SENT).fetchone()[0])

    def _kill(self, what: str, pids: list[int]) -> None:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.done[f"{what} killed"] += 1

    def said(self) -> str:
        """What was broken how often, and what everybody was answered, for the line that is printed."""
        broken = ", ".join(f"{count} {what}" for what, count in sorted(self.done.items()))
        answers = ", ".join(f"{count} × {what}" for what, count in sorted(self.senders.answers.items()))
        return f"{broken}; answers {answers}"

    def took(self, name: str) -> str:
        """Median and longest of the seconds that something took to come back."""
        seconds = self.back[name]
        return f"{name} back after {statistics.median(seconds):.1f} s, at most {max(seconds):.1f} s" if seconds else ""
