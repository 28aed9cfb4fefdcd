"""The protocol of November 2026: that it is whole, that its pages are as few and as gentle as promised."""

from __future__ import annotations

import re
from datetime import date

import pytest

from screening import derived
from screening.answers import squeezed
from screening.facts import Facts
from screening.journey import Journey
from screening.protocol import CASE_FACTS
from tests.cases import CASES, PROTOCOL

ON = date(2026, 11, 20)
ALONE = (
    "safe_now", "medical_now", "headache_redflag", "psychosis_ever", "mania_now", "phq9", "si_month", "means",
    "sa_history", "hi", "home_safe",
)  # fmt: skip
"""Questions about danger: each is the only one on its page."""
TOGETHER_WITH_WHAT_THEY_DEPEND_ON = {"region", "auditc2", "auditc3"}
"""Shown from the start, when nothing is answered yet; left empty they are hidden by the answer above them."""
EVERYTHING_OPEN = {
    "service_interest": ["not_sure"],
    "reason_main": ["pain", "depression"],
    "pain_type": ["cluster"],
    "sex_birth": "female",
    "mania_ever": "yes",
    "microdosing_now": "yes",
    "ketamine_use": "lt_1m",
    "sud_status": "current",
    "sud_treatment": "yes",
    "pcptsd_event": "yes",
    "si_month": "passing",
}


def journey(**changed: object) -> Journey:
    """The baseline, taking one medicine, with other answers where they are given."""
    given = {name: value for name, value in CASES["V000"].answers.items() if name not in CASE_FACTS}
    given |= {"dob": "1991-05-02", "bp_date": "2026-11-15", "med_none": "takes", **changed}
    return Journey(Facts(PROTOCOL, given, ON))


def test_it_is_whole() -> None:
    counted = {
        "questions": len(PROTOCOL.questions),
        "rules": len(PROTOCOL.rules),
        "medicines": len(PROTOCOL.medications),
        "follow-ups": len(PROTOCOL.followups),
        "sources": len(PROTOCOL.sources),
        "cases": len(CASES),
        "services": len(PROTOCOL.services),
        "scales": len(PROTOCOL.instruments),
    }

    assert counted == {
        "questions": 148, "rules": 231, "medicines": 379, "follow-ups": 42, "sources": 118, "cases": 480,
        "services": 5, "scales": 5,
    }  # fmt: skip


def test_nobody_has_approved_it() -> None:
    assert not PROTOCOL.is_approved


def test_its_six_parts_are_those_of_the_task_list() -> None:
    assert [part.title for part in PROTOCOL.parts] == [
        "Check you can use this service",
        "About you",
        "Your health",
        "Your medicines",
        "How you have been feeling",
        "Read, agree and sign",
    ]


def test_the_common_path_has_at_most_31_pages() -> None:
    assert len(journey().pages) <= 31


def test_every_page_is_shown_when_every_branch_is_open() -> None:
    walk = journey(**EVERYTHING_OPEN)

    assert [page.id for page in walk.pages] == list(PROTOCOL.pages)
    assert walk.facts.shown == list(PROTOCOL.questions)
    assert len(walk.pages) == 40


def test_safety_comes_first_and_agreeing_last() -> None:
    pages = list(PROTOCOL.pages.values())

    assert [page.questions for page in pages[:2]] == [("safe_now",), ("medical_now",)]
    assert [page.id for page in pages[-2:]] == ["hopes", "sign"]


@pytest.mark.parametrize("name", ALONE)
def test_a_question_about_danger_is_alone_on_its_page(name: str) -> None:
    assert [page.questions for page in PROTOCOL.pages.values() if name in page.questions] == [(name,)]


def test_rows_that_share_a_page_are_at_most_six_or_one_scale() -> None:
    scales = [set(scale.items) for scale in PROTOCOL.instruments.values()]
    long = [page for page in PROTOCOL.pages.values() if page.kind == "rows" and len(page.questions) > 6]

    assert [page.id for page in long] == ["worry", "mood"]
    assert all(any(set(page.questions) <= items for items in scales) for page in long)


