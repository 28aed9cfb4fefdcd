"""One clinic a folder: the lock says who holds it, and ends with its holder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clinic.onebox.lock import Lock, Taken
from clinic.onebox.places import REPOSITORY

HOLD = (
    "import sys, time; from pathlib import Path; from clinic.onebox.lock import Lock; lock = Lock(Path(sys.argv[1]));"
    "lock.take(); lock.say('http://127.0.0.1:8000 (process 42)'); print('held', flush=True); time.sleep(60)"
)


def test_a_second_start_is_refused_in_the_words_of_the_first(tmp_path: Path) -> None:
    first = Lock(tmp_path / "run.lock")
    first.take()
    first.say("a longer line than the one that follows it")
    first.say("http://127.0.0.1:8000 (process 42)")

    with pytest.raises(Taken, match=r"^http://127.0.0.1:8000 \(process 42\)$"):
        Lock(tmp_path / "run.lock").take()


def test_the_lock_ends_with_a_killed_holder(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "run.lock")
    command = [sys.executable, "-c", HOLD, str(lock.path)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held"
        with pytest.raises(Taken):
            lock.take()
        holder.kill()

    lock.take()
    lock.let_go()
