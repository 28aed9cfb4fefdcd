"""The addresses of booking; none of them says for what."""

from django.urls import path

from clinic.booking import views, views_after, views_check, views_feed, views_waiting

app_name = "booking"

urlpatterns = [
    path("book/", views.choose, name="choose"),
    path("book/time-zone/", views.time_zone, name="time_zone"),
    path("book/check/", views_check.check, name="check"),
    path("book/done/", views_after.done, name="done"),
    path("book/calendar.ics", views_after.calendar, name="calendar"),
    path("feed/<str:token>/appointments.ics", views_feed.feed, name="feed"),
    path("waitlist/", views_waiting.join, name="waitlist"),
    path("waitlist/leave/", views_waiting.leave, name="leave_waitlist"),
    path("waitlist/offer/", views_waiting.offer, name="offer"),
    path("my/appointment/move/", views.move, name="move"),
    path("my/appointment/move/check/", views_check.move_check, name="move_check"),
    path("my/appointment/cancel/", views_after.cancel, name="cancel"),
    path("my/appointment/cancelled/", views_after.cancelled, name="cancelled"),
]
