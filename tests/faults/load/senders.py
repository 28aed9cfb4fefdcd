"""Browsers that send forms over HTTP, and send one again while they are told nothing; they keep what they were told."""

from __future__ import annotations

import http.client
import queue
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterable
from typing import Final

from clinic.onebox.web import Address

from .drafts import Form

PATH: Final = "/intake/sign/"
ARRIVED: Final = (302, "/my/")
PATIENCE: Final = 30.0
GIVES_UP_AFTER: Final = 120.0
"""Seconds for one form; nobody should, and who does is told nothing."""
BROKEN: Final = "no answer"
LOST_WORDS: Final = "503 without what was typed"
HEADERS: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class Senders:
    """So many browsers by turns at a pile of forms; every second one keeps its connection open."""

    def __init__(self, address: Address, forms: Iterable[Form], *, browsers: int = 4) -> None:
        self.address = address
        self.told: list[str] = []
        self.seconds: list[float] = []
        self.answers: Counter[str] = Counter()
        self._left: queue.SimpleQueue[Form] = queue.SimpleQueue()
        for form in forms:
            self._left.put(form)
        self._threads = [
            threading.Thread(target=self._sends, args=[bool(number % 2), random.Random(number)], daemon=True)
            for number in range(browsers)
        ]
        for each in self._threads:
            each.start()

    @property
    def are_sending(self) -> bool:
        return any(each.is_alive() for each in self._threads)

    @property
    def attempts(self) -> int:
        return self.answers.total()

    @property
    def errors(self) -> int:
        """How many times somebody saw something else than that the form arrived."""
        return self.attempts - self.answers["302"]

    @property
    def percentile(self) -> float:
        """The 95th of the seconds that an answer took."""
        return statistics.quantiles(self.seconds, n=20)[-1]

    def join(self) -> None:
        """Wait until the pile is empty."""
        for each in self._threads:
            each.join()

    def _sends(self, stays_open: bool, chance: random.Random) -> None:
        line = self._line()
        while True:
            try:
                form = self._left.get_nowait()
            except queue.Empty:
                line.close()
                return
            by = time.monotonic() + GIVES_UP_AFTER
            while not (told := self._is_told(line, form)) and time.monotonic() < by:
                line.close()
                time.sleep(chance.uniform(0.02, 0.2))
            if told:
                self.told.append(form.reference)
            if not stays_open:
                line.close()

    def _line(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.address.host, self.address.port, timeout=PATIENCE)

    def _is_told(self, line: http.client.HTTPConnection, form: Form) -> bool:
        began = time.perf_counter()
        try:
            line.request("POST", PATH, form.body, {**HEADERS, "Cookie": form.cookies})
            answer = line.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.answers[BROKEN] += 1
            return False
        is_there = (answer.status, answer.headers["Location"]) == ARRIVED
        kept_words = answer.status != 503 or (form.key in page and "Maya Thompson" in page)
        self.answers[str(answer.status) if kept_words else LOST_WORDS] += 1
        self.seconds.append(time.perf_counter() - began)
        return is_there
