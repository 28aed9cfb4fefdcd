"""Does a decision need a second signature, who could give it, and which ones are waited for?"""

from __future__ import annotations

from typing import Any

from clinic.accounts.models import User
from clinic.accounts.permissions import ALLOWED, Permission
from clinic.intake.models import ScreeningRecord
from clinic.reviews import answers
from clinic.reviews.models import FirstSignature, Route
from clinic.reviews.suggestion import is_urgent, suggested_route
from screening.second_signature import SecondSignature


def clinicians() -> Any:
    """The people who may decide, by name."""
    roles = [role.value for role, allowed in ALLOWED.items() if Permission.DECIDE in allowed]
    return User.objects.filter(is_active=True, role__in=roles).order_by("name")


def asked_by_protocol(record: ScreeningRecord, route: str, *, over_a_stop: bool) -> SecondSignature | None:
    """What the protocol says when it asks for a second signature under this decision; None when it does not.

    That somebody spoke with the patient is a fact and no judgement: it is put on the record by one, so that the calls
    that follow from it are planned at once. Booking stays closed by it.

    Args:
        record: what is decided about.
        route: one of `Route`.
        over_a_stop: it opens booking over findings that stop it.
    """
    protocol = answers.protocol_of(record)
    if protocol is None or route == Route.URGENT_CONTACT_MADE:
        return None
    suggested = suggested_route(record)
    overrides = over_a_stop or (suggested is not None and route != suggested)
    asked = protocol.second_signature
    return asked if asked.is_asked(holds=_holds(record), overrides=overrides) else None


def waited_for(record: ScreeningRecord) -> FirstSignature | None:
    """The first signature about a record that waits for the second one."""
    waiting = FirstSignature.objects.filter(record=record, state=FirstSignature.State.WAITING)
    return waiting.select_related("signed_by", "contacted_by", "record__intake__patient").first()


def latest(record: ScreeningRecord) -> FirstSignature | None:
    """The last first signature about a record, however it ended."""
    people = ("signed_by", "ended_by", "contacted_by", "record__intake__patient")
    return FirstSignature.objects.filter(record=record).select_related(*people).order_by("-signed_at").first()


def _holds(record: ScreeningRecord) -> set[str]:
    """The rules that hold or cannot be decided, and every outcome that the form, a service or a finding has."""
    result = record.result
    rules = {each["rule"] for each in (*result["findings"], *result["undecided"])}
    outcomes = {record.outcome, *result["services"].values(), *(each["outcome"] for each in result["findings"])}
    return rules | outcomes | ({"urgent"} if is_urgent(record) else set())
