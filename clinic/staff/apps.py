"""The staff app."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "clinic.staff"
    default_auto_field = "django.db.models.BigAutoField"
