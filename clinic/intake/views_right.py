"""The page "Is this right?": an unusual answer is saved already, and is kept or changed with one tap."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit import actors
from clinic.intake import onward, presenters, protocols, right_actions
from clinic.intake.journeys import address, anchor, page_at
from clinic.intake.models import Intake
from clinic.intake.views import of_draft


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
def is_this_right(request: HttpRequest, intake: Intake, part: str, number: int) -> HttpResponse:
    """Show what looks like a slip; "Yes, keep it" goes on, "Change it" goes back to the page."""
    journey = protocols.journey_of(intake, now=timezone.now())
    asked = page_at(journey.facts.protocol, part, number)
    if asked is None:
        raise Http404
    to_check = onward.came_to_change(request)
    found = onward.odd_on(intake, journey, asked)
    if not found:
        return redirect(onward.after(journey, asked, to_check=to_check))
    if request.method == "POST":
        right_actions.confirm(intake=intake, right=found, by=actors.patient(intake.patient_id))
        return redirect(onward.after(journey, asked, to_check=to_check))
    page_url = address(journey.facts.protocol, asked) + (onward.TO_CHECK if to_check else "")
    context = {
        "page": asked,
        "rows": presenters.odd_rows(journey, found),
        "many": len(found) > 1,
        "page_url": f"{page_url}#div_{anchor(journey.facts.protocol, found[0].question)}",
        "back_url": page_url,
        "name": presenters.part_number(journey, asked)[1],
    }
    return render(request, "intake/right.html", context)
