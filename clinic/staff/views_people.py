"""Staff pages about the staff: who is here, what each may do, and how access begins, changes and ends."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from clinic.accounts import actions as accounts
from clinic.accounts.allow import code_again
from clinic.accounts.models import User
from clinic.accounts.permissions import Permission, Role
from clinic.booking.models import Appointment
from clinic.staff import actions
from clinic.staff.frame import READ, page, show
from clinic.staff.people_forms import InviteForm, ReasonForm, RoleForm
from clinic.staff.people_lines import line, lines, matrix

REFUSALS = {
    accounts.NotYourOwn: "You cannot do this to yourself. Ask another administrator or the medical director.",
    accounts.OnlyDirector: "Only the medical director gives a role that decides about patients.",
    accounts.LastOne: "They are the last one in this role. Give the role to somebody else first.",
    accounts.AccessEnded: "Their access ended. Invite them again first.",
    accounts.AlreadyOnStaff: "They are on the staff already.",
}
"""What somebody reads when an action says no."""
ASK_WHY_RESET = "Also say how you know that it is really they who ask. The record keeps it"
ASK_WHY_END = "The record keeps it"


@page(Permission.MANAGE_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody on the staff, and what each role may do."""
    everybody = list(User.objects.order_by("-is_active", "ended_at", "name", "email"))
    actions.look_over(page="people", shown=[each.actor.ref for each in everybody], by=request.user.actor)
    roles, rows = matrix()
    return show(request, "people.html", people=lines(everybody), roles=roles, rows=rows)


@page(Permission.MANAGE_PEOPLE, *READ, "POST")
@code_again()
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody by e-mail."""
    form = InviteForm(request.POST or None, giver=Role(request.user.role))
    if request.method != "POST" or not form.is_valid():
        return show(request, "people_invite.html", form=form, status=422 if form.is_bound else 200)
    told = form.cleaned_data
    try:
        user = actions.invite(email=told["email"], role=Role(told["role"]), by=request.user.actor, now=timezone.now())
    except (accounts.AlreadyOnStaff, accounts.OnlyDirector) as refusal:
        form.add_error("email" if isinstance(refusal, accounts.AlreadyOnStaff) else "role", REFUSALS[type(refusal)])
        return show(request, "people_invite.html", form=form, status=409)
    return redirect("staff:person", user.pk)


@page(Permission.MANAGE_PEOPLE)
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person on the staff."""
    return _person_page(request, _found(user_id))


@page(Permission.MANAGE_PEOPLE, "POST")
@code_again()
def change_role(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give somebody another role."""
    user = _found(user_id)
    form = RoleForm(request.POST, giver=Role(request.user.role))
    if not form.is_valid():
        return _person_page(request, user, status=422, role_form=form)
    return _do(request, user, accounts.change_role, role=Role(form.cleaned_data["role"]))


@page(Permission.MANAGE_PEOPLE, "POST")
@code_again()
def end_access(request: HttpRequest, user_id: int) -> HttpResponse:
    """End somebody's access now."""
    user, form = _found(user_id), ReasonForm(request.POST, hint=ASK_WHY_END, prefix="end")
    if not form.is_valid():
        return _person_page(request, user, status=422, end_form=form)
    return _do(request, user, accounts.end_access, reason=form.cleaned_data["reason"])


@page(Permission.MANAGE_PEOPLE, "POST")
@code_again()
def reset_sign_in(request: HttpRequest, user_id: int) -> HttpResponse:
    """Forget the password and second factor of somebody who lost theirs, and mail them a link."""
    user, form = _found(user_id), ReasonForm(request.POST, hint=ASK_WHY_RESET, prefix="reset")
    if not form.is_valid():
        return _person_page(request, user, status=422, reset_form=form)
    return _do(request, user, actions.reset_sign_in, reason=form.cleaned_data["reason"])


@page(Permission.MANAGE_PEOPLE, "POST")
@code_again()
def invite_again(request: HttpRequest, user_id: int) -> HttpResponse:
    """Mail a new link to somebody who never joined, or whose access ended."""
    user = _found(user_id)
    form = RoleForm(request.POST, giver=Role(request.user.role))
    if not form.is_valid():
        return _person_page(request, user, status=422, role_form=form)
    return _do(request, user, actions.invite_again, role=Role(form.cleaned_data["role"]))


def _do(request: HttpRequest, user: User, verb: Callable[..., User], **told: object) -> HttpResponse:
    """Do it and go back to the person, or say there why not."""
    try:
        verb(user=user, by=request.user.actor, now=timezone.now(), **told)
    except tuple(REFUSALS) as refusal:
        return _person_page(request, _found(user.pk), status=409, refusal=REFUSALS[type(refusal)])
    return redirect("staff:person", user.pk)


def _person_page(
    request: HttpRequest, user: User, *, status: int = 200, refusal: str = "", **bound: forms.Form
) -> HttpResponse:
    actions.look_over(page="person", shown=[user.actor.ref], by=request.user.actor)
    fresh: dict[str, forms.Form] = {
        "role_form": RoleForm(initial={"role": user.role}, giver=Role(request.user.role)),
        "end_form": ReasonForm(hint=ASK_WHY_END, prefix="end"),
        "reset_form": ReasonForm(hint=ASK_WHY_RESET, prefix="reset"),
    }
    wrong = next(iter(bound.values()), None)
    booked = Appointment.objects.upcoming(timezone.now()).filter(clinician=user).count()
    said = {"person": line(user), "is_oneself": user.pk == request.user.pk, "refusal": refusal, "form": wrong}
    return show(
        request, "person.html", status=status, error_title=bool(refusal), booked=booked, **said, **fresh | bound
    )


def _found(user_id: int) -> User:
    return get_object_or_404(User, pk=user_id)
