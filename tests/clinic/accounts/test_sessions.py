"""How a session ends: after 15 minutes without anybody, after 12 hours, at once when access ends; nothing is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from clinic import urls as site
from clinic.accounts.allow import code_again, only
from clinic.accounts.models import User
from clinic.accounts.permissions import Permission
from clinic.audit.models import AuditEvent
from tests.sign_in import PASSWORD, code_of, signed_in

pytestmark = pytest.mark.django_db
START = "2026-12-01T17:00:00Z"
REASON = "Spoke with her for a quarter of an hour. Stable for years."
SAID: list[str] = []


@only(Permission.DECIDE)
def note(request: HttpRequest) -> HttpResponse:
    """A page with a form, as any staff page."""
    if request.method == "POST":
        SAID.append(request.POST["reason"])
    return HttpResponse("written" if request.method == "POST" else "a form")


@only(Permission.DECIDE)
@code_again(when=lambda request: "over_a_stop" in request.POST)
def sensitive(request: HttpRequest) -> HttpResponse:
    """A page of which one button is sensitive."""
    SAID.append(request.POST.get("reason", ""))
    return HttpResponse("done")


urlpatterns = [path("staff/note/", note, name="note"), path("staff/sensitive/", sensitive), *site.urlpatterns]
handler403, handler404 = site.handler403, site.handler404


@pytest.fixture(autouse=True)
def pages(time_machine: Any) -> Any:
    """These pages beside those of the site, at a moment that stands still."""
    time_machine.move_to(START, tick=False)
    SAID.clear()
    with override_settings(ROOT_URLCONF=__name__):
        yield


def come_back(browser: Client, user: User, page: Any) -> Any:
    """Sign in on the page that locked; the answer to the code."""
    wanted = page.content.decode().split('name="next" value="')[1].split('"')[0]
    browser.post("/staff/sign-in/", {"login": user.email, "password": PASSWORD, "next": wanted})
    return browser.post("/staff/sign-in/code/", {"code": code_of(user)})


def test_a_page_locks_after_fifteen_minutes_without_anybody_and_not_before(osei: User, time_machine: Any) -> None:
    browser = signed_in(osei)
    time_machine.shift(timedelta(minutes=15))
    assert browser.get("/staff/note/").status_code == 200
    time_machine.shift(timedelta(minutes=15, seconds=1))

    locked = browser.get("/staff/note/")

    assert locked.status_code == 401
    assert "This page is locked" in locked.content.decode()
    assert "a form" not in locked.content.decode()
    assert AuditEvent.objects.get(action="accounts.lock").detail == {"because": "idle"}


def test_the_lock_ends_the_session_and_the_way_back_leads_where_one_was(osei: User, time_machine: Any) -> None:
    browser = signed_in(osei)
    old = browser.cookies["sessionid"].value
    time_machine.shift(timedelta(minutes=16))
    locked = browser.get("/staff/note/?after=3")
    thief = Client()
    thief.cookies["sessionid"] = old

    assert thief.get("/staff/note/").status_code == 302
    assert come_back(browser, osei, locked).url == "/staff/note/?after=3"
    assert browser.get("/staff/note/").status_code == 200


def test_working_keeps_a_page_open_until_twelve_hours_have_gone(osei: User, time_machine: Any) -> None:
    browser = signed_in(osei)
    for _ in range(12 * 6):
        time_machine.shift(timedelta(minutes=10))
        assert browser.get("/staff/note/").status_code == 200

    time_machine.shift(timedelta(minutes=1))
    locked = browser.get("/staff/note/")

    assert locked.status_code == 401
    assert "You signed in 12 hours ago" in locked.content.decode()


def test_a_page_that_asks_for_news_by_itself_is_nobody(osei: User, time_machine: Any) -> None:
    browser = signed_in(osei)
    for _ in range(3):
        time_machine.shift(timedelta(minutes=6))
        last = browser.get("/staff/note/", headers={"HX-Request": "true"})

    assert last.status_code == 401


def test_what_was_sent_to_a_locked_page_is_not_carried_out_and_not_lost(osei: User, time_machine: Any) -> None:
    browser = signed_in(osei)
    time_machine.shift(timedelta(minutes=16))

    told = {"reason": REASON, "route": "ready_to_book", "over_a_stop": "on", "basis": "0f" * 32}
    locked = browser.post("/staff/note/", told)

    assert locked.status_code == 401
    assert SAID == []
    assert "<strong>not</strong> carried out" in locked.content.decode()
    back = come_back(browser, osei, locked).url
    page = browser.get(back).content.decode()
    shown = re.findall(r"<dt>(.*?)</dt><dd class=\"val\">(.*?)</dd>", page)
    assert shown == [("Reason", REASON), ("Route", "Ready to book"), ("Over a stop", "Yes")]
    assert 'action="/staff/note/"' in page
    assert SAID == []

    browser.post("/staff/note/", {"reason": REASON, "route": "ready", "held_form": "on"})
    assert SAID == [REASON]
    assert browser.get("/staff/sign-in/held/").status_code == 302


def test_what_is_kept_is_encrypted_and_opens_for_its_sender_only(osei: User, time_machine: Any) -> None:
    other = User.objects.create_user("lee@example.test", name="Dr. Jon Lee", role=osei.role, password=PASSWORD)
    browser = signed_in(osei)
    time_machine.shift(timedelta(minutes=16))
    browser.post("/staff/note/", {"reason": REASON, "password": "secret", "code": "123456"})
    kept = browser.session["held_form"]

    assert "Spoke" not in str(dict(browser.session))
    signed_in(other, browser)
    assert browser.session["held_form"] == kept
    assert REASON not in browser.get("/staff/sign-in/held/", follow=True).content.decode()


def test_what_was_sent_can_be_thrown_away(osei: User, time_machine: Any) -> None:
    browser = signed_in(osei)
    time_machine.shift(timedelta(minutes=16))
    page = {"Referer": "http://testserver/staff/note/"}
    come_back(browser, osei, browser.post("/staff/note/", {"reason": REASON}, headers=page))

    assert browser.post("/staff/sign-in/held/").url == "/staff/note/"
    assert "held_form" not in browser.session


def test_a_session_that_does_not_say_when_it_began_is_over(osei: User) -> None:
    browser = signed_in(osei)
    session = browser.session
    del session["staff_since"]
    session.save()

    assert browser.get("/staff/note/").status_code == 401


def test_last_seen_is_kept_each_minute(osei: User, time_machine: Any) -> None:
    browser = signed_in(osei)
    browser.get("/staff/note/")
    osei.refresh_from_db()
    assert osei.last_seen_at is None

    time_machine.shift(61)
    browser.get("/staff/note/")

    osei.refresh_from_db()
    assert osei.last_seen_at is not None


def test_a_sensitive_step_goes_through_for_five_minutes_after_a_code(osei: User, time_machine: Any) -> None:
    browser = signed_in(osei)
    time_machine.shift(timedelta(minutes=5))

    assert browser.post("/staff/sensitive/", {"over_a_stop": "on", "reason": REASON}).content == b"done"


def test_a_sensitive_step_asks_for_the_code_again_and_then_carries_on(osei: User, time_machine: Any) -> None:
    browser = signed_in(osei)
    time_machine.shift(timedelta(minutes=5, seconds=1))

    asked = browser.post("/staff/sensitive/", {"over_a_stop": "on", "reason": REASON})

    assert asked.url == "/staff/sign-in/again/?next=/staff/sign-in/held/"
    assert SAID == []
    assert browser.post(asked.url, {"code": "000000"}).status_code == 200
    assert browser.post(asked.url, {"code": code_of(osei)}).url == "/staff/sign-in/held/"
    assert REASON in browser.get("/staff/sign-in/held/").content.decode()
    assert browser.post("/staff/sensitive/", {"over_a_stop": "on", "reason": REASON}).content == b"done"


def test_what_is_not_sensitive_asks_for_nothing(osei: User, time_machine: Any) -> None:
    browser = signed_in(osei)
    time_machine.shift(timedelta(minutes=10))

    assert browser.post("/staff/sensitive/", {"reason": REASON}).content == b"done"


@pytest.mark.parametrize(
    "referer", ["https://evil.example/staff/", "http://testserver.evil/staff/", "javascript:1", ""]
)
def test_the_way_back_never_leads_to_another_site(osei: User, time_machine: Any, referer: str) -> None:
    browser = Client()

    wanted = browser.post("/staff/note/", {"reason": REASON}, headers={"Referer": referer}).url

    assert wanted == "/staff/sign-in/?next=/staff/"
