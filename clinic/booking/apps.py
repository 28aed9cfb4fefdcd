"""The booking app."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "clinic.booking"
    default_auto_field = "django.db.models.BigAutoField"