def test_rows_have_one_choice_each() -> None:
    rows = [name for page in PROTOCOL.pages.values() if page.kind == "rows" for name in page.questions]

    assert {PROTOCOL.questions[name].kind for name in rows} <= {"single", "yesno", "scale0_3", "scale0_10"}


def test_a_question_depends_only_on_earlier_pages() -> None:
    page_of = {name: number for number, page in enumerate(PROTOCOL.pages.values()) for name in page.questions}
    same_page = set()
    for name, question in PROTOCOL.questions.items():
        for read in question.show_if.reads if question.show_if else ():
            for needed in derived.BEHIND.get(read, ("service_interest",) if read == "wants" else (read,)):
                assert page_of[needed] <= page_of[name]
                if page_of[needed] == page_of[name]:
                    same_page.add(name)

    assert same_page == TOGETHER_WITH_WHAT_THEY_DEPEND_ON


def test_a_dependent_question_is_shown_before_anything_on_its_page_is_answered() -> None:
    assert set(Facts(PROTOCOL, {}, ON).shown) >= TOGETHER_WITH_WHAT_THEY_DEPEND_ON


def test_pages_are_named_so_that_an_address_tells_nothing() -> None:
    telling = "pain|mania|psych|suic|pregn|drug|ketamine|trauma|hiv|abuse|alcohol-|bipolar|postpartum"
    hidden_at_first = {page.id for page in PROTOCOL.pages.values()} - {page.id for page in journey().pages}

    assert all(re.fullmatch(r"more-[a-z]+(-\d)?", name) for name in hidden_at_first)
    assert not [name for name in PROTOCOL.pages if re.search(telling, name)]


def test_what_pages_say_is_short() -> None:
    said = [text for page in PROTOCOL.pages.values() for text in (page.title, page.hint, page.why, page.before)]
    sentences = [sentence for text in said for sentence in re.split(r"(?<=[.?!])\s+", text)]

    assert [sentence for sentence in sentences if len(sentence.split()) > 25] == []
    assert [page.id for page in PROTOCOL.pages.values() if not page.why] == []


def test_every_medicine_page_says_not_to_stop_a_medicine() -> None:
    pages = ("any-medicines", "list", "memory", "changes")

    assert all("Do not stop or change a medicine" in PROTOCOL.pages[name].before for name in pages)


def test_every_rule_and_every_medicine_names_its_sources() -> None:
    assert all(rule.sources for rule in PROTOCOL.rules)
    assert all(medicine.sources for medicine in PROTOCOL.medications.values())


def test_a_tick_for_a_long_acting_injection_may_be_any_depot_antipsychotic() -> None:
    depots = {name for name, medicine in PROTOCOL.medications.items() if {"depot", "antipsychotic"} <= medicine.tags}

    assert set(PROTOCOL.checklist["lai"]) == depots


def test_codes_that_were_not_found_are_absent() -> None:
    assert PROTOCOL.instruments["pcptsd5"].codes == {}
    assert PROTOCOL.instruments["phq9"].codes["phq9"] == "44260-8"
    assert PROTOCOL.instruments["gad7"].answer_codes["gad7"]["3"] == "LA6571-9"


@pytest.mark.parametrize(
    "text",
    [
        "I want to DIE",
        "some days I think they'd be better off without me.",
        "i cant go on",
        "I don’t want to be here   anymore",
        "thinking about un-aliving, unalive",
        "my grandfather committed suicide",
        "I took all my pills in March",
        "I might hurt someone",
        "He chokes me when he drinks",
        "kms lol",
    ],
)
def test_words_about_danger_are_read_by_a_person(text: str) -> None:
    assert any(phrase in squeezed(text) for phrase in PROTOCOL.safety_phrases)


@pytest.mark.parametrize(
    "text",
    [
        "I am dying to meet you",
        "My back is killing me",
        "It hurts me to sit and I hurt my knee",
        "I want to live a calmer life and end the pain",
        "I cut down on coffee, and cut the pill in half",
        "My father died in 2019",
        "I shoot film and hang out with friends",
        "Depression since college, two medicines did not help",
    ],
)
def test_ordinary_words_are_not(text: str) -> None:
    assert not any(phrase in squeezed(text) for phrase in PROTOCOL.safety_phrases)
