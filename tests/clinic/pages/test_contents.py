"""What single public pages must say, and must not."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from clinic.web.crisis import CRISIS_LINES

Read = Callable[[str], str]


def test_home_is_plainly_not_medical_advice(read: Read) -> None:
    assert "This site is not medical advice." in read("/")


def test_home_says_when_no_clinician_approved_the_form(read: Read, settings: object) -> None:
    settings.PROTOCOL_NOT_APPROVED = True
    assert "No clinician has approved the questions and rules of this form yet." in read("/")
    settings.PROTOCOL_NOT_APPROVED = False
    assert "has approved the questions and rules" not in read("/")


def test_home_leads_to_the_quick_check(read: Read) -> None:
    home = read("/")

    assert '<a class="btn" href="/check/">Start the 30-second check</a>' in home


def test_home_asks_for_no_email_address(read: Read) -> None:
    assert "<form" not in read("/")


@pytest.mark.parametrize("code", CRISIS_LINES)
def test_help_now_gives_the_numbers_of_each_country(read: Read, code: str) -> None:
    page, line = read("/help-now/"), CRISIS_LINES[code]

    assert f'href="{line["call_uri"]}"' in page
    assert f'href="tel:{line["emergency"]}"' in page
    assert all(f'href="{line[kind]}"' in page for kind in ("text_uri", "chat_url") if kind in line)


def test_help_now_never_names_the_line_that_ended(read: Read) -> None:
    assert "press 3" not in read("/help-now/").lower()


def test_help_now_brings_no_font_and_may_be_kept(client: Client) -> None:
    response = client.get("/help-now/")

    assert ".woff2" not in response.content.decode()
    assert response["Cache-Control"] == "public, max-age=3600"


def test_help_now_puts_calling_texting_and_chatting_first(read: Read) -> None:
    page = read("/help-now/")
    big = page[page.index('class="big"') : page.index("</div>", page.index('class="big"'))]

    assert re.findall(r">([^<]+)</a>", big) == ["Call 988", "Text 988", "Chat online"]


def test_the_law_names_a_state_we_know(read: Read) -> None:
    page = read("/law/?state=US-OR")

    assert "<title>The law in Oregon – Larkfield Clinic</title>" in page
    assert "licensed psilocybin service centers" in page
    assert "We do not see patients in Oregon yet." in page


def test_the_law_admits_a_state_we_know_nothing_of(read: Read) -> None:
    assert "We have no checked facts about the law of Ohio." in read("/law/?state=US-OH")


def test_the_law_says_where_we_see_patients(read: Read) -> None:
    assert "We see patients in California." in read("/law/?state=US-CA")


@pytest.mark.parametrize("typed", ["", "XX", "<script>", "🦋" * 1000])
def test_the_law_asks_again_when_there_is_no_such_state(client: Client, typed: str) -> None:
    page = client.get("/law/", {"state": typed}).content.decode()

    assert "<title>Error: " in page
    assert '<a href="#id_state">Choose the state you live in' in page
    assert "<script>" not in page


def test_the_law_is_not_legal_advice(read: Read) -> None:
    assert "This is general information, not legal advice." in read("/law/")


def test_robots_keeps_private_parts_out(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert lines[0] == "User-agent: *"
    assert {"Disallow: /intake/", "Disallow: /my/", "Disallow: /staff/"} <= set(lines)


def test_security_txt_expires_within_a_year(client: Client, time_machine: object) -> None:
    time_machine.move_to("2026-11-20T12:00:00Z")

    lines = client.get("/.well-known/security.txt").content.decode().splitlines()

    assert lines[0].startswith("Contact: tel:+")
    assert "Expires: 2027-05-19T00:00:00Z" in lines
