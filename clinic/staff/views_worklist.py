"""Staff pages about the work: what waits, filtered and by views; claiming it, and keeping a view under a name."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.intake.countries import NAMES
from clinic.intake.models import Intake
from clinic.reviews import drafts, taking_over, work_actions, worklist
from clinic.reviews.filters import CHOICES, DEFAULT_VIEWS, LABELS, Filters
from clinic.reviews.forms import SaveViewForm
from clinic.reviews.models import SavedView, Waiting
from clinic.reviews.second import clinicians
from clinic.reviews.worklist_presenters import awaiting_line, waiting_line
from clinic.staff import task_lines
from clinic.staff.actions import look_over
from clinic.staff.care_team import looked_after
from clinic.staff.frame import page, show
from clinic.staff.signed_just_now import just_signed

ROWS = 50
MOST_COUNTED = 999
LONGEST_REFERENCE = 12


@page(Permission.SEE_WORKLIST)
def list_of_waiting(request: HttpRequest) -> HttpResponse:
    """What waits: the urgent ones always and apart, then what is asked for."""
    return _worklist_page(request)


@page(Permission.SEE_WORKLIST)
def news(request: HttpRequest) -> HttpResponse:
    """What came since a worklist was opened, in a line of words; it asks by itself each minute and shows no patient."""
    view = worklist.View(Filters.read(request.GET), request.user, timezone.now())
    urgent = len(worklist.urgent(limit=ROWS + 1)) - _number(request, "urgent")
    others = worklist.how_many(limit=MOST_COUNTED, view=view) - _number(request, "here")
    return render(
        request,
        "staff/worklist_news.html",
        {"more": max(urgent, 0) + max(others, 0), "filters": view.filters, "asks": taking_over.asked_of(request.user)},
    )


@page(Permission.DECIDE, "POST")
def claim(request: HttpRequest) -> HttpResponse:
    """Take what is ticked, as far as nobody else has it."""
    ticked = Intake.objects.filter(reference__in=request.POST.getlist("intake")[:ROWS])
    taken = work_actions.claim(intakes=list(ticked), by=request.user.actor, now=timezone.now())
    filters = Filters.read(QueryDict(request.POST.get("view", "")[:200]))
    at = request.POST.get("at", "")
    row = f"#at-{at}" if at.isascii() and at.replace("-", "").isalnum() and len(at) <= LONGEST_REFERENCE else ""
    return redirect(f"{reverse('staff:worklist')}?{filters.query}{'&' if filters.query else ''}taken={taken}{row}")


@page(Permission.SEE_WORKLIST, "POST")
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters that are on under a name."""
    form = SaveViewForm(request.POST)
    if not form.is_valid():
        return _worklist_page(request, saving=form, status=422)
    filters = Filters.read(QueryDict(form.cleaned_data["view"]))
    try:
        work_actions.save_view(name=form.cleaned_data["name"], filters=filters, by=request.user.actor)
    except work_actions.TooManyViews:
        form.add_error("name", f"You have {work_actions.MOST_VIEWS} views. Forget one first")
        return _worklist_page(request, saving=form, status=422)
    return redirect(f"{reverse('staff:worklist')}?{filters.query}")


@page(Permission.SEE_WORKLIST, "POST")
def forget_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Forget one of one's own views."""
    work_actions.forget_view(view_id=view_id, by=request.user.actor)
    return redirect("staff:worklist")


