"""The audit app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "clinic.audit"
    default_auto_field = "django.db.models.BigAutoField"
