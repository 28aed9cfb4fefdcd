"""Item 9 in the clinic as `make run` starts it: typed over HTTP, paged by its own workers, escalated, red, and had."""

from __future__ import annotations

import email
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.policy import default
from http.cookiejar import CookieJar
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

import psycopg
import pytest
from django.utils import timezone

from clinic.onebox.places import REPOSITORY
from clinic.onebox.postgres import Postgres
from tests.clinic.notifications.http_server import Provider, answering
from tests.clinic.onebox import test_up
from tests.clinic.onebox.test_up import NOT_OURS, Open, open_clinic
from tests.ux.personas import Persona
from tests.ux.visitor import answers_of
from tests.ux.walk import Walk

__all__ = ["open_clinic"]
pytestmark = pytest.mark.skipif(os.environ.get("FAULTS") != "full", reason="a whole clinic with its demo: make faults")

WITHIN: Final = 60.0
"""Source: the promise: whoever is on call is paged in at most 60 seconds."""
SCHEDULER: Final = "luis@larkfield.example"
STEPS: Final = ("intake.raise_safety", "notifications.queue", "notifications.send", "notifications.acknowledge")
THEIRS: Final = """
    UPDATE notifications_message SET acknowledged_at = now(), acknowledged_by = 'test'
    WHERE overdue_at IS NOT NULL AND acknowledged_at IS NULL
"""
RED: Final = b'class="alarm"'


class Browser:
    """Somebody's browser without a screen: cookies, redirects, nothing else. It is what `Walk` walks with."""

    def __init__(self, site: str) -> None:
        self.site, self.client = site, self
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def opens(self, path: str) -> Any:
        """Follow a link."""
        return self._arrives(Request(self.site + path))

    def post(self, path: str, told: dict[str, Any], *, follow: bool = True) -> Any:
        """Send a form."""
        return self._arrives(Request(self.site + path, data=urlencode(told, doseq=True).encode()))

    def sends(self, path: str, **told: str) -> Any:
        """Open a page and send its form with what it hides."""
        page = self.opens(path)
        hidden = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.content)[1].decode()
        return self.post(page.request["PATH_INFO"], {"csrfmiddlewaretoken": hidden, **told})

    def _arrives(self, request: Request) -> Any:
        try:
            answer = self.opener.open(request, timeout=60)
        except HTTPError as refused:
            answer = refused
        with answer:
            path = urlsplit(answer.url).path
            return SimpleNamespace(status_code=answer.status, content=answer.read(), request={"PATH_INFO": path})


@pytest.fixture
def pager() -> Iterator[Provider]:
    """The service that rings whoever is on call."""
    with answering((200, {})) as server:
        yield server


@pytest.fixture
def environment(var: Path, pager: Provider) -> dict[str, str]:
    """What `make run` has, with a folder and a pager of this test."""
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    ours = {"THRESHOLD_VAR": str(var), "PAGER_URL": f"{pager.url}/page", "PAGER_SECRET": "p" * 40}
    return inherited | ours


@pytest.fixture
def site(open_clinic: Open, var: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where the patients' pages of the running clinic are; how soon it opens is not what is measured here."""
    monkeypatch.setattr(test_up, "OPENS_WITHIN", 900.0)
    open_clinic()
    return re.search(r"Patients  (http://\S+?)/\n", (var / "said-0").read_text())[1]


def until(found: Callable[[], Any], what: str) -> tuple[Any, float]:
    """What was waited for, and after how many seconds it was there."""
    began = time.monotonic()
    while not (it := found()):
        assert time.monotonic() - began < WITHIN, f"{what} did not come within {WITHIN:.0f} s"
        time.sleep(0.2)
    return it, time.monotonic() - began


def types_until_help_is_shown(site: str) -> Walk:
    """Somebody fills in the form, page by page, and says 1 to item 9."""
    answers = answers_of("V000") | {"phq9": "1", "bp_date": f"{timezone.localdate() - timedelta(days=5)}"}
    walk = Walk(Persona("item nine", answers, "urgent"), Browser(site))
    walk.goes("/intake/start/")
    walk.presses({})
    walk.goes(walk.button())
    while walk.name != "intake:help":
        assert walk.name != "intake:answers", "the form came to its end, and no help was shown"
        walk.answers_this_page()
    return walk


def signed_in(site: str, environment: dict[str, str], var: Path) -> Browser:
    """A scheduler, signed in with the printed password and the code of their app."""
    command = [sys.executable, "manage.py", "demo_code", SCHEDULER]
    said = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True)
    browser = Browser(site)
    password = (var / "secrets" / "demo-password").read_text()
    browser.sends("/staff/sign-in/", login=SCHEDULER, password=password)
    browser.sends("/staff/sign-in/code/", code=said.stdout.split()[0])
    return browser


def test_item_nine_is_paged_escalated_red_and_had_by_the_clinic_that_make_run_starts(
    site: str, environment: dict[str, str], var: Path, pager: Provider
) -> None:
    """Two things are done in the database: somebody has the pages of the demo, so that nothing is red before; and the
    15 minutes are not waited for, but the clock of this page is moved back by them.
    """
    with Postgres(var, var / "run").connect("threshold") as database:
        database.autocommit = True
        database.execute(THEIRS)
        walk = types_until_help_is_shown(site)
        raised = "SELECT id FROM intake_intake WHERE safety_raised_at IS NOT NULL ORDER BY started_at DESC"
        intake = one(database, raised)
        page = one(database, "SELECT id FROM notifications_message WHERE key LIKE %s", f"urgent-page:{intake}:%")

        rung, seconds = until(lambda: [each for each in posts(pager) if each["id"] == str(page)], "the page")
        assert b"988" in walk.at.content
        staff = signed_in(site, environment, var)
        assert RED not in staff.opens("/staff/calendar/").content

        database.execute(
            "UPDATE notifications_message SET overdue_at = now(), created_at = created_at - interval '15 min' "
            "WHERE id = %s", [page],
        )  # fmt: skip
        asked = "SELECT id FROM notifications_message WHERE key LIKE %s AND state = 'sent'"
        lead, later = until(lambda: one(database, asked, f"escalated:{page}:%"), "the e-mail to the lead")
        mail = email.message_from_bytes((var / "mail" / f"{lead}.eml").read_bytes(), policy=default)
        assert "weiss@larkfield.example" in mail["To"]
        assert RED in staff.opens("/staff/calendar/").content

        Browser(site).sends(urlsplit(rung[0]["link"]).path)
        assert RED not in staff.opens("/staff/calendar/").content

        steps = "SELECT action FROM audit_auditevent WHERE subject IN (%s, %s) ORDER BY id"
        found = [row[0] for row in database.execute(steps, [f"message:{page}", f"intake:{intake}"])]
        assert [step for step in STEPS if step not in found] == []
        assert "notifications.escalate" in found
    sys.stdout.write(f"\nitem 9: paged after {seconds:.1f} s; escalated {later:.1f} s after its 15 minutes\n")


def posts(pager: Provider) -> list[dict[str, Any]]:
    """What the pager was given so far."""
    return [json.loads(each.body) for each in pager.posts]


def one(database: psycopg.Connection, question: str, *given: object) -> Any:
    """The first column of the first row; None without one."""
    row = database.execute(question, given).fetchone()
    return row[0] if row else None
