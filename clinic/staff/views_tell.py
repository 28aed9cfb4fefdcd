"""The staff page on which those whom an exception touches are told of it together, once each, after a preview."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.booking import cannot_keep, cannot_keep_actions, visit_presenters
from clinic.booking.models import Appointment
from clinic.notifications.words import Words, sample
from clinic.staff import tell_lines
from clinic.staff.frame import READ, page, show
from clinic.staff.tell_form import TellForm
from clinic.staff.touched import look, sent

JUST = {"saved": "Saved. No new times are offered then.", "told": "Told. The messages leave now."}
"""What was done a moment ago, in words."""


@page(Permission.SET_HOURS, *READ, "POST")
def tell(request: HttpRequest, kind: str, exception_id: int) -> HttpResponse:
    """Choose whom, and what; read what they will read; then it is sent. Sending it twice tells nobody twice."""
    exception, now = _found(kind, exception_id), timezone.now()
    lines = tell_lines.lines(exception, now=now)
    form = TellForm(sent(request), references=[each.visit.reference for each in lines if not each.call])
    if request.method != "POST" or not form.is_valid():
        return _page(request, exception, lines, form)
    template, chosen = form.cleaned_data["what"], set(form.cleaned_data["visits"])
    visits = [each.visit for each in lines if each.visit.reference in chosen]
    seen = " ".join([template, *(each.reference for each in visits)])
    if request.POST.get("seen") != seen:
        return _page(request, exception, lines, form, seen=seen, preview=_preview(template, visits[0]))
    cannot_keep_actions.tell(exception=exception, visits=visits, template=template, by=request.user.actor, now=now)
    return redirect(reverse("staff:tell", args=[kind, exception_id]) + "?just=told")


def _page(
    request: HttpRequest,
    exception: cannot_keep.Row,
    lines: list[tell_lines.Line],
    form: TellForm,
    **preview: object,
) -> HttpResponse:
    look(request, [each.visit for each in lines])
    open_to_tell = [each.visit.reference for each in lines if each.may_be_told]
    return show(
        request,
        "tell.html",
        status=422 if form.errors else 200,
        who=getattr(exception, "clinician", None),
        said=tell_lines.said(exception),
        just=JUST.get(request.GET.get("just", ""), ""),
        lines=lines,
        form=form,
        first=next(iter(open_to_tell), ""),
        ticked=(form["visits"].value() if form.is_bound else open_to_tell) or (),
        **preview,
    )


def _preview(template: str, visit: Appointment) -> Words:
    return sample(template, patient=visit.patient, about={"when": visit_presenters.visit(visit).when})


def _found(kind: str, exception_id: int) -> cannot_keep.Row:
    model = cannot_keep.KINDS.get(kind)
    found = model.objects.filter(pk=exception_id).first() if model else None
    if found is None:
        raise Http404
    return found
