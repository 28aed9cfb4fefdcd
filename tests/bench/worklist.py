"""How long the worklist and the review page take at 1,000 and at 1,000,000 intakes that all wait for a decision.

A thousand are sealed by the clinic's own code. The others are rows that SQL makes, whose encrypted fields hold nothing
and are never opened: they are due after the rows of the first pages, and before those of the last page, so that both
sizes show the same fifty. Each page is measured in turns with a bare staff page: a busy machine slows both alike.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.models import User
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Patient
from clinic.reviews import worklist
from clinic.reviews.filters import Filters
from clinic.staff import views_worklist
from tests import sign_in
from tests.bench.figures import Figure, Times, in_turns
from tests.clinic.reviews import records

FEW, MANY = 1_000, 1_000_000
ROUNDS: Final = 40
LAST: Final = timedelta(days=400)
"""From now: when the fifty of the last page are due, long after everything else."""
FILTERS: Final = ("", "owner=me", "level=clinician_review", "region=US-CA", "owner=nobody", "medicines=unmatched")
MOST_STATEMENTS: Final = 25
SLOWEST_MS: Final = 300.0


def figures() -> Iterator[Figure]:
    """The first page at both sizes, each filter, what the database plans, and the review page."""
    osei = records.clinician()
    client = sign_in.signed_in(osei, Client(SERVER_NAME="localhost"))
    reference = _wait_for_real(osei)
    pages = _pages()
    _show_fifty(client, pages.values())
    few = {what: _against_bare(client, path) for what, path in pages.items()}
    begun = time.monotonic()
    _wait_by_sql(osei)
    yield Figure("making the rows", time.monotonic() - begun, "s", detail=f"{MANY - FEW:,} rows in each of 4 tables")
    _show_fifty(client, pages.values())
    for what, path in pages.items():
        many = _against_bare(client, path)
        clock = f"median {many[0].median * 1e3:.0f} ms, was {few[what][0].median * 1e3:.0f} ms, n = {ROUNDS}"
        grown = _ratio(many) / _ratio(few[what])
        yield Figure(f"{what} at {MANY:,} : at {FEW:,}", grown, "x", at_most=1.5, detail=clock)
    yield Figure("filters whose plan reads the whole list", len(_whole_lists(osei)), "", at_most=0)
    yield from _review(client, reverse("staff:review", args=[reference]))


def _pages() -> dict[str, str]:
    """The first page, two that are filtered, and the last one, by what they are; each shows fifty rows."""
    last = worklist.Place(is_urgent=False, due_at=timezone.now() + LAST - timedelta(days=1), record_id=uuid.UUID(int=0))
    asked = {"first page": "", "of one owner": "owner=me", "of one level": "level=clinician_review"}
    asked["last page"] = urlencode({"after": str(last)})
    return {what: f"{reverse('staff:worklist')}?{query}" for what, query in asked.items()}


def _show_fifty(client: Client, paths: Iterable[str]) -> None:
    for path in paths:
        if (shown := client.get(path).content.count(b'class="rowlink"')) != views_worklist.ROWS:
            raise RuntimeError(f"{path} shows {shown} rows.")


def _review(client: Client, path: str) -> Iterator[Figure]:
    with CaptureQueriesContext(connection) as sent:
        client.get(path)
    yield Figure("statements of the review page", len(sent), "", at_most=MOST_STATEMENTS)
    page, bare = _against_bare(client, path)
    yield Figure("review page, median of the processor", page.usually_busy * 1e3, "ms", at_most=SLOWEST_MS)
    clock = f"{page.median * 1e3:.0f} : {bare.median * 1e3:.0f} ms on the clock, n = {ROUNDS}"
    yield Figure("review page : bare staff page, median", page.median / bare.median, "x", detail=clock)


def _against_bare(client: Client, path: str) -> tuple[Times, Times]:
    """A page, and a staff page with one small form that is about nobody, in turns."""
    works: dict[str, Any] = {
        "page": lambda _: lambda: _found(client, path),
        "bare": lambda _: lambda: _found(client, reverse("staff:keys")),
    }
    times = in_turns(works, ROUNDS, warm_up=5)
    return times["page"], times["bare"]


def _found(client: Client, path: str) -> None:
    if client.get(path).status_code != 200:
        raise RuntimeError(f"{path} did not answer as it should.")


def _ratio(times: tuple[Times, Times]) -> float:
    return times[0].median / times[1].median


def _wait_for_real(osei: User) -> str:
    """A thousand sealed intakes that wait; the reference of one."""
    first = records.sealed(records.REVIEW, [records.medicine("Zoloft"), records.medicine("zzqx")], at=timezone.now())
    kept = {name: getattr(first, name) for name in ("answers", "result", "signature")}
    fields = {f.attname: getattr(first, f.attname) for f in first._meta.fields if f.name not in ("id", *kept)}
    person = {f.attname: getattr(first.intake.patient, f.attname) for f in Patient._meta.fields}
    form = {f.attname: getattr(first.intake, f.attname) for f in Intake._meta.fields}
    for _ in range(FEW - 1):
        patient = Patient.objects.create(**person | {"id": uuid.uuid4(), "reference": _reference()})
        new = {"id": uuid.uuid4(), "reference": _reference(), "patient_id": patient.pk, "submit_key": uuid.uuid4()}
        intake = Intake.objects.create(**form | new)
        ScreeningRecord.objects.create(**fields | kept | {"intake_id": intake.pk})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_waiting SET unmatched = true")
        cursor.execute(
            """UPDATE reviews_waiting SET owner_id = %s
               WHERE record_id IN (SELECT record_id FROM reviews_waiting LIMIT 200)""",
            [osei.pk],
        )
        cursor.execute(
            """UPDATE reviews_waiting SET due_at = %s WHERE record_id IN
               (SELECT record_id FROM reviews_waiting WHERE owner_id IS NULL LIMIT 50)""",
            [timezone.now() + LAST],
        )
        cursor.execute("ANALYZE")
    return first.intake.reference


def _reference() -> str:
    return f"LK-{uuid.uuid4().hex[:8].upper()}"


def _wait_by_sql(osei: User) -> None:
    """All the others, due later: copies of one row, without a trigger for each; the list is filled by one sentence."""
    told = {"count": MANY - FEW, "later": timezone.now() + timedelta(days=60), "owner": osei.pk}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for model, other in _OTHERS:
            cursor.execute(_copies(model, other), told)
        cursor.execute(_LIST, told)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")


def _copies(model: type[Model], other: dict[str, str]) -> str:
    """Many rows like the first of a table, but for some columns.

    Each column is named: `(jsonb_populate_record(...)).*` looks shorter, and makes the whole row anew for each column.
    """
    columns = [field.column for field in model._meta.fields]
    values = [other.get(column, f"sample.{column}") for column in columns]
    return f"""INSERT INTO {model._meta.db_table} ({", ".join(columns)}) SELECT {", ".join(values)}
        FROM (SELECT * FROM {model._meta.db_table} LIMIT 1) AS sample, generate_series(1, %(count)s) AS n"""  # noqa: S608


def _id(kind: int) -> str:
    """Ids in their order, so that an index grows at its end; ids of different kinds differ."""
    return f"('{kind}' || lpad(to_hex(n), 31, '0'))::uuid"


_REGION: Final = "(ARRAY['US-CA', 'US-NY', 'US-AZ'])[1 + n %% 3]"
_DUE: Final = "%(later)s + n * interval '1 second'"
_SHUT: Final = "'\\x00'"
"""No sealed value; whoever opened it would be told so."""
_OTHERS: Final[tuple[tuple[type[Model], dict[str, str]], ...]] = (
    (
        Patient,
        {"id": _id(1), "reference": "'P' || n", "email_index": "''", "phone_index": "''"}
        | {"marks": "'{}'", "region": _REGION},
    ),
    (
        Intake,
        {"id": _id(2), "reference": "'I' || n", "patient_id": _id(1), "submit_key": _id(4)}
        | dict.fromkeys(("answers", "medicines", "visited", "history", "urgent_rules"), _SHUT),
    ),
    (
        ScreeningRecord,
        {"id": _id(3), "intake_id": _id(2), "due_at": _DUE} | dict.fromkeys(("answers", "result", "signature"), _SHUT),
    ),
)
_LIST: Final = f"""
    INSERT INTO reviews_waiting (record_id, is_urgent, due_at, outcome, priority, region, is_second_look, owner_id,
        unmatched)
    SELECT {_id(3)}, false, {_DUE},
        (ARRAY['clinician_review', 'not_suitable_now', 'prescriber_coordination'])[1 + n %% 3], 'P2', {_REGION},
        false, CASE WHEN n %% 5 = 0 THEN %(owner)s END, n %% 4 = 0
    FROM generate_series(1, %(count)s) AS n"""  # noqa: S608


def _whole_lists(osei: User) -> list[str]:
    """The filters for which the database reads more of the list than it shows."""
    found = []
    for query in FILTERS:
        told = dict(pair.split("=") for pair in query.split("&") if pair)
        view = worklist.View(Filters.read(told), osei, timezone.now())
        asked = worklist.asked_for(view)[:51]
        plan = json.loads(asked.explain(format="json"))[0]["Plan"]
        if "Seq Scan" in {node["Node Type"] for node in _nodes(plan) if node.get("Relation Name") == "reviews_waiting"}:
            found.append(query)
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)
