"""Everyday words for medicines, and pairs of names that are often mixed up: which are read, and which are asked."""

from __future__ import annotations

import pytest

from screening.medicine_aliases import CONFUSED, MAY_MEAN, MEANS
from tests.screening.medicine_data import medications, names

LISTED = sorted({name for each in medications() for name in (each.ingredient, *each.brands)})


@pytest.mark.parametrize(("word", "meant"), MAY_MEAN.items())
def test_an_everyday_word_that_may_mean_a_medicine_is_asked(word: str, meant: tuple[str, ...]) -> None:
    match = names().match(word)
    assert (match.match, match.how) == ("suggested", "an everyday word that may mean one of these")
    assert [suggestion.name for suggestion in match.suggestions] == list(meant)


@pytest.mark.parametrize(("word", "meant"), MEANS.items())
def test_another_word_for_one_listed_name_is_read_as_it(word: str, meant: str) -> None:
    assert names().match(word).ingredients == names().match(meant).ingredients
    assert names().match(word).how == f'everyday name for "{meant}"'


@pytest.mark.parametrize(("one", "other"), [*CONFUSED, *((other, one) for one, other in CONFUSED)])
def test_every_pair_that_is_often_confused_is_asked(one: str, other: str) -> None:
    match, meant = names().match(one), names().match(other)
    if match.match == "exact" and meant.ingredients not in ((), match.ingredients):
        assert meant.ingredients in {suggestion.ingredients for suggestion in match.look_alikes}


@pytest.mark.parametrize(
    ("typed", "alike"),
    [
        ("hydroxyzine", "hydralazine"),
        ("hydralazine", "hydroxyzine"),
        ("Celexa", "celebrex"),
        ("clonidine", "clonazepam"),
        ("hydroxyzine 25 mg for sleep", "hydralazine"),  # more than a name: the whole reader
    ],
)
def test_look_alikes_are_told_on_an_exact_match(typed: str, alike: str) -> None:
    (reading,) = names().read(typed)
    assert reading.match == "exact"
    assert alike in {suggestion.name.lower() for suggestion in reading.look_alikes}


def test_a_look_alike_is_never_the_medicine_itself() -> None:
    for name in LISTED:
        match = names().match(name)
        assert all(set(alike.ingredients) != set(match.ingredients) for alike in match.look_alikes), name
