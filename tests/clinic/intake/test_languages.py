"""A second language that only the tests have, in capitals: it needs no code, and no string of the form is forgotten."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import trans_real

from clinic.intake import protocols
from clinic.intake.models import Intake
from clinic.patients.models import Consent
from screening import loader, seal
from screening.loader import PROTOCOLS, published
from screening.protocol import Protocol
from tests.clinic.intake.conftest import PROTOCOL
from tests.clinic.intake.test_views import sign_data

pytestmark = pytest.mark.django_db
KEPT = re.compile(r"(%\(\w+\)s|<[^>]*>|&\w+;)")
OURS = re.compile(
    r"Larkfield( Clinic)?|Mon to Fri, 8 am to 6 pm Pacific|\d+:\d\d [ap]m|English|Español|mmHg|kg|a weather site"
)
"""What is no string of the form: the names, hours and units of the clinic, and times."""


def loud(text: str) -> str:
    """A text in capitals, with its tags and placeholders as they were."""
    return "".join(part if KEPT.fullmatch(part) else part.upper() for part in KEPT.split(text))


class Loud(NullTranslations):
    """A catalogue that has every sentence, in capitals."""

    def gettext(self, message: str) -> str:
        return loud(message)

    def ngettext(self, one: str, several: str, number: int) -> str:
        return loud(one if number == 1 else several)

    def pgettext(self, context: str, message: str) -> str:
        return loud(message)

    def to_language(self) -> str:
        return "es"

    def language(self) -> str:
        return "es"


def words(protocol: Protocol) -> str:
    """The words/ file of a protocol, every text in capitals."""
    lines: list[str] = []

    def table(name: str, /, **texts: str) -> None:
        lines.append(f"[{name}]")
        lines.extend(f"{key} = {json.dumps(text.upper(), ensure_ascii=False)}" for key, text in texts.items() if text)

    for part in protocol.parts:
        table(f"part.{part.id}", title=part.title, hint=part.hint)
    for page in protocol.pages.values():
        table(f"page.{page.id}", title=page.title, hint=page.hint, why=page.why, before=page.before)
    for question in protocol.questions.values():
        table(f"question.{question.id}", wording=question.wording, hint=question.hint)
        if question.options:
            table(f"question.{question.id}.options", **{option.code: option.label for option in question.options})
    return "\n".join(lines) + "\n"


@pytest.fixture
def spanish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """The site with a second language: a setting, a catalogue, and a file of words in the protocol."""
    place = tmp_path / "2026-11"
    shutil.copytree(PROTOCOLS / "2026-11", place)
    (place / "words").mkdir()
    (place / "words" / "es.toml").write_text(words(PROTOCOL))
    seal.seal(place)
    monkeypatch.setattr(loader, "PROTOCOLS", tmp_path)
    settings.LANGUAGES = [("en-us", "English"), ("es", "Español")]
    _forget()
    monkeypatch.setitem(trans_real._translations, "es", Loud())
    yield
    _forget()
    trans_real.activate("en-us")


def _forget() -> None:
    for kept in (published, protocols.named, protocols.worded):
        kept.cache_clear()


def in_english(html: str) -> list[str]:
    """The texts of a page that are not in capitals, other than what is ours."""
    body = re.sub(r"(?s)<(select|textarea|script|head)\b.*?</\1>", "", html)
    texts = (re.sub(r"&#?\w+;", " ", text) for text in re.split(r"<[^>]*>", body))
    return [text.strip() for text in texts if re.search(r"[a-z]{2}", OURS.sub("", text))]


def text(response: Any) -> str:
    return response.content.decode()


def switch(client: Client) -> Any:
    return client.post("/language/", {"language": "es", "next": "/intake/"})


PAGES = (
    *("/intake/", "/intake/check/1/", "/intake/check/3/", "/intake/about/1/", "/intake/health/1/", "/intake/health/2/"),
    *("/intake/medicines/2/", "/intake/medicines/add/", "/intake/feelings/5/", "/intake/start/", "/intake/save/"),
    *("/check/1/", "/resume/", "/resume/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/", "/language/", "/nowhere/"),
)


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize("path", PAGES)
def test_no_string_of_the_form_is_forgotten(fill: Any, let_in: Any, path: str) -> None:
    client = let_in(fill(med_none="takes"))
    switch(client)
    page = text(client.get(path))

    assert '<html lang="es">' in page
    assert in_english(page) == []


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize(
    "path", ["/intake/check/1/", "/intake/check/3/", "/intake/health/1/", "/intake/medicines/add/"]
)
def test_no_error_is_forgotten(fill: Any, let_in: Any, path: str) -> None:
    client = let_in(fill(med_none="takes"))
    switch(client)
    page = text(client.post(path, {}))

    assert "THERE IS A PROBLEM" in page
    assert in_english(page) == []


@pytest.mark.usefixtures("spanish")
def test_the_check_the_slip_and_the_answers_are_in_the_language_too(fill: Any, let_in: Any) -> None:
    client = let_in(fill(weight_kg="12"))
    switch(client)
    slip = client.get("/intake/check/", follow=True)
    client.post(slip.redirect_chain[-1][0])
    for number, told in enumerate(
        ({"help_now": "no"}, {"adult": "yes"}, {"state": "US-CA"}, {"about_you": "heart"}), 1
    ):
        client.post(f"/check/{number}/", told)

    assert in_english(text(slip)) == []
    assert in_english(text(client.get("/check/result/"))) == []
    assert "SELECT" not in text(client.get("/intake/check/"))
    assert "CHECK YOUR ANSWERS BEFORE YOU SIGN" in text(client.get("/intake/check/"))


@pytest.mark.usefixtures("spanish")
def test_switching_keeps_the_answers_and_returns_to_the_page(fill: Any, let_in: Any) -> None:
    intake = fill()
    client = let_in(intake)
    page = text(client.get("/intake/health/1/"))
    assert '<a href="/language/?next=/intake/health/1/">' in page
    assert 'name="next" value="/intake/health/1/"' in text(client.get("/language/?next=/intake/health/1/"))
    back = client.post("/language/", {"language": "es", "next": "/intake/health/1/"})

    assert back.headers["Location"] == "/intake/health/1/"
    assert Intake.objects.get().answers == intake.answers
    assert text(client.get("/intake/health/1/")).count(" checked") == page.count(" checked") > 0


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_switch_leads_nowhere_else(client: Client, elsewhere: str) -> None:
    assert "evil" not in text(client.get(f"/language/?next={elsewhere}"))
    assert "evil" not in client.post("/language/", {"language": "es", "next": elsewhere}).headers["Location"]


@pytest.mark.usefixtures("spanish")
def test_what_was_agreed_to_is_kept_with_the_language_it_was_read_in(fill: Any, let_in: Any) -> None:
    intake = fill()
    client = let_in(intake)
    switch(client)
    read = re.search(r'name="read" value="([^"]+)"', text(client.get("/intake/sign/")))
    assert read is not None
    client.post("/intake/sign/", sign_data(intake) | {"read": read[1]})

    assert set(Consent.objects.values_list("wording_version", flat=True)) == {"2026-11/es"}
    record = Intake.objects.get().records.get()
    assert "R272" not in str(record.result["findings"])


def test_without_a_second_language_there_is_no_switch(client: Client) -> None:
    assert "/language/" not in text(client.get("/check/1/"))
    assert client.get("/language/").status_code == 404
