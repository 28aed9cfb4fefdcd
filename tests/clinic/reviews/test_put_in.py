"""What was put into a template is marked, whatever is in it, and nothing else is."""

from __future__ import annotations

import pytest

from clinic.reviews.put_in import fence, mark, marked, marked_as


def test_what_was_put_in_is_marked_and_the_rest_is_not() -> None:
    assert marked(f"Dear {fence('Ada')}, hello") == "Dear <mark>Ada</mark>, hello"


@pytest.mark.parametrize("text", ["<script>", 'a"b', "a & b", "</mark>"])
def test_nothing_that_is_put_in_becomes_html(text: str) -> None:
    for shown in (marked(fence(text)), mark(text), marked_as(fence(text), f"x {text}")):
        assert "<" not in shown.replace("<mark>", "").replace("</mark>", "")
        assert shown.endswith("</mark>")


@pytest.mark.parametrize(
    ("template", "text", "shown"),
    [
        (f"For {fence('Ada')}.", "For Ada, again Ada.", "For <mark>Ada</mark>, again <mark>Ada</mark>."),
        (f"For {fence('Ada')}.", "For Adam.", "For Adam."),
        (f"{fence('Ada')} of {fence('Ada Bell')}", "Ada Bell", "<mark>Ada Bell</mark>"),
        (f"{fence('a+b (c)')}", "a+b (c)", "<mark>a+b (c)</mark>"),
        (f"{fence(' ')}x", "a b", "a b"),
        ("nothing", "a < b", "a &lt; b"),
    ],
)
def test_in_words_that_were_changed_only_what_still_stands_is_marked(template: str, text: str, shown: str) -> None:
    assert marked_as(template, text) == shown
