"""The medicines of one person on one day: what is in force, what is late, what is possible but not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from screening.answers import is_doubt
from screening.condition_nodes import AtLeast
from screening.lookback import IN_FORCE, LATE, PAST, LookBack, look_back
from screening.medications import Medication, Reading
from screening.medicine_reading import EXACT
from screening.reasons import Because

if TYPE_CHECKING:
    from screening.protocol import Protocol

STATUSES: Final = ("taking", "as_needed", "stopped", "unsure")
_SAID: Final = {"taking": "taking", "as_needed": "as needed", "stopped": "stopped", "unsure": "not sure if still taken"}
AGAINST_NAUSEA: Final = "prochlorperazine"
"""The one antipsychotic that is taken against nausea. Source: clinical.md section 5.2, `med_only_antiemetic_ap()`."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A medicine as the person listed it. `confirmed_as` is a suggestion that a person chose.

    `beside` is what else they wrote about it. It is searched for safety words, and nothing is read from it.
    """

    text: str
    status: str = "unsure"
    last_taken: date | None = None
    confirmed_as: str = ""
    beside: str = ""


class Taken(NamedTuple):
    """One listed medicine as it was read, with how long each of its ingredients looks back."""

    listed: Listed
    reading: Reading
    status: str
    last_taken: date | None
    look_backs: tuple[tuple[str, LookBack], ...]

    @property
    def is_matched(self) -> bool:
        """True when it was surely read, and every ingredient of it is assessed by the protocol."""
        return self.reading.match == EXACT and 0 < len(self.look_backs) == len(self.reading.ingredients)

    def as_json(self) -> dict[str, object]:
        """This medicine as plain values, with the look-back dates of each ingredient. For the clinician only."""
        return {
            "typed": self.reading.typed,
            "match": self.reading.match,
            "how": self.reading.how,
            "ingredients": list(self.reading.ingredients),
            "known_as": list(self.reading.known_as),
            "suggestions": [{"name": s.name, "ingredients": list(s.ingredients)} for s in self.reading.suggestions],
            "dose": self.reading.dose,
            "status": self.status,
            "last_taken": self.last_taken.isoformat() if self.last_taken else None,
            "look_back": [
                {
                    "ingredient": name,
                    "state": back.state,
                    "full_days": back.full_days,
                    "tail_days": back.tail_days,
                    "clear_on": back.clear_on.isoformat() if back.clear_on else None,
                    "basis": back.basis,
                }
                for name, back in self.look_backs
            ],
        }


@dataclass(slots=True)
class Cabinet:
    """All medicines of one person.

    `in_force` and `late` hold different ingredients once. `possible` are medicines that a tick could also mean,
    `unmatched` what is not surely one of the assessed medicines; with `anything_possible` nothing about medicines can
    be ruled out.
    """

    taken: tuple[Taken, ...]
    in_force: tuple[Medication, ...]
    late: tuple[Medication, ...]
    possible: tuple[Medication, ...]
    unmatched: tuple[Taken, ...]
    anything_possible: bool
    ticked: tuple[str, ...]
    listed_count: int
    from_ticks: tuple[str, ...] = ()
    tags: frozenset[str] = field(init=False)
    possible_tags: frozenset[str] = field(init=False)
    _severities: dict[str, tuple[tuple[int, int], tuple[int, int]]] = field(init=False)
    _counts: dict[tuple[str, tuple[object, ...]], object] = field(init=False)
    _counted: list[tuple[frozenset[str], Because]] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.tags = frozenset().union(*[m.tags for m in self.in_force])
        self.possible_tags = frozenset().union(*[m.tags for m in self.possible])
        self._severities, self._counts = {}, {}

    @classmethod
    def filled(
        cls,
        protocol: Protocol,
        listed: Sequence[Listed],
        *,
        ticked: tuple[str, ...],
        anything_possible: bool,
        on: date,
        born: date | None = None,
    ) -> Cabinet:
        """The medicines of one person, read and dated.

        Args:
            protocol: whose names and look-back apply.
            listed: what the person listed.
            ticked: the codes of the memory-jogger checklist that were ticked.
            anything_possible: the person was unsure of the list, or never said.
            on: the day of the decision.
            born: the date of birth, None when not known.
        """
        taken = [each for medicine in listed for each in _read(protocol, medicine, on, born)]
        unmatched = tuple([each for each in taken if not each.is_matched])
        states = [(name, back.state) for each in taken for name, back in each.look_backs]
        in_force = {name for name, state in states if state == IN_FORCE}
        late = {name for name, state in states if state == LATE} - in_force
        stood_for, possible = _from_ticks(protocol, ticked, in_force)
        in_force |= set(stood_for)
        known = protocol.medications
        return cls(
            taken=tuple(taken),
            in_force=tuple([known[name] for name in sorted(in_force)]),
            late=tuple([known[name] for name in sorted(late - in_force)]),
            possible=tuple([known[name] for name in sorted(possible - in_force)]),
            unmatched=unmatched,
            anything_possible=anything_possible or bool(unmatched),
            ticked=ticked,
            listed_count=len(listed),
            from_ticks=stood_for,
        )

    def call(self, function: str, arguments: tuple[object, ...]) -> bool | None:
        """A yes-or-no function about medicines: true, false, or None when something unknown could make it true."""
        if function == "med_unrecognized":
            return bool(self.unmatched)
        if function == "med_check_positive":
            return self._is_ticked(arguments)
        if function == "med_only_antiemetic_ap":
            return self._only_against_nausea()
        return self._tagged_and_not(*map(str, arguments))

    def _is_ticked(self, codes: tuple[object, ...]) -> bool | None:
        """Whether one of the lines is ticked; a checklist without an answer, or with doubt in it, does not say no."""
        if not set(codes).isdisjoint(self.ticked):
            return True
        return None if not self.ticked or is_doubt(self.ticked) else False

    def _only_against_nausea(self) -> bool | None:
        """Whether the only antipsychotic in force is one against nausea; another that is possible may make it no."""
        if any(_is_antipsychotic(m) for m in self.in_force):
            return False
        return None if self.anything_possible or any(_is_antipsychotic(m) for m in self.possible) else True

    def counted(self) -> list[tuple[frozenset[str], Because]]:
        """Each medicine of the list that is in force or late: its marks, as it was typed, and what it counts as."""
        if self._counted is None:
            self._counted = [
                (
                    back.medication.marks if back.state == IN_FORCE else back.medication.late_marks,
                    Because("med_list", each.reading.typed, _counts_as(name, each, back)),
                )
                for each in self.taken
                for name, back in each.look_backs
                if back.state != PAST
            ]
        return self._counted

    def tagged(self, tag: str) -> bool | None:
        """Whether a medicine in force carries a tag; None when none surely does, and one that is possible could."""
        if tag in self.tags:
            return True
        return None if self.anything_possible or tag in self.possible_tags else False

    def _tagged_and_not(self, tag: str, other: str) -> bool | None:
        if any(tag in m.tags and other not in m.tags for m in self.in_force):
            return True
        if self.anything_possible or any(tag in m.tags and other not in m.tags for m in self.possible):
            return None
        return False

    def count(self, function: str, arguments: tuple[object, ...]) -> object:
        """A number about medicines: exact, or at least so much when something is not known."""
        key = (function, arguments)
        if key not in self._counts:
            self._counts[key] = self._count(function, str(arguments[0]) if arguments else "")
        return self._counts[key]

    def _count(self, function: str, about: str) -> object:
        if function == "med_count_all":
            return self.listed_count
        if function == "med_ntag":
            return self._number_tagged(about)
        if about not in self._severities:
            known = _severities(about, self.in_force, self.late)
            most = _severities(about, (*self.in_force, *self.possible), self.late) if self.possible else known
            self._severities[about] = (known, most)
        known, most = self._severities[about]
        least = _severity(function, *known)
        is_open = self.anything_possible or (most != known and _severity(function, *most) > least)
        return AtLeast(least) if is_open else least

    def _number_tagged(self, tag: str) -> object:
        known = sum([tag in m.tags for m in self.in_force])
        return AtLeast(known) if self.anything_possible or tag in self.possible_tags else known


def _is_antipsychotic(medicine: Medication) -> bool:
    return "antipsychotic" in medicine.tags and medicine.ingredient != AGAINST_NAUSEA


def _severities(kind: str, in_force: Iterable[Medication], late: Iterable[Medication]) -> tuple[int, int]:
    """The highest severity, 0 to 3, of what is prescribed and of what is not; a late medicine counts as at most 1."""
    prescribed = other = 0
    for most, medicines in ((3, in_force), (1, late)):
        for medicine in medicines:
            severity = min(most, medicine.severity[kind])
            if medicine.is_prescribed:
                prescribed = max(prescribed, severity)
            else:
                other = max(other, severity)
    return prescribed, other


def _severity(function: str, prescribed: int, over_the_counter: int) -> int:
    """What one of the three functions makes of it. Source: clinical.md section 5.2, `med_sev(k)`."""
    if function == "med_sev":
        return max(prescribed, over_the_counter)
    if function == "med_sev_otc":
        return over_the_counter
    return 0 if prescribed == 1 < over_the_counter else prescribed


def _counts_as(name: str, taken: Taken, back: LookBack) -> str:
    how = (
        taken.reading.how
        if taken.reading.match == EXACT
        else "one ingredient of a product that is not assessed as a whole"
    )
    state = "stopped, still inside the tail" if back.state == LATE else f"{_SAID[taken.status]}, in force"
    return f"{name} ({how}), {state}"


def _read(protocol: Protocol, listed: Listed, on: date, born: date | None) -> Iterator[Taken]:
    """Each medicine in one listed line. The line's own status wins; the text may only fill in what was left open.

    A line of something that was stopped whose words say that it is still taken is not sure.
    """
    known = protocol.medications
    for reading in protocol.names.read(listed.confirmed_as or listed.text, on=on):
        status = listed.status if listed.status in STATUSES else (reading.status or "unsure")
        if status == "stopped" and reading.status == "taking":
            status = "unsure"
        last_taken = listed.last_taken or (reading.last_taken if status == "stopped" else None)
        backs = [
            (name, look_back(known[name], status=status, last_taken=last_taken, on=on, born=born))
            for name in reading.ingredients
            if name in known
        ]
        yield Taken(listed, reading, status, last_taken, tuple(backs))


def _from_ticks(protocol: Protocol, ticked: tuple[str, ...], listed: set[str]) -> tuple[tuple[str, ...], set[str]]:
    """What the ticked checklist adds: the first medicine an item names, and the others as possible.

    An item counts as that medicine in force unless one that it names is listed already.
    """
    stood_for: list[str] = []
    possible: set[str] = set()
    for code in ticked:
        names = protocol.checklist.get(code, ())
        if not names or listed & set(names):
            continue
        stood_for.append(names[0])
        possible |= set(names[1:])
    return tuple(stood_for), possible
