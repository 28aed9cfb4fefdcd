"""How long the worklist and the review page take at 1,000 and at 1,000,000 intakes that all wait for a decision.

The first thousand are sealed by the clinic's own code; the others are rows that SQL makes, due later, whose encrypted
fields nobody opens. Each page is measured in turns with a bare staff page, so that a busy machine slows both alike.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.models import User
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients.models import Patient
from clinic.reviews import worklist
from clinic.reviews.filters import Filters
from tests import sign_in
from tests.bench.figures import Figure, Times, in_turns
from tests.clinic.reviews import records

FEW, MANY = 1_000, 1_000_000
ROUNDS: Final = 40
MEASURED: Final = ("", "owner=me", "level=clinician_review")
FILTERS: Final = ("", "owner=me", "level=clinician_review", "region=US-CA", "owner=nobody", "medicines=unmatched")
MOST_STATEMENTS: Final = 25
SLOWEST_MS: Final = 300.0


def figures() -> Iterator[Figure]:
    """The first page at both sizes, each filter, what the database plans, and the review page."""
    osei = records.clinician()
    client = sign_in.signed_in(osei, Client(SERVER_NAME="localhost"))
    reference = _wait_for_real(osei)
    few = {query: _against_bare(client, f"{reverse('staff:worklist')}?{query}") for query in MEASURED}
    _wait_by_sql(osei)
    for query in MEASURED:
        many = _against_bare(client, f"{reverse('staff:worklist')}?{query}")
        what = f"first page at {MANY:,} : at {FEW:,}{f', {query}' if query else ''}"
        grown = _ratio(many) / _ratio(few[query])
        yield Figure(what, grown, "x", at_most=1.5, detail=f"median {many[0].median * 1e3:.0f} ms, n = {ROUNDS}")
    yield Figure("filters whose plan reads the whole list", len(_whole_lists(osei)), "", at_most=0)
    yield from _review(client, reverse("staff:review", args=[reference]))


def _review(client: Client, path: str) -> Iterator[Figure]:
    with CaptureQueriesContext(connection) as sent:
        client.get(path)
    yield Figure("statements of the review page", len(sent), "", at_most=MOST_STATEMENTS)
    page, bare = _against_bare(client, path)
    yield Figure("review page, median of the processor", page.usually_busy * 1e3, "ms", at_most=SLOWEST_MS)
    yield Figure("review page : bare staff page, median", page.median / bare.median, "x")


def _against_bare(client: Client, path: str) -> tuple[Times, Times]:
    """A page, and the staff page that leads to it, in turns."""
    works: dict[str, Any] = {
        "page": lambda _: lambda: _found(client, path, 200),
        "bare": lambda _: lambda: _found(client, reverse("staff:home"), 302),
    }
    times = in_turns(works, ROUNDS, warm_up=5)
    return times["page"], times["bare"]


def _found(client: Client, path: str, status: int) -> None:
    if client.get(path).status_code != status:
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
        cursor.execute("ANALYZE")
    return first.intake.reference


def _reference() -> str:
    return f"LK-{uuid.uuid4().hex[:8].upper()}"


def _wait_by_sql(osei: User) -> None:
    """All the others, due later, without a trigger for each row: the list is filled by the same sentence at the end."""
    later = timezone.now() + timedelta(days=60)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in _STATEMENTS:
            cursor.execute(statement, {"count": MANY - FEW, "later": later, "owner": osei.pk})
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")


_STATEMENTS: Final = (
    """INSERT INTO patients_patient SELECT (jsonb_populate_record(sample, jsonb_build_object(
           'id', md5('p' || n)::uuid, 'reference', 'P' || n, 'email_index', '', 'phone_index', '', 'marks', '[]'::jsonb,
           'region', (ARRAY['US-CA', 'US-NY', 'US-AZ'])[1 + n %% 3]))).*
       FROM (SELECT one AS sample FROM patients_patient AS one LIMIT 1) AS first, generate_series(1, %(count)s) AS n""",
    """INSERT INTO intake_intake SELECT (jsonb_populate_record(sample, jsonb_build_object(
           'id', md5('i' || n)::uuid, 'reference', 'I' || n, 'patient_id', md5('p' || n)::uuid,
           'submit_key', md5('k' || n)::uuid, 'answers', '\\x00', 'medicines', '\\x00', 'visited', '\\x00',
           'history', '\\x00', 'urgent_rules', '\\x00'))).*
       FROM (SELECT one AS sample FROM intake_intake AS one LIMIT 1) AS first, generate_series(1, %(count)s) AS n""",
    """INSERT INTO intake_screeningrecord SELECT (jsonb_populate_record(sample, jsonb_build_object(
           'id', md5('r' || n)::uuid, 'intake_id', md5('i' || n)::uuid,
           'due_at', %(later)s + n * interval '1 second', 'answers', '\\x00', 'result', '\\x00',
           'signature', '\\x00'))).*
       FROM (SELECT one AS sample FROM intake_screeningrecord AS one LIMIT 1) AS first,
           generate_series(1, %(count)s) AS n""",
    """INSERT INTO reviews_waiting (record_id, is_urgent, due_at, outcome, priority, region, is_second_look, owner_id,
           unmatched)
       SELECT md5('r' || n)::uuid, false, %(later)s + n * interval '1 second',
           (ARRAY['clinician_review', 'not_suitable_now', 'prescriber_coordination'])[1 + n %% 3], 'P2',
           (ARRAY['US-CA', 'US-NY', 'US-AZ'])[1 + n %% 3], false, CASE WHEN n %% 5 = 0 THEN %(owner)s END, n %% 4 = 0
       FROM generate_series(1, %(count)s) AS n""",
)


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