def _worklist_page(request: HttpRequest, *, saving: SaveViewForm | None = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    filters = Filters.read(QueryDict(saving.data.get("view", "")[:200]) if saving else request.GET)
    view = worklist.View(filters, request.user, now)
    urgent_after = _urgent_place(request.GET.get("urgent_after", ""))
    urgent = worklist.urgent(limit=ROWS + 1, after=urgent_after)
    rest = _awaiting(request, view) if filters.are_decided else _waiting(request, view)
    about = _about(request, [*urgent[:ROWS], *rest.pop("rows", ())], now)
    urgent_lines = [waiting_line(each, **about, now=now) for each in urgent[:ROWS]]
    lines = [line(about) for line in rest.pop("lines")]
    look_over(page="worklist", shown=[line.reference for line in (*urgent_lines, *lines)], by=request.user.actor)
    people = {str(each.pk): each for each in clinicians().select_related("worklist_keys")}
    colleagues = {pk: each.name for pk, each in people.items()}
    return show(
        request,
        "worklist.html",
        status=status,
        filters=filters,
        urgent=urgent_lines,
        urgent_after=worklist.Place.of(urgent[ROWS - 1]) if len(urgent) > ROWS else None,
        is_first_urgent=urgent_after is None,
        others=lines,
        selects=_selects(filters, colleagues),
        applied=list(filters.applied(colleagues)),
        views=_views(request, filters),
        saving=saving or SaveViewForm(initial={"view": filters.query}),
        taken=request.GET.get("taken", "") if request.GET.get("taken", "").isdigit() else "",
        just_signed=just_signed(request, now),
        asks=taking_over.asked_of(request.user) if about["viewers"] else [],
        urgent_counted=len(urgent),
        tomorrow=None if lines or urgent_lines else _tomorrow(request, view),
        keys=getattr(people.get(str(request.user.pk)), "worklist_keys", None),
        **rest,
    )


def _tomorrow(request: HttpRequest, view: worklist.View) -> dict[str, int]:
    """What comes next, for somebody before an empty list: of what is filtered away, and of the tasks."""
    has_filters = bool(view.filters.query) and not view.filters.are_decided
    return {
        "forms": worklist.due_tomorrow(view) if has_filters else 0,
        "tasks": task_lines.due_tomorrow(request.user, now=view.now),
    }


def _waiting(request: HttpRequest, view: worklist.View) -> dict[str, Any]:
    after = worklist.Place.read(request.GET.get("after", ""))
    after = None if after is None or after.is_urgent else after
    found = worklist.others(limit=ROWS + 1, view=view, after=after)
    shown = found[:ROWS]
    count = worklist.how_many(limit=MOST_COUNTED, view=view)
    return {
        "rows": shown,
        "lines": [lambda about, each=each: waiting_line(each, **about, now=view.now) for each in shown],
        "after": worklist.Place.of(shown[-1]) if len(found) > ROWS else None,
        "is_first": after is None,
        "count": f"more than {MOST_COUNTED}" if count > MOST_COUNTED else str(count),
        "counted": count,
    }


def _awaiting(request: HttpRequest, view: worklist.View) -> dict[str, Any]:
    after = _moment_and_id(request.GET.get("after", ""))
    found = worklist.awaiting(view=view, limit=ROWS + 1, after=after)
    shown = found[:ROWS]
    theirs = looked_after(request.user, {each.record.intake.patient_id for each in shown})
    return {
        "lines": [
            lambda _, each=each: awaiting_line(each, is_theirs=each.record.intake.patient_id in theirs, now=view.now)
            for each in shown
        ],
        "after": f"{shown[-1].decided_at.isoformat()}_{shown[-1].pk}" if len(found) > ROWS else None,
        "is_first": after is None,
        "counted": None,
        "count": f"{len(shown)} or more" if len(found) > ROWS else str(len(shown)),
    }


def _about(request: HttpRequest, rows: list[Waiting], now: datetime) -> dict[str, Any]:
    """Who else has these open, and which of them this person began to decide."""
    intakes = [each.record.intake for each in rows]
    viewers, looked = work_actions.looks(intakes, me=request.user, now=now)
    return {
        "viewers": viewers,
        "looked": looked,
        "begun": drafts.begun(intakes, by=request.user),
        "me": request.user,
    }


def _selects(filters: Filters, colleagues: dict[str, str]) -> list[dict[str, Any]]:
    """Each filter with its choices, as a template writes them."""
    regions = {code: NAMES.get(code, code) for code in sorted(settings.LICENSED_REGIONS)}
    choices = CHOICES | {"region": regions, "owner": CHOICES["owner"] | colleagues}
    return [
        {"name": name, "label": LABELS[name], "choices": choices[name].items(), "value": getattr(filters, name)}
        for name in LABELS
    ]


def _views(request: HttpRequest, filters: Filters) -> list[dict[str, Any]]:
    """The views that come with the product, then one's own."""
    built_in = [{"name": name, "query": query, "id": None} for name, query in DEFAULT_VIEWS]
    own = SavedView.objects.filter(by=request.user).order_by("name").values("name", "query", "id")
    return [{**each, "is_on": each["query"] == filters.query} for each in (*built_in, *own)]


def _number(request: HttpRequest, name: str) -> int:
    """A count in the address; what is none is more than anybody counts to, so that nothing is said."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else MOST_COUNTED + 1


def _urgent_place(text: str) -> worklist.Place | None:
    place = worklist.Place.read(text)
    return place if place is not None and place.is_urgent else None


def _moment_and_id(text: str) -> tuple[datetime, UUID] | None:
    """The place in a list of decisions, or None when the text is none."""
    moment, _, decision_id = text.partition("_")
    try:
        at, key = datetime.fromisoformat(moment), UUID(decision_id)
    except ValueError:
        return None
    return (at, key) if at.tzinfo else None
