"""The web server's port is ours before the server runs, and a busy one is said to be busy."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from clinic.onebox import web
from clinic.onebox.web import Address, NoPort


class Page(http.server.BaseHTTPRequestHandler):
    """Answers by path: STATUS says with what."""

    STATUS: dict[str, int] = {}

    def do_GET(self) -> None:
        self.send_response(self.STATUS.get(self.path, 404))
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[Address]:
    monkeypatch.setattr(web, "ANSWER_WITHIN", 0.3)
    held = Address("127.0.0.1", 0)
    yield held
    held.socket.close()


@pytest.fixture
def server(address: Address) -> Iterator[type[Page]]:
    """A web server on the held port."""

    class Answers(Page):
        STATUS: dict[str, int] = {}

    running = http.server.HTTPServer(("127.0.0.1", address.port), Answers, bind_and_activate=False)
    running.socket.close()
    running.socket = address.socket.dup()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield Answers
    running.shutdown()
    thread.join()
    running.server_close()


def test_a_taken_port_is_passed_over(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "FIRST_PORT", address.port)
    monkeypatch.setattr(web, "LAST_PORT", address.port + 20)

    other = Address("127.0.0.1")
    other.socket.close()

    assert address.port < other.port <= address.port + 20


def test_a_port_that_was_asked_for_and_is_taken_is_refused(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", str(address.port))

    with pytest.raises(NoPort, match=str(address.port)):
        Address.from_environment()


@pytest.mark.parametrize("port", ["eighty", "-1", "80.5", "70000"])
def test_a_port_that_is_none_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)

    with pytest.raises(NoPort):
        Address.from_environment()


def test_an_address_for_everywhere_is_told_as_this_machine() -> None:
    everywhere = Address("0.0.0.0", 0)
    everywhere.socket.close()

    assert everywhere.url == f"http://127.0.0.1:{everywhere.port}"


def test_a_port_without_a_server_does_not_answer(address: Address) -> None:
    assert not address.answers()


@pytest.mark.parametrize(
    ("status", "answers"),
    [
        ({"/healthz": 200}, True),
        ({"/healthz": 503, "/": 200}, False),
        ({"/": 200}, True),
        ({"/": 500}, False),
        ({"/healthz": 301}, True),
    ],
)
def test_the_server_answers_when_it_says_that_it_is_well(
    address: Address, server: type[Page], status: dict[str, int], answers: bool
) -> None:
    server.STATUS = status

    assert address.answers() is answers
