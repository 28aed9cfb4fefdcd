"""The journal app."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "clinic.journal"
    default_auto_field = "django.db.models.BigAutoField"
