"""Lines of the record as rows of a page and of a file: who, what, whom, when, why."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from io import StringIO
from itertools import islice
from uuid import UUID

from django.utils import timezone

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient
from clinic.web.templatetags.calm import clock

HEAD = ("line", "when (UTC)", "who", "name", "what", "subject", "whom", "why", "detail")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the beginning of a cell."""
CHUNK = 500


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line. `about` is where it was done and to which row, `whom` the reference of a patient or nothing."""

    id: int
    when: str
    who: str
    role: str
    what: str
    about: str
    whom: str
    why: str
    detail: str


def rows(lines: Sequence[AuditEvent]) -> list[AuditLine]:
    """Lines as rows; two queries for all of them."""
    people, patients = _people(lines), _patients(lines)
    return [_row(line, people, patients) for line in lines]


def references(lines: Sequence[AuditEvent]) -> list[str]:
    """The references of all patients that these lines are about."""
    return sorted(set(_patients(lines).values()))


def as_csv(lines: Iterable[AuditEvent]) -> Iterator[str]:
    """Lines as a file for a spreadsheet, piece by piece; times are UTC, and no cell begins like a formula."""
    yield _csv([HEAD])
    left = iter(lines)
    while some := list(islice(left, CHUNK)):
        people, patients = _people(some), _patients(some)
        yield _csv([_cells(line, people, patients) for line in some])


def _row(line: AuditEvent, people: dict[str, User], patients: dict[str, str]) -> AuditLine:
    local, user = timezone.localtime(line.at), people.get(line.actor)
    app, _, verb = line.action.partition(".")
    return AuditLine(
        id=line.pk,
        when=f"{local:%b} {local.day}, {local:%Y}, {clock(line.at)}",
        who=str(user) if user else _kind_of(line.actor, patients),
        role=user.role_in_words if user else "",
        what=verb.replace("_", " ").capitalize(),
        about=", ".join(filter(None, (app, _unless_told(line)))),
        whom=patients.get(line.patient, line.patient),
        why=line.why,
        detail=_detail(line.detail),
    )


def _cells(line: AuditEvent, people: dict[str, User], patients: dict[str, str]) -> list[str]:
    named = str(people[line.actor]) if line.actor in people else ""
    when, whom = line.at.astimezone(UTC).isoformat(), patients.get(line.patient, line.patient)
    return [
        str(line.pk), when, line.actor, named, line.action, line.subject, whom, line.why, _detail(line.detail)
    ]  # fmt: skip


def _unless_told(line: AuditEvent) -> str:
    """What it was done to, unless that is the patient or the page, which the row says already."""
    return "" if line.subject in (f"patient:{line.patient}", f"page:{line.action.split('see_')[-1]}") else line.subject


def _kind_of(actor: str, patients: dict[str, str]) -> str:
    kind, _, name = actor.partition(":")
    if kind == "patient":
        return f"Patient {patients.get(name, '')}".strip()
    return f"System, {name}" if kind == "system" else kind.capitalize()


def _people(lines: Sequence[AuditEvent]) -> dict[str, User]:
    ids = {line.actor.partition(":")[2] for line in lines if line.actor.startswith("staff:")}
    return {user.actor.ref: user for user in User.objects.filter(pk__in=[each for each in ids if each.isdigit()])}


def _patients(lines: Sequence[AuditEvent]) -> dict[str, str]:
    """The references of the patients by their ids; the actor of a line from before there was a patient is none."""
    ids = {line.patient for line in lines} | {line.actor.removeprefix("patient:") for line in lines}
    known = Patient.objects.filter(pk__in=[each for each in ids if _is_id(each)])
    return {str(pk): reference for pk, reference in known.values_list("pk", "reference")}


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _detail(detail: dict[str, object]) -> str:
    told = ((key, ", ".join(map(str, value)) if isinstance(value, list) else value) for key, value in detail.items())
    return "; ".join(f"{key}: {value}" for key, value in told if value not in ("", None))


def _csv(table: Iterable[Sequence[str]]) -> str:
    text = StringIO()
    csv.writer(text).writerows([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row] for row in table)
    return text.getvalue()
