"""What stands around a medicine's name: cleaning, dose, form, how often, status, and dates."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.medications import Reading
from screening.medicine_dates import last_taken
from screening.medicine_details import details
from screening.medicine_text import MAX_TEXT, clean, fold, latin, tokens
from tests.screening.medicine_data import names

ON = date(2026, 11, 20)  # a Friday
ABOUT_DATES = """
    stopped off last took ago in since a 3 99 2024 12/31/9999 1/1/1 9999-12-31 weeks months years days march may friday
    yesterday year 0 -
"""


def only(text: str) -> Reading:
    (reading,) = names().read(text, on=ON)
    return reading


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("zolft 50mg", "50mg"),
        ("zoloft 50 mg daily", "50 mg"),
        ("lithium carbonate 300 twice a day", "300"),
        ("Seroquel 25", "25"),
        ("klonopin .5mg", ".5mg"),
        ("klonopin 0.5 mg", "0.5 mg"),
        ("trazodone 50-100mg at night", "50-100mg"),
        ("Norco 10-325", "10-325"),
        ("suboxone 8/2", "8/2"),
        ("vitamin D 2,000 IU", "2,000 IU"),
        ("fentanyl patch 25mcg/hr", "25mcg/hr"),
        ("half a tablet of xanax", "half a tablet"),
        ("20mg prozac", "20mg"),
        ("ketamine in 2023", ""),
        ("prozac every 8 hours", ""),
        ("prozac", ""),
    ],
)
def test_a_dose_is_kept_as_written(text: str, dose: str) -> None:
    assert only(text).dose == dose


@pytest.mark.parametrize(
    ("text", "frequency"),
    [
        ("lithium carbonate 300 twice a day", "twice a day"),
        ("Adderall XR 20mg bid", "bid"),
        ("prozac 20 mg b.i.d.", "b.i.d."),
        ("lamictal 100mg 2x/day", "2x/day"),
        ("tylenol 3 times a day", "3 times a day"),
        ("fentanyl patch every 72 hours", "every 72 hours"),
        ("ozempic once a week", "once a week"),
        ("trazodone at night for sleep", "at night"),
        ("I am taking prozac", ""),
    ],
)
def test_how_often_is_kept_as_written(text: str, frequency: str) -> None:
    assert only(text).frequency == frequency


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("fentanyl patch", "patch"),
        ("adderall XR", "XR"),
        ("haldol depot injection", "depot"),
        ("the patch for pain", "patch"),
    ],
)
def test_a_form_is_kept_as_written(text: str, form: str) -> None:
    assert only(text).form == form


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("stopped prozac", "stopped"),
        ("stopped taking prozac", "stopped"),
        ("prozac (stopped in march)", "stopped"),
        ("I used to take prozac", "stopped"),
        ("no longer on prozac", "stopped"),
        ("not taking prozac anymore", "stopped"),
        ("came off prozac", "stopped"),
        ("xanax as needed", "as_needed"),
        ("xanax prn", "as_needed"),
        ("ativan only when I need it", "as_needed"),
        ("currently taking prozac", "taking"),
        ("maybe prozac", "unsure"),
        ("prozac?", "unsure"),
        ("not sure if prozac", "unsure"),
        ("prozac 20 mg daily", ""),
    ],
)
def test_a_status_is_read_when_the_text_says_one(text: str, status: str) -> None:
    assert only(text).status == status


@pytest.mark.parametrize(
    "text",
    [
        "haven't stopped prozac",
        "never stopped prozac",
        "stopping prozac next week",
        "stopped prozac but restarted",
        "stopped prozac, started again",
        "tapering off prozac",
        "want to stop prozac",
        "prozac stopped tomorrow",
        "on and off prozac",
        "stopped prozac, still use it as needed",
        "might have stopped prozac",
    ],
)
def test_a_doubtful_stop_is_never_read_as_stopped(text: str) -> None:
    assert "stopped" not in {reading.status for reading in names().read(text, on=ON)}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("stopped prozac 3 weeks ago", date(2026, 10, 30)),
        ("3 weeks ago I stopped prozac", date(2026, 10, 30)),
        ("quit prozac two days ago", date(2026, 11, 18)),
        ("stopped prozac a couple of weeks ago", date(2026, 11, 6)),
        ("stopped prozac 2-3 months ago", date(2026, 9, 20)),
        ("stopped prozac 1 year ago", date(2025, 11, 20)),
        ("stopped prozac over 3 months ago", date(2026, 8, 20)),
        ("off prozac for 2 months", date(2026, 9, 20)),
        ("prozac (stopped in march)", date(2026, 3, 31)),
        ("prozac stopped in november", ON),
        ("prozac stopped in december", date(2025, 12, 31)),
        ("stopped prozac in march 2025", date(2025, 3, 31)),
        ("stopped prozac in 2024", date(2024, 12, 31)),
        ("stopped prozac in 2026", ON),
        ("stopped prozac 05/2026", date(2026, 5, 31)),
        ("stopped prozac last week", date(2026, 11, 15)),
        ("stopped prozac last month", date(2026, 10, 31)),
        ("stopped prozac last year", date(2025, 12, 31)),
        ("stopped prozac last friday", date(2026, 11, 13)),
        ("stopped prozac yesterday", date(2026, 11, 19)),
        ("stopped prozac today", ON),
        ("stopped prozac 2026-10-30", date(2026, 10, 30)),
        ("stopped prozac on 10/30/2026", date(2026, 10, 30)),
        ("stopped prozac on 3/4/2026", date(2026, 4, 3)),
        ("stopped prozac on October 3rd", date(2026, 10, 3)),
        ("stopped prozac 3 march 2025", date(2025, 3, 3)),
        ("stopped prozac on Dec 24", date(2025, 12, 24)),
        ("prozac, last dose Oct 15", date(2026, 10, 15)),
        ("started prozac in 2020, stopped 3 weeks ago", date(2026, 10, 30)),
    ],
)
def test_the_last_day_is_the_latest_that_the_words_allow(text: str, day: date) -> None:
    assert only(text).last_taken == day


@pytest.mark.parametrize(
    "text",
    [
        "stopped prozac",
        "stopped prozac a few weeks ago",
        "stopped prozac less than 3 weeks ago",
        "stopped prozac almost 3 months ago",
        "stopped prozac 2 and a half weeks ago",
        "stopped prozac half a year ago",
        "stopped prozac 99999 years ago",
        "stopped prozac 31/31/2026",
        "started prozac 3 weeks ago",
        "prozac since march",
        "prozac 20 mg 2026-01-01",
        "on and off prozac since 2019",
    ],
)
def test_words_that_leave_the_last_day_open_give_none(text: str) -> None:
    assert only(text).last_taken is None


def test_without_a_day_to_count_from_only_full_dates_are_read() -> None:
    assert last_taken("stopped 3 weeks ago", on=None) is None
    assert last_taken("stopped 2026-10-30", on=None) == date(2026, 10, 30)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(ABOUT_DATES.split()), max_size=12).map(" ".join),
    st.dates() | st.none(),
)
def test_no_words_about_dates_break_the_reading(text: str, on: date | None) -> None:
    found = last_taken(text, on=on)
    full_dates = re.search(r"\d{4}|\d/\d", text)
    assert found is None or full_dates or (on is not None and found <= on)


def test_each_medicine_keeps_its_own_details() -> None:
    one, other = names().read("Lexapro 10 mg (stopped 2 weeks ago), Xanax 0.5 mg as needed", on=ON)
    assert (one.dose, one.status, one.last_taken) == ("10 mg", "stopped", date(2026, 11, 6))
    assert (other.dose, other.status, other.last_taken) == ("0.5 mg", "as_needed", None)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Ｐｒｏｚａｃ", "Prozac"),
        ("pro\u200b\u202ezac\u00ad", "prozac"),
        ("St John’s", "St John's"),
        ("a\0b\x07c", "abc"),
        ("a\ud800b", "a\ufffdb"),
        ("a\u2028b", "a\nb"),
        ("a\u2029b", "a\nb"),
        ("a\u1680b", "a b"),
        ("½ tablet", "1/2 tablet"),
    ],
)
def test_text_is_cleaned_of_what_cannot_be_seen(text: str, cleaned: str) -> None:
    assert clean(text) == (cleaned, True)


def test_a_long_text_is_cut_and_says_so() -> None:
    cleaned, is_whole = clean("x" * (MAX_TEXT + 1))
    assert (len(cleaned), is_whole) == (MAX_TEXT, False)


@pytest.mark.parametrize(
    ("name", "key"), [("St John's wort", "stjohnswort"), ("Adipex-P", "adipexp"), ("Prózac", "prozac")]
)
def test_folding_keeps_letters_and_digits(name: str, key: str) -> None:
    assert fold(name) == key


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_tokens_cover_every_letter_and_digit(text: str) -> None:
    cleaned = clean(text)[0]
    covered = {index for token in tokens(cleaned) for index in range(token.start, token.end)}
    assert all(index in covered for index, char in enumerate(cleaned) if char.isalnum())


@pytest.mark.parametrize(
    ("words", "dose", "form", "frequency", "status"),
    [
        ("20 MG Tablet Daily", "20 MG", "Tablet", "Daily", ""),
        ("1 x 20 mg. twice a day, as needed", "1 x 20 mg", "", "twice a day, as needed", "as_needed"),
        ("for 2 weeks", "", "", "", ""),
        ("25", "25", "", "", ""),
        ("since 25", "", "", "", ""),
        ("stopped 25", "", "", "", "stopped"),
        ("in 2025", "", "", "", ""),
        ("stopped, started again", "", "", "", "unsure"),
        ("started, then stopped", "", "", "", "stopped"),
        ("stopped? as needed", "", "", "as needed", "unsure"),
        ("don\u2019t know", "", "", "", "unsure"),
        ("still taking it", "", "", "", "taking"),
        ("İ 5 mg", "5 mg", "", "", ""),
        ("   ", "", "", "", ""),
        ("x" * 300 + " 5 mg", "", "", "", ""),
        ("x" * 290 + " 5 mg", "5 mg", "", "", ""),
    ],
)
def test_words_around_a_name_are_told_apart(words: str, dose: str, form: str, frequency: str, status: str) -> None:
    found = details(words, on=ON)
    assert (found.dose, found.form, found.frequency, found.status) == (dose, form, frequency, status)


@pytest.mark.parametrize(
    ("words", "is_denied"),
    [
        ("not", True),
        ("allergic to", True),
        ("i am not on", True),
        ("not sure", False),
        ("no longer", False),
        ("never stopped", False),
        ("no refills", False),
        ("no refills, not", True),
        ("dont take it any more", False),
        ("20 mg", False),
    ],
)
def test_a_denial_is_told_from_words_that_only_begin_like_one(words: str, is_denied: bool) -> None:
    assert details(words, on=ON).denied is is_denied


@pytest.mark.parametrize(("words", "has_strength"), [("20 mg", True), ("2 tabs", True), ("20", False), ("mg", False)])
def test_a_strength_is_a_number_with_a_unit(words: str, has_strength: bool) -> None:
    assert details(words, on=ON).has_strength is has_strength


def test_a_last_dose_is_a_date_even_when_it_was_not_stopped() -> None:
    found = details("last dose oct 15, still taking", on=ON)
    assert (found.status, found.last_taken) == ("taking", date(2026, 10, 15))
    assert details("taking since oct 15", on=ON).last_taken is None


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a 1 , ; ! -", ["word", "number", "cut", "line", "mark", "cut"]),
        ("1. prozac\n2) xanax", ["line", "word", "line", "line", "word"]),
        ("b.i.d. x", ["word", "word"]),
        ("St. John", ["word", "mark", "word"]),
        ("prozac. Xanax", ["word", "line", "word"]),
        ("prozac. xanax", ["word", "mark", "word"]),
        ("co-codamol 8/500", ["word", "mark", "word", "number"]),
        ("a - b", ["word", "cut", "word"]),
        ("_", ["mark"]),
        ("• x", ["line", "word"]),
    ],
)
def test_a_text_is_cut_into_words_numbers_and_marks(text: str, kinds: list[str]) -> None:
    assert [token.kind for token in tokens(text)] == kinds


def test_a_token_knows_its_place_and_whether_a_space_stands_before_it() -> None:
    one, other, last = tokens("pr0zac x")[1:]
    assert (one.key, one.start, one.end, one.glued) == ("0", 2, 3, True)
    assert (other.key, other.glued, last.key, last.glued) == ("zac", True, "x", False)
    assert [tokens(text)[0].glued for text in ("x", " x", "  x")] == [False, False, False]


def test_a_text_is_whole_up_to_its_longest_and_not_beyond() -> None:
    assert clean("x" * MAX_TEXT) == ("x" * MAX_TEXT, True)
    assert clean("é" * MAX_TEXT) == ("é" * MAX_TEXT, True)
    assert clean("é" * (MAX_TEXT + 1)) == ("é" * MAX_TEXT, False)
    assert clean("\ufdfa" * 1_000)[1] is False
    assert len(clean("\ufdfa" * 1_000)[0]) == MAX_TEXT
    assert clean("e\u0301" * 5_400) == ("é" * 5_000, False)
    assert (clean("½" * 2_001)[0], clean("")) == ("1/2" * 2_001, ("", True))


@pytest.mark.parametrize(
    ("char", "kept"), [("\t", "\t"), ("\r", "\n"), ("\x85", "\n"), ("\u2003", " "), ("\u00ad", "")]
)
def test_spaces_and_line_ends_are_kept_as_such(char: str, kept: str) -> None:
    assert clean(f"a{char}b") == (f"a{kept}b", True)


def test_latin_reads_letters_that_look_like_latin_ones() -> None:
    assert latin("pr\u043ez\u0430c") == "prozac"
    assert latin("prozac") == "prozac"
