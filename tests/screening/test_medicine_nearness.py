"""How near a misspelt name may be: mistyped ones are found, and no other medicine is taken for a flagged one."""

from __future__ import annotations

from functools import cache

import pytest

from screening.medications import MedicineNames
from screening.medicine_nearness import Nearness
from screening.medicine_slips import is_slip_alone
from screening.medicine_sounds import outline, sound
from tests.bench import medicine_names as evaluation
from tests.screening.medicine_data import known_names, medications, names


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zolft", "zoloft"),  # left out
        ("zzoloft", "zoloft"),  # hit twice
        ("zoolft", "zoloft"),  # swapped
        ("zolpft", "zoloft"),  # hit with the key beside it
        ("zolpgt", "zoloft"),  # hit in place of it
        ("solopht", "zoloft"),  # by ear
        ("zuluft", "zoloft"),  # vowels are guessed
    ],
)
def test_a_slip_brings_no_strange_consonant(typed: str, meant: str) -> None:
    assert is_slip_alone(typed, meant)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("monopril", "monomil"), ("tebutate", "tenuate"), ("procapan", "probalan"), ("travasol425", "tramadol")],
)
def test_another_word_brings_one(typed: str, meant: str) -> None:
    assert not is_slip_alone(typed, meant)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("vivance", "vyvanse"), ("xanax", "zanaks"), ("psilocybin", "silosibin"), ("knardil", "nardil")),
        *(("phentermine", "fentermin"), ("lightium", "litium"), ("thorazine", "torasine"), ("rhythm", "rithm")),
        *(("shroom", "sroom"), ("prozack", "prozak"), ("scelexa", "selexa"), ("qualude", "kwalude")),
        *(("seroqel", "serokel"), ("celexa", "selexa"), ("wrisperdal", "risperdal"), ("zoloft", "soloft")),
        *(("chlorazine", "klorasin"), ("jardil", "gardil"), ("valium", "falium"), ("effexore", "effexor")),
    ],
)
def test_names_that_are_said_alike_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)


def test_an_outline_keeps_only_that_there_is_a_vowel() -> None:
    assert outline("fikaden") == outline("fikodin") == "fakadan"


@cache
def near() -> Nearness:
    return Nearness(["fluoxetine", "zoloft", "dope"], ["soluft", "flumethrin"])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("zolft", ["zoloft"]),
        ("fluoxitine", ["fluoxetine"]),
        ("floxetne", ["fluoxetine"]),
        ("doap", []),
        ("dowp", []),
        ("dhope", ["dope"]),
        ("dophe", []),
        ("bluoxetine", ["fluoxetine"]),
        ("penicillin", []),
        ("", []),
        ("z", []),
    ],
)
def test_what_is_near_is_found(typed: str, found: list[str]) -> None:
    assert [name for name, _ in near().to(typed)] == found


def test_nearness_is_a_share_of_the_letters() -> None:
    assert [round(score, 3) for _, score in near().to("zolft")] == [0.833]
    assert [round(score, 3) for _, score in near().to("zoloff")] == [0.833]


def test_a_name_nearer_to_another_medicine_suggests_nothing() -> None:
    assert Nearness(["fluoxetine"], []).to("fluoxemine")
    assert Nearness(["fluoxetine"], ["fluoxemini"]).to("fluoxemine")  # as many letters away
    assert not Nearness(["fluoxetine"], ["floxemine"]).to("floxemin")
    assert not Nearness(["fluoxetine"], ["fluoxemine"]).to("fluoxemin")  # two letters and one


