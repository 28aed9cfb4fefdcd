"""The notifications app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "clinic.notifications"
    default_auto_field = "django.db.models.BigAutoField"
