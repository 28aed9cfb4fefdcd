"""The staff page of licences: where each clinician may see patients and until when, and whom an end affects."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.permissions import CLINICAL, Permission
from clinic.booking import affected, availability_actions
from clinic.booking.models import SEES_PATIENTS, License
from clinic.staff.frame import READ, page, show
from clinic.staff.hours_forms import LicenceForm, served
from clinic.staff.touched import done, exception, sent, was_seen


@page(Permission.MANAGE_PEOPLE)
def licences(request: HttpRequest) -> HttpResponse:
    """Every licence, the one that ends first at the top, and how many are booked after it."""
    names = dict(served())
    kept = list(License.objects.filter(SEES_PATIENTS).select_related("clinician"))
    kept.sort(key=lambda each: (each.expires_on or date.max, each.clinician.name, each.region))
    booked = affected.by_licences(kept, now=timezone.now())
    rows = [(each, names.get(each.region, each.region), is_over(each), len(booked[each.pk])) for each in kept]
    people = User.objects.filter(role__in=CLINICAL, is_active=True).order_by("name")
    may_tell = request.user.may(Permission.SET_HOURS)
    return show(request, "licences.html", rows=rows, people=people, may_tell=may_tell)


@page(Permission.MANAGE_PEOPLE, *READ, "POST")
def licence(request: HttpRequest, user_id: int) -> HttpResponse:
    """Add a licence of a clinician or change its last day: first whom it affects, then it holds."""
    who, now = get_object_or_404(User, pk=user_id, role__in=CLINICAL), timezone.now()
    form = LicenceForm(sent(request), initial=_as_it_is(who, request.GET.get("region", "")))
    about = {"who": who, "may_see": request.user.may(Permission.SEE_CALENDAR)}
    if request.method != "POST" or not form.is_valid():
        return exception(request, "licence.html", form, **about)
    region, last_day = form.cleaned_data["region"], form.cleaned_data["last_day"]
    touched = affected.by_licence(License(clinician=who, region=region, expires_on=last_day), now=now)
    if touched and not was_seen(request, touched):
        return exception(request, "licence.html", form, touched, **about)
    kept = availability_actions.license_for(clinician=who, region=region, expires_on=last_day, by=request.user.actor)
    may_tell = touched and request.user.may(Permission.SET_HOURS)
    return done(kept, touched) if may_tell else redirect("staff:licences")


def is_over(each: License) -> bool:
    """True when no times are offered by it any more."""
    return each.expires_on is not None and each.expires_on < timezone.localdate()


def _as_it_is(who: User, region: str) -> dict[str, object]:
    kept = who.licenses.filter(region=region).first()
    return {"region": region, "last_day": kept.expires_on if kept else None}
