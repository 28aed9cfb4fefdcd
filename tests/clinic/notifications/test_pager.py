"""The pager: a signed count and a link, tried until it is taken; the lead is told another way."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.notifications import delivery, signatures
from clinic.notifications.actions import escalate, queue
from clinic.notifications.models import Message
from clinic.notifications.paging import ACKNOWLEDGE_WITHIN, opened

from .conftest import BY, DAY, read
from .http_server import answering

SECRET = "only ours and the pager's"  # noqa: S105 - of nothing


@pytest.fixture
def paged(db: None, settings: Any) -> Message:
    """A page to whoever is on call."""
    settings.PAGER_SECRET = SECRET
    return queue(
        key="urgent-page:1",
        template="urgent-page",
        to_role="on_call",
        channel="pager",
        about={"reference": "LK-7KQ2M9T"},
        is_urgent=True,
        acknowledge_within=ACKNOWLEDGE_WITHIN,
        by=BY,
        now=DAY,
    )


def deliver(message: Message, *, after: timedelta = timedelta(0)) -> Message:
    delivery.deliver(message.pk, now=DAY + after, by=BY)
    message.refresh_from_db()
    return message


def test_a_page_is_a_signed_count_and_a_link_and_nothing_about_anybody(paged: Message, settings: Any) -> None:
    with answering((202, {})) as pager:
        settings.PAGER_URL = f"{pager.url}/hook?team=1"
        assert deliver(paged).state == "sent"

    (post,) = pager.posts
    said = json.loads(post.body)
    assert post.path == "/hook?team=1"
    assert set(said) == {"id", "event", "said", "count", "link"}
    assert (said["id"], said["event"], said["count"]) == (str(paged.pk), "page", 1)
    assert said["link"].startswith(f"{settings.SITE_URL}/staff/urgent/link/")
    assert opened(said["link"].rstrip("/").rsplit("/", 1)[1]) == paged
    assert "LK-7KQ2M9T" not in post.body.decode()


def test_the_signature_is_about_the_body_and_the_moment(
    paged: Message, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering((200, {})) as pager:
        settings.PAGER_URL = pager.url
        deliver(paged)

    from django.utils import timezone

    given, body = pager.posts[0].headers["X-Signature"], pager.posts[0].body
    now = timezone.now()
    assert signatures.is_of_body(given, secret=SECRET, body=body, now=now)
    assert not signatures.is_of_body(given, secret=SECRET, body=body + b" ", now=now)
    assert not signatures.is_of_body(given, secret="another", body=body, now=now)  # noqa: S106
    assert not signatures.is_of_body(given, secret=SECRET, body=body, now=now + timedelta(minutes=6))


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 302])
def test_whatever_a_pager_answers_but_yes_it_is_paged_again_every_minute(
    status: int, paged: Message, settings: Any
) -> None:
    with answering((status, {}), (status, {}), (200, {})) as pager:
        settings.PAGER_URL = pager.url
        for minute in range(3):
            assert paged.state == "due"
            deliver(paged, after=timedelta(minutes=minute))

    assert (paged.state, len(pager.posts)) == ("sent", 3)
    assert {post.headers["Idempotency-Key"] for post in pager.posts} == {str(paged.pk)}
    assert {post.path for post in pager.posts} == {"/"}


def test_a_page_to_a_person_goes_to_their_own_address(paged: Message, settings: Any, mail: Path) -> None:
    User.objects.create_user("lead@larkfield.example", name="Lead", role=Role.DIRECTOR)
    settings.PAGER_URL = "http://127.0.0.1:9"
    escalate(now=DAY + ACKNOWLEDGE_WITHIN, by=BY)

    to_lead = Message.objects.get(staff__isnull=False)
    assert deliver(to_lead, after=ACKNOWLEDGE_WITHIN).state == "sent"
    assert read(mail / f"{to_lead.pk}.eml")["To"] == "lead@larkfield.example"


def test_the_count_of_several_things_is_said(paged: Message, settings: Any) -> None:
    late = queue(
        key="late-tasks:1",
        template="late-tasks",
        to_role="on_call",
        channel="pager",
        about={"count": "7", "tasks": "tasks"},
        is_urgent=True,
        by=BY,
        now=DAY,
    )
    with answering((200, {})) as pager:
        settings.PAGER_URL = pager.url
        deliver(late)

    assert json.loads(pager.posts[0].body)["count"] == 7


def test_without_an_address_of_a_pager_it_is_an_email(paged: Message, mail: Path) -> None:
    assert deliver(paged).state == "sent"
    assert read(mail / f"{paged.pk}.eml")["To"] == "on-call@larkfield.example"
