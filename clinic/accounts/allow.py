"""The one check in front of every staff page: signed in, and the role allows it; a refusal goes on the record."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from clinic.accounts.permissions import Permission
from clinic.audit.record import record

Params = ParamSpec("Params")
View = Callable[Concatenate[HttpRequest, Params], HttpResponse]


def only(permission: Permission) -> Callable[[View[Params]], View[Params]]:
    """Let only people with this permission through.

    Args:
        permission: what the page needs; `tests/house` reads it from the view.
    """

    def guard(view: View[Params]) -> View[Params]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.may(permission):
                with transaction.atomic():
                    record(
                        by=request.user.actor,
                        action="accounts.refused",
                        subject=f"page:{request.resolver_match.view_name}",  # type: ignore[union-attr]
                        detail={"permission": permission.value, "asked_for": [str(v) for v in kwargs.values()]},
                    )
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard
