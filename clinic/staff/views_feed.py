"""Staff pages of the calendar feed: whether there is one, a new secret address, and the end of it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.permissions import Permission
from clinic.booking import feed_actions, feeds
from clinic.staff.frame import page, show


@page(Permission.OWN_FEED)
def feed(request: HttpRequest) -> HttpResponse:
    """Whether this person has an address, and since when."""
    return show(request, "feed.html", feed=feeds.current(request.user))


@page(Permission.OWN_FEED, "POST")
def make_feed(request: HttpRequest) -> HttpResponse:
    """A new address, shown this once."""
    token = feed_actions.make_feed(owner=request.user, by=request.user.actor, now=timezone.now())
    address = settings.SITE_URL + reverse("booking:feed", args=[token])
    return show(request, "feed.html", feed=feeds.current(request.user), address=address)


@page(Permission.OWN_FEED, "POST")
def end_feed(request: HttpRequest) -> HttpResponse:
    """End the address."""
    feed_actions.end_feed(owner=request.user, by=request.user.actor, now=timezone.now())
    return redirect("staff:feed")
