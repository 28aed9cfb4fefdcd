"""The medicines of one person: what is in force, what is late, what is possible, and what can be said of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from screening.condition_nodes import AtLeast
from screening.medicine_facts import Cabinet, Listed
from tests.screening.intakes import ON, PROTOCOL

SERTRALINE, LITHIUM = Listed("sertraline", "taking"), Listed("lithium", "taking")
UNKNOWN = Listed("zzqx", "taking")


def cabinet(*listed: Listed, ticked: tuple[str, ...] = (), anything_possible: bool = False) -> Cabinet:
    return Cabinet.filled(PROTOCOL, listed, ticked=ticked, anything_possible=anything_possible, on=ON)


def names(medicines: tuple[object, ...]) -> list[str]:
    return [medicine.ingredient for medicine in medicines]  # type: ignore[attr-defined]


def stopped(text: str, days: int) -> Listed:
    return Listed(text, "stopped", ON - timedelta(days=days))


def test_a_medicine_is_in_force_or_late_or_past_and_once_though_listed_twice() -> None:
    found = cabinet(LITHIUM, stopped("Prozac", 60), stopped("lithium", 900), SERTRALINE, stopped("Zoloft", 60))
    assert (names(found.in_force), names(found.late)) == (["lithium", "sertraline"], ["fluoxetine"])
    assert (found.listed_count, len(found.taken), found.unmatched, found.anything_possible) == (5, 5, (), False)


def test_what_is_not_surely_read_is_unmatched_and_leaves_anything_possible() -> None:
    for text in ("zzqx", "zolft", "amoxicillin", "accuretic"):
        found = cabinet(LITHIUM, Listed(text, "taking"))
        assert [each.reading.typed for each in found.unmatched] == [text]
        assert found.anything_possible
    assert cabinet(LITHIUM, anything_possible=True).anything_possible


def test_the_status_of_the_line_wins_and_its_words_fill_in_what_was_left_open() -> None:
    said, open_, taking = "stopped prozac 3 weeks ago", "", "taking"
    found = cabinet(
        Listed(said, open_),
        Listed(said, taking),
        Listed(said, "stopped", ON),
        Listed(said, "TAKING"),
        Listed("kava", ""),
    )
    assert [(each.status, each.last_taken) for each in found.taken] == [
        ("stopped", date(2026, 10, 30)),
        ("taking", None),
        ("stopped", ON),
        ("stopped", date(2026, 10, 30)),
        ("unsure", None),
    ]
    assert found.taken[0].listed == Listed(said, open_)
    assert found.taken[0].look_backs[0][0] == "fluoxetine"
    assert found.taken[0].look_backs[0][1][1:4] == ("stopped", date(2026, 10, 30), ON)


def test_a_suggestion_counts_only_when_a_person_confirmed_it() -> None:
    assert cabinet(Listed("zolft", "taking")).taken[0].look_backs == ()
    confirmed = cabinet(Listed("zolft", "taking", confirmed_as="Zoloft"))
    assert (names(confirmed.in_force), confirmed.unmatched) == (["sertraline"], ())


def test_a_tick_counts_as_the_first_medicine_it_may_be_and_the_others_are_possible() -> None:
    first, *others = PROTOCOL.checklist["lai"]
    found = cabinet(ticked=("lai", "none"))
    assert (found.from_ticks, names(found.in_force)) == ((first,), [first])
    assert names(found.possible) == sorted(others)
    assert (found.ticked, found.listed_count) == (("lai", "none"), 0)


def test_two_ticked_lines_are_possible_both() -> None:
    found = cabinet(ticked=("ayahuasca", "lai"))
    assert set(names(found.possible)) == {"ibogaine", *PROTOCOL.checklist["lai"][1:]}


def test_what_was_read_is_told_with_suggestions_and_the_date_it_is_clear_on() -> None:
    asked = cabinet(Listed("zolft", "taking")).taken[0].as_json()
    dated = cabinet(Listed("Prozac", "stopped", date(2026, 10, 30))).taken[0].as_json()
    assert (asked["suggestions"], asked["look_back"]) == ([{"name": "Zoloft", "ingredients": ["sertraline"]}], [])
    assert dated["look_back"][0]["clear_on"] == "2026-12-11"  # type: ignore[index]


def test_a_tick_whose_medicine_is_listed_adds_nothing() -> None:
    other = PROTOCOL.checklist["lai"][1]
    found = cabinet(Listed(other, "taking"), ticked=("lai",))
    assert (found.from_ticks, names(found.in_force), found.possible) == ((), [other], ())
    both = cabinet(Listed(other, "taking"), ticked=("lai", "lithium"))
    assert both.from_ticks == ("lithium",)


def test_a_medicine_that_is_in_force_is_not_merely_late_or_possible() -> None:
    found = cabinet(stopped("lithium", 7), ticked=("lithium",))
    assert (names(found.in_force), found.late) == (["lithium"], ())


@pytest.mark.parametrize(
    ("listed", "anything_possible", "has_sri", "has_other"),
    [
        ((), False, False, False),
        ((SERTRALINE,), False, True, False),
        ((stopped("Prozac", 60),), False, False, False),
        ((UNKNOWN,), False, None, None),
        ((SERTRALINE, UNKNOWN), False, True, None),
        ((), True, None, None),
    ],
)
def test_a_tag_is_there_or_not_or_cannot_be_told(
    listed: tuple[Listed, ...], anything_possible: bool, has_sri: bool | None, has_other: bool | None
) -> None:
    found = cabinet(*listed, anything_possible=anything_possible)
    assert found.tagged("SRI") is has_sri
    assert found.tagged("no such tag") is has_other
    assert found.call("med_tag_other", ("SRI", "MAOI")) is has_sri
    assert found.call("med_tag_other", ("SRI", "SSRI")) is (has_other)


def test_a_tag_that_only_a_possible_medicine_has_cannot_be_told() -> None:
    found = cabinet(ticked=("lai",))
    only_possible = found.possible_tags - found.tags
    tag = sorted(only_possible)[0]
    assert found.tagged(tag) is None
    assert found.tagged("depot") is True
    assert found.call("med_tag_other", (tag, "no such tag")) is None
    assert found.call("med_tag_other", (tag, tag)) is False
    assert found.count("med_ntag", (tag,)) == AtLeast(0)
    assert found.count("med_ntag", ("SRI",)) == 0


def test_what_was_ticked_and_what_was_not_recognised() -> None:
    assert cabinet(ticked=("lithium",)).call("med_check_positive", ("lai", "lithium")) is True
    assert cabinet(ticked=("lithium",)).call("med_check_positive", ("lai",)) is False
    assert cabinet(ticked=("none",)).call("med_check_positive", ("lai",)) is False
    assert cabinet(ticked=("lithium", "not_sure")).call("med_check_positive", ("lithium",)) is True
    assert (cabinet(UNKNOWN).call("med_unrecognized", ()), cabinet().call("med_unrecognized", ())) == (True, False)


@pytest.mark.parametrize(
    ("texts", "is_only"),
    [((), True), (("Compazine",), True), (("Compazine", "Seroquel"), False), (("Seroquel",), False), (("kava",), True)],
)
def test_the_only_antipsychotic_may_be_one_against_nausea(texts: tuple[str, ...], is_only: bool) -> None:
    found = cabinet(*(Listed(text, "taking") for text in texts))
    assert found.call("med_only_antiemetic_ap", ()) is is_only


@pytest.mark.parametrize("ticked", [(), ("not_sure",), ("kratom", "not_sure")])
def test_a_checklist_with_doubt_in_it_does_not_say_no(ticked: tuple[str, ...]) -> None:
    assert cabinet(ticked=ticked).call("med_check_positive", ("lai",)) is None


def test_an_antipsychotic_that_is_possible_may_be_another_than_the_one_against_nausea() -> None:
    nausea, other = Listed("Compazine", "taking"), Listed("Seroquel", "taking")

    assert cabinet(nausea, UNKNOWN).call("med_only_antiemetic_ap", ()) is None
    assert cabinet(nausea, anything_possible=True).call("med_only_antiemetic_ap", ()) is None
    assert cabinet(other, UNKNOWN).call("med_only_antiemetic_ap", ()) is False
    assert cabinet(nausea, ticked=("stjohns",)).call("med_only_antiemetic_ap", ()) is True


def test_words_that_say_it_is_still_taken_are_not_lost_beside_a_line_that_was_stopped() -> None:
    past = ON - timedelta(days=2_000)
    found = cabinet(
        Listed("lithium, still taking it", "stopped", past),
        Listed("lithium 300 mg every day", "stopped", past),
        Listed("Xanax as needed", "stopped", past),
        Listed("prozac and sertraline, which I am taking", "stopped", past),
        Listed("lithium (stopped 2020), now nardil", "stopped", past),
    )

    said = ["unsure", "stopped", "stopped", "stopped", "unsure", "stopped", "unsure"]
    assert [each.status for each in found.taken] == said
    assert names(found.in_force) == ["lithium", "phenelzine", "sertraline"]


def test_medicines_with_a_tag_are_counted_and_lines_as_listed() -> None:
    found = cabinet(SERTRALINE, Listed("Prozac", "taking"), LITHIUM)
    assert (found.count("med_ntag", ("SRI",)), found.count("med_count_all", ())) == (2, 3)
    assert found.count("med_ntag", ("SRI",)) == 2  # asked again
    assert cabinet(SERTRALINE, UNKNOWN).count("med_ntag", ("SRI",)) == AtLeast(1)


def test_severity_is_that_of_the_worst_and_at_least_that_when_something_is_not_known() -> None:
    worst = max(PROTOCOL.medications[name].severity["psy"] for name in ("sertraline", "lithium"))
    assert cabinet(SERTRALINE, LITHIUM).count("med_sev", ("psy",)) == worst == 3
    assert cabinet(SERTRALINE, UNKNOWN).count("med_sev", ("psy",)) == AtLeast(2)
    assert cabinet().count("med_sev", ("psy",)) == 0
    assert cabinet(SERTRALINE).count("med_sev", ("ket",)) == PROTOCOL.medications["sertraline"].severity["ket"]


def test_a_late_medicine_is_at_most_a_caution() -> None:
    assert cabinet(stopped("Prozac", 60)).count("med_sev", ("psy",)) == 1
    assert cabinet(stopped("Prozac", 10)).count("med_sev", ("psy",)) == 2
    assert cabinet(stopped("Prozac", 100)).count("med_sev", ("psy",)) == 0


@pytest.mark.parametrize(
    ("texts", "heaviest", "prescribed", "over_the_counter"),
    [
        (("bupropion",), 1, 1, 0),
        (("sertraline",), 2, 2, 0),
        (("pseudoephedrine",), 1, 0, 1),
        (("St John's wort",), 2, 0, 2),
        (("bupropion", "pseudoephedrine"), 1, 1, 1),
        (("bupropion", "St John's wort"), 2, 0, 2),
        (("sertraline", "Syrian rue"), 3, 2, 3),
        (("sertraline", "lithium", "kava"), 3, 3, 1),
    ],
)
def test_severity_of_what_is_prescribed_and_of_what_is_not(
    texts: tuple[str, ...], heaviest: int, prescribed: int, over_the_counter: int
) -> None:
    found = cabinet(*(Listed(text, "taking") for text in texts))
    told = [found.count(function, ("psy",)) for function in ("med_sev", "med_sev_rx", "med_sev_otc")]
    assert told == [heaviest, prescribed, over_the_counter]


def test_a_possible_medicine_makes_a_severity_open_only_where_it_is_worse() -> None:
    ayahuasca_or_ibogaine = cabinet(ticked=("ayahuasca",))
    assert ayahuasca_or_ibogaine.count("med_sev", ("ket",)) == AtLeast(2)
    assert ayahuasca_or_ibogaine.count("med_sev", ("psy",)) == 3
    assert ayahuasca_or_ibogaine.count("med_sev_otc", ("psy",)) == 0
    assert ayahuasca_or_ibogaine.count("med_sev_otc", ("ket",)) == 0
