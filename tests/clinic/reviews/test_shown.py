"""Scores, medicines and times as they are shown, and what the form accepts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clinic.intake import protocols
from clinic.reviews import answers, medicines, scores, words
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW

PHQ = {f"phq{number}": "3" for number in range(1, 10)}


def scored(given_answers: dict[str, Any]) -> dict[str, scores.Scored]:
    return {each.name: each for each in scores.scores(protocols.current(), given_answers)}


def test_a_complete_scale_has_a_total_and_a_band() -> None:
    phq = scored(PHQ)["PHQ-9"]

    assert (phq.points, phq.maximum, phq.band, phq.missing) == ("27", 27, "severe", "")
    assert phq.cuts == (0, 5, 10, 15, 20)


@pytest.mark.parametrize("gap", [None, "not_sure", "prefer_not"])
def test_a_scale_with_a_gap_has_no_total(gap: str | None) -> None:
    phq = scored(PHQ | {"phq3": gap})["PHQ-9"]

    assert phq.points == ""
    assert phq.missing == "Not complete. Not answered: item 3. No total is given."


def test_a_scale_that_was_not_shown_was_not_asked() -> None:
    assert scored(PHQ)["PC-PTSD-5"].missing == "Not asked"


def test_an_answer_off_the_scale_gives_no_total() -> None:
    assert scored(PHQ | {"phq3": "7"})["PHQ-9"].missing.startswith("Not readable.")


def test_a_mean_is_shown_as_one() -> None:
    peg = scored({"peg1": "4", "peg2": "5", "peg3": "4"})["PEG"]

    assert (peg.points, peg.maximum) == ("4.33", 10)


def test_the_short_form_says_when_there_is_no_total() -> None:
    shown = scores.scores(protocols.current(), PHQ | {"gad1": "1"})

    assert scores.short(shown) == ["PHQ-9 27", "GAD-7 not complete"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "kind", "clear", "note"),
    [
        (("Zoloft", "taking", ""), "on", "Taking now", "Looks back 14 days"),
        (("Zoloft", "as_needed", ""), "on", "Taking now", "Looks back 14 days"),
        (("Zoloft", "unsure", ""), "on", "Counts as taken", "Looks back 14 days"),
        (("Zoloft", "stopped", ""), "on", "Counts as taken", "Looks back 14 days"),
        (("Zoloft", "stopped", "2026-11-25"), "left", "Dec 9", "9 days left of 14"),
        (("Zoloft", "stopped", "2026-11-01"), "nt", "In the tail", "Counts a little up to 90 days"),
        (("Zoloft", "stopped", "2026-01-01"), "", "Clear", "Look-back was 14 days"),
        (("zzqx", "taking", ""), "", "Not known", "Taking now. Ask the patient."),
    ],
)
def test_a_medicine_says_until_when_it_counts(line: tuple[str, str, str], kind: str, clear: str, note: str) -> None:
    record = records.sealed({"med_none": "takes"}, [records.medicine(*line)])

    (row,) = medicines.rows(record.result, protocols.current(), record.answers["medicines"])

    assert (row.typed, row.kind, row.clear, row.note) == (line[0], kind, clear, note)


@pytest.mark.django_db
def test_what_was_not_matched_comes_first_with_what_it_may_be() -> None:
    record = records.sealed({"med_none": "takes"}, [records.medicine("Zoloft"), records.medicine("zolft")])

    shown = medicines.rows(record.result, protocols.current(), record.answers["medicines"])

    assert [row.typed for row in shown] == ["zolft", "Zoloft"]
    assert "Near: Zoloft" in shown[0].about
    assert medicines.summary(shown) == "2 listed, 1 not matched."


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (-40, "Late by 40 min"),
        (0.5, "in less than 1 min"),
        (190, "in 3 h 10 min"),
        (180, "in 3 h"),
        (2880, "in 2 days"),
    ],
)
def test_due_in_words(minutes: float, said: str) -> None:
    assert words.due(NOW + timedelta(minutes=minutes), now=NOW) == said


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)))
def test_a_length_of_time_is_never_longer_in_words(span: timedelta) -> None:
    units = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "day": timedelta(days=1), "days": timedelta(days=1)}
    said = words.length(span).removeprefix("less than ").split()

    told = sum((int(number) * units[unit] for number, unit in zip(said[::2], said[1::2], strict=True)), timedelta(0))

    assert told <= max(span, timedelta(minutes=1))


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 12, 1, 16, 5, tzinfo=NOW.tzinfo), "8:05 am"),
        (datetime(2026, 12, 1, 5, 52, tzinfo=NOW.tzinfo), "Mon 9:52 pm"),
        (datetime(2026, 11, 9, 20, 0, tzinfo=NOW.tzinfo), "Nov 9, 12:00 pm"),
        (datetime(2025, 11, 9, 20, 0, tzinfo=NOW.tzinfo), "Nov 9, 2025, 12:00 pm"),
    ],
)
def test_moments_are_said_in_the_clinics_time(at: datetime, said: str) -> None:
    with timezone.override("America/Los_Angeles"):
        assert words.moment(at, now=NOW) == said


@pytest.mark.parametrize(
    ("born_on", "years"), [("1992-12-01", 34), ("1992-12-02", 33), (None, None), ("", None), ("x", None)]
)
def test_age(born_on: str | None, years: int | None) -> None:
    assert words.age(born_on, on=date(2026, 12, 1)) == years


@given(st.text())
def test_a_headline_and_its_rest_lose_no_word(text: str) -> None:
    head, rest = words.first_sentence(text)

    assert text.startswith(head)
    assert text[len(text) - len(rest) :][1:] == rest[1:]
    assert text[len(head) : len(text) - len(rest)] in ("", ".", ". ", "; ")


@pytest.mark.django_db
def test_doubts_are_what_was_not_answered_though_needed_and_what_was_not_sure() -> None:
    record = records.sealed({"hppd": "not_sure", "psy_reaction": None, "gender": None, "home_safe": "prefer_not"})
    facts = answers.facts_of(protocols.current(), record.answers["answers"], NOW.date())

    doubts = {each.question for each in answers.doubts(facts)}

    assert {"hppd", "psy_reaction"} <= doubts
    assert "gender" not in doubts
