"""A rule of a protocol, to read: nothing on this page is about a patient."""

from __future__ import annotations

import re
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse

from clinic.accounts.permissions import Permission
from clinic.reviews.rules import rule_of
from clinic.staff.frame import page, show

REFERENCE: Final = re.compile(r"[A-Z]{2}-[0-9A-Z]{3,12}")
"""How the form is named from which somebody came; it is only gone back to."""


@page(Permission.SEE_INTAKE)
def rule(request: HttpRequest, protocol: str, rule_id: str) -> HttpResponse:
    """One rule as it stands in one version of the protocol: why somebody was flagged, to the letter."""
    read = rule_of(protocol, rule_id)
    if read is None:
        raise Http404
    of = request.GET.get("of", "")
    return show(request, "rule.html", read=read, protocol=protocol, of=of if REFERENCE.fullmatch(of) else "")
