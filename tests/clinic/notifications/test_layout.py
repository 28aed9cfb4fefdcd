"""An e-mail as text and as simple HTML: the same words, nothing that is fetched, nothing that counts who reads."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from clinic.notifications import delivery, words
from clinic.notifications.layout import html_of
from clinic.notifications.models import Message
from clinic.patients.models import Patient

from .conftest import BY, DAY, Queue, read
from .test_words import TEXTS, told


def plain(html: str) -> str:
    """What somebody reads of it."""
    body = html[html.index("<main>") : html.index("</main>")]
    return unescape(re.sub(r"<[^>]+>", "", body))


def test_an_email_holds_the_text_first_and_the_html_as_the_better_reading(queued: Queue, mail: Path) -> None:
    message = queued()
    delivery.deliver(message.pk, now=DAY, by=BY)

    sent = read(mail / f"{message.pk}.eml")
    assert sent.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
    assert sent["Subject"] and "Maya" not in sent["Subject"]


@pytest.mark.parametrize("template", TEXTS)
def test_both_say_the_same_words(template: str, patient: Patient) -> None:
    said = told(template, patient)

    assert plain(said.html).split() == said.text.split()


@pytest.mark.parametrize("template", TEXTS)
def test_the_html_fetches_nothing_and_leads_only_where_the_text_does(template: str, patient: Patient) -> None:
    said = told(template, patient)

    assert not re.search(r"<(img|script|link|iframe|object|video|audio|form|base)\b|url\(|@import|\ssrc=", said.html)
    assert set(re.findall(r'href="([^"]+)"', said.html)) == set(re.findall(r"https?://\S+", said.text))


def test_it_leaves_the_colours_to_the_reader() -> None:
    html = html_of("Hello")

    assert '<meta name="color-scheme" content="light dark">' in html
    assert not re.search(r"background|[^-]color\s*:|bgcolor|#[0-9a-f]{3}\b", html)


@pytest.mark.parametrize("typed", ["<b>x</b>", "</p><script>alert(1)</script>", '"><img src=x>', "a & b"])
def test_what_somebody_typed_stays_text(typed: str) -> None:
    html = html_of(f"Hello {typed},\n\nbye")

    assert plain(html).split() == ["Hello", *f"{typed},".split(), "bye"]
    assert "<script" not in html and "<img" not in html and "<b>" not in html


def test_an_address_cannot_end_its_link_early() -> None:
    html = html_of('Open https://clinic.example/a?b=1&c="onclick=x now.')

    assert 'href="https://clinic.example/a?b=1&amp;c="' in html
    assert "onclick=x" in plain(html)


def test_a_full_stop_after_a_link_is_not_part_of_it() -> None:
    assert 'href="https://clinic.example/a/"' in html_of("See https://clinic.example/a/.")


def test_a_text_message_has_no_html(patient: Patient) -> None:
    message = Message(key="t", template="reminder-1-day", patient=patient, channel="sms", about={"when": "today"})

    assert words.words_for(message, by=BY, now=DAY).html == ""
