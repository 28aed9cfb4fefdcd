"""The clinic's own settings, with the bare views beside its pages and static files in the folder of the bench."""

from clinic.onebox import places
from clinic.settings import *  # noqa: F403 - everything is as in the clinic, but for what follows

ROOT_URLCONF = "tests.bench.bare"
STATIC_ROOT = places.var_dir() / "staticfiles"
