"""The addresses for monitors."""

from django.urls import path

from clinic.followups import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("healthz/promises", views.kept, name="healthz_promises"),
]
