"""The onebox app: `manage.py up` and the check that PostgreSQL keeps what it acknowledges."""

from django.apps import AppConfig


class OneboxConfig(AppConfig):
    name = "clinic.onebox"

    def ready(self) -> None:
        from clinic.onebox import checks  # noqa: F401 - importing registers the check
