"""Where somebody goes after a page: on, straight back to checking the answers, or first to "Is this right?"."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from clinic.intake.journeys import address
from clinic.intake.likely import Odd, odd
from clinic.intake.models import Intake
from screening.journey import Journey
from screening.protocol import Page

TO_CHECK = "?return=check"
"""What the address of a page ends with when somebody came from checking their answers."""


def came_to_change(request: HttpRequest) -> bool:
    """True for a page that was opened from checking the answers."""
    return request.GET.get("return") == "check"


def query(request: HttpRequest) -> str:
    """What to add to an address so that it leads back to checking the answers, too."""
    return TO_CHECK if came_to_change(request) else ""


def after(journey: Journey, asked: Page, *, to_check: bool) -> str:
    """The address after a page was saved.

    Args:
        journey: with the answers as they are now.
        asked: the page that was saved.
        to_check: they came from checking their answers: new questions first if a branch opened, then straight back.
    """
    first = journey.first_open()
    following = first if to_check else journey.after(asked)
    if following is None or following.kind == "sign" or not journey.may_visit(following):
        following = first
    if following is None or following.kind == "sign":
        return reverse("intake:answers")
    return address(journey.facts.protocol, following) + (TO_CHECK if to_check else "")


def right_address(journey: Journey, page: Page, *, to_check: bool) -> str:
    """The address of "Is this right?" for a page."""
    return f"{address(journey.facts.protocol, page)}right/{TO_CHECK if to_check else ''}"


def odd_on(intake: Intake, journey: Journey, page: Page) -> list[Odd]:
    """The answers of a page that are probably a slip and were not confirmed."""
    return odd(journey.facts, journey.questions_on(page), intake.confirmed or {})


def first_odd(intake: Intake, journey: Journey) -> Page | None:
    """The first page with an answer that is probably a slip and was not confirmed."""
    return next((page for page in journey.pages if odd_on(intake, journey, page)), None)
