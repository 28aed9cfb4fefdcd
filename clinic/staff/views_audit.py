"""The director's page about the record: who did or saw what, to whom, when and why, and whether it is unbroken."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from clinic.accounts.allow import code_again
from clinic.accounts.permissions import Permission
from clinic.audit import checking
from clinic.audit.models import AuditEvent
from clinic.staff.actions import check_record, look_over
from clinic.staff.audit_filters import AuditFilters
from clinic.staff.audit_lines import as_csv, references, rows
from clinic.staff.frame import page, show

ROWS = 50
MOST_IN_A_FILE = 20_000
MOST_AT_ONCE = 250_000
"""Lines that are looked through while somebody waits; of a longer record the check of each hour tells."""
LATE = timedelta(minutes=15)


@page(Permission.SEE_AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    """The record, the newest first."""
    filters = AuditFilters(request.GET)
    before = request.GET.get("before", "")
    if not filters.is_valid():
        return _audit_page(request, filters, [], status=422)
    found = list(filters.lines(before=_id(before))[: ROWS + 1])
    return _audit_page(request, filters, found, is_first=not before)


@page(Permission.SEE_AUDIT, "POST")
def check(request: HttpRequest) -> HttpResponse:
    """Seal what waits, and look through the whole record now."""
    if _is_short(checking.standing()):
        check_record(by=request.user.actor)
    return redirect("staff:audit")


@page(Permission.SEE_AUDIT, "POST")
@code_again()
def audit_file(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """What the page shows, as a file; that it was taken is on the record before the first line leaves."""
    filters = AuditFilters(request.POST)
    if not filters.is_valid():
        return _audit_page(request, filters, [], status=422)
    found = list(filters.lines()[:MOST_IN_A_FILE])
    look_over(page="audit_file", shown=references(found), by=request.user.actor, asked=filters.asked())
    answer = StreamingHttpResponse(as_csv(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate()}.csv"'
    return answer


def _audit_page(
    request: HttpRequest, filters: AuditFilters, found: list[AuditEvent], *, is_first: bool = True, status: int = 200
) -> HttpResponse:
    shown, standing = found[:ROWS], checking.standing()
    look_over(page="audit", shown=references(shown), by=request.user.actor, asked=filters.asked())
    asked = {name: filters.data[name] for name in filters.fields if filters.data.get(name)}
    older = urlencode({**asked, "before": shown[-1].pk}) if len(found) > ROWS else ""
    return show(
        request,
        "audit.html",
        status=status,
        form=filters,
        lines=rows(shown),
        asked=asked,
        asked_again=urlencode(asked),
        older=older,
        is_first=is_first,
        standing=standing,
        is_late=standing.waiting_since is not None and standing.waiting_since < timezone.now() - LATE,
        may_check=_is_short(standing),
        most_in_a_file=MOST_IN_A_FILE,
    )


def _is_short(standing: checking.Standing) -> bool:
    return standing.lines + standing.waiting <= MOST_AT_ONCE


def _id(text: str) -> int | None:
    """The id in an address; none when it is no number that an id can be."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
