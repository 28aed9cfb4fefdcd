"""The embedded broker keeps its messages when it is killed, drops none, and listens to no network."""

from __future__ import annotations

import signal
from pathlib import Path

import kombu
import pytest

from clinic.onebox import places
from clinic.onebox.valkey import Valkey
from tests.clinic.onebox.conftest import Start


def test_a_message_survives_the_killing_of_the_broker(var: Path, start: Start) -> None:
    broker = Valkey(var, var / "run")
    server = start(broker.program())
    broker.wait_until_ready(server)
    with broker.connect() as client:
        client.rpush("urgent", "look at this row")

    server.send_signal(signal.SIGKILL)
    server.wait()
    broker.wait_until_ready(start(broker.program()))

    with broker.connect() as client:
        assert client.lrange("urgent", 0, -1) == ["look at this row"]


def test_a_broker_left_behind_is_ended_before_the_next_start(var: Path, start: Start) -> None:
    broker = Valkey(var, var / "run")
    left_behind = start(broker.program())
    broker.wait_until_ready(left_behind)

    broker.wait_until_ready(start(broker.program()))

    assert left_behind.wait(timeout=1) == 0


def test_the_broker_drops_nothing_and_listens_to_no_network(var: Path, start: Start) -> None:
    broker = Valkey(var, var / "run")
    broker.wait_until_ready(start(broker.program()))

    with broker.connect() as client:
        found = client.config_get("*")

    assert (found["port"], found["maxmemory-policy"], found["appendonly"]) == ("0", "noeviction", "yes")
    assert broker.socket.stat().st_mode & 0o077 == 0


def test_celery_reaches_the_broker_at_its_address(
    tmp_path: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THRESHOLD_VAR", str(tmp_path / "a b%c&d"))
    broker = Valkey(places.var_dir(), places.make_run_dir())
    broker.wait_until_ready(start(broker.program()))

    with kombu.Connection(places.broker_url()) as connection, connection.SimpleQueue("urgent") as queue:
        queue.put("look at this row")
        assert queue.get(timeout=5).payload == "look at this row"
