"""The one address of the follow-ups: for a monitor."""

from django.urls import path

from clinic.followups import views

urlpatterns = [path("healthz/promises", views.kept, name="healthz_promises")]
