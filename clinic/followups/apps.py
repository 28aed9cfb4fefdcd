"""The followups app."""

from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "clinic.followups"
    default_auto_field = "django.db.models.BigAutoField"
