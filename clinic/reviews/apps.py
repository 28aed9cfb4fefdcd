"""The reviews app."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "clinic.reviews"
    default_auto_field = "django.db.models.BigAutoField"
