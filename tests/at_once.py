"""Several pieces of work in threads that start together, each with a connection of its own to the database."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.db import connection

START_WITHIN = 10.0
END_WITHIN = 60.0


def at_once(*works: Callable[[], object]) -> list[object]:
    """What came of each, in the order in which they ended: its result, or the error that stopped it."""
    start, got = threading.Barrier(len(works)), []

    def one(work: Callable[[], object]) -> None:
        try:
            start.wait(timeout=START_WITHIN)
            got.append(work())
        except BaseException as error:  # noqa: BLE001 - an answer too, which the test looks at
            got.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=END_WITHIN)
    return got


def errors(got: list[object]) -> list[BaseException]:
    """The errors among what came of each."""
    return [each for each in got if isinstance(each, BaseException)]


def until_somebody_waits() -> None:
    """Until another connection waits for a lock."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
