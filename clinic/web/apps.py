"""The web app: what every page shares."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "clinic.web"

    def ready(self) -> None:
        from clinic.web import logs

        logs.configure()
