"""A protocol in a second language: a file of words and no code; whole or refused; the decision does not notice."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from screening.engine import decide
from screening.facts import Facts
from screening.languages import in_language, in_words, left_in_english
from screening.loader import NotAProtocol, load
from screening.protocol import Protocol
from tests.screening.small_protocol import FILES, write


def words_in_spanish() -> str:
    """A words file for the small protocol: every text of it with "es " before it."""
    lines = []
    for name, text in FILES.items():
        if not name.startswith("questions/"):
            continue
        top = tomllib.loads(text)
        part = name.split("-", 1)[1].removesuffix(".toml")
        lines += [f"[part.{part}]", f'title = "es {top["title"]}"', f'hint = "es {top["hint"]}"']
        for page, told in top["page"].items():
            lines += [f"[page.{page}]", *(f'{k} = "es {told[k]}"' for k in ("title", "hint", "why") if k in told)]
        for question, told in top["question"].items():
            lines += [f"[question.{question}]", f'wording = "es {" ".join(told["wording"].split())}"']
            if "options" in told:
                lines.append(f"[question.{question}.options]")
                lines += [f'{code} = "es {label}"' for code, label in told["options"].items()]
    return "\n".join(lines) + "\n"


def small(place: Path, words: str, start: str = "") -> Protocol:
    folder = write(place / "small")
    (folder / "questions" / "1-start.toml").write_text(start or FILES["questions/1-start.toml"])
    (folder / "words").mkdir()
    (folder / "words" / "es.toml").write_text(words)
    return load(folder, sealed=False)


def test_a_file_of_words_is_all_that_a_second_language_needs(tmp_path: Path) -> None:
    spanish = in_language(small(tmp_path, words_in_spanish()), "es")

    assert spanish.questions["smokes"].wording == "es Do you smoke?"
    assert spanish.questions["smokes"].label("yes") == "es Yes"
    assert spanish.pages["first"].title == "es First"
    assert spanish.parts[0].title == "es Start"
    assert spanish.parts[0].pages[0].title == "es First"
    assert spanish.parts[0].hint == "es A few questions"
    assert spanish.services == {"talk": "A talk"}, "what has no words stays as it is"


def test_everything_that_stands_on_a_page_is_in_the_other_language(tmp_path: Path) -> None:
    words = words_in_spanish().replace(
        "[page.first]", '[page.first]\nhint = "es hint"\nwhy = "es why"\nbefore = "es x"'
    )
    words = words.replace("[question.smokes]", '[question.smokes]\nhint = "es per day"')
    spoken = (
        ("[page.first]", '\nhint = "hint"\nwhy = "why"\nbefore = "x"'),
        ("[question.smokes]", '\nhint = "per day"'),
    )
    start = FILES["questions/1-start.toml"]
    for name, more in spoken:
        start = start.replace(name, f"{name}{more}")
    spanish = in_language(small(tmp_path, words, start), "es")

    page = spanish.pages["first"]
    assert (page.hint, page.why, page.before) == ("es hint", "es why", "es x")
    assert spanish.questions["smokes"].hint == "es per day"


def test_a_variety_of_a_language_finds_the_language_and_any_other_is_english(tmp_path: Path) -> None:
    protocol = small(tmp_path, words_in_spanish())

    assert in_language(protocol, "es-mx").questions["smokes"].wording == "es Do you smoke?"
    several = replace(protocol, words={"es": protocol.words["es"], "es-mx": replace(protocol.words["es"], parts={})})
    assert in_language(several, "es-mx").parts[0].title == "Start"
    assert in_language(several, "es-mx-x").parts[0].title == "es Start"
    assert in_language(protocol, "de") is protocol
    assert in_language(protocol, "") is protocol


def test_the_decision_is_the_same_in_every_language(tmp_path: Path) -> None:
    protocol = small(tmp_path, words_in_spanish())
    spanish = in_language(protocol, "es")
    answers = {"service_interest": ["talk"], "dob": "1950-01-01", "smokes": "yes", "med_none": "none"}
    given = {**answers, "med_unsure": "no", "med_check": ["none"]}
    results = [decide(Facts(each, given, date(2026, 12, 1))) for each in (protocol, spanish)]

    assert spanish.rules == protocol.rules
    assert spanish.seal == protocol.seal
    assert [found.rule.id for found in results[0].findings] == [found.rule.id for found in results[1].findings]
    assert results[0].outcome == results[1].outcome


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ('wording = "es Do you smoke?"\n', '[question.smokes] "wording" is missing.'),
        ('not_sure = "es I am not sure"\n', '"not_sure" is missing.'),
        ('title = "es First"\n', '[page.first] "title" is missing.'),
        ('hint = "es A few questions"\n', '[part.start] "hint" is missing.'),
    ],
)
def test_a_language_that_is_not_whole_is_refused_with_what_is_missing(tmp_path: Path, left_out: str, said: str) -> None:
    words = words_in_spanish()
    assert left_out in words

    with pytest.raises(NotAProtocol, match="words/es.toml") as refused:
        small(tmp_path, words.replace(left_out, "", 1))
    assert said in str(refused.value)


def test_words_for_something_that_is_not_asked_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAProtocol, match='"shoe_size" is not a key that belongs here'):
        small(tmp_path, words_in_spanish() + '[question.shoe_size]\nwording = "es"\n')


def test_a_sentence_that_belongs_to_no_question_is_said_if_the_language_has_it(tmp_path: Path) -> None:
    protocol = small(tmp_path, words_in_spanish() + '[texts]\n"A talk" = "es A talk"\n')

    assert in_language(protocol, "es").services == {"talk": "es A talk"}
    assert in_words(protocol, "es-mx", "A talk") == "es A talk"
    assert in_words(protocol, "es", "Nobody says this") == "Nobody says this"
    assert in_words(protocol, "de", "A talk") == "A talk"
    assert protocol.services == {"talk": "A talk"}


def test_what_a_language_leaves_in_english_is_named(tmp_path: Path) -> None:
    nothing = left_in_english(small(tmp_path, words_in_spanish()))
    one = left_in_english(small(tmp_path / "b", words_in_spanish() + '[texts]\n"A talk" = "es A talk"\n'))

    assert "A talk" in nothing["es"]
    assert set(nothing["es"]) - set(one["es"]) == {"A talk"}
    assert one["es"], "what the rules say to a patient"


def test_a_sentence_the_protocol_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAProtocol, match='"Another talk" is not a key that belongs here'):
        small(tmp_path, words_in_spanish() + '[texts]\n"Another talk" = "es"\n')
