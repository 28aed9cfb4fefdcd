"""Named values worked out from answers, on one day, for one clinic. What cannot be told is a value of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final, cast
from weakref import ref

from screening.answers import DOUBT, Answer, UnreadableAnswer, is_doubt
from screening.condition_nodes import CANNOT_TELL
from screening.derived import GAD7, PHQ9
from screening.lookback import OLDEST
from screening.medicine_facts import Cabinet, Listed
from screening.protocol import Protocol
from screening.questions import Question
from screening.safety_words import FLAG, is_flagged

NUMERIC: Final = frozenset({"integer", "number"})
COUNTRIES_WITH_REGIONS: Final = frozenset({"US", "CA", "AU", "MX"})
BP_MAX_AGE_DAYS: Final = 30
_COUNTRY: Final = re.compile("[A-Za-z]{2}")
_REGION: Final = re.compile("[A-Z0-9]{2,3}")
MOST_STRANGE: Final = 50
"""Names of no question that are told to a person; of more, these say enough."""
OWN_RULES: Final = frozenset({"med_list", "dob", "bp_date"})
"""Required questions whose absence has a rule of its own. Source: clinical.md 5.2, `required_missing()`."""


@dataclass(frozen=True, slots=True)
class Clinic:
    """What the clinic itself brings to a decision. What is None is not known, and not knowing never clears anyone."""

    licensed_regions: frozenset[str] | None = None
    telehealth_flexibility_until: date | None = None


@dataclass(slots=True, weakref_slot=True)
class Facts:
    """Everything a condition may ask about one set of answers on one day.

    `shown` are the questions that this person is asked, in order; answers to other questions are left out.
    `problems` says of each answer that could not be read why. `values` are the named values. `unknown` are the
    questions shown whose answer is missing, unsure or declined; `lacking` those that are needed and have no answer;
    `strange` are names under which something was told that no question asks.
    `blank` are the names that stand for nothing: nobody was asked, or nobody needed to answer. `awake` are the places
    of the checks that some answer woke.
    """

    protocol: Protocol
    given: Mapping[str, object]
    on: date
    clinic: Clinic = field(default_factory=Clinic)
    medications: Sequence[Listed] = ()
    values: dict[str, object] = field(init=False)
    answers: dict[str, Answer | None] = field(init=False)
    shown: list[str] = field(init=False)
    problems: dict[str, str] = field(init=False)
    unknown: set[str] = field(init=False)
    lacking: list[str] = field(init=False)
    strange: Sequence[str] = field(init=False, default=())
    blank: set[str] = field(init=False)
    awake: set[int] = field(init=False)
    _cabinet: Cabinet | None = field(init=False, default=None)
    doubt: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        self.answers, self.shown, self.problems = {}, [], {}
        self.unknown, self.lacking, self.blank, self.awake = set(), [], set(), set(self.protocol.wakers.always)
        self.values = _Values(self)
        self._ask_in_order()
        if not self.given.keys() <= self.protocol.questions.keys():
            self.strange = _strange(self.given, self.protocol)
            named = [str(name)[:80] for name in self.strange[:MOST_STRANGE]]
            self.problems |= dict.fromkeys(named, "There is no such question.")
        self.values.pop("phq_total_raw", None)
        self.doubt = DOUBT

    @property
    def cabinet(self) -> Cabinet:
        """The medicines; they are read when they are first asked about, and most pages of a form do not ask."""
        if self._cabinet is None:
            ticked, born = self.answers.get("med_check"), self.answers.get("dob")
            self._cabinet = Cabinet.filled(
                self.protocol,
                self.medications,
                ticked=ticked if isinstance(ticked, tuple) else (),
                anything_possible=self._medicines_are_in_doubt(ticked),
                on=self.on,
                born=date.fromisoformat(str(born)) if born else None,
            )
        return self._cabinet

    def _ask_in_order(self) -> None:
        """Walk the questions as a person would: a hidden question keeps no answer, a needed one without is doubt."""
        values, answers, given, awake, blank = self.values, self.answers, self.given, self.awake, self.blank
        asked, shown = None, True
        for name, is_shown, plain, wakes, other, question in self.protocol.steps:
            if is_shown is not None:
                if is_shown is not asked:  # the questions of one page are often shown together
                    asked, shown = is_shown, is_shown(self) is not False
                if not shown:
                    values[name] = None
                    blank.add(name)
                    awake.update(other)
                    continue
            value = given.get(name)
            kind = type(value)
            if (kind is str or kind is int) and value in plain:
                answers[name] = values[name] = answer = plain[value]
                if other:
                    awake.update(wakes[answer])
                continue
            if value is None:
                answers[name] = None
                self._lack(question)
            else:
                self._read(question, value)
            if other:
                awake.update(wakes.get(answers[name], other))  # type: ignore[arg-type]
        self.shown = list(answers)

    def _read(self, question: Question, value: object) -> None:
        name = question.id
        try:
            self.answers[name] = answer = question.read(value)
        except UnreadableAnswer as problem:
            self.answers[name] = answer = None
            self.problems[name] = f"The answer {problem}."
        if answer is None:
            self._lack(question)
            return
        self.values[name] = float(str(answer)) if question.kind in NUMERIC else answer
        if is_doubt(answer):
            self.unknown.add(name)

    def _lack(self, question: Question) -> None:
        """A question that is shown and has no answer: doubt where one is needed or could not be read, else nothing."""
        name = question.id
        self.unknown.add(name)
        if question.required or name in self.problems:
            self.values[name] = CANNOT_TELL
            if question.required:
                self.lacking.append(name)
        else:
            self.values[name] = None
            self.blank.add(name)

    def _medicines_are_in_doubt(self, ticked: Answer | None) -> bool:
        listed = self.values["med_none"]
        return (
            listed not in ("takes", "none")
            or (listed == "takes" and not self.medications)
            or self.values["med_unsure"] != "no"
            or ticked is None
            or is_doubt(ticked)
        )

    def services(self) -> tuple[str, ...]:
        """The services this person asks about: those ticked, or all of them when none or "not sure" was ticked."""
        ticked = self.answers.get("service_interest") or ()
        every = tuple(self.protocol.services)
        if not ticked or "not_sure" in ticked:
            return every
        return tuple(service for service in every if service in ticked) or every

    def tagged(self, tag: str) -> bool | None:
        """Whether a medicine in force carries a tag; None when one that is not known for sure could."""
        return (self._cabinet or self.cabinet).tagged(tag)

    def call(self, function: str, arguments: tuple[object, ...]) -> bool | None:
        """A yes-or-no function of the condition language."""
        if function == "required_missing":
            return self._required_missing()
        return (self._cabinet or self.cabinet).call(function, arguments)

    def count(self, function: str, arguments: tuple[object, ...]) -> object:
        """A function of the condition language that gives a number."""
        return (self._cabinet or self.cabinet).count(function, arguments)

    def wants(self, service: str) -> bool:
        """Whether a service is asked about; "not_sure" is only asked about when it was ticked itself."""
        ticked = self.answers.get("service_interest") or ()
        if service == "not_sure":
            return service in ticked
        return service in ticked or not ticked or "not_sure" in ticked

    def _required_missing(self) -> bool | None:
        """Some shown required question is unanswered, other than three that have rules of their own."""
        if not OWN_RULES.issuperset(self.lacking):
            return True
        return None if self.problems else False


def _strange(given: Mapping[str, object], protocol: Protocol) -> list[str]:
    """Names under which something was told that no question asks: what it means is not known."""
    told = {name for name, value in given.items() if value not in (None, "", [], ())}
    return sorted(told - protocol.questions.keys() - {FLAG}, key=str)


class _Values(dict[str, object]):
    """Named values; a derived one is worked out when it is first asked for."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._of = ref(facts)  # facts hold their values; held the other way round, both would wait for the collector

    def __missing__(self, name: str) -> object:
        facts = cast(Facts, self._of())
        value = _DERIVED[name](facts)
        self[name] = value
        if value is None or (name == "bp_ok" and value is False):
            facts.blank.add(name)
        return value


