"""The date in three boxes: what it accepts, what it keeps, and errors that name the part."""

import datetime

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from clinic.web.templatetags.calm import first_input_id
from clinic.web.widgets import PartialDate, ThreePartDateField

TODAY = datetime.date(2026, 11, 20)


class Birth(forms.Form):
    born = ThreePartDateField(
        label="Date of birth",
        name="your date of birth",
        earliest=datetime.date(1900, 1, 1),
        latest=lambda: TODAY,
        autocomplete="bday",
    )


class Taken(forms.Form):
    taken = ThreePartDateField(label="Last taken", name="the day you last took it", partial=True, required=False)


def birth(month: str, day: str, year: str) -> Birth:
    return Birth({"born_month": month, "born_day": day, "born_year": year})


def taken(month: str, day: str, year: str) -> Taken:
    return Taken({"taken_month": month, "taken_day": day, "taken_year": year})


@pytest.mark.parametrize(
    "typed",
    [
        ("5", "2", "1991"),
        ("05", "02", "1991"),
        (" 5 ", "2", "1991"),
        ("May", "2", "1991"),
        ("may.", "2", "1991"),
        ("MAY", "02", "1991"),
    ],
)
def test_a_date_may_be_typed_in_several_ways(typed: tuple[str, str, str]) -> None:
    form = birth(*typed)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["born"] == datetime.date(1991, 5, 2)


@pytest.mark.parametrize(
    ("typed", "message", "lands_on"),
    [
        (("", "", ""), "Enter your date of birth", 0),
        (("5", "", "1991"), "Your date of birth must include a day", 1),
        (("", "2", "1991"), "Your date of birth must include a month", 0),
        (("5", "", ""), "Your date of birth must include a day and a year", 1),
        (("13", "2", "1991"), "The month of your date of birth must be a number from 1 to 12, or its name", 0),
        (("0", "2", "1991"), "The month of your date of birth must be a number from 1 to 12, or its name", 0),
        (("Mayday", "2", "1991"), "The month of your date of birth must be a number from 1 to 12, or its name", 0),
        (("5", "32", "1991"), "The day of your date of birth must be a number from 1 to 31", 1),
        (("5", "second", "1991"), "The day of your date of birth must be a number from 1 to 31", 1),
        (("5", "2", "91"), "The year of your date of birth must have 4 numbers, like 1985", 2),
        (("5", "2", "²⁰²⁰"), "The year of your date of birth must have 4 numbers, like 1985", 2),
        (("5", "2", "9" * 5000), "The year of your date of birth must have 4 numbers, like 1985", 2),
        (("2", "30", "1991"), "Your date of birth is not in the calendar. Check the month and the day", 0),
        (("11", "21", "2026"), "Your date of birth must be November 20, 2026 or earlier", 2),
        (("12", "31", "1899"), "Your date of birth must be in 1900 or later", 2),
    ],
)
def test_an_error_names_the_part_and_its_link_lands_on_it(
    typed: tuple[str, str, str], message: str, lands_on: int
) -> None:
    form = birth(*typed)

    assert form.errors["born"] == [message]
    assert first_input_id(form["born"]) == f"id_born_{lands_on}"


def test_only_the_wrong_box_is_marked_and_what_was_typed_is_kept() -> None:
    form = birth("5", "32", "1991")
    form.is_valid()

    html = str(form["born"])

    assert html.count('aria-invalid="true"') == 1
    assert 'name="born_day" value="32"' in html
    assert 'name="born_month" value="5"' in html


def test_the_boxes_are_labelled_and_filled_in_by_the_browser() -> None:
    html = str(Birth(initial={"born": datetime.date(1991, 5, 2)})["born"])

    assert html.index(">Month</label>") < html.index(">Day</label>") < html.index(">Year</label>")
    assert 'autocomplete="bday-month"' in html
    assert 'inputmode="numeric"' in html
    assert 'name="born_month" value="5"' in html


def test_one_persons_error_never_shows_in_the_next_persons_form() -> None:
    assert not birth("13", "2", "1991").is_valid()

    assert "aria-invalid" not in str(Birth()["born"])


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        (("", "", "2024"), PartialDate(2024)),
        (("5", "", "2024"), PartialDate(2024, 5)),
        (("5", "2", "2024"), PartialDate(2024, 5, 2)),
        (("", "", ""), None),
    ],
)
def test_a_partial_date_may_leave_out_the_day_or_the_month(
    typed: tuple[str, str, str], value: PartialDate | None
) -> None:
    form = taken(*typed)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["taken"] == value


@pytest.mark.parametrize("typed", [("5", "2", ""), ("", "2", "2024"), ("5", "", "")])
def test_a_partial_date_still_needs_what_gives_it_meaning(typed: tuple[str, str, str]) -> None:
    assert not taken(*typed).is_valid()


@pytest.mark.parametrize("known", [PartialDate(2024), PartialDate(2024, 5), PartialDate(2024, 5, 2)])
def test_a_partial_date_comes_back_as_it_was_typed(known: PartialDate) -> None:
    boxes = ThreePartDateField(name="x").widget.decompress(str(known))
    form = taken(*boxes)

    assert form.is_valid()
    assert form.cleaned_data["taken"] == known


@given(st.dates(min_value=datetime.date(1900, 1, 1), max_value=TODAY))
def test_every_date_survives_the_round_trip(day: datetime.date) -> None:
    boxes = ThreePartDateField(name="x").widget.decompress(day)
    form = birth(*boxes)

    assert form.is_valid()
    assert form.cleaned_data["born"] == day
    assert Birth.base_fields["born"].has_changed(day, boxes) is False


@given(st.lists(st.text(max_size=12), min_size=3, max_size=3))
def test_any_text_at_all_is_answered_with_a_date_or_a_sentence(typed: list[str]) -> None:
    form = birth(*typed)

    if not form.is_valid():
        assert len(form.errors["born"]) == 1
        assert form.errors["born"][0][0].isupper()
