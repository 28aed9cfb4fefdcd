"""What the web server has read before it forks: a worker that takes the place of another must not begin by reading."""

from __future__ import annotations

import subprocess
import sys

from clinic.onebox.places import REPOSITORY

ASK = "import sys, clinic.wsgi; print([each for each in sys.argv[1:] if each not in sys.modules])"
PAGES = ("clinic.intake.views", "clinic.staff.views_letter", "clinic.my.urls")


def test_every_page_is_read_before_the_first_is_asked_for() -> None:
    asked = subprocess.run([sys.executable, "-c", ASK, *PAGES], cwd=REPOSITORY, capture_output=True, text=True)

    assert asked.stdout == "[]\n", asked.stderr