def _age(facts: Facts) -> object:
    born = facts.answers.get("dob")
    if born is None:
        return CANNOT_TELL
    birth = date.fromisoformat(str(born))
    years = facts.on.year - birth.year - ((facts.on.month, facts.on.day) < (birth.month, birth.day))
    return years if birth <= facts.on and years < OLDEST else CANNOT_TELL


def _sum(items: tuple[str, ...], facts: Facts) -> object:
    try:
        return sum(map(int, map(facts.answers.get, items)))  # type: ignore[arg-type]
    except TypeError:  # one of them has no answer
        return CANNOT_TELL


def _raw_sum(items: tuple[str, ...], facts: Facts) -> object:
    return sum(map(int, filter(None, map(facts.answers.get, items))))  # type: ignore[arg-type]


def _phq9_positive(facts: Facts) -> object:
    answer = facts.answers.get("phq9")
    return CANNOT_TELL if answer is None else answer in ("1", "2", "3")


def _auditc_total(facts: Facts) -> object:
    if facts.answers.get("auditc1") == "0":
        return 0
    return _sum(("auditc1", "auditc2", "auditc3"), facts)


def _pcptsd_total(facts: Facts) -> object:
    if "pcptsd1" not in facts.answers:
        return None
    answers = [facts.answers.get(f"pcptsd{number}") for number in range(1, 6)]
    return CANNOT_TELL if any(a not in ("yes", "no") for a in answers) else sum(a == "yes" for a in answers)


