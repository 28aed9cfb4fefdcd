"""The treatment app."""

from django.apps import AppConfig


class TreatmentConfig(AppConfig):
    name = "clinic.treatment"
    default_auto_field = "django.db.models.BigAutoField"
