"""A protocol joined with the safety rules of a newer one: nothing else changes, and doubt is asked again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from screening.engine import decide, urgent_now
from screening.facts import Facts
from screening.joined import joined
from screening.journey import Journey
from screening.languages import in_language
from screening.loader import load
from screening.protocol import Protocol
from screening.wording import PageWords, QuestionWords, Words
from tests.screening.small_protocol import FILES, write

URGENT = """[R900]
version = "1.0.0"
when = "{when}"
services = "all"
outcome = "{outcome}"
priority = "P0"
severity = "critical"
clinician = "Call."
patient = "We call you."
sources = ["book"]
"""
FAINT = """
[page.today]
title = "Today"
kind = "single"
why = "Fainting needs help now."
questions = ["faint"]
[question.faint]
wording = "Did you faint today?"
kind = "single"
required = true
why = "Heart"
options = { no = "No", yes = "Yes", not_sure = "Not sure" }
"""
ON = date(2026, 12, 1)
Make = Callable[..., Protocol]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a small protocol of this name, with a safety rule and other changes to its files."""

    def protocol(name: str, when: str = "", outcome: str = "urgent", **changes: tuple[str, str]) -> Protocol:
        place = write(tmp_path / name)
        files = dict(FILES) | {"protocol.toml": FILES["protocol.toml"].replace('"small"', f'"{name}"')}
        if when:
            files["rules/urgent.toml"] = URGENT.format(when=when, outcome=outcome)
        for old, new in changes.values():
            files = {file: text.replace(old, new) for file, text in files.items()}
        for file, text in files.items():
            (place / file).write_text(text)
        return load(place, sealed=False)

    return protocol


def with_faint() -> dict[str, tuple[str, str]]:
    start = FILES["questions/1-start.toml"]
    return {"faint": (start, start + FAINT)}


def test_without_a_changed_safety_rule_the_intake_keeps_its_protocol_as_it_is(make: Make) -> None:
    started = make("a")
    other = make("b", other=("Do you smoke?", "Do you smoke at all?"), rule=("age >= 65", "age >= 60"))

    assert joined(started, other).protocol is started


def test_a_new_safety_rule_asks_its_new_question_at_the_end_of_its_part(make: Make) -> None:
    found = joined(make("a"), make("b", "faint == 'yes'", **with_faint()))

    assert found.new == {"new-today": frozenset({"faint"})}
    assert [page.id for page in found.protocol.parts[0].pages] == ["first", "new-today"]
    assert found.protocol.pages["new-today"].why == "Fainting needs help now."
    assert list(found.protocol.questions) == [
        *("service_interest", "dob", "smokes", "packs", "faint", "med_none", "med_unsure", "med_check")
    ]


def test_everything_else_stays_as_it_was_begun(make: Make) -> None:
    started = make("a")
    others = {"rule": ("age >= 65", "age >= 60"), "words": ("Date of birth?", "Born?")}
    newer = make("b", "faint == 'yes'", **with_faint(), **others)
    protocol = joined(started, newer).protocol

    assert protocol.questions["dob"] == started.questions["dob"]
    assert [rule for rule in protocol.rules if rule.id != "R900"] == list(started.rules)
    assert protocol.medications is started.medications


def test_the_name_and_the_seal_say_both(make: Make) -> None:
    started, newer = make("a"), make("b", "faint == 'yes'", **with_faint())
    protocol = joined(started, newer).protocol

    assert protocol.name == "a+b"
    assert protocol.seal not in (started.seal, newer.seal)
    assert len(protocol.seal) == 64
    assert protocol.seal == joined(started, newer).protocol.seal


def test_a_whole_form_is_open_again_at_the_new_question_only(make: Make) -> None:
    found = joined(make("a"), make("b", "faint == 'yes'", **with_faint()))
    answers = {"service_interest": ["talk"], "dob": "1990-01-01", "smokes": "no", "med_none": "none"}
    facts = Facts(found.protocol, {**answers, "med_unsure": "no", "med_check": ["none"]}, ON)
    journey = Journey(facts, frozenset({"first", "medicines"}))

    assert [page.id for page in journey.pages if not journey.is_done(page)] == ["new-today"]


