"""Findings as flags: order, the patient's words, what is folded, and that doubt never goes missing."""

from __future__ import annotations

from typing import Any

import pytest

from clinic.intake import protocols
from clinic.reviews import flags
from tests.clinic.reviews import records

pytestmark = pytest.mark.django_db


def flags_of(changes: dict[str, Any], *medicines: str) -> list[flags.Flag]:
    record = records.sealed(changes, [records.medicine(name) for name in medicines])
    return flags.flags(record.result, protocols.current())


def all_rules(shown: list[flags.Flag]) -> list[str]:
    return [
        rule for flag in shown for rule in (*flag.rules, *(folded.rule for folded in flag.folded), *flag.also_undecided)
    ]


MANY = {
    "phq9": 1, "family_first": ["schizophrenia_psychosis"], "family_second": ["adopted"], "hppd": "not_sure",
    "med_none": "takes", "service_interest": ["not_sure"], "sa_history": "prefer_not",
}  # fmt: skip


def test_the_most_severe_come_first() -> None:
    levels = [flags.LEVELS.index(flag.level) for flag in flags_of(MANY, "Zoloft", "zzqx")]

    assert levels == sorted(levels)
    assert levels[0] == 0


def test_every_finding_and_every_undecided_check_is_named_exactly_once() -> None:
    record = records.sealed(MANY, [records.medicine("Zoloft"), records.medicine("zzqx")])

    shown = all_rules(flags.flags(record.result, protocols.current()))

    told = [each["rule"] for each in (*record.result["findings"], *record.result["undecided"])]
    assert sorted(shown) == sorted(told)
    assert len(told) > 20


def test_a_flag_quotes_the_answer_and_the_question() -> None:
    (flag,) = [flag for flag in flags_of({"phq9": 1}) if "R008" in flag.rules]

    assert flag.headline == "PHQ-9 item 9 = 1"
    assert flag.quotes[0].answer == "Several days"
    assert flag.quotes[0].wording.startswith("Thoughts that you would be better off dead")


def test_rules_that_hold_for_the_same_answers_are_one_flag() -> None:
    shown = flags_of({"family_first": ["schizophrenia_psychosis"], "service_interest": ["not_sure"]})

    (flag,) = [flag for flag in shown if "R056" in flag.rules]
    assert (flag.level, [(folded.rule, folded.level) for folded in flag.folded]) == ("stop", [("R057", "review")])


def test_a_medicine_is_quoted_as_it_was_typed() -> None:
    shown = flags_of({"med_none": "takes"}, "Nardil 15mg", "Prozac")

    quotes = {quote.answer for flag in shown for quote in flag.quotes}
    assert {"Nardil 15mg", "Prozac"} <= quotes


def test_a_medicine_nobody_knows_is_quoted_alone_and_names_what_cannot_be_decided() -> None:
    shown = flags_of({"med_none": "takes"}, "Zoloft", "zzqx")

    (flag,) = [flag for flag in shown if "R220" in flag.rules]
    assert [quote.answer for quote in flag.quotes] == ["zzqx"]
    assert len(flag.also_undecided) > 5


def test_of_many_texts_the_one_with_safety_words_is_quoted_first() -> None:
    shown = flags_of({"location_now": "Oakland", "reason_story": "Some days I want to end it all."})

    (flag,) = [flag for flag in shown if "R021" in flag.rules]
    assert flag.quotes[0].answer == "Some days I want to end it all."


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    text = "I want to die " + "and so on " * 500 + "please call"

    (flag,) = [flag for flag in flags_of({"reason_story": text}) if "R021" in flag.rules]

    assert flag.quotes[0].answer.startswith("I want to die")
    assert flag.quotes[0].answer.endswith("please call")
    assert len(flag.quotes[0].answer) < 700


def test_without_the_protocol_the_rules_are_still_named() -> None:
    record = records.sealed(MANY, [records.medicine("zzqx")])

    shown = all_rules(flags.flags(record.result, None))

    assert sorted(shown) == sorted(each["rule"] for each in (*record.result["findings"], *record.result["undecided"]))


def test_the_tally_counts_each_level() -> None:
    made = [flags.Flag(level, "", "", []) for level in ("stop", "review", "review", "note")]

    assert flags.tally(made) == "1 to stop on, 2 to review, 1 to note. Highest first."
    assert flags.tally([]) == "None."


def test_headlines_say_when_the_only_trouble_is_doubt() -> None:
    result = {"findings": [], "undecided": [{"rule": "R001"}, {"rule": "R002"}]}

    assert flags.headlines(result, limit=2) == ["2 checks could not be decided"]
