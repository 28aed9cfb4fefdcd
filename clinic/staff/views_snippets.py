"""Staff pages about ready sentences: one's own, everybody's, and the versions before."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.reviews import snippet_actions, snippets
from clinic.reviews.models import Snippet
from clinic.reviews.snippet_forms import SnippetForm, SnippetWordsForm
from clinic.staff.frame import READ, page, show
from screening.reading_grade import grade

OTHER_FIRST = "Somebody changed it or took it away first. The page shows it as it is now."


@page(Permission.DECIDE, *READ, "POST")
def snippets_page(request: HttpRequest) -> HttpResponse:
    """The ready sentences somebody is offered; a POST writes one."""
    may_share = request.user.may(Permission.SHARE_SNIPPETS)
    form = SnippetForm(request.POST or None, may_share=may_share)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    told, now = form.cleaned_data, timezone.now()
    shared = told.get("is_shared", False)
    try:
        snippet_actions.write(place=told["place"], text=told["text"], is_shared=shared, by=request.user.actor, now=now)
    except snippet_actions.TooMany:
        form.add_error("text", f"There are {snippet_actions.MOST} already. Take one away first")
        return _page(request, form, status=409)
    return redirect("staff:snippets")


@page(Permission.DECIDE, "POST")
def change_snippet(request: HttpRequest, snippet_id: UUID) -> HttpResponse:
    """Give a ready sentence other words."""
    snippet, form = _own(request, snippet_id), SnippetWordsForm(request.POST)
    if not form.is_valid():
        return _page(request, _empty(request), changing=form, changed=snippet, status=422)
    try:
        snippet_actions.change(
            snippet=snippet, text=form.cleaned_data["text"], by=request.user.actor, now=timezone.now()
        )
    except snippet_actions.NotInUse:
        return _page(request, _empty(request), said=OTHER_FIRST, status=409)
    return redirect("staff:snippets")


@page(Permission.DECIDE, "POST")
def end_snippet(request: HttpRequest, snippet_id: UUID) -> HttpResponse:
    """Offer a ready sentence no more."""
    try:
        snippet_actions.take_away(snippet=_own(request, snippet_id), by=request.user.actor, now=timezone.now())
    except snippet_actions.NotInUse:
        return _page(request, _empty(request), said=OTHER_FIRST, status=409)
    return redirect("staff:snippets")


def _own(request: HttpRequest, snippet_id: UUID) -> Snippet:
    """A ready sentence that this person may change; of others' there is none."""
    snippet = get_object_or_404(Snippet, pk=snippet_id)
    if not _may_change(request, snippet):
        raise Http404
    return snippet


def _may_change(request: HttpRequest, snippet: Snippet) -> bool:
    if snippet.owner_id is None:
        return bool(request.user.may(Permission.SHARE_SNIPPETS))
    return bool(snippet.owner_id == request.user.pk)


def _empty(request: HttpRequest) -> SnippetForm:
    return SnippetForm(may_share=request.user.may(Permission.SHARE_SNIPPETS))


def _page(
    request: HttpRequest,
    form: SnippetForm,
    *,
    changing: SnippetWordsForm | None = None,
    changed: Snippet | None = None,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    offered = snippets.offered(request.user, Snippet.Place)
    before = snippets.earlier(each for place in offered for each in place.snippets)
    rows = [(place.place, [_row(request, each, before) for each in place.snippets]) for place in offered]
    return show(
        request,
        "snippets.html",
        status=status,
        form=form,
        changing=changing,
        changed=changed,
        said=said,
        places=rows,
    )


def _row(request: HttpRequest, snippet: Snippet, before: dict[UUID, list[Snippet]]) -> dict[str, object]:
    return {
        "snippet": snippet,
        "grade": round(grade(snippet.text), 1),
        "may_change": _may_change(request, snippet),
        "earlier": before[snippet.chain],
    }
