"""Time zones as people know them, and moments said in words in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from clinic.booking.models import known_time_zones
from clinic.patients.models import Patient
from clinic.patients.zones import OF_REGION, US_ZONES, zone_name
from clinic.web import dates
from clinic.web.places import LOCATIONS


@cache
def _searchable() -> tuple[tuple[str, str], ...]:
    """Name and "City, Country" of every zone people live in, from the table that comes with the time zone data."""
    folder = files("tzdata") / "zoneinfo"
    countries = dict(line.split("\t")[:2] for line in _lines(folder / "iso3166.tab"))
    rows = (line.split("\t") for line in _lines(folder / "zone.tab"))
    return tuple(sorted((row[2], f"{_city(row[2])}, {countries[row[0]]}") for row in rows))


def _lines(table: object) -> list[str]:
    text = table.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def is_known(zone: str) -> bool:
    """True for a zone of the time zone data."""
    return zone in known_time_zones()


def search(words: str) -> list[tuple[str, str]]:
    """Zones whose city, country or American name contains all the words: name and label, at most 12."""
    wanted = words.lower().replace(",", " ").split()
    if not wanted:
        return []
    named = [*((zone, label) for zone, label in US_ZONES.items()), *_searchable()]
    found = {zone: label for zone, label in named if all(word in f"{label} {zone}".lower() for word in wanted)}
    return list(found.items())[:12]


def of_patient(patient: Patient) -> str:
    """The zone a patient is first shown: their own, or that of their state, or the clinic's."""
    if is_known(patient.time_zone):
        return patient.time_zone
    return OF_REGION.get(patient.region, settings.CLINIC_TIME_ZONE)


def of_location(location: str) -> str:
    """The zone on the wall of a location; without one, the clinic's."""
    return next((place["time_zone"] for place in LOCATIONS if place["slug"] == location), settings.CLINIC_TIME_ZONE)


def name(zone: str) -> str:
    """What people call it: `Pacific Time`, `Berlin time`."""
    return zone_name(zone)


def local(moment: datetime, zone: str) -> datetime:
    """The moment as clocks there show it."""
    return moment.astimezone(ZoneInfo(zone))


def clock(moment: datetime, zone: str) -> str:
    """`2:20 pm`, as clocks there show it; the second time they show it in one night, that is said."""
    there = local(moment, zone)
    shown = dates.clock(there)
    return _("%(clock)s, after the clocks go back") % {"clock": shown} if there.fold else shown


def day_in_words(day: date) -> str:
    """`Thursday, December 3`."""
    return dates.day_in_words(day)


def short_day(day: date) -> str:
    """`Thu, Dec 3`."""
    return dates.short_day(day)


def in_words(moment: datetime, zone: str) -> str:
    """`Thursday, December 3 at 2:20 pm Pacific Time`."""
    day = dates.day_in_words(local(moment, zone).date())
    told = {"day": day, "clock": clock(moment, zone), "zone": name(zone)}
    return _("%(day)s at %(clock)s %(zone)s") % told


def differ(moment: datetime, one: str, other: str) -> bool:
    """True when clocks in the two zones show different times at this moment."""
    return local(moment, one).utcoffset() != local(moment, other).utcoffset()


def clocks_change_on(day: date, zone: str) -> str:
    """`forward` or `back` when the clocks in the zone change on this day, otherwise empty."""
    begin, end = (datetime.combine(d, time(0), ZoneInfo(zone)).astimezone(UTC) for d in (day, day + timedelta(days=1)))
    longer = (end - begin) - timedelta(days=1)
    return "back" if longer > timedelta() else "forward" if longer < timedelta() else ""
