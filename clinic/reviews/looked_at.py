"""What a patient's page says was looked at, and about their prescriber: made here once, for them and for a preview."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from clinic.intake import protocols
from clinic.intake.models import ScreeningRecord
from clinic.intake.sign_form import NAMED, PRESCRIBER
from clinic.patients.actions import has_agreed
from clinic.reviews import topics
from clinic.reviews.routes import OPENS_BOOKING
from clinic.web.listing import all_of

ONE_SERVICE: Final = {
    "ready_to_book": _("You can talk with us about this."),
    "prescriber_coordination": _("You can talk with us about this. Your prescriber is asked before any treatment."),
    "clinician_review": _("A clinician reads your answers first."),
    "not_suitable_now": _("This may not be the safest choice right now. A clinician looks at it before it is decided."),
    "urgent": _("We talk with you first."),
}


def looked_at(sealed: ScreeningRecord, route: str) -> dict[str, Any]:
    """What was looked at, and what came of each service when that is not the same for all.

    Args:
        sealed: with its intake.
        route: what a clinician decided, or nothing.
    """
    services = sealed.result["services"]
    english = protocols.of(sealed.intake).services
    names = protocols.shown(protocols.of(sealed.intake)).services
    by_itself = topics.is_closed_by_age_or_place(sealed)
    differ = not route and not by_itself and len(set(services.values())) > 1
    asked = [english[service] for service in services]
    return {
        "checking": all_of(topics.checking(sealed)),
        "said": topics.said(sealed, closing=bool(route) and route not in OPENS_BOOKING),
        "by_itself": by_itself,
        "services": [(names[each], ONE_SERVICE[outcome]) for each, outcome in services.items()] if differ else [],
        "care": _("Ketamine care") if asked and all("ketamine" in name.lower() for name in asked) else "",
    }


def prescriber(sealed: ScreeningRecord) -> dict[str, Any]:
    """Whether we may write to the prescriber, asked anew each time the page is shown, and whom they named."""
    patient = sealed.intake.patient
    return {
        "prescriber": {
            "may_be_asked": has_agreed(patient, PRESCRIBER),
            "named": sealed.answers["answers"].get(NAMED) or "",
            "consent": patient.consents.filter(kind=PRESCRIBER, at=sealed.screened_at).first(),
        }
    }
