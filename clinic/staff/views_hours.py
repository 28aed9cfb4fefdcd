"""Staff pages of hours: weekly templates with a preview, and exceptions that show whom they affect before they hold."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.permissions import CLINICAL, Permission
from clinic.booking import affected, availability_actions, hours_preview
from clinic.booking.models import Availability, Holiday, JoiningAddress, TimeOff
from clinic.booking.words import LANGUAGES
from clinic.staff.frame import READ, page, show
from clinic.staff.hours_forms import AwayForm, EndForm, HolidayForm, HoursForm, LanguagesForm, VideoForm, served
from clinic.staff.touched import done, exception, sent, was_seen


@page(Permission.SET_HOURS)
def hours(request: HttpRequest) -> HttpResponse:
    """Everybody who can have hours."""
    people = User.objects.filter(role__in=CLINICAL, is_active=True).order_by("name")
    going_on = Availability.objects.filter(_goes_on()).order_by("weekday", "opens")
    people = people.prefetch_related(Prefetch("availability", going_on))
    told = [(each, hours_preview.week_in_words(each.availability.all())) for each in people]
    return show(request, "hours.html", people=told)


@page(Permission.SET_HOURS)
def hours_of(request: HttpRequest, user_id: int) -> HttpResponse:
    """The hours of one clinician, and what is still booked in their time off."""
    return _hours_page(request, _clinician(user_id))


def _hours_page(request: HttpRequest, who: User, video_form: VideoForm | None = None) -> HttpResponse:
    now = timezone.now()
    meets_at = getattr(JoiningAddress.objects.filter(clinician=who).first(), "address", "")
    absences = list(who.time_off.filter(during__endswith__gt=now).order_by("during"))
    booked = affected.still_booked(absences, now=now)
    spoken = [each.code for each in who.languages.all()]
    going_on = who.availability.filter(_goes_on())
    regions = dict(served())
    return show(
        request,
        "hours_of.html",
        who=who,
        rules=[(each, hours_preview.in_words(each)) for each in going_on.order_by("weekday", "opens")],
        absences=[(each, booked[each.pk]) for each in absences],
        languages=[LANGUAGES.get(code, code) for code in spoken],
        licences=[(regions.get(each.region, each.region), each.expires_on) for each in who.licenses.order_by("region")],
        form=LanguagesForm(initial={"codes": spoken}),
        video_form=video_form or VideoForm(initial={"address": meets_at}),
        meets_at=meets_at,
        status=422 if video_form else 200,
    )


@page(Permission.SET_HOURS, *READ, "POST")
def add_hours(request: HttpRequest, user_id: int) -> HttpResponse:
    """A weekly template: first a preview of four weeks, then it is saved."""
    who, now = _clinician(user_id), timezone.now()
    form = HoursForm(sent(request), initial={"valid_from": timezone.localdate()})
    if request.method != "POST" or not form.is_valid():
        return show(request, "hours_add.html", who=who, form=form, status=422 if form.is_bound else 200)
    if "save" in request.POST:
        availability_actions.offer_times(clinician=who, by=request.user.actor, **form.cleaned_data)
        return redirect("staff:hours_of", who.pk)
    told = dict(form.cleaned_data)
    rules = availability_actions.rules_for(who, told.pop("weekdays"), **told)
    if not rules:
        form.add_error(None, "These hours are there already.")
        return show(request, "hours_add.html", who=who, form=form, status=422)
    shown = hours_preview.preview(rules, clinician_id=who.pk, zone=settings.CLINIC_TIME_ZONE, now=now)
    return show(request, "hours_add.html", who=who, form=form, preview=shown)


@page(Permission.SET_HOURS, *READ, "POST")
def end_hours(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Let hours end on a day: first whom it affects, then it holds."""
    rule = get_object_or_404(Availability.objects.select_related("clinician"), pk=rule_id)
    form = EndForm(sent(request), initial={"last_day": timezone.localdate() + timedelta(days=7)})
    about = {"who": rule.clinician, "hours": hours_preview.in_words(rule)}
    if request.method != "POST" or not form.is_valid():
        return exception(request, "hours_end.html", form, **about)
    last_day = form.cleaned_data["last_day"]
    touched = affected.by_end(rule, last_day, now=timezone.now())
    if not was_seen(request, touched):
        return exception(request, "hours_end.html", form, touched, **about)
    rule = availability_actions.end_hours(rule=rule, last_day=last_day, by=request.user.actor)
    return done(rule, touched)


@page(Permission.SET_HOURS, *READ, "POST")
def away(request: HttpRequest, user_id: int) -> HttpResponse:
    """Time off: first whom it affects, then it holds; nobody's appointment is cancelled by it."""
    who = _clinician(user_id)
    form = AwayForm(sent(request))
    if request.method != "POST" or not form.is_valid():
        return exception(request, "away.html", form, who=who)
    since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    touched = affected.by_absence(who.pk, since, until, now=timezone.now())
    if not was_seen(request, touched):
        return exception(request, "away.html", form, touched, who=who)
    told = {"since": since, "until": until, "reason": form.cleaned_data["reason"]}
    return done(availability_actions.take_time_off(clinician=who, by=request.user.actor, **told), touched)


@page(Permission.SET_HOURS, "POST")
def give_back(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Take back time off."""
    absence = get_object_or_404(TimeOff, pk=absence_id)
    availability_actions.give_back_time(absence=absence, by=request.user.actor)
    return redirect("staff:hours_of", absence.clinician_id)


@page(Permission.SET_HOURS, "POST")
def languages(request: HttpRequest, user_id: int) -> HttpResponse:
    """Keep the languages of a clinician."""
    who, form = _clinician(user_id), LanguagesForm(request.POST)
    if form.is_valid():
        availability_actions.say_languages(clinician=who, codes=form.cleaned_data["codes"], by=request.user.actor)
    return redirect("staff:hours_of", who.pk)


@page(Permission.SET_HOURS, "POST")
def video(request: HttpRequest, user_id: int) -> HttpResponse:
    """Keep where a clinician meets patients by video."""
    who, form = _clinician(user_id), VideoForm(request.POST)
    if not form.is_valid():
        return _hours_page(request, who, form)
    availability_actions.meet_at(clinician=who, address=form.cleaned_data["address"], by=request.user.actor)
    return redirect("staff:hours_of", who.pk)


@page(Permission.SET_HOURS, *READ, "POST")
def holidays(request: HttpRequest) -> HttpResponse:
    """Days on which a place or the clinic is closed: first whom one affects, then it holds."""
    form = HolidayForm(sent(request))
    listed = Holiday.objects.filter(day__gte=timezone.localdate()).order_by("day", "location")
    if request.method != "POST" or not form.is_valid():
        return exception(request, "holidays.html", form, holidays=listed)
    told = form.cleaned_data
    touched = affected.by_holiday(told["location"], told["day"], now=timezone.now())
    if not was_seen(request, touched):
        return exception(request, "holidays.html", form, touched, holidays=listed)
    return done(availability_actions.close_for_holiday(by=request.user.actor, **told), touched)


@page(Permission.SET_HOURS, "POST")
def open_again(request: HttpRequest, holiday_id: int) -> HttpResponse:
    """Take back that a day is closed."""
    holiday = get_object_or_404(Holiday, pk=holiday_id)
    availability_actions.open_again(holiday=holiday, by=request.user.actor)
    return redirect("staff:holidays")


def _goes_on() -> Q:
    return Q(valid_to=None) | Q(valid_to__gte=timezone.localdate())


def _clinician(user_id: int) -> User:
    return get_object_or_404(User, pk=user_id, role__in=CLINICAL)
