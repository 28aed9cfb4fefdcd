"""Medicines as people write them: what is matched, what is asked, and that nothing is ever lost."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.medications import MedicineNames, Reading
from screening.medicine_text import MAX_TEXT, clean, fold, tokens
from screening.medicine_words import AMBIGUOUS, CUTS, DETAILS, REASONS, SALTS
from screening.ordinary_words import ORDINARY_WORDS
from tests.screening.medicine_data import flagged, known_names, medications, names

ON = date(2026, 11, 20)
LISTED = sorted({name for each in medications() for name in (each.ingredient, *each.brands)})


def read(text: str) -> tuple[Reading, ...]:
    return names().read(text, on=ON)


def ingredients(text: str) -> set[str]:
    """Everything that was matched exactly in a text."""
    return {name for reading in read(text) if reading.match == "exact" for name in reading.ingredients}


def suggested(text: str) -> list[tuple[str, ...]]:
    return [suggestion.ingredients for reading in read(text) for suggestion in reading.suggestions]


def test_every_listed_name_is_matched_to_all_its_ingredients() -> None:
    for name in LISTED:
        wanted = {each.ingredient for each in medications() if name in (each.ingredient, *each.brands)}
        assert [(reading.match, set(reading.ingredients)) for reading in read(name)] == [("exact", wanted)], name


@pytest.mark.parametrize(
    ("typed", "ingredient"),
    [
        ("Wellbutrin XL", "bupropion"),
        ("Effexor XR", "venlafaxine"),
        ("Seroquel 25", "quetiapine"),
        ("Adderall XR 20mg bid", "amphetamine"),
        ("prozac20mg", "fluoxetine"),
        ("lithium carbonate 300 twice a day", "lithium"),
        ("sertraline hydrochloride", "sertraline"),
        ("escitalopram oxalate", "escitalopram"),
        ("fluoxetine hcl", "fluoxetine"),
        ("fluoxetina", "fluoxetine"),
        ("paracetamol", "acetaminophen"),
        ("adrenaline", "epinephrine"),
        ("salbutamol inhaler", "albuterol"),
        ("Lustral 50mg od", "sertraline"),
        ("Cipralex 10mg mane", "escitalopram"),
        ("Zispin SolTab 15mg nocte", "mirtazapine"),
        ("weed most days", "cannabis"),
        ("lithium carbonate", "lithium"),
        ("rifampicin", "rifampin"),
        ("st johns wort", "St John's wort"),
        ("St. John’s Wort 300 mg", "St John's wort"),
        ("ＰＲＯＺＡＣ", "fluoxetine"),
        ("pro\u200bzac\u202e", "fluoxetine"),
        ("Prózac", "fluoxetine"),
        ("Prozac®", "fluoxetine"),
        ("Prozac™ 20 mg", "fluoxetine"),
        ("pro zac", "fluoxetine"),
        ("molly", "MDMA"),
        ("shrooms", "psilocybin"),
        ("special k", "ketamine"),
        ("dxm", "dextromethorphan"),
        ("N,N-DMT", "DMT"),
        ("1,4-butanediol", "GHB"),
        ("acid twice a month", "LSD"),
    ],
)
def test_ways_of_writing_one_medicine_are_matched(typed: str, ingredient: str) -> None:
    (reading,) = read(typed)
    assert (reading.match, reading.ingredients) == ("exact", (ingredient,))


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("NyQuil", {"dextromethorphan", "doxylamine", "acetaminophen"}),
        ("Tylenol 3", {"codeine", "acetaminophen"}),
        ("Tylenol #3", {"codeine", "acetaminophen"}),
        ("Tylenol 3 times a day", {"acetaminophen"}),
        ("Tylenol with codeine", {"codeine", "acetaminophen"}),
        ("Zyrtec D", {"cetirizine", "pseudoephedrine"}),
        ("advil cold and sinus", {"ibuprofen", "pseudoephedrine"}),
        ("hydrocodone/acetaminophen 5/325", {"hydrocodone", "acetaminophen"}),
        ("co-codamol 30/500", {"codeine", "acetaminophen"}),
        ("Symbyax", {"fluoxetine", "olanzapine"}),
        ("Contrave", {"bupropion", "naltrexone"}),
    ],
)
def test_a_combination_is_all_its_ingredients(typed: str, wanted: set[str]) -> None:
    assert ingredients(typed) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "prozac, xanax, lithium",
        "prozac / xanax / lithium",
        "prozac and xanax and lithium",
        "Prozac\nXanax\nLithium",
        "1. Prozac 20 mg\n2. Xanax\n3. lithium",
        "- prozac\n- xanax\n- lithium",
        "prozac; xanax; lithium",
        "prozac xanax lithium",
        "prozac 20mg xanax .5mg lithium 300mg",
        "Prozac + Xanax & lithium",
        "Meds: Prozac (fluoxetine) 20 mg, Xanax 1 mg at night. Also lithium.",
        "Prozac\nAM: 1 tablet\nFor anxiety: Xanax\nOther: lithium",
    ],
)
def test_several_medicines_in_one_text_are_told_apart(text: str) -> None:
    assert [reading.ingredients for reading in read(text)] == [("fluoxetine",), ("alprazolam",), ("lithium",)]


@pytest.mark.parametrize(
    "text", ["lithium / quetiapine", "lithium and quetiapine", "lithium carbonate, quetiapine fumarate"]
)
def test_two_ingredients_in_one_line_are_two_medicines(text: str) -> None:
    assert [reading.ingredients for reading in read(text)] == [("lithium",), ("quetiapine",)]


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("zolft 50mg", ("sertraline",)),
        ("st johns wart", ("St John's wort",)),
        ("welbutrin xl", ("bupropion",)),
        ("vivance", ("lisdexamfetamine",)),
        ("siroquil 25", ("quetiapine",)),
        ("klonipin", ("clonazepam",)),
        ("pr0zac", ("fluoxetine",)),
        ("concert 36mg", ("methylphenidate",)),
        ("normal 20mg", ("mianserin",)),
    ],
)
def test_a_misspelling_is_asked_and_never_taken(typed: str, best: tuple[str, ...]) -> None:
    (reading,) = read(typed)
    assert (reading.match, reading.ingredients, reading.suggestions[0].ingredients) == ("suggested", (), best)


def test_misspelt_names_without_commas_are_asked_one_by_one() -> None:
    assert [reading.typed for reading in read("prozak xanex lithum")] == ["prozak", "xanex", "lithum"]


@pytest.mark.parametrize("typed", ["\u0440rozac", "li\u0442hium", "ketаmine"])
def test_letters_of_another_alphabet_are_asked_and_not_matched(typed: str) -> None:
    (reading,) = read(typed)
    assert (reading.match, reading.suggestions[0].score) == ("suggested", 1.0)


@pytest.mark.parametrize(
    "text",
    [
        "the little blue one",
        "the patch for pain",
        "my sleeping pill",
        "blood pressure",
        "ssri",
        "xyzzy 20 mg",
        "ice cream",
    ],
)
def test_words_that_name_no_medicine_stay_as_typed_for_a_person(text: str) -> None:
    (reading,) = read(text)
    assert (reading.typed, reading.match, reading.ingredients, reading.suggestions) == (text, "unrecognised", (), ())


@pytest.mark.parametrize(
    "text", ["none", "None.", "n/a", "nothing", "no medications", "", "  ", "\u200b", ",,,", "50", "💊"]
)
def test_no_medicine_at_all_is_never_read_as_reviewed(text: str) -> None:
    (reading,) = read(text)
    assert reading.match == "unrecognised"


@pytest.mark.parametrize("text", ["no lithium", "not lithium", "allergic to lithium", "I don't take lithium"])
def test_a_medicine_that_is_denied_is_asked_and_not_matched(text: str) -> None:
    (reading,) = read(text)
    assert (reading.match, reading.suggestions[0].ingredients, reading.status) == ("suggested", ("lithium",), "unsure")


@pytest.mark.parametrize("text", ["Tylenol Cold", "benadryl pm", "panadol plus"])
def test_a_word_that_makes_a_brand_another_product_is_asked(text: str) -> None:
    (reading,) = read(text)
    assert reading.match == "suggested"


@pytest.mark.parametrize(
    "text",
    [
        "prozac\nthe patch for pain",
        "prozac, cream",
        "prozac, cholesterol",
        "prozac, my pills",
        "prozac blorpazine",
        "blorp prozac",
    ],
)
def test_a_medicine_that_nobody_knows_is_not_hidden_behind_a_known_one(text: str) -> None:
    assert sorted(reading.match for reading in read(text)) == ["exact", "unrecognised"]


def test_words_about_one_medicine_do_not_become_another() -> None:
    (reading,) = read("Prozac (fluoxetine) 20mg capsule by mouth every morning for depression, prescribed by my doctor")
    assert reading.ingredients == ("fluoxetine",)


def test_a_name_that_is_known_but_not_assessed_says_what_it_is() -> None:
    (reading,) = read("Celebrex 200mg")
    assert (reading.match, reading.ingredients, reading.known_as) == ("unrecognised", (), ("celecoxib",))


def test_a_product_that_is_assessed_only_in_part_stays_unrecognised_with_the_part_that_is() -> None:
    (reading,) = read("accuretic")
    assert (reading.match, reading.ingredients) == ("unrecognised", ("hydrochlorothiazide",))
    assert set(reading.known_as) == {"hydrochlorothiazide", "quinapril"}


def test_a_medicine_that_exactly_is_another_one_never_suggests_a_flagged_one() -> None:
    for name in sorted(known_names())[::5]:
        readings = read(name)
        if not any(reading.ingredients for reading in readings):
            assert not {i for r in readings for s in r.suggestions for i in s.ingredients} & flagged(), name


def test_an_ordinary_word_near_a_medicine_suggests_none() -> None:
    assert not [word for word in ORDINARY_WORDS if names().match(word).suggestions]


def test_at_most_three_suggestions_best_first() -> None:
    for name in LISTED[::3]:
        scores = [suggestion.score for suggestion in names().match(name[:-1] + "qz").suggestions]
        assert len(scores) <= 3
        assert scores == sorted(scores, reverse=True)


def test_a_match_of_an_isolated_name_does_not_read_other_words() -> None:
    assert names().match("Zoloft").ingredients == ("sertraline",)
    assert names().match("Zoloft 50 mg").match != "exact"


def test_no_word_around_names_is_a_name_itself() -> None:
    around = DETAILS | REASONS | SALTS
    assert not [word for word in around - AMBIGUOUS if names().match(word).match == "exact"]


def test_a_protocol_without_medicines_recognises_nothing() -> None:
    (reading,) = MedicineNames([], {}).read("prozac", on=ON)
    assert (reading.match, reading.suggestions) == ("unrecognised", ())


anything = st.text(max_size=300) | st.lists(
    st.sampled_from(
        [*LISTED[::7], *sorted(DETAILS), ",", "/", "and", "\n", "(", "zolft", "20mg", "not", "stopped", "xyzzy"]
    )
).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(anything)
def test_any_text_gives_at_least_one_reading_and_keeps_every_word(text: str) -> None:
    readings = read(text)
    assert readings
    kept = " ".join(reading.typed for reading in readings)
    words = {token.key for token in tokens(clean(text)[0]) if token.kind == "word"} - CUTS
    if all(len(reading.typed) < 300 for reading in readings):
        assert words <= {token.key for token in tokens(kept)}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["zolft", "20mg", "the patch", *LISTED[::5]]), max_size=12), st.sampled_from(LISTED))
def test_adding_a_medicine_takes_none_away(before: list[str], added: str) -> None:
    text = ", ".join(before)
    assert ingredients(text) | set(names().match(added).ingredients) <= ingredients(f"{text}\n{added}")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="bcdfghjklmnpqrstvwxz", min_size=9, max_size=30))
def test_a_word_that_nobody_knows_is_never_matched(word: str) -> None:
    match = names().match(word)
    assert match.match != "exact" or fold(word) in {fold(name) for name in [*LISTED, *known_names()]}


@pytest.mark.parametrize(
    "text",
    [
        *(part * (10_000_000 // len(part)) for part in ("a", "prozak ", "\ufdfa", "1/", "stopped off ", "a'")),
        *(part * 1_000_000 for part in ("\0", "\ud800", "a\u0301", ". ")),
        "lithium " + "carbonate " * 10_000,
        ", ".join(["lithium"] * 10_000),
        ", ".join(f"zolaft{number}x" for number in range(10_000)),
    ],
    ids=lambda text: text[:8].encode("unicode_escape").decode(),
)
def test_a_hostile_text_is_read_within_a_second_and_its_end_is_not_dropped(text: str) -> None:
    read("zolft")
    begun = time.process_time()
    readings = read(text)
    assert time.process_time() - begun < 1
    assert len(readings) <= 101
    assert readings[-1].match == "unrecognised"


def test_what_is_beyond_a_long_list_is_one_unrecognised_reading() -> None:
    readings = read("\n".join(["lithium"] * 101))
    assert [reading.match for reading in readings] == ["exact"] * 100 + ["unrecognised"]
    assert readings[-1].typed == "lithium"


def test_misspelt_words_beyond_a_long_list_are_not_dropped() -> None:
    readings = read("lithium\n" * 98 + "prozak xanex lithum zolft")
    assert [reading.typed for reading in readings[98:]] == ["prozak", "xanex", "lithum zolft"]


def test_a_medicine_beyond_the_longest_text_is_not_dropped() -> None:
    readings = read("lithium" + " " * MAX_TEXT + "zoloft")
    assert (readings[0].ingredients, readings[-1].match) == (("lithium",), "unrecognised")


def test_the_same_text_gives_the_same_readings() -> None:
    text = "prozak, xanax and 20mg of trazadone"
    assert MedicineNames(medications(), known_names()).read(text, on=ON) == read(text)
