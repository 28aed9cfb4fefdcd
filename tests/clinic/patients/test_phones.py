"""Phone numbers: only a number that is certain is one, and every way it may have been typed is found again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.patients.phones import international, ways_to_write


@pytest.mark.parametrize(
    ("given_as", "country", "number"),
    [
        ("+1 555 010 0199", "", "+15550100199"),
        ("(555) 010-0199", "US", "+15550100199"),
        ("1-555-010-0199", "US", "+15550100199"),
        ("555.010.0199", "CA", "+15550100199"),
        ("07700 900123", "GB", "+447700900123"),
        ("0044 7700 900123", "US", "+447700900123"),
        ("+49 30 1234567", "US", "+49301234567"),
        ("(555) 010-0199", "", ""),
        ("010-0199", "US", ""),
        ("25550100199", "US", ""),
        ("7700 900123", "GB", ""),
        ("+0 555 010 0199", "US", ""),
        ("555 010 0199 ext. 4", "US", ""),
        ("+1234567890123456", "", ""),
        ("+12", "", ""),
        ("٠٥٥٥٠١٠٠١٩٩", "US", ""),
        ("", "US", ""),
    ],
)
def test_a_number_is_international_or_nothing(given_as: str, country: str, number: str) -> None:
    assert international(given_as, country) == number


@given(st.text(max_size=30), st.sampled_from(["", "US", "GB", "JP"]))
def test_whatever_is_typed_comes_out_as_plus_and_digits_or_nothing(text: str, country: str) -> None:
    number = international(text, country)

    assert number == "" or (number[0] == "+" and number[1:].isascii() and number[1:].isdigit())


@pytest.mark.parametrize(
    ("typed", "country"),
    [("+1 555 010 0199", ""), ("(555) 010-0199", "US"), ("1 555 010 0199", "US"), ("07700 900123", "GB")],
)
def test_a_number_is_found_however_it_was_typed(typed: str, country: str) -> None:
    assert "".join(filter(str.isdigit, typed)) in ways_to_write(international(typed, country))
