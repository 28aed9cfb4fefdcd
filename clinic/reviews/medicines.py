"""The medicines of a record for a clinician, never for a patient: what was matched, and how long each looks back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from clinic.reviews.words import day_of, moment
from screening.protocol import Protocol

WINDOW_DAYS: Final = 42
STATUS_WORDS: Final = {
    "taking": "Taking now",
    "as_needed": "Taken as needed",
    "stopped": "Stopped",
    "unsure": "Not sure if still taken",
}
STATES: Final = ("in_force", "late", "past")


@dataclass(frozen=True, slots=True)
class ListLine:
    """One line of the patient's own list in words; `earlier` is how it stood before, with when it changed."""

    words: str
    earlier: tuple[tuple[str, str], ...]
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One medicine. `kind` and `width` (percent of six weeks) draw its bar; `clear` and `note` say it in words.

    `typed` are the patient's own words with the dose, `more` what they take it for and who prescribes it, and `line`
    the line of their list while a clinician can still match it.
    """

    typed: str
    about: str
    is_matched: bool
    kind: str
    width: int
    clear: str
    note: str
    basis: tuple[str, ...]
    line: str = ""
    more: str = ""


def rows(result: Mapping[str, Any], protocol: Protocol | None, listed: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Every medicine of a result, those that were not matched first.

    Args:
        result: as it was sealed.
        protocol: for the class of each ingredient.
        listed: the patient's own list.
    """
    on = date.fromisoformat(result["on"])
    shown = [_as_listed(_row(each, protocol, on), _line_of(each, listed)) for each in result["medications"]]
    return sorted(shown, key=lambda row: row.is_matched)


def in_words(line: Mapping[str, Any]) -> str:
    """One line of the patient's own list with everything they told about it."""
    taken = STATUS_WORDS.get(line.get("status", ""), "")
    last = f"last taken {line['last_taken']}" if line.get("last_taken") else ""
    told = (_named(line["name"], line), f"{taken}{', ' if taken and last else ''}{last}", _more(line))
    return ". ".join(filter(None, told))


def as_listed(
    listed: Sequence[Mapping[str, Any]], history: Sequence[Sequence[Any]], *, now: datetime
) -> list[ListLine]:
    """The patient's own list, each line with what it said before, then the lines that they removed.

    Args:
        listed: the lines.
        history: what was answered before, oldest first: moment, question, old value.
        now: for the words of times.
    """
    before: dict[str, list[tuple[str, str]]] = {each["id"]: [] for each in listed}
    for at, question, line in history:
        if question == "med_list":
            told = (moment(datetime.fromisoformat(at), now=now), in_words(line))
            before.setdefault(line["id"], []).append(told)
    kept = [ListLine(in_words(each), tuple(before.pop(each["id"]))) for each in listed]
    return [*kept, *(ListLine("", tuple(earlier), is_removed=True) for earlier in before.values())]


def _line_of(medicine: Mapping[str, Any], listed: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The line of the list that a medicine was read from; of two with the same words, the one told alike."""
    typed = medicine["typed"]
    lines = [each for each in listed if typed and typed in (each.get("confirmed_as") or each["name"])]
    told = (medicine["status"], medicine["last_taken"] or "")
    alike = (each for each in lines if (each.get("status"), each.get("last_taken") or "") == told)
    return next(alike, lines[0] if lines else None)


def _as_listed(row: Row, line: Mapping[str, Any] | None) -> Row:
    """The row in the patient's own words, with all they told, and who matched it if a clinician did."""
    if line is None:
        return row
    row = replace(row, typed=_named(row.typed, line), more=_more(line))
    if not row.is_matched:
        return replace(row, line=str(line["id"]))
    if not line.get("matched_by"):
        return row
    return replace(row, typed=_named(line["name"], line), about=f"{row.about}. Matched by {line['matched_by']}")


def _named(name: str, line: Mapping[str, Any]) -> str:
    return f"{name} {line.get('dose') or ''}".rstrip()


def _more(line: Mapping[str, Any]) -> str:
    """`For low mood. Prescribed by Dr. Lee`, as far as it was told."""
    told = (("For", line.get("reason")), ("Prescribed by", line.get("prescriber")))
    return ". ".join(f"{what} {said}" for what, said in told if said)


def summary(shown: list[Row]) -> str:
    """`3 listed, all matched.`"""
    if not shown:
        return "None listed."
    unmatched = sum(not row.is_matched for row in shown)
    return f"{len(shown)} listed, {f'{unmatched} not matched' if unmatched else 'all matched'}."


def how_many(result: Mapping[str, Any]) -> tuple[int, int]:
    """How many medicines were listed, and how many of them were not matched."""
    listed = result["medications"]
    return len(listed), sum(not _is_matched(each) for each in listed)


def _is_matched(medicine: Mapping[str, Any]) -> bool:
    return medicine["match"] == "exact" and bool(medicine["look_back"])


def _row(medicine: Mapping[str, Any], protocol: Protocol | None, on: date) -> Row:
    if not _is_matched(medicine):
        return _unmatched(medicine)
    back = min(medicine["look_back"], key=lambda each: (STATES.index(each["state"]), -each["full_days"]))
    kind, width, clear, note = _lane(back, medicine["status"], on)
    named = [_with_class(name, protocol) for name in medicine["ingredients"]]
    status = _status(medicine, on)
    about = ". ".join([", ".join(named), *([status] if status != clear else [])])
    basis = tuple(f"{each['ingredient']}: {each['basis']}" for each in medicine["look_back"])
    return Row(medicine["typed"], about, True, kind, width, clear, note, basis)


def _unmatched(medicine: Mapping[str, Any]) -> Row:
    if medicine["known_as"]:
        about = f"This protocol does not assess it: {', '.join(medicine['known_as'])}"
    elif medicine["suggestions"]:
        about = f"Not matched. Near: {', '.join(each['name'] for each in medicine['suggestions'])}"
    else:
        about = "Not matched"
    status = STATUS_WORDS.get(medicine["status"], "Not known if still taken")
    return Row(medicine["typed"], about, False, "", 0, "Not known", f"{status}. Ask the patient.", ())


def _with_class(ingredient: str, protocol: Protocol | None) -> str:
    known = protocol.medications.get(ingredient) if protocol else None
    return f"{ingredient} ({known.drug_class})" if known else ingredient


def _status(medicine: Mapping[str, Any], on: date) -> str:
    if medicine["status"] == "stopped" and medicine["last_taken"]:
        return f"Stopped {day_of(date.fromisoformat(medicine['last_taken']), today=on)}"
    return STATUS_WORDS.get(medicine["status"], "Not known if still taken")


def _lane(back: Mapping[str, Any], status: str, on: date) -> tuple[str, int, str, str]:
    """The bar of one look-back, and the words beside it."""
    days = back["full_days"]
    if back["state"] == "past":
        return "", 0, "Clear", f"Look-back was {days} days"
    if back["state"] == "late":
        return "nt", 100, "In the tail", f"Counts a little up to {back['tail_days']} days"
    if back["clear_on"] is None:
        clear = "Taking now" if status in ("taking", "as_needed") else "Counts as taken"
        return "on", 100, clear, f"Looks back {days} days" if days else "No look-back is given"
    clear_on = date.fromisoformat(back["clear_on"])
    left = max(0, (clear_on - on).days)
    words = f"{left} day{'' if left == 1 else 's'} left of {days}"
    return "left", max(2, min(100, round(100 * left / WINDOW_DAYS))), day_of(clear_on, today=on), words
