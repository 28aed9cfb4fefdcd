"""The patients app."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "clinic.patients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from clinic.patients import checks  # noqa: F401 - importing registers the check
