"""The intake app."""

from django.apps import AppConfig
from django.core.checks import register


class IntakeConfig(AppConfig):
    name = "clinic.intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from clinic.intake.checks import languages_have_words, protocol_is_right

        register(protocol_is_right)
        register(languages_have_words)
