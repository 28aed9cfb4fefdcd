"""The my app."""

from django.apps import AppConfig


class MyConfig(AppConfig):
    name = "clinic.my"
