"""The addresses of the journal."""

from django.urls import path

from clinic.journal import views

app_name = "journal"

urlpatterns = [
    path("my/journal/", views.journal, name="journal"),
    path("my/journal/new/", views.new, name="new"),
    path("my/journal/<uuid:entry_id>/", views.entry, name="entry"),
    path("my/journal/<uuid:entry_id>/remove/", views.remove, name="remove"),
]
