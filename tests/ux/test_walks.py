"""Five people fill in the whole form, one comes back, one books: taps, pages and minutes against the budget."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import pytest
import time_machine
from django.conf import settings

from clinic.intake.models import ScreeningRecord
from tests.ux.budget import BUDGET
from tests.ux.personas import COMMON, MAYA, PERSONAS, Persona
from tests.ux.visitor import NOW, Visitor
from tests.ux.walk import Walk

pytestmark = pytest.mark.django_db
INTAKE = BUDGET["intake"]
BIRTHDAY = {"born_on_month": "5", "born_on_day": "2", "born_on_year": "1991"}


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.name)
def test_the_form_leads_each_of_them_to_the_right_page(persona: Persona) -> None:
    walk = Walk(persona)
    walk.fills_in_the_form()

    assert walk.name == "my:status"
    assert ScreeningRecord.objects.get().outcome == persona.outcome


def test_the_common_path_has_the_pages_of_the_budget() -> None:
    walk = Walk(COMMON)
    walk.fills_in_the_form()

    assert walk.count.asked <= INTAKE["pages"]


def test_the_form_does_not_become_longer_than_it_is() -> None:
    walks = [Walk(persona) for persona in PERSONAS]
    for walk in walks:
        walk.fills_in_the_form()
    counts = [walk.count for walk in walks]

    assert max(count.questions for count in counts) <= INTAKE["now"]["questions"]
    assert median(count.taps for count in counts) <= INTAKE["now"]["taps"]
    minutes = median(count.seconds for count in counts) / 60
    assert minutes <= INTAKE["now"]["median_minutes"]
    assert settings.FORM_MINUTES - 5 <= minutes <= settings.FORM_MINUTES, "pages say how long it takes"


def test_the_check_takes_the_pages_taps_and_seconds_of_the_budget() -> None:
    walk = Walk(MAYA)
    walk.goes("/check/1/")
    for told in ({"help_now": "no"}, {"adult": "yes"}, {"state": "US-CA"}, {"about_you": ["none"]}):
        walk.presses(told)

    assert walk.name == "intake:check_result"
    assert walk.count.pages - 1 <= BUDGET["precheck"]["pages"]
    assert walk.count.taps <= BUDGET["precheck"]["taps"]
    assert walk.count.seconds <= BUDGET["precheck"]["seconds_now"]


def test_coming_back_takes_the_taps_of_the_budget() -> None:
    visitor = Visitor().filled("mood")
    visitor.is_described({"dob": "1991-05-02"})
    token = visitor.link()
    walk = Walk(MAYA, Visitor())
    walk.goes(f"/resume/{token}/")
    walk.presses(BIRTHDAY)
    walk.goes(walk.button())

    assert walk.at.request["PATH_INFO"] == "/intake/feelings/5/"
    assert walk.count.taps <= BUDGET["resume"]["taps"]


@pytest.mark.parametrize(
    ("typed", "most"),
    [("ibuprofen", BUDGET["medicine"]["known_taps"]), ("sertralin", BUDGET["medicine"]["near_miss_taps"])],
)
def test_adding_a_medicine_takes_the_taps_of_the_budget(typed: str, most: int) -> None:
    walk = Walk(MAYA, Visitor().filled("list", med_none="takes"))
    walk.adds(typed, "taking")

    assert walk.name == "intake:page"
    assert typed in walk.main.text
    assert walk.count.taps <= most


@pytest.mark.parametrize("is_by_day", [False, True])
def test_booking_takes_the_taps_of_the_budget(is_by_day: bool) -> None:
    walk = Walk(MAYA, Visitor().sent().with_a_clinic())
    walk.at = walk.visitor.opens("my:status")
    walk.goes(walk.button())
    if is_by_day:
        days = [tag["href"] for tag in walk.main.all("a") if "day=" in tag["href"]]
        walk.goes(f"/book/{days[1]}")
        slot = next(walk.main.all("input", name="slot"))["value"]
        walk.count.taps += 1
    else:
        slot = next(walk.main.all("button", name="slot"))["value"]
    walk.presses({"slot": slot})
    walk.count.taps -= 1
    walk.presses({"phone": "(555) 010-0199", "reminders": "email"})
    walk.count.taps -= 1

    assert walk.name == "booking:done"
    assert walk.count.taps <= BUDGET["booking"]["by_day_taps" if is_by_day else "soonest_taps"]
