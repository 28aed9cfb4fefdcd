"""How long a medicine looks back: the days it stays in force and those it still counts, as dates with their basis."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from screening.medicine_reading import HALF_LIVES, Medication

OLDEST: Final = 120
"""Years: nobody is as old. Source: clinical.md section 5.2, `age`."""
IN_FORCE: Final = "in_force"
LATE: Final = "late"
PAST: Final = "past"
_SAID: Final = {"taking": "Taken now", "as_needed": "Taken as needed", "unsure": "Not sure if it is still taken"}
_IN_WORDS: Final = {IN_FORCE: "in force", LATE: "late, at most a caution", PAST: "past"}


class LookBack(NamedTuple):
    """How long one medicine of one person looks back. For the clinician only: never shown to a patient.

    `state` is "in_force", "late" (it counts as at most a caution) or "past". `mistaken` says why the date of the last
    dose cannot be right; nothing when it can.
    """

    medication: Medication
    status: str
    last_taken: date | None
    on: date
    full_days: int
    tail_days: int
    state: str
    mistaken: str = ""

    @property
    def clear_on(self) -> date | None:
        """The last day of the full look-back, after which it is no longer in force; None where that is not known."""
        if self.status != "stopped" or self.last_taken is None or self.mistaken or not self.full_days:
            return None
        return _after(self.last_taken, self.full_days)

    @property
    def basis(self) -> str:
        """The sentences that say why, with the numbers behind it."""
        numbers = _numbers(self.medication, self.full_days)
        return f"{self._why()} {numbers} {_tail(self.full_days, self.tail_days, self.medication.half_lives_days)}"

    def _why(self) -> str:
        if self.status != "stopped":
            return f"{_SAID.get(self.status, 'Not known if it is still taken')}: in force."
        if self.last_taken is None:
            return "Stopped on an unknown date: in force."
        if self.mistaken:
            return f"Stopped on {self.last_taken}, a date {self.mistaken}: in force."
        if not self.full_days:
            return f"Stopped on {self.last_taken}: in force, as nobody can tell when it is clear."
        days = _in_days((self.on - self.last_taken).days)
        return f"Stopped on {self.last_taken}, {days} ago: {_IN_WORDS[self.state]}."


def look_back(
    medication: Medication, *, status: str, last_taken: date | None, on: date, born: date | None = None
) -> LookBack:
    """Whether a medicine is in force, late or past on a day, with the dates and numbers behind it.

    Everything but "stopped" with a date that can be right is in force: taken now, as needed, unsure, no date, a date in
    the future, before birth or longer ago than anybody lives.
    Five half-lives are rounded up to whole days, so that rounding never makes a look-back shorter. A medicine for which
    neither a wash-out nor a half-life is given stays in force: nobody can tell when it is clear.

    Args:
        medication: what was taken.
        status: "taking", "as_needed", "stopped" or "unsure"; anything else counts as unsure.
        last_taken: the day of the last dose, None when not known.
        on: the day of the decision.
        born: the date of birth, None when not known.

    Returns:
        The look-back in days, its state on the day, and the sentence that says why.

    Source: clinical.md sections 4.2 (items 2 to 4) and 5.2 ("in force", "late").
    """
    full, tail = medication.full_days, medication.tail_days
    mistaken = _mistaken(last_taken, on, born) if last_taken else ""
    if status != "stopped" or last_taken is None or mistaken or not full:
        return LookBack(medication, status, last_taken, on, full, tail, IN_FORCE, mistaken)
    days = (on - last_taken).days
    state = IN_FORCE if days <= full else LATE if days <= tail else PAST
    return LookBack(medication, status, last_taken, on, full, tail, state)


def _mistaken(last_taken: date, on: date, born: date | None) -> str:
    if last_taken > on:
        return "in the future"
    if born and last_taken < born:
        return "before birth"
    return f"more than {OLDEST} years ago" if on.year - last_taken.year > OLDEST else ""


def _numbers(medication: Medication, full: int) -> str:
    if medication.washout_days:
        return f"Full look-back {_in_days(full)} (wash-out)."
    if medication.half_lives_days:
        hours = f"{HALF_LIVES} half-lives of {medication.half_life_high_h:g} h, rounded up"
        return f"Full look-back {_in_days(full)} ({hours})."
    return "No wash-out and no half-life are given."


def _tail(full: int, tail: int, half_lives: int) -> str:
    if tail == full:
        return "No tail after it."
    reason = f"{HALF_LIVES} half-lives" if tail == half_lives else "prescription serotonin reuptake inhibitor"
    return f"Tail to {_in_days(tail)} ({reason})."


def _in_days(days: int) -> str:
    return f"{days} day" if days == 1 else f"{days} days"


def _after(start: date, days: int) -> date | None:
    return start + timedelta(days=days) if days <= date.max.toordinal() - start.toordinal() else None
