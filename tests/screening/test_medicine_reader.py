"""How a text is cut into medicines: what belongs to which name, what is one medicine, and what stands alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from screening.medications import Medication, MedicineNames
from screening.medicine_names import NameIndex
from screening.medicine_reader import MOST_LOOKED_UP
from tests.screening.medicine_data import names

ON = date(2026, 11, 20)


def parts(text: str) -> list[tuple[str, str]]:
    return [(reading.typed, reading.match) for reading in names().read(text, on=ON)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Zoloft (sertraline) 50 mg", [("Zoloft (sertraline) 50 mg", "exact")]),
        ("sertraline = Zoloft", [("sertraline = Zoloft", "exact")]),
        ("Zoloft - sertraline", [("Zoloft - sertraline", "exact")]),
        ("Zoloft sertraline", [("Zoloft sertraline", "exact")]),
        ("Zoloft, sertraline", [("Zoloft", "exact"), ("sertraline", "exact")]),
        ("Zoloft (fluoxetine)", [("Zoloft", "exact"), ("fluoxetine", "exact")]),
        ("20 mg prozac", [("20 mg prozac", "exact")]),
        ("20 mg, prozac", [("20 mg, prozac", "exact")]),
        ("prozac, 20 mg, daily", [("prozac, 20 mg, daily", "exact")]),
        ("daily: prozac", [("daily: prozac", "exact")]),
        ("For sleep: trazodone", [("For sleep: trazodone", "exact")]),
        ("Stopped: for sleep: trazodone", [("Stopped: for sleep: trazodone", "exact")]),
        ("prozac, anxiety daily", [("prozac", "exact"), ("anxiety daily", "unrecognised")]),
        ("prozac, this for anxiety", [("prozac", "exact"), ("this for anxiety", "unrecognised")]),
        ("prozac, daily for anxiety", [("prozac, daily for anxiety", "exact")]),
        ("blahblah st jons wort", [("blahblah", "unrecognised"), ("st jons wort", "suggested")]),
        ("Stopped: prozac\nNow: xanax", [("Stopped: prozac", "exact"), ("Now: xanax", "exact")]),
        ("prozac and 20 mg xanax", [("prozac", "exact"), ("20 mg xanax", "exact")]),
        ("benadryl pm", [("benadryl pm", "suggested")]),
        ("benadryl-pm", [("benadryl-pm", "suggested")]),
        ("benadryl pm diphenhydramine", [("benadryl pm", "suggested"), ("diphenhydramine", "exact")]),
        ("diphenhydramine benadryl pm", [("diphenhydramine", "exact"), ("benadryl pm", "suggested")]),
        ("tylenol plus prozac", [("tylenol", "exact"), ("prozac", "exact")]),
        ("acid reflux", [("acid reflux", "unrecognised")]),
        ("acid 2 tabs a month", [("acid 2 tabs a month", "exact")]),
        ("blorp and xyzzy", [("blorp", "unrecognised"), ("xyzzy", "unrecognised")]),
        ("the blorp of xyzzy", [("the blorp of xyzzy", "unrecognised")]),
        ("no other medicines", [("no other medicines", "unrecognised")]),
        ("prozac, no other medicines", [("prozac, no other medicines", "exact")]),
        ("prozac, ???", [("prozac", "exact"), ("???", "unrecognised")]),
        ("??? and prozac", [("???", "unrecognised"), ("prozac", "exact")]),
        ("prozac ???", [("prozac ???", "exact")]),
        ("prozac, a patch", [("prozac", "exact"), ("a patch", "unrecognised")]),
        ("prozac, tablets", [("prozac, tablets", "exact")]),
        ("prozac\ntablets", [("prozac", "exact"), ("tablets", "unrecognised")]),
        ("prozac, for pain", [("prozac, for pain", "exact")]),
        ("prozac, 2 a day for pain", [("prozac, 2 a day for pain", "exact")]),
        ("prozac, pain", [("prozac", "exact"), ("pain", "unrecognised")]),
        ("1) prozac 2) xanax", [("prozac", "exact"), ("xanax", "exact")]),
        ("prozac 1st thing in the morning", [("prozac 1st", "exact"), ("thing in the morning", "unrecognised")]),
        ("lithium carbonate citrate", [("lithium carbonate citrate", "exact")]),
        ("carbonate", [("carbonate", "unrecognised")]),
        ("prozac [20 mg]", [("prozac [20 mg]", "exact")]),
        ("prozac {20 mg}.", [("prozac {20 mg}.", "exact")]),
        ('"prozac"', [('"prozac"', "exact")]),
        ("prozac 20", [("prozac 20", "exact")]),
        ("prozac!", [("prozac!", "exact")]),
        ("no", [("no", "unrecognised")]),
        ("blorp?? xyzzy", [("blorp?? xyzzy", "unrecognised")]),
        ("blorp-xyzzy", [("blorp-xyzzy", "unrecognised")]),
        ("blorp--xyzzy", [("blorp--", "unrecognised"), ("xyzzy", "unrecognised")]),
        ("estradiol (angeliq)", [("estradiol", "exact"), ("angeliq", "unrecognised")]),
        ("prozac, two patches", [("prozac, two patches", "exact")]),
        ("prozac, patch daily", [("prozac, patch daily", "exact")]),
        ("prozac, patch", [("prozac", "exact"), ("patch", "unrecognised")]),
        ("tablets, prozac", [("tablets", "unrecognised"), ("prozac", "exact")]),
        ("prozac for sleep, 20 mg: xanax", [("prozac for sleep, 20 mg", "exact"), ("xanax", "exact")]),
        ("prozac acid reflux", [("prozac", "exact"), ("acid reflux", "unrecognised")]),
        ("pro\nzac", [("pro", "unrecognised"), ("zac", "unrecognised")]),
        (
            "amlodipine besylate and atorvastatin calcium",
            [("amlodipine besylate", "exact"), ("atorvastatin calcium", "exact")],
        ),
        (
            "acetaminophen, aspirin, and codeine phosphate",
            [("acetaminophen, aspirin, and codeine phosphate", "exact")],
        ),
        ("blorp daily xyzzy", [("blorp daily", "unrecognised"), ("xyzzy", "unrecognised")]),
        ("xyzzy ? blorp", [("xyzzy ? blorp", "unrecognised")]),
        ("zolft--prozca", [("zolft--", "suggested"), ("prozca", "suggested")]),
        ("xyzzy, acid", [("xyzzy", "unrecognised"), ("acid", "exact")]),
        ("lithum acid", [("lithum", "suggested"), ("acid", "unrecognised")]),
        ("20 mg, daily", [("20 mg, daily", "unrecognised")]),
        ("20 tablets ,", [("20 tablets ,", "unrecognised")]),
    ],
)
def test_every_word_belongs_to_one_medicine(text: str, wanted: list[tuple[str, str]]) -> None:
    assert parts(text) == wanted


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("pro zac", 'joined from "pro zac"'),
        ("pro-zac", "brand name"),
        ("fluoxetine", "ingredient"),
        ("5 HTP", "ingredient"),
        ("stjohns wort", "ingredient"),
        ("xan ax", 'joined from "xan ax"'),
        ("tylenol 3", "brand name of a combination"),
        ("tylenol 3 tabs", "a number behind the name can make it another product"),
        ("Prozac", "brand name"),
        ("Symbyax", "brand name of a combination"),
        ("weed", "other name"),
        ("sjw", 'everyday name for "St John\'s wort"'),
        ("not prozac", 'a word such as "not" or "allergic" stands beside the name'),
        ("benadryl pm", "a word behind the name can make it another product"),
        ("zolft", "near in spelling or sound"),
        ("pot", "an everyday word that may mean one of these"),
        ("xyzzy", "not recognised"),
        ("20 mg", "no name of a medicine in it"),
        ("none", "says that there is none, which a person must confirm"),
        ("", "nothing was written"),
        ("celecoxib", "known, but not assessed by this protocol"),
    ],
)
def test_how_a_medicine_was_read_is_said(text: str, how: str) -> None:
    (reading,) = names().read(text, on=ON)
    assert reading.how == how


def test_what_is_said_beside_an_unknown_word_is_said_of_that_word() -> None:
    blorp, xyzzy = names().read("blorp stopped xyzzy", on=ON)
    assert (blorp.typed, blorp.status, xyzzy.typed, xyzzy.status) == ("blorp stopped", "stopped", "xyzzy", "")


def test_a_name_that_is_not_taken_is_suggested_as_it_stands() -> None:
    (denied,) = names().read("not prozac")
    assert [(each.name, each.ingredients, each.score) for each in denied.suggestions] == [
        ("Prozac", ("fluoxetine",), 1.0)
    ]


def test_unknown_words_are_looked_up_as_one_name_and_an_everyday_name_tells_its_own() -> None:
    (reading,) = names().read("pro zca")
    assert [(each.name, each.score) for each in reading.suggestions] == [("Prozac", 0.833), ("Proscar", 0.814)]
    assert names().match("sjw").name == "St John's wort"


def test_a_list_of_a_hundred_misspelt_names_is_looked_up_to_its_end() -> None:
    assert {reading.match for reading in names().read("zolft\n" * 100)} == {"suggested"}


def test_a_name_that_was_cut_off_is_not_matched() -> None:
    assert names().match("lithium" + " " * 9_993).match == "exact"
    assert names().match("lithium" + " " * 9_994).match == "unrecognised"


def test_what_is_left_off_is_said_to_be_so() -> None:
    *_, last = names().read("lithium\n" * 101)
    assert (last.how, last.match) == ("the rest of a long list, not read", "unrecognised")
    *_, beyond = names().read("lithium " + "x" * 10_100)
    assert beyond.how == "the rest of a long list, not read"
    assert beyond.typed == "x" * 108


def test_a_long_name_is_kept_to_three_hundred_characters() -> None:
    (reading,) = names().read("x" * 400)
    assert reading.typed == "x" * 299 + "…"
    assert names().read("y" * 300)[0].typed == "y" * 300


def test_one_misspelt_word_among_unknown_ones_must_be_nearer() -> None:
    assert parts("blorp zoloff") == [("blorp", "unrecognised"), ("zoloff", "suggested")]
    assert [match for _, match in parts("blorp emsan")] == ["unrecognised"]
    assert parts("emsan")[0][1] == "suggested"


def test_an_ordinary_word_beside_a_strength_is_looked_at() -> None:
    assert [reading.match for reading in names().read("concept")] == ["unrecognised"]
    assert [reading.match for reading in names().read("concert 36 mg")] == ["suggested"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("carbonate prozac", 2),
        ("xyzzy prozac carbonate citrate", 2),
        ("prozac blorp carbonate", 2),
        ("prozac 20 carbonate", 2),
        ("prozac hcl 20", 1),
    ],
)
def test_a_salt_belongs_to_the_name_right_before_it(text: str, number: int) -> None:
    assert len(parts(text)) == number


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("benadryl plus", ["suggested"]),
        ("benadryl plus, prozac", ["suggested", "exact"]),
        ("benadryl plus 20 mg prozac", ["exact", "exact"]),
        ("benadryl plus prozac", ["exact", "exact"]),
    ],
)
def test_a_plus_at_the_end_of_a_name_makes_it_another_product(text: str, matches: list[str]) -> None:
    assert [match for _, match in parts(text)] == matches


def test_details_belong_to_the_name_beside_them() -> None:
    prozac, zoloft, xanax = names().read("prozac 20 mg daily, zoloft 50 mg at night; xanax 1 mg prn", on=ON)
    assert [(each.dose, each.frequency) for each in (prozac, zoloft)] == [("20 mg", "daily"), ("50 mg", "at night")]
    assert (xanax.dose, xanax.frequency, xanax.status) == ("1 mg", "prn", "as_needed")


def test_details_belong_to_the_misspelt_name_beside_them() -> None:
    released, other = names().read("zolft-xr duloxetiane", on=ON)
    assert (released.form, other.form) == ("xr", "")
    doubted, unknown = names().read("olpidem? xyzzy", on=ON)
    assert (doubted.status, unknown.status) == ("unsure", "")


def test_a_digit_in_a_misspelt_name_counts_as_a_letter() -> None:
    (reading,) = names().read("zol7oft")
    assert [(each.name, each.score) for each in reading.suggestions] == [("Zoloft", 0.857)]


@pytest.mark.parametrize("text", ["Ortho Trie-Cyclen", "atrvastatin-hydrochloride"])
def test_a_hyphen_in_a_misspelt_name_makes_it_no_farther(text: str) -> None:
    hyphen, space = (names().read(each)[0].suggestions for each in (text, text.replace("-", " ")))
    assert hyphen == space != ()


def test_a_space_within_a_word_of_a_longer_name_is_told() -> None:
    assert [names().read(text)[0].how for text in ("buty l nitrite", "butyl nitrite")] == [
        'joined from "buty l nitrite"',
        "other name",
    ]


def few(*listed: str, **known: tuple[str, ...]) -> MedicineNames:
    medication = Medication(listed[0], listed[1:], "", frozenset(), None, None, 0, {"psy": 1, "ket": 1}, "", ())
    return MedicineNames([medication], {name.replace("_", "/"): what for name, what in known.items()})


def test_a_name_of_the_protocol_is_one_though_it_is_an_everyday_word() -> None:
    assert [reading.match for reading in few("nicotine", "patch").read("patch!")] == ["exact"]
    assert [reading.match for reading in few("nicotine", patch=("nicotine",)).read("patch!")] == ["unrecognised"]


def test_a_name_that_ends_in_numbers_is_read_whole() -> None:
    index = few("oxycodone", "Perco 5/325")
    assert [(reading.match, reading.dose) for reading in index.read("my Perco 5/325")] == [("exact", "")]


def test_a_short_name_is_joined_from_two_words_only_when_the_protocol_lists_it() -> None:
    index = few("fluoxetine", "prozac", oxygen=("oxygen",), paracetamol=("paracetamol",))
    told = [index.read(text)[0].how.split(" ")[0] for text in ("pro zac", "o xygen", "para cetamol")]
    assert told == ["joined", "not", "known,"]


def test_a_name_of_one_word_in_a_sentence_is_not_said_to_be_joined() -> None:
    assert [reading.how for reading in names().read("took prozac once, xanax", on=ON)] == ["brand name"] * 2


def test_a_name_that_is_only_shorter_ones_in_a_row_is_read_one_by_one() -> None:
    index = few("levodopa", carbidopa=("carbidopa",), carbidopa_levodopa=("carbidopa", "levodopa"))
    for text in ("carbidopa/levodopa", "carbi-dopa/levodopa", "carbidopa and levodopa"):
        assert [reading.match for reading in index.read(text)] == ["unrecognised", "exact"], text
    (both,) = few("levodopa", carbidopa_levodopa=("carbidopa", "levodopa")).read("carbidopa/levodopa")
    assert both.known_as == ("levodopa", "carbidopa")


def test_a_name_of_the_protocol_that_is_only_shorter_ones_in_a_row_is_read_as_one() -> None:
    (both,) = few("codeine", "aspirin/codeine", aspirin=("aspirin",)).read("aspirin/codeine")
    assert (both.match, both.ingredients) == ("exact", ("codeine",))


@pytest.mark.parametrize(
    "text",
    [
        "Tylenol 3 tablets",
        "tylenol 3 twice a day",
        "Tylenol 3 every 6 hours",
        "Tylenol 3 prn",
        "Tylenol 3 daily",
        "Tylenol 3 x2",
        "tylenol three",
    ],
)
def test_a_number_that_may_end_the_name_of_another_medicine_is_asked_about(text: str) -> None:
    (reading,) = names().read(text, on=ON)
    assert (reading.match, [each.name for each in reading.suggestions]) == ("suggested", ["Tylenol 3", "Tylenol"])
    assert [each.ingredients for each in reading.suggestions] == [("codeine", "acetaminophen"), ("acetaminophen",)]
    assert [each.score for each in reading.suggestions] == [1, 1]
    assert reading.how == "a number behind the name can make it another product"


def test_a_number_that_ends_the_name_of_the_same_medicine_is_not_asked_about() -> None:
    (reading,) = few("codeine", panda=("codeine",), panda3=("codeine",)).read("Panda 3 tablets")
    assert (reading.match, reading.ingredients) == ("exact", ("codeine",))


def test_no_more_than_so_many_unknown_words_of_a_text_are_compared_with_every_name(monkeypatch: Any) -> None:
    compared = []
    monkeypatch.setattr(NameIndex, "near", lambda index, key, **_: compared.append(key) or ())
    few("codeine").read(
        ", ".join(f"unknown{letter}{other}" for letter in "bcdfghklmnpqrstvw" for other in "aeiouy" * 2)
    )
    assert len(compared) == MOST_LOOKED_UP


@pytest.mark.parametrize(
    "text",
    ["Tylenol 3 times a day", "Tylenol 3x a day", "Tylenol three times a day", "Tylenol 3 days ago"],
)
def test_a_number_that_counts_is_no_end_of_a_name(text: str) -> None:
    assert [each.ingredients for each in names().read(text, on=ON)] == [("acetaminophen",)]
