"""The filters of the worklist: what stands in the address, in words, and as a question to the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet

from clinic.accounts.models import User
from clinic.intake.countries import NAMES
from clinic.reviews.models import FirstSignature, Route, Waiting
from clinic.reviews.reasons import REASONS, mark

ME: Final = "me"
NOBODY: Final = "nobody"
SECOND: Final = "second"
CHOICES: Final[dict[str, dict[str, str]]] = {
    "waits": {
        "patient": "Waiting for the patient",
        "prescriber": "Waiting for the prescriber",
        "second": "Waiting for a second signature",
    },
    "level": {
        "not_suitable_now": "Stop",
        "clinician_review": "Review",
        "prescriber_coordination": "Coordinate",
        "ready_to_book": "Looked at before",
    },
    "priority": {"P1": "P1: same day", "P2": "P2: 2 days", "P3": "P3: 5 days", "P4": "P4: before the visit"},
    "owner": {ME: "Mine", NOBODY: "Unclaimed"},
    "due": {"late": "Late", "today": "Due today"},
    "reason": REASONS,
    "medicines": {"unmatched": "A medicine is not matched"},
    "region": {},
}
LABELS: Final = {
    "waits": "Stage",
    "level": "Level",
    "priority": "Priority",
    "owner": "Whose",
    "due": "Due",
    "reason": "Why",
    "medicines": "Medicines",
    "region": "State",
}
WAITS_ON: Final = {"patient": (Route.ASK_FOR_MORE,), "prescriber": (Route.PRESCRIBER_FIRST,)}
DEFAULT_VIEWS: Final = (
    ("Everything, by due time", ""),
    ("Mine, by due time", "owner=me"),
    ("New and unclaimed", "owner=nobody"),
    ("Late", "due=late"),
    ("Waiting for patient", "waits=patient"),
    ("Waiting for prescriber", "waits=prescriber"),
    ("Second signature", "waits=second"),
)
"""Source: ux.md C2."""


@dataclass(frozen=True, slots=True)
class Applied:
    """One filter that is on: in words, and the address without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; an empty text asks for nothing. What an address says and no filter knows is left out."""

    waits: str = ""
    level: str = ""
    priority: str = ""
    owner: str = ""
    due: str = ""
    reason: str = ""
    medicines: str = ""
    region: str = ""

    @classmethod
    def read(cls, told: Mapping[str, str]) -> Filters:
        """The filters in an address."""
        return cls(**{name: told.get(name, "") for name in _NAMES if _is_known(name, told.get(name, ""))})

    @property
    def query(self) -> str:
        """As they stand in an address: `level=clinician_review&owner=me`, or nothing."""
        return urlencode({name: getattr(self, name) for name in _NAMES if getattr(self, name)})

    @property
    def are_decided(self) -> bool:
        """True when what was decided is asked for, and waits for somebody outside."""
        return self.waits in WAITS_ON

    def applied(self, colleagues: Mapping[str, str]) -> Iterator[Applied]:
        """Each filter that is on, with the address that takes it away.

        Args:
            colleagues: names of the staff by id, for filters that name one.
        """
        for name in _NAMES:
            if code := getattr(self, name):
                words = CHOICES[name].get(code) or colleagues.get(code) or NAMES.get(code, code)
                yield Applied(f"{LABELS[name]}: {words}", replace(self, **{name: ""}).query)

    def narrow(self, waiting: QuerySet[Waiting], *, by: User, now: datetime) -> QuerySet[Waiting]:
        """Those of what waits that are asked for; the urgent ones are never asked through here.

        Args:
            waiting: what waits.
            by: who asks, for "mine".
            now: the moment.
        """
        if self.waits == SECOND:
            waiting = waiting.filter(record__in=FirstSignature.objects.filter(state="waiting").values("record"))
        if self.level:
            waiting = waiting.filter(outcome=self.level)
        if self.priority:
            waiting = waiting.filter(priority=self.priority)
        if self.owner == NOBODY:
            waiting = waiting.filter(owner__isnull=True)
        elif self.owner:
            waiting = waiting.filter(owner=by.pk if self.owner == ME else int(self.owner))
        if self.due:
            waiting = waiting.filter(due_at__lt=now if self.due == "late" else end_of_day(now))
        if self.medicines:
            waiting = waiting.exclude(unmatched=False)
        if self.reason:
            waiting = waiting.filter(Q(reasons__contains=[mark(self.reason)]) | Q(reasons__isnull=True))
        if self.region:
            waiting = waiting.filter(region=self.region)
        return waiting


_NAMES: Final = tuple(field.name for field in fields(Filters))


def _is_known(name: str, code: str) -> bool:
    if name == "owner" and code.isascii() and code.isdigit() and len(code) < 10:
        return True
    return ("-" in code and code in NAMES) if name == "region" else code in CHOICES[name]


def end_of_day(now: datetime, *, days: int = 0) -> datetime:
    """When this day of the clinic ends, or one so many days later."""
    zone = ZoneInfo(settings.CLINIC_TIME_ZONE)
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=days + 1), time(0), zone)
