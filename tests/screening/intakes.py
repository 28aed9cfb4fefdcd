"""Made-up intakes for properties: any question answered in any way its kind allows or not at all, any medicines."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from screening.answers import DOUBT_IN_LIST
from screening.cases import CASE_DAY, facts_of
from screening.facts import Clinic, Facts
from screening.medicine_facts import STATUSES, Listed
from screening.questions import Question
from tests.cases import CASES, PROTOCOL

BASELINE = facts_of(PROTOCOL, CASES["V000"], CASES["V000"])
CLINIC = BASELINE.clinic
ON = CASE_DAY
QUESTIONS = list(PROTOCOL.questions.values())

NUMBERS = {
    "bp_sys": (60, 69, 70, 89, 90, 118, 139, 140, 150, 159, 160, 179, 180, 260, 261),
    "bp_dia": (39, 40, 49, 50, 76, 89, 90, 99, 100, 119, 120, 160, 161),
    "hr_rest": (30, 44, 45, 70, 100, 101, 180),
    "height_cm": (0, 120, 170, 200),
    "weight_kg": (0, 40, 70, 160),
    "microdose_months": (0, 5, 6, 18),
}
DAYS = {
    "dob": tuple(date(year, 11, 21) for year in (1906, 1961, 1990, 2005, 2007, 2008, 2027)),
    "bp_date": tuple(ON - timedelta(days=days) for days in (-1, 0, 5, 30, 31, 400)),
}
TEXTS = {
    "country": ("US", "CA", "DE", "us", "Atlantis"),
    "region": ("CA", "NY", "US-CA", "somewhere"),
}
WORDS = ("words", "I am better off dead", "my back is killing me", "50% \u00e9\u200b \U0001f600")

ASSESSED = (
    "sertraline", "Prozac", "lithium", "Nardil", "tramadol", "Demerol", "ibuprofen", "St John's wort", "5-HTP",
    "lisinopril", "Xanax", "zolpidem", "oxycodone", "ibogaine", "ayahuasca", "Seroquel", "Compazine", "haloperidol",
    "aripiprazole", "ondansetron", "grapefruit juice", "clarithromycin", "theophylline", "Wegovy", "Nitrostat",
    "naltrexone", "NyQuil", "linezolid", "selegiline", "dextromethorphan", "kava", "bupropion",
)  # fmt: skip
NOT_SURE_WHAT = ("zolft", "the little blue one", "amoxicillin", "none", "???", "sertraline and zzqx", "accuretic")
ODD_STATUSES = (*STATUSES, "", "TAKING", "sometimes", "stopped ")


def facts_with(clinic: Clinic = CLINIC, listed: tuple[Listed, ...] = (), **changes: Any) -> Facts:
    """The baseline with other answers; None takes one away."""
    given = {name: value for name, value in {**BASELINE.given, **changes}.items() if value is not None}
    return Facts(PROTOCOL, given, ON, clinic, listed)


def codes_of(question: Question) -> list[str]:
    """The codes a question offers."""
    return [option.code for option in question.options] or ["yes", "no"]


def doubts(question: Question) -> list[Any]:
    """Every way not to answer a question: nothing at all, "not sure", "rather not say", also beside another tick."""
    codes = codes_of(question)
    if question.kind == "multi":
        unsure = [code for code in codes if code in DOUBT_IN_LIST]
        sure = [code for code in codes if code not in DOUBT_IN_LIST]
        return [None, [], *([code] for code in unsure), *([sure[0], code] for code in unsure)]
    return [None, "", *(code for code in codes if question.options and code in DOUBT_IN_LIST)]


def definite_answers(question: Question) -> list[Any]:
    """The answers to a question that leave no doubt; of an open question some, on either side of every limit."""
    if question.kind in ("scale0_3", "scale0_10"):
        return list(range(int(question.kind.removeprefix("scale0_")) + 1))
    if question.kind == "multi":
        return [[code] for code in codes_of(question) if code not in DOUBT_IN_LIST]
    if question.kind in ("single", "yesno", "checkbox"):
        return [code for code in codes_of(question) if code not in DOUBT_IN_LIST]
    if question.kind in ("integer", "number"):
        return list(NUMBERS[question.id])
    if question.kind == "date":
        return [day.isoformat() for day in DAYS[question.id]]
    return list(TEXTS.get(question.id, WORDS))


def answer_to(question: Question) -> st.SearchStrategy[Any]:
    """Any answer a person could give, numbers also as text, and tick lists with anything beside anything."""
    known = [*definite_answers(question), *(each for each in doubts(question) if each)]
    if question.kind == "multi":
        return st.lists(st.sampled_from(codes_of(question)), min_size=1, max_size=4, unique=True)
    if isinstance(known[0], int):
        return st.sampled_from([*known, *map(str, known)])
    return st.sampled_from(known)


@st.composite
def given_answers(draw: st.DrawFn) -> dict[str, Any]:
    """The baseline, of a man or a woman, for any services, with many answers changed and some taken away."""
    answers = dict(BASELINE.given)
    if draw(st.booleans()):
        answers |= {"sex_birth": "female", "pregnancy": "no", "breastfeeding": "no", "postpartum_psychosis": "na"}
    services = st.lists(st.sampled_from(list(PROTOCOL.services)), min_size=1, unique=True)
    answers["service_interest"] = draw(services)
    if draw(st.booleans()):
        answers["med_check"] = draw(answer_to(PROTOCOL.questions["med_check"]))
    for question in draw(st.lists(st.sampled_from(QUESTIONS), max_size=12, unique_by=lambda q: q.id)):
        answers[question.id] = draw(answer_to(question))
    for name in draw(st.lists(st.sampled_from(sorted(answers)), max_size=3, unique=True)):
        answers.pop(name)
    return answers


clinics = st.builds(
    Clinic,
    licensed_regions=st.sampled_from([None, frozenset(), frozenset({"US-CA"}), frozenset({"US-NY", "DE"})]),
    telehealth_flexibility_until=st.sampled_from([None, ON, ON - timedelta(days=1), date.max]),
)
days = st.none() | st.sampled_from([date.min, date.max, ON, ON + timedelta(days=1)]) | st.dates(date(2025, 11, 20), ON)
medicines = st.builds(
    Listed,
    text=st.sampled_from((*ASSESSED, *NOT_SURE_WHAT)),
    status=st.sampled_from(ODD_STATUSES),
    last_taken=days,
    confirmed_as=st.sampled_from(("", "", "", "sertraline")),
)