def test_the_new_rule_raises_help_once_its_question_is_answered(make: Make) -> None:
    protocol = joined(make("a"), make("b", "faint == 'yes'", **with_faint())).protocol
    unanswered, fainted = Facts(protocol, {}, ON), Facts(protocol, {"faint": "yes"}, ON)

    assert urgent_now(unanswered, saved=frozenset()) == ()
    assert [found.rule.id for found in urgent_now(fainted, saved=frozenset({"faint"}))] == ["R900"]


def test_a_new_question_that_was_skipped_is_never_clear(make: Make) -> None:
    protocol = joined(make("a"), make("b", "faint == 'yes'", **with_faint())).protocol
    answers = {"service_interest": ["talk"], "dob": "1990-01-01", "smokes": "no", "med_none": "none"}
    result = decide(Facts(protocol, {**answers, "med_unsure": "no", "med_check": ["none"]}, ON))

    assert "R900" not in result.clear
    assert result.outcome != "ready_to_book"


@pytest.mark.parametrize(
    "changed",
    [("Do you smoke?", "Do you smoke today?"), ('yes = "Yes", not_sure', 'yes = "Yes", now = "Now", not_sure')],
)
def test_a_question_in_other_words_or_with_other_choices_is_asked_again(make: Make, changed: tuple[str, str]) -> None:
    found = joined(make("a", "smokes == 'no'"), make("b", "smokes == 'yes'", changed=changed))

    assert found.again == {"first-again": frozenset({"smokes"})}
    assert not found.new
    assert list(found.protocol.questions)[:3] == ["service_interest", "dob", "smokes"]


def test_a_changed_rule_about_the_same_question_asks_nothing_again(make: Make) -> None:
    found = joined(make("a", "smokes == 'no'"), make("b", "smokes == 'yes'"))

    assert not found.again
    assert not found.new
    assert [rule.when.text for rule in found.protocol.rules if rule.id == "R900"] == ["smokes == 'yes'"]


def test_a_safety_rule_that_is_gone_or_became_milder_stays(make: Make) -> None:
    started = make("a", "smokes == 'yes'")

    assert joined(started, make("gone")).protocol is started
    assert joined(started, make("mild", "smokes == 'yes'", outcome="clinician_review")).protocol is started


def test_new_safety_words_count_for_a_form_that_was_begun_before(make: Make) -> None:
    found = joined(make("a"), make("b", words=('"end it all"', '"no way out"')))

    assert found.protocol.safety_phrases == (" end it all ", " no way out ")


def test_a_question_that_depends_on_one_asked_later_is_always_asked(make: Make) -> None:
    hidden = FAINT.replace("required = true", "required = true\nshow_if = \"med_none == 'takes'\"").replace(
        "today]", "z]"
    )
    medicines = FILES["questions/2-medicines.toml"]
    newer = make("b", "faint == 'yes'", faint=(medicines, medicines + hidden))
    started = make("a")
    found = joined(started, newer)

    assert found.protocol.questions["faint"].show_if is not None
    moved = joined(started, _moved_to_the_first_part(newer))
    assert moved.protocol.questions["faint"].show_if is None


def _moved_to_the_first_part(protocol: Protocol) -> Protocol:
    pages = {name: replace(page, part="start") for name, page in protocol.pages.items()}
    return replace(protocol, pages=pages)


@pytest.mark.parametrize(("kind", "becomes"), [("rows", "rows"), ("form", "form"), ("single", "form")])
def test_several_new_questions_share_a_page_of_the_kind_that_takes_several(make: Make, kind: str, becomes: str) -> None:
    dizzy = FAINT[FAINT.index("[question.faint]") :].replace("faint", "dizzy")
    two = FAINT.replace('["faint"]', '["faint", "dizzy"]').replace('"single"', '"form"', 1) + dizzy
    start = FILES["questions/1-start.toml"]
    newer = make("b", "faint == 'yes' or dizzy == 'yes'", both=(start, start + two))
    today = replace(newer.pages["today"], kind=kind)
    page = joined(make("a"), replace(newer, pages={**newer.pages, "today": today})).protocol.pages["new-today"]

    assert (page.kind, page.questions) == (becomes, ("faint", "dizzy"))


