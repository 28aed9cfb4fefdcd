"""The vault app."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "clinic.vault"
    default_auto_field = "django.db.models.BigAutoField"
