"""Is the record as it was written? Every seal, every sealed line, and every line that should have been sealed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from clinic.audit.actors import Actor
from clinic.audit.models import AuditEvent, AuditSeal, UnsealedLine
from clinic.audit.record import record
from clinic.audit.sealing import FIRST, GONE, SIZE, hash_of_seal, hashes_now

CHAIN: Final = "audit:chain"
"""How the record names itself, as the subject of a check."""
LONGEST: Final = timedelta(hours=1)
"""No transaction is open for longer; a line much older than the seal before its own was put in afterwards."""
_STRANGERS: Final = """
    SELECT min(id) FROM audit_auditevent line
    WHERE NOT EXISTS (SELECT FROM (SELECT unnest(ids) AS id FROM audit_auditseal) sealed WHERE sealed.id = line.id)
      AND NOT EXISTS (SELECT FROM audit_unsealedline waiting WHERE waiting.event_id = line.id)
"""


@dataclass(frozen=True, slots=True)
class Break:
    """Where the record is not what it was: what happened, and to which line, or to a seal when `line` is None."""

    what: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found. `since` is when the first line was written; `hash` is that of the last seal."""

    since: datetime | None
    lines: int
    seals: int
    waiting: int
    hash: str
    found: Break | None = None

    def __str__(self) -> str:
        if self.found:
            return f"BROKEN. {self.found.what}"
        since = f"{self.since:%Y-%m-%d %H:%M} UTC" if self.since else "now"
        return f"Unbroken since {since}, {self.lines} lines."


def look_through(*, expected: str = "") -> Verdict:
    """Read the whole record and say whether it is as it was sealed.

    Args:
        expected: the hash of a seal that somebody wrote down elsewhere; it must be in the chain.
    """
    lines, last, found = 0, FIRST, None
    seals, met = 0, not expected
    before: AuditSeal | None = None
    for seal in AuditSeal.objects.order_by("number").iterator(chunk_size=20):
        found = _break_of(seal, before)
        if found:
            break
        lines, seals, last, before = lines + len(seal.ids), seals + 1, seal.hash, seal
        met = met or seal.hash == expected
    if found is None and not met:
        found = Break("The seal that was expected is not in the chain: seals were removed or written anew.")
    first = AuditEvent.objects.order_by("id").values_list("at", flat=True).first()
    waiting = UnsealedLine.objects.count()
    if found is None or found.line is not None:
        found = _first(found, _stranger())
    return Verdict(first, lines, seals, waiting, last, found)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the record now: the last check, and since when lines wait for a seal. `broken` says where."""

    since: datetime | None
    checked_at: datetime | None
    lines: int
    broken: str
    waiting: int
    waiting_since: datetime | None


def standing() -> Standing:
    """What the last check found, and what it could not know yet; four quick queries."""
    last = AuditEvent.objects.filter(subject=CHAIN, action="audit.check").order_by("-id").first()
    first = AuditEvent.objects.order_by("id").values_list("at", flat=True).first()
    oldest = UnsealedLine.objects.order_by("event_id").values_list("event_id", flat=True).first()
    told = last.detail if last else {"lines": 0, "broken": ""}
    return Standing(
        since=first,
        checked_at=last.at if last else None,
        lines=told["lines"],
        broken=told["broken"],
        waiting=UnsealedLine.objects.count(),
        waiting_since=AuditEvent.objects.filter(pk=oldest).values_list("at", flat=True).first(),
    )


@transaction.atomic
def check(*, by: Actor) -> Verdict:
    """Look through the record, and put on it what was found.

    Args:
        by: who asked for it.
    """
    verdict = look_through()
    found = verdict.found
    detail = {"lines": verdict.lines, "seal": verdict.hash, "broken": found.what if found else ""}
    record(by=by, action="audit.check", subject=CHAIN, detail=detail)
    return verdict


def _break_of(seal: AuditSeal, before: AuditSeal | None) -> Break | None:
    number, previous = (before.number, before.hash) if before else (0, FIRST)
    if seal.number != number + 1:
        return Break(f"Seal {number + 1} was removed.")
    if seal.previous != previous or hash_of_seal(seal) != seal.hash:
        return Break(f"Seal {seal.number} was changed.")
    return next(_wrong_lines(seal), None) or _backdated(seal, before)


def _wrong_lines(seal: AuditSeal) -> Iterator[Break]:
    """The lines of a seal that are not as they were sealed, in their order."""
    now = hashes_now(seal.ids)
    for place, line in enumerate(seal.ids):
        then = bytes(seal.hashes[place * SIZE : (place + 1) * SIZE])
        if line not in now:
            yield Break(f"Line {line} was removed.", line)
        elif then == GONE:
            yield Break(f"Line {line} was gone when it was to be sealed, and was put back.", line)
        elif now[line] != then:
            yield Break(f"Line {line} was changed.", line)


def _backdated(seal: AuditSeal, before: AuditSeal | None) -> Break | None:
    if before is None or not before.emptied:
        return None
    old = AuditEvent.objects.filter(pk__in=seal.ids, at__lt=before.at - LONGEST).order_by("id").first()
    words = "says that it was written long before it came into the record"
    return Break(f"Line {old.pk} {words}.", old.pk) if old else None


def _stranger() -> Break | None:
    """The first line that came into the table without waiting for a seal."""
    with connection.cursor() as cursor:
        cursor.execute(_STRANGERS)
        (line,) = cursor.fetchone()
    return Break(f"Line {line} was put in past the seals.", line) if line is not None else None


def _first(one: Break | None, other: Break | None) -> Break | None:
    """Of two wrong lines the one that stands earlier in the record."""
    told = [each for each in (one, other) if each is not None]
    return min(told, key=lambda each: each.line or 0, default=None)
