"""Plain words on every patient page, and none that give somebody away in what others may see of it."""

from __future__ import annotations

import re
from statistics import median
from urllib.parse import unquote

import pytest
import time_machine

from clinic.pages import articles
from screening.reading_grade import grade
from tests.clinic.notifications.test_words import CONDITIONS, KIND_OF_CLINIC
from tests.clinic.pages.reading import sentences
from tests.ux.budget import BUDGET
from tests.ux.conftest import Pages
from tests.ux.shown import Shown, faults
from tests.ux.states import STATES
from tests.ux.visitor import NOW, PROTOCOL, Visitor

pytestmark = pytest.mark.django_db
READING = BUDGET["reading"]
SAID_ANYWHERE = frozenset(["clinic", "medicine", "medicines", "health", "intake"])
"""Words of the kind of clinic that any doctor's site has in its titles."""
VALIDATED = {name for scale in PROTOCOL.instruments.values() for name in scale.items} | {
    "pcptsd_event",
    "phq_difficulty",
}
"""Questions that are asked word for word as they were validated, however long."""
FEWEST_WORDS = 20
"""A text shorter than this has no grade worth the name."""


@pytest.fixture(scope="module")
def telling() -> re.Pattern[str]:
    """Names of medicines, of conditions, and of the kind of clinic."""
    words = {*CONDITIONS.split(), *KIND_OF_CLINIC.split(), *articles.conditions()} - SAID_ANYWHERE
    for medicine in PROTOCOL.medications.values():
        words |= {medicine.ingredient.lower(), *(brand.lower() for brand in medicine.brands)}
    assert len(words) > 1000
    return re.compile(r"\b(" + "|".join(map(re.escape, sorted(words))) + r")\b", re.IGNORECASE)


def test_a_title_and_an_address_of_a_private_page_tell_nothing(show: Pages, telling: re.Pattern[str]) -> None:
    def told(page: Shown) -> object:
        title = next(page.tree.all("title")).text
        links = [tag["href"] for tag in page.main.all("a")] + [tag["action"] for tag in page.main.all("form")]
        ours = [link for link in [page.path, *links] if re.match(r"#|/(?!conditions/)", link)]
        seen = [title, *(re.sub(r"[/_?=&#-]", " ", unquote(each)) for each in ours)] if page.is_private else []
        return [found for text in seen for found in telling.findall(text)]

    assert faults(show, told) == {}


@pytest.mark.parametrize("mode", ["phone", "video", "in_person"])
@pytest.mark.parametrize("is_cancelled", [False, True])
def test_the_calendar_file_tells_nothing(mode: str, is_cancelled: bool, telling: re.Pattern[str]) -> None:
    with time_machine.travel(NOW, tick=False):
        visitor = Visitor().sent().booked(mode)
        file = (visitor.cancelled() if is_cancelled else visitor).opens("booking:calendar").content.decode()

    assert "SUMMARY:Appointment" in file
    assert telling.findall(file) == []


def test_every_page_reads_at_the_grade_of_the_budget(show: Pages) -> None:
    grades = {str(state): _grade(show(state)) for state in STATES}

    assert {state: round(found, 1) for state, found in grades.items() if found > READING["page_grade"]} == {}
    assert median(grades.values()) <= READING["median_grade"]


def _grade(page: Shown) -> float:
    found = sentences(page.html)
    return grade(" ".join(_ended(each) for each in found)) if len(" ".join(found).split()) >= FEWEST_WORDS else 0.0


def _ended(sentence: str) -> str:
    return sentence if sentence[-1] in ".!?" else f"{sentence.rstrip(':,; ')}."


def test_no_sentence_is_longer_than_the_budget(show: Pages) -> None:
    asked = " ".join(" ".join(PROTOCOL.questions[name].wording.split()) for name in VALIDATED)

    def long(page: Shown) -> object:
        found = [each for each in sentences(page.html) if each not in asked]
        return [each for each in found if len(each.split()) > READING["sentence_words"]]

    assert faults(show, long) == {}