def test_twins_are_one_letter_away_or_two_in_a_long_name() -> None:
    known = Nearness(["zoloft", "zolofd", "hydroxyzine", "hydralazine", "hydroxizene"], [])
    assert [name for name, _ in known.twins("zoloft")] == ["zolofd"]
    assert [name for name, _ in known.twins("hydroxyzine")] == ["hydroxizene"]
    assert known.twins("zolo") == []
    assert Nearness(["zoloft", "zolomm"], []).twins("zoloft") == []
    assert [name for name, _ in Nearness(["fluoxedime"], []).twins("fluoxetine")] == ["fluoxedime"]
    assert Nearness(["sertradime"], []).twins("sertraline") == [("sertradime", 0.8)]
    assert known.twins("zoloft") == [("zolofd", 1 - 1 / 6)]


def test_four_letters_are_enough_to_suggest_a_longer_name() -> None:
    assert [(each.name, each.score) for each in names().match("ayer").suggestions] == [("Bayer", 0.75)]


@pytest.mark.parametrize(
    ("typed", "nearness"),
    [
        ("cetamine", 1 - 1 / 8),  # a C can be a K
        ("ketamime", 1 - 1 / 8),  # one letter
        ("ektamine", 1 - 1 / 8),  # two letters changed places at the beginning
    ],
)
def test_a_c_for_a_k_and_two_letters_swapped_are_no_other_beginning(typed: str, nearness: float) -> None:
    assert Nearness(["ketamine"], []).to(typed) == [("ketamine", pytest.approx(nearness))]


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("cetamine", [("ketamine", 0.875)]),
        ("cetconazole", [("ketoconazole", 0.833)]),
        ("fcmotiine", [("famotidine", 0.8)]),
        ("ifusemide", [("frusemide", 0.75)]),
        ("rumwateeprone", [("lumateperone", 0.75)]),
        ("rbitssind", [("Robitussin DM", 0.75)]),
        ("aderol", [("Adderall", 0.863)]),  # by ear, too far by its letters
        ("morfeen", [("morphine", 0.825)]),
        ("qoltren", []),
    ],
)
def test_how_near_names_of_the_protocol_are(typed: str, suggested: list[tuple[str, float]]) -> None:
    assert [(each.name, each.score) for each in names().match(typed).suggestions] == suggested


def test_one_letter_in_five_is_near_and_two_in_eight_only_when_they_are_slips() -> None:
    assert Nearness(["lanta"], []).to("lanva") == [("lanta", 0.8)]
    assert Nearness(["monomil"], []).to("monopril") == []
    assert Nearness(["monomil"], []).to("monomill")


def test_another_first_sound_weighs_a_quarter_of_a_letter() -> None:
    assert Nearness(["ketamine"], []).to("jetamine") == [("ketamine", pytest.approx(1 - 1.25 / 8))]


def test_the_targets_hold_together_on_misspellings_and_names_that_were_not_tuned_on() -> None:
    unused = [each for each in evaluation._real(names()) if each.origin == "held out"]
    first, among_three = evaluation._recall(names(), unused)
    hidden = evaluation._others()[:: evaluation.HELD_OUT]
    known = {name: what for name, what in known_names().items() if name not in set(hidden)}
    words = [word for word in evaluation._words() if not names().match(word).ingredients]
    assert (first >= 0.9, among_three >= 0.97) == (True, True)
    assert evaluation._false_share(MedicineNames(medications(), known), hidden) <= 0.015
    assert evaluation._false_share(names(), words) <= 0.003


@pytest.mark.parametrize(
    ("typed", "is_slip"),
    [
        ("zoloft", True),
        ("zol7oft", False),  # a digit is beside nothing
        ("zoloftk", False),  # no key beside the one before it
        ("zoloftg", True),
        ("kzoloft", False),
        ("xzoloft", True),  # at the beginning
        ("zxoloft", True),
        ("zolofpt", False),  # only beside the one before that
        ("zkoloft", True),  # beside the letter after it
        ("zoklkoft", True),
        ("zolxyoft", False),  # two letters away is not beside
    ],
)
def test_a_new_letter_stands_beside_the_one_it_was_hit_with(typed: str, is_slip: bool) -> None:
    assert is_slip_alone(typed, "zoloft") is is_slip