def _bp_known(facts: Facts) -> bool:
    taken = facts.answers.get("bp_date")
    if facts.answers.get("bp_recent") != "yes" or taken is None:
        return False
    if facts.answers.get("bp_sys") is None or facts.answers.get("bp_dia") is None:
        return False
    return 0 <= (facts.on - date.fromisoformat(str(taken))).days <= BP_MAX_AGE_DAYS


def _bp_ok(facts: Facts) -> object:
    if not facts.values["bp_known"]:
        return CANNOT_TELL
    systolic, diastolic = _pressure("bp_sys", facts), _pressure("bp_dia", facts)
    return 70 <= systolic <= 260 and 40 <= diastolic <= 160 and systolic > diastolic


def _pressure(question_id: str, facts: Facts) -> float:
    number = facts.values.get(question_id)
    return number if isinstance(number, float) else 0.0


def _bp_elevated_for_age(facts: Facts) -> bool:
    age = facts.values["age"]
    limit = 150 if isinstance(age, int) and age >= 65 else 140
    return _pressure("bp_sys", facts) >= limit or _pressure("bp_dia", facts) >= 90


def _bmi(facts: Facts) -> object:
    height, weight = facts.values.get("height_cm"), facts.values.get("weight_kg")
    if height is None and weight is None:
        return None
    if not isinstance(height, float) or not isinstance(weight, float):
        return CANNOT_TELL if CANNOT_TELL in (height, weight) else None
    return weight / (height / 100) ** 2 if height > 0 and weight > 0 else CANNOT_TELL


def _licensed_region(facts: Facts) -> str:
    licensed, country = facts.clinic.licensed_regions, facts.answers.get("country")
    if licensed is None or not isinstance(country, str) or not _COUNTRY.fullmatch(country):
        return "unknown"
    place = country.upper()
    if place in COUNTRIES_WITH_REGIONS:
        region = str(facts.answers.get("region") or "").upper().removeprefix(f"{place}-")
        if not _REGION.fullmatch(region):
            return "unknown"
        place = f"{place}-{region}"
    return "yes" if place in licensed else "no"


def _telehealth(facts: Facts) -> object:
    until = facts.clinic.telehealth_flexibility_until
    return CANNOT_TELL if until is None else facts.on <= until


def _consent_missing(facts: Facts) -> bool:
    needed = ("consent_privacy", "consent_not_medical", "consent_truth", "consent_esign")
    return any(facts.answers.get(consent) != "yes" for consent in needed)


_DERIVED: Final[dict[str, Callable[[Facts], object]]] = {
    "age": _age,
    "phq_total": partial(_sum, PHQ9),
    "phq_total_raw": partial(_raw_sum, PHQ9),
    "phq9_pos": _phq9_positive,
    "gad_total": partial(_sum, GAD7),
    "auditc_total": _auditc_total,
    "auditc_cut": lambda facts: 4 if facts.answers.get("sex_birth") == "male" else 3,
    "pcptsd_total": _pcptsd_total,
    "bp_known": _bp_known,
    "bp_ok": _bp_ok,
    "bp_s": partial(_pressure, "bp_sys"),
    "bp_d": partial(_pressure, "bp_dia"),
    "bp_elev_age": _bp_elevated_for_age,
    "hr": lambda facts: facts.values["hr_rest"],
    "bmi": _bmi,
    "licensed_region": _licensed_region,
    "telemed_flex_active": _telehealth,
    "freetext_flag": is_flagged,
    "consent_missing": _consent_missing,
    "needs_coordination": lambda facts: False,
    "engine_error": lambda facts: False,
}
"""How each derived value is worked out. Source: clinical.md section 5.2, "Derived values, exactly"."""
