"""Every field of every patient form takes hostile text: shown back as text, kept as typed or refused in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from clinic.intake.journeys import address
from clinic.intake.models import Intake
from clinic.patients.models import Patient
from tests.kept import taken_back
from tests.ux.hostile import LONG, TEXTS, UNKEEPABLE
from tests.ux.html import Tag, tree
from tests.ux.states import ON_THE_LIST
from tests.ux.visitor import EVERYTHING, MEDICINES, NOW, PROTOCOL, SIGN, Visitor

pytestmark = pytest.mark.django_db
PAGES = [page for page in PROTOCOL.pages.values() if page.kind not in ("sign", "medicines")]
FORMS = {
    **{page.id: (page.id, address(PROTOCOL, page)) for page in PAGES},
    "add a medicine": (MEDICINES.id, reverse("intake:add_medicine")),
    "change a medicine": (MEDICINES.id, reverse("intake:change_medicine", args=[ON_THE_LIST])),
    "sign": (SIGN.id, reverse("intake:sign")),
    "save": (SIGN.id, reverse("intake:save")),
    "resume": (SIGN.id, reverse("intake:resume")),
}
ALL = {**TEXTS, **UNKEEPABLE}
FEW = (*list(TEXTS)[::9], *UNKEEPABLE)
"""For pages on which nothing is typed, and for a second look."""
TYPED = frozenset({"text", "tel", "email", "search", ""})


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("form", FORMS)
def test_every_field_of_the_form_takes_it(form: str) -> None:
    until, path = FORMS[form]
    visitor = Visitor().filled(until, **EVERYTHING)
    if "medicine" in form:
        visitor.listed()
    names = _fields(visitor, path)
    texts = ALL if _fields(visitor, path, typed=True) else FEW

    assert names
    assert {what: wrong for what in texts if (wrong := _wrong(visitor, path, names, what))} == {}


def _fields(visitor: Visitor, path: str, *, typed: bool = False) -> list[str]:
    main = next(tree(visitor.opens(path).content.decode()).all("main"))
    tags = main.all("input", "select", "textarea")
    found = {tag["name"] for tag in tags if not typed or tag["type"] in TYPED or tag.name == "textarea"}
    return sorted(found - {"csrfmiddlewaretoken", ""})


def _wrong(visitor: Visitor, path: str, names: list[str], what: str) -> list[str]:
    """What a page does wrong with a text in all of its fields, and afterwards when it is opened again."""
    text = ALL[what]
    sent = _send(visitor, path, dict.fromkeys(names, text))
    found = list(_wrong_in(sent, text))
    if "\x00" in text and sent.status_code != 400:
        found.append(f"not refused: {sent.status_code}")
    if sent.status_code == 302:
        found += _wrong_in(visitor.opens(path), text)
        found += _wrong_in(visitor.opens("intake:answers"), text) if what in FEW else []
    return found


def _send(visitor: Visitor, path: str, told: Mapping[str, str]) -> HttpResponse:
    """Send a form as bytes that a browser would never send, lone surrogates included."""
    body = urlencode(told, encoding="utf-8", errors="surrogatepass")
    return visitor.client.post(path, body, content_type="application/x-www-form-urlencoded")


def _wrong_in(answer: HttpResponse, text: str) -> Iterator[str]:
    if answer.status_code not in (200, 302, 400, 404, 422):
        yield f"status {answer.status_code}"
    page = tree(answer.content.decode())
    if answer.status_code == 422 and not list(page.all(id="error-summary")):
        yield "refused without words"
    if any(tag for tag in page.all("script", "img", "svg", "style") if _came_from_outside(tag)):
        yield "became a part of the page"
    if any(name.startswith("on") or name == "autofocus" for tag in page.all() for name in tag.attrs):
        yield "became an attribute"
    if "7*7" in text and re.search(r"\b49\b.*\b49\b", page.text):
        yield "was worked out"
    for value in answer.headers.values():
        if "Bcc" in value or "Set-Cookie: a" in value:
            yield "became a header"


def _came_from_outside(tag: Tag) -> bool:
    return (
        (tag.name == "script" and not tag["src"].startswith("/static/"))
        or tag.name in ("img", "style")
        or bool(tag["onload"])
    )


@pytest.mark.parametrize("what", [what for what in TEXTS if len(TEXTS[what].strip("\u200b\ufeff")) > 1])
def test_what_is_taken_is_kept_as_it_was_typed(what: str) -> None:
    """The long free text keeps what no rule of Django refuses; spaces at the ends and line ends are the form's own."""
    visitor = Visitor().filled("hopes")
    sent = visitor.sends_page("hopes", {"reason_story": TEXTS[what], "phq_difficulty": "0"})
    kept = Intake.objects.get().answers.get("reason_story")
    typed = TEXTS[what].strip()

    if sent.status_code == 422:
        assert 'id="error-summary"' in sent.content.decode()
        assert len(typed) > 4_000
        return
    assert _plain(kept) == _plain(typed or None)
    shown = tree(visitor.opens_page("hopes").content.decode())
    assert _plain(next(shown.all("textarea")).children[-1] if typed else "") == _plain(typed)


