"""The WSGI entry point that gunicorn serves; the protocol is loaded here, so that nothing starts with a wrong one.

So is every page, before gunicorn forks: a worker that takes the place of one that died answers at once.
"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
application = get_wsgi_application()

from django.urls import reverse  # noqa: E402 - the apps must be ready first

from clinic import waits  # noqa: E402 - the settings must be found first
from clinic.intake import protocols  # noqa: E402 - the apps must be ready first

waits.at_most(waits.WEB)
protocols.current()
reverse("healthz")
