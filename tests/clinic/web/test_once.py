"""Parts of a page that are kept say what they are told, in the language of the page, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.functional import lazystr

from clinic.web import once

BRAND = '{% load calm %}{% once "components/brand.html" name=clinic.name %}'


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> dict[Any, Any]:
    kept: dict[Any, Any] = {}
    monkeypatch.setattr(once, "_kept", kept)
    return kept


def brand(name: object) -> str:
    return Template(BRAND).render(Context({"clinic": {"name": name}, "name": "Maya Thompson"}))


def test_a_part_is_written_once_for_each_thing_it_is_told(nothing_kept: dict[Any, Any]) -> None:
    told = [brand(name) for name in ("Larkfield", "Harbor", "Larkfield", lazystr("Harbor"))]

    assert ["Larkfield" in each for each in told] == [True, False, True, False]
    assert ["Harbor" in each for each in told] == [False, True, False, True]
    assert len(nothing_kept) == 2


def test_what_it_is_told_is_escaped() -> None:
    assert "<script>" not in brand("<script>alert(1)</script>")


def test_a_part_knows_nothing_of_the_page_but_what_it_is_told() -> None:
    assert "Larkfield" in brand("Larkfield")
    assert "Maya" not in brand("Larkfield") + brand("")


def test_each_language_has_its_own(nothing_kept: dict[Any, Any]) -> None:
    progress = {"part": 2, "parts": 6, "name": "Your mind"}
    for language in ("en", "es", "en"):
        with translation.override(language):
            once.written("components/progress.html", progress)

    assert [language for _, language, _ in nothing_kept] == ["en", "es"]


def test_what_may_look_like_something_else_is_refused() -> None:
    with pytest.raises(TypeError):
        once.written("components/brand.html", {"name": object()})


def test_no_more_are_kept_than_a_process_has_room_for(
    nothing_kept: dict[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once, "MOST", 3)
    for number in range(10):
        assert str(number) in brand(str(number))
        assert len(nothing_kept) <= 3
