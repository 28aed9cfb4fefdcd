"""The web app: what every page shares."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "clinic.web"

    def ready(self) -> None:
        from django.core.checks import register

        from clinic.web import logs
        from clinic.web.checks import crisis_lines_are_right

        logs.configure()
        register(crisis_lines_are_right)
