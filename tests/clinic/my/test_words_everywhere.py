"""Every place where a patient can write freely: each is searched for safety words when it is saved, or says why not."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
import time_machine
from django import forms

from clinic.intake.again_actions import tell_again
from clinic.intake.models import Intake
from clinic.notifications import arrival_actions
from clinic.notifications.models import Message
from clinic.patients.actions import describe
from tests.clinic.followups.conftest import BY, do_due
from tests.clinic.intake.conftest import NOW
from tests.clinic.journal.test_journal import tap
from tests.clinic.my.conftest import decide, draft, fill, let_in, nudges, osei, sent, submit

__all__ = ["decide", "draft", "fill", "let_in", "nudges", "osei", "sent", "submit"]
ROOT: Final = Path(__file__).resolve().parents[3]
OF_STAFF: Final = ("accounts", "reviews", "staff", "treatment")
"""Apps whose forms only the staff fill in."""
WORDS: Final = "I want to kill myself"
NO_WORDS: Final = {
    "PhoneForm.phone": "digits",
    "ContactForm.phone": "digits",
    "DetailsForm.phone": "digits",
    "ContactForm.email": "an address",
    "EmailForm.email": "an address",
    "ChooseForm.slot": "a moment",
}
WITH_THE_FORM: Final = frozenset({"SignForm.signature"})
"""Typed while the form is sent, and searched with it."""
BY_HAND: Final = frozenset(
    {"answer", "appointment", "cancel", "erase", "feeling", "key", "kind", "language", "line", "scores"}
)
"""Fields that are typed but hold no sentence, each with what it holds."""
ADDED: Final = re.compile(r'fields\["(\w+)"\] = forms\.CharField')
"""A typed field that a form adds by itself."""
Write = Callable[[Any, Any, Any], None]


def _of_medicine(field: str) -> Write:
    line = {"name": "ibuprofen", "status": "taking", "dose": "", "reason": "", "prescriber": ""}
    return lambda client, intake, decide: client.post("/my/changes/medicine/", {**line, field: WORDS})


def _question_again(client: Any, intake: Any, decide: Any) -> None:
    decide(intake.records.get(), "ask_for_more", asks=["allergy_list"])
    assert client.get("/my/question/").status_code == 200
    client.post("/my/question/", {"allergy_list": WORDS})


def _journal(client: Any, intake: Any, decide: Any) -> None:
    client.post(tap(client, "3"), {"note": WORDS, "is_shared": "on"})


def _name(client: Any, intake: Any, decide: Any) -> None:
    known = {"phone": "+1 555 010 0199", "email": "maya@mail.example", "safe_contact": "yes"}
    client.post("/my/details/", {**known, "preferred_name": WORDS})


def _text(client: Any, intake: Any, decide: Any) -> None:
    describe(patient=intake.patient, told={"phone": "+1 555 010 0199"}, by=BY)
    arrival_actions.hear_text(key=f"sms:{uuid4()}", number="+15550100199", text=WORDS, now=NOW)
    do_due(NOW)


WRITES: Final[dict[str, Write]] = {
    "MedicineForm.name": _of_medicine("name"),
    "MedicineForm.dose": _of_medicine("dose"),
    "MedicineForm.reason": _of_medicine("reason"),
    "MedicineForm.prescriber": _of_medicine("prescriber"),
    "PageForm: a question of the protocol": _question_again,
    "AddForm.note": _journal,
    "ContactForm.preferred_name": _name,
    "a text message": _text,
}
"""How somebody writes safety words there after their form was sent. In the form itself: tests/screening/test_facts.py
and tests/clinic/intake/test_medicine_list.py."""


@pytest.fixture(autouse=True)
def then() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def typed_fields() -> Iterator[str]:
    """Every field of a form of patients into which something is typed; those of PageForm come from the protocol."""
    for path in sorted((ROOT / "clinic").glob("*/*form*.py")):
        if path.parts[-2] in OF_STAFF:
            continue
        module = importlib.import_module(f"clinic.{path.parts[-2]}.{path.stem}")
        for name, form in inspect.getmembers(module, inspect.isclass):
            if form.__module__ == module.__name__ and issubclass(form, forms.Form):
                yield from (f"{name}.{field}" for field, each in form.base_fields.items() if _is_typed(each))
                yield from (f"{name}.{field}" for field in ADDED.findall(inspect.getsource(form)))


def _is_typed(field: forms.Field) -> bool:
    return isinstance(field, forms.CharField) and not isinstance(field, forms.UUIDField)


def test_every_place_to_write_is_in_one_of_the_tables() -> None:
    known = {name for name in WRITES if "." in name} | set(NO_WORDS) | WITH_THE_FORM

    assert set(typed_fields()) == known


def test_no_view_takes_sentences_past_a_form() -> None:
    """What views read from a request by hand are buttons, ids and codes that are compared with a list."""
    taken = set()
    for path in sorted((ROOT / "clinic").glob("*/views*.py")):
        if path.parts[-2] not in OF_STAFF:
            taken |= set(re.findall(r'request\.POST(?:\.get\(|\[)"(\w+)"', path.read_text()))

    assert taken == BY_HAND


def test_a_signature_with_safety_words_is_urgent_like_any_other_text_of_the_form(fill: Any, submit: Any) -> None:
    assert submit(fill()).outcome == "ready_to_book"
    assert not Message.objects.filter(template="urgent-page").exists()

    record = submit(fill(), name=WORDS)

    assert (record.outcome, record.intake.urgent_rules) == ("urgent", ["R021"])
    page = Message.objects.get(template="urgent-page")
    assert page.about["reference"] == record.intake.reference
    again = tell_again(intake=record.intake, answers={}, by=BY, now=NOW)
    assert again.outcome == "urgent"


@pytest.mark.parametrize("where", WRITES)
def test_safety_words_written_there_page_the_person_on_call(where: str, sent: Any, decide: Any) -> None:
    client, intake, _ = sent()
    assert not Message.objects.filter(template="urgent-page").exists()

    WRITES[where](client, intake, decide)

    page = Message.objects.get(template="urgent-page")
    assert (page.channel, page.is_urgent) == ("pager", True)
    assert page.overdue_at is not None


@pytest.mark.parametrize("where", [name for name in WRITES if name != "a text message"])
def test_they_page_again_although_a_flag_was_up_before(where: str, sent: Any, decide: Any) -> None:
    client, intake, _ = sent()
    flagged = Intake.objects.get(pk=intake.pk)
    flagged.urgent_rules = ["R021"]
    flagged.save()

    WRITES[where](client, intake, decide)

    assert Message.objects.filter(template="urgent-page").count() == 1
