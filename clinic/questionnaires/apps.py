"""The questionnaires app."""

from django.apps import AppConfig


class QuestionnairesConfig(AppConfig):
    name = "clinic.questionnaires"
    default_auto_field = "django.db.models.BigAutoField"
