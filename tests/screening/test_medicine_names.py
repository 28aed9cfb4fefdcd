"""The index of names: what stands for what, seen through salts and other words for the same ingredient."""

from __future__ import annotations

from functools import cache

import pytest

from screening.medications import Medication, MedicineNames
from screening.medicine_names import NameIndex


def medication(*names: str, drug_class: str = "", psy: int = 1, ket: int = 1) -> Medication:
    severity = {"psy": psy, "ket": ket}
    return Medication(names[0], names[1:], drug_class, frozenset(), None, None, 0, severity, "", ())


LISTED = (
    medication("sertraline", "Zoloft", "Duo"),
    medication("codeine", "Duo", "co-codamol"),
    medication("MDMA", "molly"),
    medication("sertralone", psy=3),
    medication("zolofta"),
    medication("valproic acid"),
)
KNOWN = {
    "sertralinum": ("sertraline hydrochloride",),
    "sertraline sodium": ("sertraline sodium",),
    "trio": ("sertraline", "aspirin"),
    "quartet": ("aspirin", "codeine phosphate", "sertraline"),
    "aspirin": ("aspirin",),
    "ecotrin": ("aspirin",),
    "two in one": ("aspirin",),
    "two-in-one": ("codeine",),
    "mdma": ("midomafetamine",),
    "party pill": ("midomafetamine hydrochloride",),
    "zolofta": ("zolic sodium",),
    "zolex": ("zolic sodium",),
    "depakin": ("valproic acid sodium",),
    "midomafetamine": ("midomafetamine",),
    "tablet of nothing": ("",),
    "!!!": ("aspirin",),
}


@cache
def few() -> MedicineNames:
    return MedicineNames(LISTED, KNOWN)


@pytest.mark.parametrize(
    ("name", "match", "how", "ingredients", "known_as"),
    [
        ("sertraline", "exact", "ingredient", ("sertraline",), ()),
        ("ZOLOFT", "exact", "brand name", ("sertraline",), ()),
        ("duo", "exact", "brand name of a combination", ("sertraline", "codeine"), ()),
        ("molly", "exact", "other name", ("MDMA",), ()),
        ("sertralinum", "exact", "another name for it", ("sertraline",), ()),
        ("sertraline sodium", "exact", "another name for it", ("sertraline",), ()),
        ("midomafetamine", "exact", "another name for it", ("MDMA",), ()),
        ("party pill", "exact", "another name for it", ("MDMA",), ()),
        ("zolex", "exact", "another name for it", ("zolofta",), ()),
        ("depakin", "exact", "another name for it", ("valproic acid",), ()),
        (
            "trio",
            "unrecognised",
            "known, but not assessed by this protocol",
            ("sertraline",),
            ("sertraline", "aspirin"),
        ),
        (
            "quartet",
            "unrecognised",
            "known, but not assessed by this protocol",
            ("codeine", "sertraline"),
            ("codeine", "sertraline", "aspirin"),
        ),
        ("ecotrin", "unrecognised", "known, but not assessed by this protocol", (), ("aspirin",)),
        ("twoinone", "unrecognised", "known, but not assessed by this protocol", ("codeine",), ("codeine", "aspirin")),
        (
            "tablet of nothing",
            "unrecognised",
            "known, but not assessed by this protocol",
            (),
            ("tablet of nothing",),
        ),
        ("!!!", "unrecognised", "not recognised", (), ()),
        ("", "unrecognised", "not recognised", (), ()),
        ("x" * 20_000, "unrecognised", "not recognised", (), ()),
    ],
)
def test_what_a_name_stands_for(
    name: str, match: str, how: str, ingredients: tuple[str, ...], known_as: tuple[str, ...]
) -> None:
    found = few().match(name)
    assert (found.match, found.how, found.ingredients, found.known_as) == (match, how, ingredients, known_as)


def test_a_match_names_the_name_as_the_protocol_writes_it() -> None:
    assert few().match("zoloft").name == "Zoloft"
    assert few().match("ecotrin").name == "ecotrin"


def test_a_look_alike_matters_when_its_class_or_severity_differs() -> None:
    assert [alike.name for alike in few().match("sertraline").look_alikes] == ["sertralone"]
    assert few().match("Zoloft").look_alikes == ()  # zolofta is no other risk
    assert (
        MedicineNames([medication("sertraline"), medication("sertralone", ket=0)], {}).match("sertraline").look_alikes
    )
    assert (
        MedicineNames([medication("sertraline"), medication("sertralone", drug_class="x")], {})
        .match("sertraline")
        .look_alikes
    )


def test_everyday_words_of_medicines_that_the_protocol_lacks_are_unknown() -> None:
    assert few().match("xtc").ingredients == ("MDMA",)
    assert few().match("ganja").match == "unrecognised"
    assert [suggestion.name for suggestion in few().match("mandy").suggestions] == ["MDMA"]
    assert few().match("pot").suggestions == ()


def test_names_of_fewer_than_four_or_more_than_forty_letters_suggest_nothing() -> None:
    index = NameIndex([medication("zolo"), medication("a" * 41), medication("b" * 40)], {})
    assert [each.name for each in index.near("zoloo")] == ["zolo"]
    assert index.near("zol") == ()
    assert index.near("a" * 40 + "b") == ()
    assert [each.name for each in index.near("b" * 39)] == ["b" * 40]
    assert [each.name for each in index.near("b" * 39 + "c")] == ["b" * 40]


def test_letters_of_another_alphabet_suggest_what_they_look_like_and_only_what_is_assessed() -> None:
    assert [(each.name, each.score) for each in few().match("z\u043el\u043eft").suggestions] == [("Zoloft", 1.0)]
    assert few().match("tri\u043e").suggestions == ()
    assert few().match("\u0430spirin").suggestions == ()


def test_every_known_key_is_told_in_order() -> None:
    keys = NameIndex(LISTED, KNOWN).sorted_keys()
    assert keys == sorted(set(keys))
    assert {"zoloft", "ecotrin", "molly"} <= set(keys)
    assert "" not in keys


def test_a_score_is_rounded_and_best_comes_first() -> None:
    index = NameIndex([medication("fluoxetine"), medication("fluoxetina"), medication("fluvoxatine")], {})
    scores = [each.score for each in index.near("fluoxetin")]
    assert scores == sorted(scores, reverse=True)
    assert all(round(score, 3) == score for score in scores)


def test_one_suggestion_for_each_set_of_ingredients() -> None:
    index = NameIndex([medication("fluoxetine", "fluoxetina", "fluoxetinum"), medication("fluoxetane")], {})
    assert [each.ingredients for each in index.near("fluoxetin")] == [("fluoxetine",), ("fluoxetane",)]
