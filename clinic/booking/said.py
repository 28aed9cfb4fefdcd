"""What somebody says on the phone about a time, read by a small grammar: "Thu after 4pm, video, Spanish".

docs/desk.md has the table of it. Whatever is not understood is kept and shown; nothing is dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Final

from clinic.booking.models import Mode, Part
from clinic.booking.words import LANGUAGES, WEEKDAYS
from clinic.web.places import LOCATIONS
from clinic.web.widgets import MONTHS

LONGEST: Final = 120
FILLERS: Final = frozenset(
    {
        *("a", "an", "the", "and", "or", "on", "at", "in", "by", "for", "with", "please", "any", "anything"),
        *("time", "times", "day", "days", "soon", "soonest", "asap", "first", "earliest", "next"),
        *("speaking", "speaks", "dr", "doctor", "appointment", "visit"),
    }
)
"""Words that say nothing by themselves; "soonest first" is how times are shown anyway."""
MODES: Final = {
    **dict.fromkeys(("video", "videocall", "zoom"), Mode.VIDEO),
    **dict.fromkeys(("phone", "telephone", "call", "voice"), Mode.PHONE),
    **dict.fromkeys(("in-person", "in person", "face to face", "at the clinic"), Mode.IN_PERSON),
}
PARTS: Final = {
    **dict.fromkeys(("morning", "mornings", "am"), Part.MORNING),
    **dict.fromkeys(("afternoon", "afternoons", "pm"), Part.AFTERNOON),
    **dict.fromkeys(("evening", "evenings", "night"), Part.EVENING),
}
DAY_WORDS: Final = {
    **{word: {number} for number, name in WEEKDAYS.items() for word in (name.lower(), f"{name.lower()}s")},
    **{word: {number} for number, name in WEEKDAYS.items() for word in (name[:3].lower(), f"{name[:3].lower()}.")},
    **{"tues": {1}, "thur": {3}, "thurs": {3}, "weekday": set(range(5)), "weekdays": set(range(5))},
    **{"weekend": {5, 6}, "weekends": {5, 6}},
}
AFTER: Final = frozenset({"after", "from", "since", "past"})
BEFORE: Final = frozenset({"before", "until", "till", "by"})
NOT: Final = frozenset({"not", "no", "except", "without", "never"})
CLOCK: Final = re.compile(r"(\d{1,2})(?::(\d\d))?(am|pm)?")
RANGE: Final = re.compile(
    r"(?<![\d/-])(\d{1,2}(?::\d\d)?(?:[ap]m)?)\s*[-\u2013]\s*(\d{1,2}(?::\d\d)?(?:[ap]m)?)(?![\d/-])"
)
NUMBERED: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
LATER_THAN_LIKELY: Final = 7
"""An hour below this without am or pm is meant as pm: nobody is seen at 4 in the morning."""
Range = tuple[date, date]


@dataclass
class Said:
    """What was understood, and what was not; an empty set leaves everything open."""

    weekdays: set[int] = field(default_factory=set)
    not_weekdays: set[int] = field(default_factory=set)
    days: list[Range] = field(default_factory=list)
    since: date = date.min
    until: date = date.max
    at: set[time] = field(default_factory=set)
    after: time | None = None
    before: time | None = None
    parts: set[Part] = field(default_factory=set)
    modes: set[Mode] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    clinicians: set[int] = field(default_factory=set)
    by_clinic_clock: bool = False
    unknown: list[str] = field(default_factory=list)


def read(text: str, *, today: date, clinicians: Mapping[int, str]) -> Said:
    """Read what was said.

    Args:
        text: at most 120 letters count; the rest is not understood.
        today: the day it is said.
        clinicians: the names of those who can be asked for, by id.
    """
    said = Said()
    for phrase in re.split(r"[,;]", text[:LONGEST].lower()):
        _Phrase(_words(phrase), said, today, clinicians).read()
    if text[LONGEST:].strip():
        said.unknown.append(f"everything after {LONGEST} letters")
    if said.places:
        said.modes.add(Mode.IN_PERSON)
    return said


def _words(phrase: str) -> list[str]:
    phrase = re.sub(r"\b([ap])\.?m\b\.?", r"\1m", phrase)
    phrase = re.sub(r"(\d)\s+([ap]m)\b", r"\1\2", phrase)
    phrase = RANGE.sub(r"\1 to \2", phrase)
    return re.sub(r"\b(dr|doctor)\.", r"\1", phrase).split()


class _Phrase:
    """One phrase between commas, read word by word; a word that begins nothing known is not understood."""

    def __init__(self, words: Sequence[str], said: Said, today: date, clinicians: Mapping[int, str]) -> None:
        self.words, self.said, self.today, self.clinicians, self.here = list(words), said, today, clinicians, 0

    def read(self) -> None:
        """Take the longest known thing at each place."""
        readers: tuple[Callable[[], int], ...] = (
            *(self._negation, self._clinic_clock, self._between, self._week, self._date, self._clock, self._way),
            *(self._day, self._part, self._place, self._language, self._clinician, self._filler),
        )
        lost: list[str] = []
        while self.here < len(self.words):
            taken = next((count for count in (reader() for reader in readers) if count), 0)
            if not taken:
                lost.append(self.words[self.here])
            elif lost:
                self._give_up(lost)
            self.here += taken or 1
        if lost:
            self._give_up(lost)

    def _give_up(self, lost: list[str]) -> None:
        self.said.unknown.append(" ".join(lost))
        lost.clear()

    def _at(self, ahead: int = 0) -> str:
        return self.words[self.here + ahead] if self.here + ahead < len(self.words) else ""

    def _starts(self, text: str) -> int:
        parts = text.split()
        return len(parts) if self.words[self.here : self.here + len(parts)] == parts else 0

    def _negation(self) -> int:
        """`not Monday`; a no to anything else is not understood, and its word must not be read as a yes."""
        if self._at() not in NOT:
            return 0
        if days := DAY_WORDS.get(self._at(1)):
            self.said.not_weekdays |= days
        else:
            self.said.unknown.append(" ".join(self.words[self.here :]))
            return len(self.words) - self.here
        return 2

    def _clinic_clock(self) -> int:
        taken = self._starts("clinic time") or self._starts("our time")
        self.said.by_clinic_clock |= bool(taken)
        return taken

    def _between(self) -> int:
        """`between 2 and 4pm`, `2 to 4pm`: the first takes am or pm from the second, when that is still earlier."""
        skip = 1 if self._at() in ("between", "from") else 0
        if self._at(skip + 1) not in ("and", "to", "until", "till"):
            return 0
        first, last = _clock(self._at(skip)), _clock(self._at(skip + 2))
        if first is None or last is None:
            return 0
        half = self._at(skip + 2)[-2:]
        if half in ("am", "pm") and not self._at(skip).endswith("m"):
            closer = _clock(self._at(skip) + half)
            first = closer if closer and closer < last else first
        self._not_before(first)
        self._not_after(last)
        return skip + 3

    def _week(self) -> int:
        """`this week`, `next week`, `in 2 weeks`, `in 3 days`, `next Thu`, `this Thu`."""
        monday = self.today - timedelta(days=self.today.weekday())
        ahead = {"this": 0, "next": 7}.get(self._at())
        if ahead is not None and self._at(1) == "week":
            self._one_of(monday + timedelta(days=ahead), monday + timedelta(days=ahead + 6))
            return 2
        if ahead is not None and len(days := DAY_WORDS.get(self._at(1), set())) == 1:
            day = monday + timedelta(days=ahead + next(iter(days)))
            self._one_of(day, day)
            return 2
        number, unit = self._at(1), {"days": 1, "day": 1, "weeks": 7, "week": 7}.get(self._at(2))
        if self._at() == "in" and number.isdecimal() and len(number) <= 3 and unit:
            self.said.since = max(self.said.since, self.today + timedelta(days=int(number) * unit))
            return 3
        return 0

    def _date(self) -> int:
        """`Dec 3`, `3 December`, `12/3`, `2026-12-03`, alone or after "from", "after", "before" or "until"."""
        word = self._at()
        skip = 1 if word in AFTER | BEFORE | {"on"} else 0
        day, taken = self._day_at(skip)
        if day is None:
            return 0
        one = timedelta(days=1)
        if skip and word in AFTER:
            self.said.since = max(self.said.since, day + one if word in ("after", "past") else day)
        elif skip and word in BEFORE:
            self.said.until = min(self.said.until, day - one if word == "before" else day)
        else:
            self._one_of(day, day)
        return skip + taken

    def _day_at(self, ahead: int) -> tuple[date | None, int]:
        word, following = self._at(ahead), self._at(ahead + 1)
        relative = {"today": 0, "tomorrow": 1}.get(word)
        if relative is not None:
            return self.today + timedelta(days=relative), 1
        if iso := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", word):
            return _date(int(iso[1]), int(iso[2]), int(iso[3])), 1
        if short := re.fullmatch(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?", word):
            return self._coming(int(short[1]), int(short[2]), short[3]), 1
        for month, number in ((word, following), (following, word)):
            if _month(month) and (figure := NUMBERED.fullmatch(number)):
                return self._coming(_month(month), int(figure[1]), None), 2
        return None, 0

    def _coming(self, month: int, day: int, year: str | None) -> date | None:
        """The next such day; a year that was said counts."""
        if year:
            return _date(int(year), month, day)
        years = range(self.today.year, self.today.year + 5)
        found = (_date(each, month, day) for each in years)
        return next((each for each in found if each and each >= self.today), None)

    def _clock(self) -> int:
        """`after 4pm`, `before noon`, `at 2:20`, `4pm`; a number alone is no time."""
        word = self._at()
        skip = 1 if word in AFTER | BEFORE | {"at"} else 0
        asked = self._at(skip)
        moment = _clock(asked)
        if moment is None or (not skip and asked.isdecimal()):
            return 0
        if word in AFTER:
            self._not_before(moment)
        elif word in BEFORE:
            self._not_after(moment)
        else:
            self.said.at.add(moment)
        return skip + 1

    def _not_before(self, moment: time) -> None:
        self.said.after = max(filter(None, (self.said.after, moment)), default=moment)

    def _not_after(self, moment: time) -> None:
        self.said.before = min(filter(None, (self.said.before, moment)), default=moment)

    def _one_of(self, first: date, last: date) -> None:
        self.said.days.append((first, last))

    def _way(self) -> int:
        for words, mode in MODES.items():
            if taken := self._starts(words):
                self.said.modes.add(mode)
                return taken
        return 0

    def _day(self) -> int:
        days = DAY_WORDS.get(self._at(), set())
        self.said.weekdays |= days
        return 1 if days else 0

    def _part(self) -> int:
        part = PARTS.get(self._at())
        if part:
            self.said.parts.add(part)
        return 1 if part else 0

    def _place(self) -> int:
        for place in LOCATIONS:
            if taken := self._starts(place["name"].lower()) or self._starts(place["slug"]):
                self.said.places.add(place["slug"])
                return taken
        return 0

    def _language(self) -> int:
        word = self._at().removesuffix("-speaking")
        code = next((code for code, name in LANGUAGES.items() if name.lower() == word), "")
        if code:
            self.said.languages.add(code)
        return 1 if code else 0

    def _clinician(self) -> int:
        """Any word of a name, and those that follow of the same one; of several with one name, any will do."""
        named, taken = self._called(self._at()), 0
        while named:
            taken += 1
            closer = named & self._called(self._at(taken))
            if not closer:
                break
            named = closer
        self.said.clinicians |= named
        return taken

    def _called(self, word: str) -> set[int]:
        return {who for who, name in self.clinicians.items() if word in name.lower().split() and word not in FILLERS}

    def _filler(self) -> int:
        return 1 if self._at() in FILLERS else 0


def _clock(word: str) -> time | None:
    """The time of a word like 4pm, 4, 16:20 or noon."""
    if word in ("noon", "midday"):
        return time(12)
    found = CLOCK.fullmatch(word)
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if hour > 23 or minute > 59 or (half and not 1 <= hour <= 12):
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif 0 < hour < LATER_THAN_LIKELY and not word.startswith("0"):
        hour += 12
    return time(hour, minute)


def _month(word: str) -> int:
    word = word.rstrip(".")
    return next((n for n, name in enumerate(MONTHS, 1) if len(word) >= 3 and name.startswith(word)), 0)


def _date(year: int, month: int, day: int) -> date | None:
    if not 2000 <= year <= 2100:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
