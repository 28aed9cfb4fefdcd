"""Seals: the hash of every line that has been committed, chained, so that a later change of the record shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection, transaction

from clinic.audit.models import AuditEvent, AuditSeal, UnsealedLine

FIRST: Final = "0" * 64
"""What stands for the seal before the first one."""
MOST: Final = 5_000
"""Lines of one seal."""
GONE: Final = bytes(32)
"""The hash of a line that was gone before it was sealed; no line has it."""
SIZE: Final = 32
LOCK: Final = 0x5EA1
FIELDS: Final = ("id", "at", "actor", "action", "subject", "patient", "why", "detail")


def seal(*, most: int = MOST) -> int:
    """Seal lines that wait, in the order of their ids. Whoever comes while another one seals leaves it to them.

    1. Take the sealers' lock or leave. 2. Take the ids that wait; a line still in an open transaction is not among
    them and comes into a later seal. 3. Hash each line. 4. Write the seal, chained to the last.

    It writes no line of its own: each seal would make a line that needs the next.

    Args:
        most: lines at most.
    Returns:
        How many lines were sealed.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s), statement_timestamp()", [LOCK])
        is_mine, now = cursor.fetchone()
        ids = _take(most) if is_mine else []
        if ids:
            _chain(ids, emptied=len(ids) < most, now=now)
        return len(ids)


def seal_all() -> int:
    """Seal until nothing waits; returns how many lines were sealed."""
    sealed = 0
    while count := seal():
        sealed += count
    return sealed


def hash_of(line: Sequence[Any]) -> bytes:
    """The hash of one line over all its fields, given in the order of `FIELDS`."""
    number, at, *others = line
    return _sha256([number, at.astimezone(UTC).isoformat(), *others]).digest()


def hash_of_seal(seal: AuditSeal) -> str:
    """The hash that a seal must have, from everything else in it."""
    told = [seal.number, seal.at.astimezone(UTC).isoformat(), seal.emptied, seal.previous, seal.ids]
    return _sha256([*told, bytes(seal.hashes).hex()]).hexdigest()


def hashes_now(ids: Iterable[int]) -> dict[int, bytes]:
    """The hashes of these lines as they are in the table now; a line that is gone has none."""
    return {line[0]: hash_of(line) for line in AuditEvent.objects.filter(pk__in=ids).values_list(*FIELDS)}


def _take(most: int) -> list[int]:
    waiting = list(UnsealedLine.objects.order_by("event_id").values_list("event_id", flat=True)[:most])
    UnsealedLine.objects.filter(event_id__in=waiting).delete()
    return waiting


def _chain(ids: list[int], *, emptied: bool, now: datetime) -> None:
    last = AuditSeal.objects.order_by("number").values_list("number", "hash").last()
    number, previous = last or (0, FIRST)
    found = hashes_now(ids)
    fresh = AuditSeal(number=number + 1, at=now, ids=ids, emptied=emptied, previous=previous)
    fresh.hashes = b"".join(found.get(each, GONE) for each in ids)
    fresh.hash = hash_of_seal(fresh)
    fresh.save(force_insert=True)


def _sha256(told: list[Any]) -> Any:
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode())
