"""What the address of the page of times asks for."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from clinic.booking import zones
from clinic.booking.models import Appointment


@dataclass(frozen=True, slots=True)
class Asked:
    """A way to meet, a day and a time zone, as they stand in the address; none of it need make sense."""

    way: str
    day: str
    zone: str

    @classmethod
    def as_chosen(cls, appointment: Appointment) -> Asked:
        """What shows the times around an appointment."""
        day = zones.local(appointment.start, appointment.time_zone).date().isoformat()
        return cls(appointment.way, day, appointment.time_zone)

    def query(self, **changed: str) -> str:
        """The end of the address, with something changed."""
        asked = {"mode": self.way, "day": self.day, "zone": self.zone, **changed}
        return "?" + urlencode({name: value for name, value in asked.items() if value})