def test_one_new_question_of_a_page_of_several_is_asked_on_a_page_of_the_same_kind(make: Make) -> None:
    newer = make("b", "faint == 'yes'", **with_faint())
    today = replace(newer.pages["today"], questions=("smokes", "faint"), kind="form")
    found = joined(make("a"), replace(newer, pages={"today": today})).protocol

    assert (found.pages["new-today"].kind, found.pages["new-today"].questions) == ("form", ("faint",))


def test_a_new_page_stands_before_signing_and_in_the_first_part_when_its_own_is_unknown(make: Make) -> None:
    started, newer = make("a"), make("b", "faint == 'yes'", **with_faint())
    first = started.parts[0]
    sign = replace(first.pages[0], id="sign", kind="sign", questions=())
    signed = replace(started, parts=(replace(first, pages=(*first.pages, sign)), *started.parts[1:]))
    elsewhere = {name: replace(page, part="elsewhere") for name, page in newer.pages.items()}
    found = joined(signed, replace(newer, pages=elsewhere)).protocol

    assert [page.id for page in found.parts[0].pages] == ["first", "new-today", "sign"]
    assert found.pages["new-today"].part == first.id


def test_the_sources_of_both_are_kept(make: Make) -> None:
    started, newer = make("a"), make("b", "faint == 'yes'", **with_faint())
    book = newer.sources["book"]
    found = joined(started, replace(newer, sources={"book": replace(book, year="1900"), "paper": book})).protocol

    assert found.sources == {"book": started.sources["book"], "paper": book}


def _with_words(protocol: Protocol, *languages: str) -> Protocol:
    """The protocol with words of its own in these languages: each text behind its name."""
    mine = protocol.name
    words = Words(
        {part.id: (f"{mine} {part.title}", f"{mine} {part.hint}") for part in protocol.parts},
        {page.id: PageWords(f"{mine} {page.title}") for page in protocol.pages.values()},
        {question.id: QuestionWords(f"{mine} {question.wording}") for question in protocol.questions.values()},
        {"A talk": f"{mine} talk", mine: mine},
    )
    return replace(protocol, words=dict.fromkeys(languages, words))


def test_in_another_language_what_is_new_or_asked_again_is_in_the_words_of_the_newer_one(make: Make) -> None:
    other = {**with_faint(), "smokes": ("Do you smoke?", "Do you smoke today?")}
    started = _with_words(make("a", "smokes == 'no'"), "es", "fr")
    newer = _with_words(make("b", "faint == 'yes' or smokes == 'yes'", **other), "es", "de")
    found = joined(started, newer).protocol
    shown = in_language(found, "es")

    assert {*found.words} == {"es"}
    assert [part.title for part in shown.parts] == ["a Start", "a Medicines"]
    assert {name: page.title for name, page in shown.pages.items()} == {
        "first-again": "a First",
        "new-today": "b Today",
        "medicines": "a Medicines",
    }
    assert shown.questions["dob"].wording == "a Date of birth?"
    assert shown.questions["smokes"].wording == "b Do you smoke today?"
    assert shown.questions["faint"].wording == "b Did you faint today?"
    assert shown.services == {"talk": "a talk"}
    assert found.words["es"].texts == {"A talk": "a talk", "a": "a", "b": "b"}


@pytest.mark.parametrize(
    ("when", "changed", "asked"),
    [
        ("age >= 90", ("Date of birth?", "Born on?"), {"dob"}),
        ("packs >= 3", ("Do you smoke?", "Do you smoke today?"), {"smokes"}),
        ("smokes == 'yes' and wants('talk')", ("Do you smoke?", "Do you smoke today?"), {"smokes"}),
        ("wants('talk') and smokes == 'yes'", ("Do you smoke?", "Do you smoke today?"), {"smokes"}),
    ],
)
def test_what_a_rule_reads_through_a_value_or_a_question_that_shows_another_is_asked_again_too(
    make: Make, when: str, changed: tuple[str, str], asked: set[str]
) -> None:
    assert joined(make("a"), make("b", when, changed=changed)).again == {"first-again": asked}
