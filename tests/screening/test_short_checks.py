"""The short checks between visits: a file says what is asked, another the words of a language, whole or refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from screening import checks as module
from screening.checks import Check, checks
from screening.loader import PROTOCOLS, NotAProtocol, published

ENGLISH = """
[answers]
no = "No"
yes = "Yes"
not_sure = "Not sure"
[sleep]
title = "Your sleep"
why = "It tells us much."
protocol = ["si_month"]
[sleep.questions]
s_new = "Trouble sleeping that is new"
s_long = "Lying awake for long"
"""
SPANISH = re.sub(r'(?m)^(\w+ = ")', r"\1es ", ENGLISH.replace('protocol = ["si_month"]\n', ""))


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with one file of checks."""
    (tmp_path / "2026-11.toml").write_text(ENGLISH)
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    checks.cache_clear()
    yield tmp_path
    checks.cache_clear()


def sleep(language: str = "", name: str = "2026-11") -> Check:
    return checks(name, "check", language)["sleep"]


def refusal(language: str = "es") -> str:
    with pytest.raises(NotAProtocol) as refused:
        sleep(language)
    return str(refused.value)


def test_a_file_of_words_is_all_that_a_language_needs(files: Path) -> None:
    (files / "2026-11.es.toml").write_text(SPANISH)
    spanish = sleep("es-mx")

    assert (spanish.page.title, spanish.page.why) == ("es Your sleep", "es It tells us much.")
    assert spanish.questions["s_new"].wording == "es Trouble sleeping that is new"
    assert spanish.questions["s_new"].label("not_sure") == "es Not sure"
    assert sleep().page.title == sleep("de").page.title == "Your sleep"


def test_a_language_asks_the_same_questions_in_the_same_order(files: Path) -> None:
    turned = SPANISH.replace('s_new = "es Trouble sleeping that is new"\n', "") + 's_new = "es later"\n'
    (files / "2026-11.es.toml").write_text(turned)

    assert sleep("es").page.questions == sleep().page.questions == ("s_new", "s_long", "si_month")
    assert sleep("es").questions["s_new"].codes == sleep().questions["s_new"].codes


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('title = "es Your sleep"\n', '[sleep] "title" is missing.'),
        ('why = "es It tells us much."\n', '[sleep] "why" is missing.'),
        ('s_new = "es Trouble sleeping that is new"\n', '[sleep.questions] "s_new" is missing.'),
        ('not_sure = "es Not sure"\n', '[answers] "not_sure" is missing.'),
    ],
)
def test_a_language_that_is_not_whole_is_refused_with_what_is_missing(files: Path, line: str, said: str) -> None:
    assert line in SPANISH
    (files / "2026-11.es.toml").write_text(SPANISH.replace(line, ""))

    assert said in refusal()


@pytest.mark.parametrize("line", ['s_more = "es"\n', "[other]\n", '[sleep.protocol]\nx = "y"\n'])
def test_a_language_cannot_change_what_is_asked(files: Path, line: str) -> None:
    (files / "2026-11.es.toml").write_text(SPANISH + line)

    assert "is not a key that belongs here" in refusal()


def test_a_mistake_in_what_is_asked_is_told_with_its_line(files: Path) -> None:
    (files / "2026-11.toml").write_text(ENGLISH.replace('title = "Your sleep"', "title = 3"))

    assert refusal("") == '2026-11.toml, line 7: [sleep] "title" must be a text.'


def test_a_file_that_is_no_text_is_refused_in_words(files: Path) -> None:
    (files / "2026-11.es.toml").write_bytes(SPANISH.encode("latin-1") + b"\xff")

    assert "This line is not UTF-8 text." in refusal()


def test_a_protocol_without_checks_of_its_own_has_those_of_the_one_before_it(files: Path) -> None:
    (files / "2027-06.toml").write_text(ENGLISH.replace("Your sleep", "Later"))

    assert sleep(name="2027-01").page.title == sleep(name="2026-11+2027-01").page.title == "Your sleep"
    assert sleep(name="2028-01").page.title == "Later"
    with pytest.raises(NotAProtocol, match="no checks for the protocol"):
        sleep(name="2025-01")


def test_the_checks_of_every_protocol_go_with_its_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for place in PROTOCOLS.glob("*/protocol.toml"):
        protocol = published(place.parent.name)
        found = checks(protocol.name, protocol.parts[0].id).values()
        own = [name for check in found for name in check.questions]
        beside = {name for check in found for name in check.page.questions} - set(own)

        assert found
        assert len(own) == len(set(own))
        assert not set(own) & protocol.questions.keys()
        assert beside <= protocol.questions.keys()
