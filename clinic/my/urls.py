"""The addresses of the patient's own page."""

from django.urls import path

from clinic.my import views

app_name = "my"

urlpatterns = [path("my/", views.status, name="status")]
