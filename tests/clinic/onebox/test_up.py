"""`manage.py up` as a person meets it: it opens, refuses to be opened twice, closes in order and survives killing."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from clinic.onebox.places import REPOSITORY
from clinic.onebox.postgres import Postgres

UP = [sys.executable, "manage.py", "up"]
OPEN = "The clinic is open"
OPENS_WITHIN = 120.0
NOT_OURS = ("DATABASE_URL", "CELERY_BROKER_URL", "SITE_URL", "HOST", "PORT")

Open = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def environment(var: Path) -> dict[str, str]:
    """A production of its own, which has no demo data to wait for."""
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    key = base64.b64encode(bytes(range(32))).decode()
    ours = {"THRESHOLD_VAR": str(var), "ENVIRONMENT": "production", "EMAIL_URL": "smtp://127.0.0.1:9"}
    return inherited | ours | {"SECRET_KEY": "s" * 50, "VAULT_KEYS": f"k1 {key}"}


@pytest.fixture
def open_clinic(var: Path, environment: dict[str, str]) -> Iterator[Open]:
    """Opens the clinic and waits until it says so."""
    opened: list[subprocess.Popen[bytes]] = []

    def open_it() -> subprocess.Popen[bytes]:
        said = var / f"said-{len(opened)}"
        with said.open("wb") as output:
            process = subprocess.Popen(UP, cwd=REPOSITORY, env=environment, stdout=output, stderr=output)
        opened.append(process)
        by = time.monotonic() + OPENS_WITHIN
        while OPEN not in said.read_text():
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < by, said.read_text()
            time.sleep(0.1)
        return process

    yield open_it
    for process in opened:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=25)


def family(pid: int) -> list[int]:
    """A process and all that came from it; nobody, when it has ended."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [pid, *(descendant for child in children for descendant in family(int(child)))]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_it_opens_once_keeps_what_was_written_when_killed_and_closes_in_order(
    open_clinic: Open, environment: dict[str, str], var: Path
) -> None:
    clinic = open_clinic()
    refused = subprocess.run(
        UP, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert refused.returncode == 1
    assert "already runs in this folder: http://127.0.0.1:" in refused.stderr
    assert f"(process {clinic.pid})" in refused.stderr

    database = Postgres(var, var / "run")
    with database.connect("threshold") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'still here' AS word")
    for pid in family(clinic.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    clinic.wait()
    again = open_clinic()
    with database.connect("threshold") as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("still here",)

    everyone = family(again.pid)
    again.send_signal(signal.SIGINT)
    assert again.wait(timeout=20) == 0
    assert len(everyone) > 10
    assert not [pid for pid in everyone if is_alive(pid)]
