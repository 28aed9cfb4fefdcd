"""A phone, a laptop, the phone of a patient, and a real Celery worker on the database of the test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from clinic import celery
from clinic.onebox.valkey import Valkey
from clinic.patients import session
from clinic.patients.models import Patient
from tests.clinic.onebox.conftest import Start, start, var
from tests.own_broker import address, all_sent, app_for

__all__ = ["start", "var"]


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone of 390 by 844 points, without JavaScript."""
    yield from _without_script(browser, 390, 844)


@pytest.fixture
def another_phone(browser: Browser) -> Iterator[BrowserContext]:
    """The phone of somebody else."""
    yield from _without_script(browser, 390, 844)


@pytest.fixture
def laptop(browser: Browser) -> Iterator[BrowserContext]:
    """A laptop of 1280 by 800 points, without JavaScript."""
    yield from _without_script(browser, 1280, 800)


def _without_script(browser: Browser, width: int, height: int) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=False)
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def broker(var: Path, start: Start, monkeypatch: pytest.MonkeyPatch) -> Iterator[Valkey]:
    """A broker of this journey alone, to which the pages nudge."""
    valkey = Valkey(var, var / "run")
    valkey.wait_until_ready(start(valkey.program()))
    app = app_for(valkey)
    monkeypatch.setattr(celery, "app", app)
    yield valkey
    all_sent()
    app.close()


@pytest.fixture
def worker(transactional_db: Any, broker: Valkey) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker of its own process on this test's database and broker."""
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}@/{database['NAME']}?host={quote(database['HOST'])}&port={database['PORT']}"
    environment = {**os.environ, "DATABASE_URL": url, "CELERY_BROKER_URL": address(broker)}
    command = [sys.executable, "-m", "celery", "--quiet", "--app", "clinic", "worker", "--queues"]
    command += ["urgent,default,bulk", "--concurrency", "1", "--loglevel", "WARNING", "--hostname", f"{os.getpid()}@%h"]
    process = subprocess.Popen([*command, "--without-gossip", "--without-mingle"], env=environment)
    yield process
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture
def of_patient(phone: BrowserContext, live_server: Any) -> Callable[[Patient], Page]:
    """The phone of a patient who came in by their link."""

    def enter(patient: Patient) -> Page:
        client = Client()
        state = client.session
        state[session.PATIENT], state[session.SEEN] = str(patient.pk), int(time.time())
        state.save()
        name = settings.SESSION_COOKIE_NAME
        phone.add_cookies([{"name": name, "value": state.session_key, "url": live_server.url}])
        return phone.new_page()

    return enter
