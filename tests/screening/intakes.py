"""Made-up intakes for properties: every question answered in any way its kind allows, or not at all."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from screening.cases import CASE_DAY, facts_of
from screening.loader import PROTOCOLS, load_cases, published
from screening.medicine_facts import STATUSES, Listed
from screening.questions import Question

PROTOCOL = published("2026-11")
CASES = {case.id: case for case in load_cases(PROTOCOLS / "2026-11", PROTOCOL)}
BASELINE = facts_of(PROTOCOL, CASES["V000"], CASES["V000"])
CLINIC = BASELINE.clinic
ON = CASE_DAY
CODED = [q for q in PROTOCOL.questions.values() if q.kind in ("single", "yesno", "scale0_3", "multi", "checkbox")]
NAMES = ("sertraline", "Prozac", "lithium", "Nardil", "tramadol", "ibuprofen", "St John's wort", "lisinopril", "Xanax")


def answer_to(question: Question) -> st.SearchStrategy[Any]:
    """Any answer a person could give to a question with codes."""
    if question.kind == "scale0_3":
        return st.integers(0, 3)
    codes = [option.code for option in question.options] or ["yes", "no"]
    if question.kind == "multi":
        return st.lists(st.sampled_from(codes), min_size=1, max_size=3, unique=True)
    return st.sampled_from(codes)


@st.composite
def given_answers(draw: st.DrawFn) -> dict[str, Any]:
    """The baseline with up to a dozen answers changed, and up to three taken away."""
    answers = dict(BASELINE.given)
    for question in draw(st.lists(st.sampled_from(CODED), max_size=12, unique_by=lambda q: q.id)):
        answers[question.id] = draw(answer_to(question))
    if draw(st.booleans()):
        answers["bp_sys"] = draw(st.integers(60, 270))
        answers["bp_dia"] = draw(st.integers(30, 170))
    for name in draw(st.lists(st.sampled_from(sorted(answers)), max_size=3, unique=True)):
        answers.pop(name)
    return answers


medicines = st.builds(
    Listed,
    text=st.sampled_from(NAMES),
    status=st.sampled_from(STATUSES),
    last_taken=st.none() | st.dates(min_value=ON.replace(year=ON.year - 1), max_value=ON),
)
