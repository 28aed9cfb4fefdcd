"""No sentence of a patient's template or message stands outside the tags of the catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates"
FOR_STAFF: Final = ("staff", "account", "mfa", "letters", "429.html", "messages/glass-broken", "messages/late-")
FOR_STAFF_TOO: Final = ("messages/staff-", "messages/second-", "messages/urgent-page", "messages/_layout.html")
"""What only the staff and colleagues read, in English."""
SAID: Final = re.compile(r"(?s)\{% blocktranslate.*?\{% endblocktranslate %\}|\{#.*?#\}|<!--.*?-->")
QUOTED: Final = re.compile(r"""(_\()?"([^"]*)"|(\|pluralize|\|date:)""")
TEMPLATE_TAG: Final = re.compile(r"(?s)\{%.*?%\}|\{\{.*?\}\}")
READ_OUT: Final = re.compile(r'\b(?:aria-label|title|alt|placeholder|data-busy|data-once-more|content)="([^"]*)"')
NOT_READ: Final = re.compile(r"(?s)<meta name=.(?:viewport|robots|color|supported)[^>]*>|<(?:script|style).*?</\w+>")
TAG: Final = re.compile(r"(?s)<[^>]*>")
LETTERS: Final = re.compile(r"[A-Za-z]{2}")
NAMES: Final = frozenset({"findahelpline.com"})


def patients() -> Iterator[Path]:
    """Every template that a patient reads."""
    for path in sorted(TEMPLATES.rglob("*")):
        name = str(path.relative_to(TEMPLATES))
        if path.suffix in (".html", ".text", ".subject", ".sms") and not name.startswith(FOR_STAFF + FOR_STAFF_TOO):
            yield path


def forgotten(text: str) -> Iterator[tuple[int, str]]:
    """Line and words of what does not go through the catalogue."""
    text = _without(SAID, text)
    for tag in TEMPLATE_TAG.finditer(text):
        if not tag.group().startswith(("{% translate", "{% load", "{% extends", "{% url", "{% csrf")):
            yield from ((_line(text, tag.start()), said) for said in _in_quotes(tag.group()))
    text = _without(NOT_READ, _without(TEMPLATE_TAG, text))
    yield from ((_line(text, found.start()), found[1]) for found in READ_OUT.finditer(text) if LETTERS.search(found[1]))
    for number, line in enumerate(_without(TAG, text).split("\n"), 1):
        if LETTERS.search(line) and line.strip() not in NAMES:
            yield number, line.strip()


def _in_quotes(tag: str) -> Iterator[str]:
    """Words that a tag or a filter says by itself: quoted, of several letters, and a sentence or a capital."""
    for is_said, quoted, by_filter in QUOTED.findall(tag):
        if by_filter or (not is_said and LETTERS.search(quoted) and (" " in quoted or quoted[0].isupper())):
            yield by_filter or quoted


def _without(what: re.Pattern[str], text: str) -> str:
    """The text without it, with its lines as they were."""
    return what.sub(lambda found: "\n" * found.group().count("\n"), text)


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def test_every_sentence_goes_through_the_catalogue() -> None:
    found = [
        f"{path.relative_to(TEMPLATES)}:{line} {said}"
        for path in patients()
        for line, said in forgotten(path.read_text())
    ]

    assert len(list(patients())) > 150
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "<p>Hello</p>",
        '<nav aria-label="Main">',
        "{% translate 'Hello' %}, you",
        '{% include "row.html" with word="Ask us" %}',
        '{{ name|default:"Nobody" }}',
        '{{ day|date:"F j" }}',
        "{{ count }} time{{ count|pluralize }}",
    ],
)
def test_a_sentence_that_is_forgotten_is_seen(text: str) -> None:
    assert list(forgotten(text))


@pytest.mark.parametrize(
    "text",
    [
        '{% blocktranslate with a=b.c %}Hello {{ a }}{% endblocktranslate %} <a href="/x" class="btn">{{ word }}</a>',
        '{% include "row.html" with word=_("Ask us") kind="call" %}',
        '<button name="answer" value="yes" data-busy="{% translate "Sending…" %}">{% translate "Yes" %}</button>',
    ],
)
def test_what_goes_through_the_catalogue_is_not_named(text: str) -> None:
    assert list(forgotten(text)) == []


def said_at_import(source: str) -> list[int]:
    """Lines on which a sentence is translated once, when the module is imported, and so never in another language."""
    module = ast.parse(source)
    imports = [node for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
    at_once = {
        name.asname or name.name for each in imports for name in each.names if name.name in ("gettext", "ngettext")
    }
    return [call.lineno for call in _outside_functions(module) if getattr(call.func, "id", "") in at_once]


def _outside_functions(node: ast.AST) -> Iterator[ast.Call]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from _outside_functions(child)


def test_no_sentence_is_translated_when_its_module_is_imported() -> None:
    files = sorted((TEMPLATES.parent / "clinic").rglob("*.py"))
    found = {str(file): lines for file in files if (lines := said_at_import(file.read_text()))}

    assert found == {}
    assert said_at_import("from django.utils.translation import gettext as _\nWORD = _('No')\n") == [2]
