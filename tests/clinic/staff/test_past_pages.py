"""What changed between two records and what was decided meanwhile, on one page; and the review on paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from clinic import celery
from clinic.accounts.models import User
from clinic.audit.actors import patient as patient_actor
from clinic.audit.models import AuditEvent
from clinic.intake import protocols
from clinic.intake.models import ScreeningRecord
from clinic.reviews import actions, again_actions, change_actions, work_actions
from clinic.reviews.answers import facts_of
from clinic.reviews.differences import between
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, decide, sealed

pytestmark = pytest.mark.django_db
WHY = "A second reading was never told to us."


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(celery.app, "send_task", lambda name, **options: None)
    return


@pytest.fixture
def twice(osei: User) -> ScreeningRecord:
    """A record about which two decisions ended, and the next one, with the answer that was asked for."""
    first = sealed(records.REVIEW)
    lee = records.clinician("Dr. Jon Lee")
    set_aside = decide(first, lee, "prescriber_first", now=NOW - timedelta(hours=5), conditions="Two readings")
    actions.reopen(decision=set_aside, reason=WHY, by=osei.actor, now=NOW - timedelta(hours=4))
    decide(first, osei, "ask_for_more", asks=["hospital_psych"], now=NOW - timedelta(hours=3))
    whose = first.intake.patient
    told = {"hospital_psych": "never"}
    return again_actions.answer(patient=whose, answers=told, by=patient_actor(whose.pk), now=NOW)


def read(browser: Client, name: str, record: ScreeningRecord) -> str:
    response = browser.get(reverse(f"staff:{name}", args=[record.intake.reference]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


OLD_AND_NEW = (
    '<del><span class="vh">Before: </span>More than 12 months ago</del> <ins><span class="vh">Now: </span>Never</ins>'
)


def test_an_answer_that_was_asked_for_comes_back_beside_the_old_one_struck(
    browser: Client, twice: ScreeningRecord
) -> None:
    assert OLD_AND_NEW in read(browser, "review", twice)


def test_the_history_tells_what_changed_between_two_records(browser: Client, twice: ScreeningRecord) -> None:
    page = read(browser, "history", twice)

    assert page.index("Record 2, the latest") < page.index(OLD_AND_NEW) < page.index("Record 1<")
    assert "Told anew by the patient" in page
    assert "Sent by the patient" in page


def test_the_history_keeps_decisions_that_do_not_stand_with_who_ended_them_and_why(
    browser: Client, twice: ScreeningRecord, osei: User
) -> None:
    decide(twice, osei, "prescriber_first", now=NOW)

    page = read(browser, "history", twice)

    assert "<s>Prescriber first</s> Dr. Jon Lee" in page
    assert "Dr. Ama Osei set it aside" in page
    assert WHY in page
    assert "Two readings" in page
    assert "<s>Ask the patient for more</s> You" in page
    assert "what it rested on changed" in page
    assert "<b>Prescriber first</b> You" in page
    assert page.count("It stands.") == 1


def test_a_decision_that_its_signer_took_back_says_so(browser: Client, osei: User) -> None:
    record = sealed(records.REVIEW)
    actions.undo(decision=decide(record, osei, "prescriber_first"), by=osei.actor, now=NOW)

    assert "Dr. Ama Osei took it back" in read(browser, "history", record)


def test_more_records_and_decisions_cost_the_history_no_more_queries(browser: Client, twice: ScreeningRecord) -> None:
    one = sealed(records.REVIEW)
    read(browser, "history", one)
    with CaptureQueriesContext(connection) as few:
        read(browser, "history", one)
    with CaptureQueriesContext(connection) as many:
        read(browser, "history", twice)
    assert len(many) == len(few)


def test_a_medicine_that_came_is_told(browser: Client) -> None:
    before = sealed({"med_none": "takes"}, [records.medicine("sertraline")])
    whose = before.intake.patient
    change_actions.tell_change(
        patient=whose, answers={}, medicines=[records.medicine("lithium")], by=patient_actor(whose.pk), now=NOW
    )

    page = read(browser, "history", before)

    assert "Not listed</del>" in page
    assert "lithium. Taking now</ins>" in page


def test_a_medicine_that_changed_or_went_is_told() -> None:
    kept, gone = records.medicine("sertraline"), records.medicine("lithium")
    before = sealed({"med_none": "takes"}, [kept, gone])
    after = sealed({"med_none": "takes"}, [kept | {"status": "stopped", "last_taken": "2026-11-25"}])

    told = [(each.before, each.now) for each in between(before, after).changes]

    assert told == [
        ("sertraline. Taking now", "sertraline. Stopped, last taken 2026-11-25"),
        ("lithium. Taking now", "Not listed any more"),
    ]


@pytest.mark.parametrize("name", ["history", "print"])
def test_looking_back_is_on_the_record(name: str, browser: Client, osei: User) -> None:
    record = sealed(records.REVIEW)
    read(browser, name, record)

    line = AuditEvent.objects.get(action=f"reviews.see_{name}")
    assert (line.actor, line.patient) == (osei.actor.ref, str(record.intake.patient_id))


def test_paper_says_what_it_is_on_every_sheet_and_what_it_rests_on(browser: Client) -> None:
    record = sealed(records.STOP)
    page = read(browser, "print", record)
    head = page[page.index("<thead>") : page.index("</thead>")]

    for said in (record.intake.reference, "Dec 1, 2026", f"Protocol {record.protocol}", record.seal[:12]):
        assert said in head
    assert "not approved by a clinician" in head
    assert record.seal in page
    assert record.answers_hash in page


def test_paper_leaves_nothing_out(browser: Client, osei: User) -> None:
    medicine = records.medicine("zzqx") | {"dose": "2 drops", "reason": "sleep", "prescriber": "Dr. Lee"}
    record = sealed(records.STOP | {"med_none": "takes"}, [medicine])
    work_actions.write_note(intake=record.intake, text="Called twice.", by=osei.actor, now=NOW)
    decide(record, osei, "not_suitable_now", conditions="After the birth")
    page = read(browser, "print", record)

    rules = {each["rule"] for each in record.result["findings"]}
    assert not {rule for rule in rules if rule not in page}
    told = ("zzqx 2 drops", "[Not matched]", "For sleep. Prescribed by Dr. Lee", "Called twice.", "After the birth")
    for said in told:
        assert said in page
    assert "Signed by Dr. Ama Osei" in page
    protocol = protocols.current()
    shown = facts_of(protocol, record.answers["answers"], NOW.date()).shown
    wordings = [protocol.questions[name].wording for name in shown if name != "med_list"]
    assert len(wordings) > 80
    assert not [each for each in wordings if " ".join(escape(each).split()) not in page]
    assert "<script" not in page


@pytest.mark.parametrize("name", ["review", "answers", "print"])
def test_an_unusual_answer_that_was_confirmed_says_so(name: str, browser: Client) -> None:
    record = sealed(records.REVIEW | {"weight_kg": "12"})
    record.intake.confirmed = {"weight_kg": "12"}
    record.intake.save()

    assert "they said yes" in read(browser, name, record)


def test_an_answer_that_was_changed_after_it_was_confirmed_is_not_called_confirmed(browser: Client) -> None:
    record = sealed(records.REVIEW | {"weight_kg": "13"})
    record.intake.confirmed = {"weight_kg": "12"}
    record.intake.save()

    assert "they said yes" not in read(browser, "review", record)


def test_the_list_of_medicines_keeps_what_was_changed_and_removed(browser: Client) -> None:
    now = records.medicine("sertraline") | {"id": "1", "dose": "50 mg", "reason": "low mood", "prescriber": "Dr. Lee"}
    record = sealed(records.REVIEW | {"med_none": "takes"}, [now])
    at = NOW.isoformat()
    gone = records.medicine("lithium") | {"id": "2"}
    record.intake.history = [[at, "med_list", now | {"dose": "100 mg"}], [at, "med_list", gone]]
    record.intake.save()

    page = read(browser, "answers", record)

    assert "sertraline 50 mg. Taking now. For low mood. Prescribed by Dr. Lee" in page
    assert "<s>sertraline 100 mg. Taking now. For low mood. Prescribed by Dr. Lee</s> changed" in page
    assert "Removed:</em><small><s>lithium. Taking now</s> removed" in page


def test_the_review_shows_each_medicine_with_dose_reason_and_prescriber(browser: Client) -> None:
    told = {"dose": "100 mg", "reason": "low mood", "prescriber": "Dr. H. Lee"}
    page = read(browser, "review", sealed(records.REVIEW | {"med_none": "takes"}, [records.medicine("Zoloft") | told]))

    assert "<b>Zoloft 100 mg</b>" in page
    assert "For low mood. Prescribed by Dr. H. Lee" in page


def test_of_two_lines_in_the_same_words_each_keeps_what_was_told_about_it(browser: Client) -> None:
    now = records.medicine("Zoloft") | {"id": "1", "dose": "100 mg"}
    before = records.medicine("Zoloft", "stopped", "2026-11-25") | {"id": "2", "dose": "25 mg"}
    page = read(browser, "review", sealed(records.REVIEW | {"med_none": "takes"}, [now, before]))

    assert page.index("Zoloft 100 mg") < page.index("Looks back 14 days")
    assert page.index("Zoloft 25 mg") < page.index("9 days left of 14")
