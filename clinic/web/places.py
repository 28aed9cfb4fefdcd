"""Where the invented demo clinic is, and whom it serves."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

LOCATIONS: Final = (
    {
        "slug": "midtown",
        "name": "Midtown",
        "street": "210 Alder Street, 2nd floor",
        "access": _("Step-free. Near the Blue Line."),
        "time_zone": "America/Los_Angeles",
    },
    {
        "slug": "harbor",
        "name": "Harbor",
        "street": "18 Quay Road",
        "access": _("Step-free. Free parking."),
        "time_zone": "America/Los_Angeles",
    },
)
STATES_SERVED: Final = ("California", "New York", "Arizona")


def place_name(slug: str) -> str:
    """What people call a location; a slug that is not known is shown as it is."""
    return next((place["name"] for place in LOCATIONS if place["slug"] == slug), slug)
