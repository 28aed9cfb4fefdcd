"""Staff pages about a first signature: another clinician signs it too or does not, and its signer takes it back."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from clinic.accounts.allow import code_again
from clinic.accounts.permissions import Permission
from clinic.reviews import actions, answers, second_actions, second_presenters, signing
from clinic.reviews.models import FirstSignature
from clinic.reviews.second_forms import AgreeForm, DeclineForm
from clinic.staff.frame import page
from clinic.staff.glass import of_their_team
from clinic.staff.review_page import next_page, place_of, review_page, sent

SAME_PERSON = "Another clinician has to sign this too"
TALK_AGAIN = "A safety flag came after the talk with the patient: somebody has to speak with them again first"


@page(Permission.DECIDE, "POST")
@of_their_team
@code_again(when=lambda request: "has_read" in request.POST)
def agree(request: HttpRequest, first_id: UUID) -> HttpResponse:
    """Sign what another clinician signed, and go on to the next intake."""
    first = _first(first_id)
    record = sent(first.record.intake.reference)
    if answers.protocol_of(record) is None:
        return review_page(request, record, status=409)
    form = AgreeForm(request.POST, first=first)
    if not form.is_valid():
        return review_page(request, record, agreeing=form, status=422)
    place, now = place_of(record), timezone.now()
    try:
        second_actions.agree(first=first, by=request.user.actor, now=now, **form.cleaned_data)
    except second_actions.NotWaitedFor as ended:
        if ended.first.ended_by_id == request.user.pk and ended.first.state == FirstSignature.State.AGREED:
            return next_page(request, place)
        return _ended(request, ended.first)
    except second_actions.SamePerson:
        return review_page(request, record, not_second=SAME_PERSON, status=409)
    except signing.ContactNotRecorded:
        return review_page(request, record, not_second=TALK_AGAIN, status=409)
    except actions.ChangedSince:
        return review_page(request, record, changed=True, status=409)
    except signing.MayNotDecide:
        raise PermissionDenied from None
    return next_page(request, place)


@page(Permission.DECIDE, "POST")
@of_their_team
def decline(request: HttpRequest, first_id: UUID) -> HttpResponse:
    """Send what another clinician signed back to them, with the reason."""
    first = _first(first_id)
    reference = first.record.intake.reference
    form = DeclineForm(request.POST, auto_id="h_%s")
    if not form.is_valid():
        return review_page(request, sent(reference), declining=form, status=422)
    try:
        second_actions.decline(
            first=first, reason=form.cleaned_data["why_not"], by=request.user.actor, now=timezone.now()
        )
    except second_actions.NotWaitedFor as ended:
        return _ended(request, ended.first)
    except second_actions.SamePerson:
        return review_page(request, sent(reference), not_second=SAME_PERSON, status=409)
    return redirect("staff:review", reference)


@page(Permission.DECIDE, "POST")
@of_their_team
def take_back(request: HttpRequest, first_id: UUID) -> HttpResponse:
    """Take one's own first signature back."""
    first = _first(first_id)
    reference = first.record.intake.reference
    try:
        second_actions.take_back(first=first, by=request.user.actor, now=timezone.now())
    except second_actions.NotWaitedFor as ended:
        return _ended(request, ended.first)
    except signing.MayNotDecide:
        only = f"Only {first.signed_by} can take this back"
        return review_page(request, sent(reference), not_second=only, status=409)
    return redirect("staff:review", reference)


def _first(first_id: UUID) -> FirstSignature:
    return get_object_or_404(FirstSignature.objects.select_related("record__intake", "signed_by"), pk=first_id)


def _ended(request: HttpRequest, first: FirstSignature) -> HttpResponse:
    """The review, which says how the first signature ended."""
    record = sent(first.record.intake.reference)
    shown = second_presenters.first_signature(first, by=request.user, now=timezone.now())
    return review_page(request, record, not_waited_for=shown.ended or f"{first.ended_by} signed it too", status=409)