def _plain(text: Any) -> str:
    """The text without control characters, which nobody types and the form takes out, and with one kind of line end."""
    typed = re.sub(r"\r\n?", "\n", str(text or ""))
    return "".join(each for each in typed if each in "\n\t" or unicodedata.category(each) != "Cc").strip()


@pytest.mark.parametrize("what", LONG)
@pytest.mark.parametrize("form", ["name-and-contact", "hopes", "add a medicine", "sign", "resume"])
def test_very_long_text_is_refused_in_words(form: str, what: str) -> None:
    until, path = FORMS[form]
    visitor = Visitor().filled(until, med_none="takes")
    names = _fields(visitor, path)
    answer = visitor.client.post(path, {names[-1] if names[-1] != "key" else "signature": LONG[what]})

    assert answer.status_code in (413, 422)
    assert "tel:988" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/book/", ("mode", "day", "zone")),
        ("/book/time-zone/", ("q", "mode")),
        ("/law/", ("state",)),
        ("/intake/start/", ("return",)),
    ],
)
def test_addresses_take_it(path: str, names: tuple[str, ...]) -> None:
    visitor = Visitor().sent().with_an_hour()
    wrong = {what: list(_wrong_in(_ask(visitor, path, dict.fromkeys(names, text)), text)) for what, text in ALL.items()}

    assert {what: found for what, found in wrong.items() if found} == {}


def _ask(visitor: Visitor, path: str, told: Mapping[str, str]) -> HttpResponse:
    return visitor.client.get(path, QUERY_STRING=urlencode(told, encoding="utf-8", errors="surrogatepass"))


@pytest.mark.parametrize("path", ["/book/", "/book/check/", "/my/appointment/cancel/", "/my/details/", "/check/4/"])
def test_every_field_after_and_before_the_form_takes_it(path: str) -> None:
    visitor = Visitor().sent().with_an_hour()
    visitor = visitor.booked() if "cancel" in path else visitor.held()
    if "check/4" in path:
        visitor = Visitor().checked({"help_now": "no"}, {"adult": "yes"}, {"state": "US-CA"})
    names = [*_fields(visitor, path), "slot", "appointment"]
    wrong = {
        what: list(_wrong_in(_send(visitor, path, dict.fromkeys(names, text)), text)) for what, text in ALL.items()
    }

    assert {what: found for what, found in wrong.items() if found} == {}


def test_a_private_link_takes_it() -> None:
    path = f"/resume/{Visitor().filled('mood').link()}/"

    assert {what: wrong for what in TEXTS if (wrong := _wrong_with_a_link(path, TEXTS[what]))} == {}


def _wrong_with_a_link(path: str, text: str) -> list[str]:
    """What is wrong with the answer to a first try; the fifth would close the link for a while."""
    with taken_back():
        answer = Client().post(path, {"born_on_month": text, "born_on_day": "1", "born_on_year": text})
    return [*_wrong_in(answer, text), *([] if answer.status_code == 422 else ["not refused"])]


def test_a_hostile_name_reaches_a_message_as_one_line_of_text() -> None:
    visitor = Visitor().filled("name-and-contact")
    told = {"legal_name": TEXTS["header"], "preferred_name": TEXTS["header"], "email": "maya@example.org"}
    visitor.sends_page(
        "name-and-contact", {**told, "phone": "5550100199", "safe_contact": "yes", "sex_birth": "female"}
    )

    assert "\n" not in Patient.objects.get().preferred_name
