"""How long a medicine looks back: clinical.md sections 4.2 and 5.2."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.lookback import look_back
from screening.medications import Medication

ON = date(2026, 11, 20)


def medicine(washout: int, half_life: float | None, *tags: str) -> Medication:
    return Medication("x", (), "", frozenset(tags), half_life, half_life, washout, {"psy": 2, "ket": 1}, "", ())


FLUOXETINE = medicine(42, 384, "SRI", "SSRI")
GABAPENTIN = medicine(0, 7, "gabapentinoid")
NO_FIGURES = medicine(0, None, "common")


def stopped(medication: Medication, days: int, on: date = ON) -> str:
    return look_back(medication, status="stopped", last_taken=on - timedelta(days=days), on=on).state


@pytest.mark.parametrize(
    ("days", "state"), [(0, "in_force"), (42, "in_force"), (43, "late"), (90, "late"), (91, "past"), (900, "past")]
)
def test_a_stopped_serotonin_medicine_is_in_force_for_its_wash_out_then_late_for_ninety_days(
    days: int, state: str
) -> None:
    assert stopped(FLUOXETINE, days) == state


def test_five_half_lives_stand_in_for_a_missing_wash_out_rounded_up() -> None:
    back = look_back(GABAPENTIN, status="stopped", last_taken=ON, on=ON)
    assert (back.full_days, back.tail_days) == (2, 2)  # 35 hours
    assert [stopped(GABAPENTIN, days) for days in (1, 2, 3)] == ["in_force", "in_force", "past"]


def test_the_tail_is_five_half_lives_when_they_are_longer_than_the_wash_out() -> None:
    back = look_back(medicine(14, 720), status="stopped", last_taken=ON, on=ON)
    assert (back.full_days, back.tail_days) == (14, 150)


@pytest.mark.parametrize("tag", ["OTC", "supplement", "food", "alcohol", "nicotine", "caffeine", "herbal"])
def test_the_ninety_day_tail_is_only_for_prescribed_serotonin_medicines(tag: str) -> None:
    assert look_back(medicine(14, 48, "SRI", tag), status="stopped", last_taken=ON, on=ON).tail_days == 14


@pytest.mark.parametrize(
    ("status", "last_taken", "why"),
    [
        ("taking", None, "Taken now: in force."),
        ("as_needed", None, "Taken as needed: in force."),
        ("unsure", None, "Not sure if it is still taken: in force."),
        ("Stopped", ON, "Not known if it is still taken: in force."),
        ("stopped", None, "Stopped on an unknown date: in force."),
        ("stopped", ON, "Stopped on 2026-11-20, 0 days ago: in force."),
        ("stopped", date(2027, 1, 1), "Stopped on 2027-01-01, a date in the future: in force."),
        ("stopped", date(1, 1, 1), "Stopped on 0001-01-01, a date more than 120 years ago: in force."),
        ("stopped", date(1905, 12, 31), "Stopped on 1905-12-31, a date more than 120 years ago: in force."),
        ("stopped", date(1906, 1, 1), "Stopped on 1906-01-01, 44153 days ago: past."),
        ("stopped", ON - timedelta(days=60), "Stopped on 2026-09-21, 60 days ago: late, at most a caution."),
        ("stopped", ON - timedelta(days=91), "Stopped on 2026-08-21, 91 days ago: past."),
    ],
)
def test_the_basis_begins_with_what_was_said(status: str, last_taken: date | None, why: str) -> None:
    assert look_back(FLUOXETINE, status=status, last_taken=last_taken, on=ON).basis.startswith(f"{why} Full look-back")


def test_the_basis_says_when_there_are_no_figures_and_when_half_lives_make_the_tail() -> None:
    unknown = look_back(NO_FIGURES, status="stopped", last_taken=ON, on=ON)
    long = look_back(medicine(14, 720), status="stopped", last_taken=ON, on=ON)
    assert unknown.basis == (
        "Stopped on 2026-11-20: in force, as nobody can tell when it is clear. "
        "No wash-out and no half-life are given. No tail after it."
    )
    assert long.basis.endswith("Full look-back 14 days (wash-out). Tail to 150 days (5 half-lives).")


def test_what_was_taken_and_when_is_kept_whatever_comes_of_it() -> None:
    for status, day in (("taking", None), ("stopped", ON - timedelta(days=1)), ("stopped", date(2027, 1, 1))):
        back = look_back(FLUOXETINE, status=status, last_taken=day, on=ON)
        assert back[:4] == (FLUOXETINE, status, day, ON)


def test_stopped_today_has_the_date_it_is_clear_on_and_no_tail_of_its_own() -> None:
    assert look_back(FLUOXETINE, status="stopped", last_taken=ON, on=ON).clear_on == ON + timedelta(days=42)
    assert look_back(NO_FIGURES, status="taking", last_taken=None, on=ON).tail_days == 0


def test_the_last_day_of_the_calendar_is_still_a_date() -> None:
    back = look_back(FLUOXETINE, status="stopped", last_taken=date.max - timedelta(days=42), on=date.max)
    assert back.clear_on == date.max


@pytest.mark.parametrize("status", ["taking", "as_needed", "unsure", "", "Stopped", "anything"])
def test_everything_but_stopped_is_in_force(status: str) -> None:
    back = look_back(FLUOXETINE, status=status, last_taken=date(2000, 1, 1), on=ON)
    assert (back.state, back.clear_on) == ("in_force", None)


def test_stopped_without_a_date_is_in_force() -> None:
    back = look_back(FLUOXETINE, status="stopped", last_taken=None, on=ON)
    assert (back.state, back.clear_on) == ("in_force", None)


def test_stopped_in_the_future_is_in_force() -> None:
    assert look_back(FLUOXETINE, status="stopped", last_taken=date(2027, 1, 1), on=ON).state == "in_force"


def test_stopped_before_birth_is_in_force_and_on_the_day_of_birth_it_is_past() -> None:
    born = date(1991, 5, 2)
    before, since = (
        look_back(FLUOXETINE, status="stopped", last_taken=day, on=ON, born=born)
        for day in (born - timedelta(days=1), born)
    )
    assert (before.state, before.clear_on, since.state) == ("in_force", None, "past")
    assert before.basis.startswith("Stopped on 1991-05-01, a date before birth: in force.")


def test_without_wash_out_and_half_life_nobody_can_tell_when_it_is_clear() -> None:
    assert stopped(NO_FIGURES, 9000) == "in_force"


def test_the_date_and_its_basis_are_given() -> None:
    back = look_back(FLUOXETINE, status="stopped", last_taken=date(2026, 10, 30), on=ON)
    assert back.clear_on == date(2026, 12, 11)
    assert back.basis == (
        "Stopped on 2026-10-30, 21 days ago: in force. Full look-back 42 days (wash-out). "
        "Tail to 90 days (prescription serotonin reuptake inhibitor)."
    )


def test_the_basis_names_half_lives() -> None:
    basis = look_back(GABAPENTIN, status="stopped", last_taken=ON - timedelta(days=1), on=ON).basis
    assert basis == (
        "Stopped on 2026-11-19, 1 day ago: in force. "
        "Full look-back 2 days (5 half-lives of 7 h, rounded up). No tail after it."
    )


def test_a_look_back_beyond_the_calendar_has_no_date() -> None:
    back = look_back(FLUOXETINE, status="stopped", last_taken=date.max, on=date.max)
    assert (back.state, back.clear_on) == ("in_force", None)


@given(
    washout=st.integers(0, 400),
    half_life=st.none() | st.floats(0.1, 5000),
    is_sri=st.booleans(),
    last_taken=st.none() | st.dates(),
    on=st.dates(),
    days=st.integers(0, 500),
)
def test_a_later_last_dose_never_counts_for_less(
    washout: int, half_life: float | None, is_sri: bool, last_taken: date | None, on: date, days: int
) -> None:
    order = ["past", "late", "in_force"]
    medication = medicine(washout, half_life, *(["SRI"] if is_sri else []))
    back = look_back(medication, status="stopped", last_taken=last_taken, on=on)
    assert back.tail_days >= back.full_days >= 0
    if last_taken and last_taken <= date.max - timedelta(days=days):
        later = look_back(medication, status="stopped", last_taken=last_taken + timedelta(days=days), on=on)
        assert order.index(later.state) >= order.index(back.state)
