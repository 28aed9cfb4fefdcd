"""Cases as lines of JSON: read strictly, each mistake told in one sentence, and never more than one line harmed."""

from __future__ import annotations

import gc
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import IO, Final, NoReturn

from screening.answers import UnreadableAnswer, day
from screening.facts import Clinic
from screening.medicine_facts import STATUSES, Listed

LONGEST_LINE: Final = 10_000_000
MOST_BYTES: Final = 4 * LONGEST_LINE + 4  # no character takes more than four
MOST_ANSWERS: Final = 10_000
MOST_KEYS: Final = 100
"""Of a case, a clinic or a medicine, as each key that is not ours is compared with ours."""
MOST_MEDICINES: Final = 200
MOST_TYPED: Final = 5_000
"""Characters of all medicines together that are read; a hundred lines take less. What is more becomes one medicine."""
CASE_KEYS: Final = ("id", "on", "answers", "medications", "clinic")
MEDICATION_KEYS: Final = ("text", "status", "last_taken")
CLINIC_KEYS: Final = ("licensed_regions", "telehealth_flexibility_until")
_NEAR: Final = 0.7


class BadLine(ValueError):
    """A line that is no case; the text says why in one sentence."""

    def __init__(self, why: str, case_id: object = None) -> None:
        super().__init__(why)
        self.case_id = case_id if _may_be_id(case_id) else None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of the command line."""

    id: object
    on: date
    answers: Mapping[str, object]
    medications: tuple[Listed, ...]
    clinic: Clinic


def lines_of(stream: IO[bytes], *, with_blank: bool = False) -> Iterator[bytes]:
    """The lines of a stream; of one that is far too long only the beginning, and that once.

    Args:
        stream: such as standard input.
        with_blank: a blank line is a line too, such as a text in which nothing was written.
    """
    while raw := stream.readline(MOST_BYTES):
        rest = raw
        while len(rest) == MOST_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MOST_BYTES)
        if with_blank or raw.strip(b"\xef\xbb\xbf \t\r\n"):
            yield raw


def decoded(raw: bytes) -> str:
    """A line as text, without its end and without a byte order mark.

    Raises:
        BadLine: it is too long, or not UTF-8.
    """
    try:
        text = raw.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadLine("The line is not UTF-8 text.") from None
    if len(text) > LONGEST_LINE:
        raise BadLine(f"The line is longer than {LONGEST_LINE:,} characters.")
    return text


def read_object(line: str) -> dict[str, object]:
    """The JSON object of a line.

    Raises:
        BadLine: it is no JSON, holds a key twice or a number that is none, or is no object.
    """
    try:
        with _collector_at_rest():
            value = json.loads(line, object_pairs_hook=_object, parse_constant=_no_number)
    except BadLine:
        raise
    except (ValueError, RecursionError):
        raise BadLine("The line is not JSON, or nested too deeply.") from None
    if not isinstance(value, dict):
        raise BadLine("The line is JSON, but not an object.")
    if not _may_be_id(value.get("id")):
        raise BadLine('The "id" must be a text or a number.')
    return value


def read_case(line: str) -> CaseLine:
    """A case from a line such as `{"id": "V005", "on": "2026-11-20", "answers": {...}, "medications": [...]}`.

    Args:
        line: one line of text.
    Raises:
        BadLine: it is no such case.
    """
    value = read_object(line)
    case_id = value.get("id")
    try:
        _refuse_near_misses(value, CASE_KEYS)
        return CaseLine(
            id=case_id,
            on=_day(value.get("on"), "on"),
            answers=_answers(value.get("answers")),
            medications=_medications(value.get("medications", [])),
            clinic=_clinic(value.get("clinic", {})),
        )
    except BadLine as bad:
        raise BadLine(str(bad), case_id) from None


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No search for cycles among values that cannot have any; among millions of them each search takes long."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counted = Counter(key for key, _ in pairs)
        raise BadLine(f"The key {_quoted(counted.most_common(1)[0][0])} stands twice in one object.")
    return found


def _no_number(constant: str) -> NoReturn:
    raise BadLine(f"{constant} is not a number.")


def _may_be_id(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or (isinstance(value, str | int) and not isinstance(value, bool))


def _refuse_near_misses(value: Mapping[str, object], keys: tuple[str, ...]) -> None:
    """A key that is nearly one of ours is a slip that would leave an answer or a medicine out unseen."""
    if len(value) > MOST_KEYS:
        raise BadLine(f"More than {MOST_KEYS} keys stand where only {', '.join(keys)} are read.")
    for key in value:
        if key in keys:
            continue
        begun = [each for each in keys if len(key) > 2 and each.startswith(key.lower().rstrip("s"))]
        if near := begun or get_close_matches(key[:40].lower(), keys, 1, _NEAR):
            raise BadLine(f'There is no key {_quoted(key)}; did you mean "{near[0]}"?')


def _quoted(text: str) -> str:
    return json.dumps(text if len(text) <= 40 else f"{text[:40]}…")


def _day(value: object, name: str) -> date:
    try:
        return day(value)
    except UnreadableAnswer:
        raise BadLine(f'"{name}" must be a date like 2026-11-20.') from None


def _answers(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise BadLine('"answers" must be an object.')
    if len(value) > MOST_ANSWERS:
        raise BadLine(f'"answers" has more than {MOST_ANSWERS:,} keys.')
    return value


def _medications(value: object) -> tuple[Listed, ...]:
    """Each medicine of a case; those beyond a long list become one, which nobody can match and a person reads."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise BadLine('"medications" must be a list of objects.')
    listed: list[Listed] = []
    typed = 0
    for each in value[:MOST_MEDICINES]:
        medicine = _medication(each)
        typed += len(medicine.text)
        if typed > MOST_TYPED and listed:
            break
        listed.append(medicine)
    rest = value[len(listed) :]
    texts = [text for each in rest if isinstance(text := each.get("text"), str)]
    return (*listed, Listed(f"{len(rest)} more medicines", beside=" . ".join(texts))) if rest else tuple(listed)


def _medication(value: dict[str, object]) -> Listed:
    _refuse_near_misses(value, MEDICATION_KEYS)
    text, status, taken = value.get("text"), value.get("status", "unsure"), value.get("last_taken")
    if not isinstance(text, str) or not text.strip():
        raise BadLine('Each medication needs a "text".')
    if status not in STATUSES:
        raise BadLine(f'The "status" of a medication must be one of {", ".join(STATUSES)}.')
    return Listed(text, str(status), None if taken in (None, "") else _day(taken, "last_taken"))


def _clinic(value: object) -> Clinic:
    if not isinstance(value, dict):
        raise BadLine('"clinic" must be an object.')
    _refuse_near_misses(value, CLINIC_KEYS)
    regions, until = value.get("licensed_regions"), value.get("telehealth_flexibility_until")
    if regions is not None and not (isinstance(regions, list) and all(isinstance(each, str) for each in regions)):
        raise BadLine('"licensed_regions" must be a list of codes like US-CA.')
    return Clinic(
        None if regions is None else frozenset(regions),
        None if until is None else _day(until, "telehealth_flexibility_until"),
    )
