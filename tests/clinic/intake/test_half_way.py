"""A protocol that is published while a form is half filled in: the form keeps its version, and new safety is asked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clinic.intake import actions, protocols, send_actions
from clinic.intake.again_actions import tell_again
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications.models import Message
from clinic.reviews import answers as shown_answers
from screening import loader, seal
from screening.journey import Journey
from screening.loader import PROTOCOLS, published
from tests.clinic.intake.conftest import NOW, SIGN, by_of, consents

pytestmark = pytest.mark.django_db
FAINT = """

[page.today]
title = "Fainting"
kind = "single"
why = "Fainting today can be an emergency."
questions = ["faint_today"]

[question.faint_today]
wording = "Did you faint today?"
kind = "single"
required = true
why = "Syncope"
options = { no = "No", yes = "Yes", not_sure = "Not sure" }
"""
RULE = """

[R900]
version = "1.0.0"
when = "faint_today == 'yes' or unk('faint_today')"
services = "all"
outcome = "urgent"
priority = "P0"
severity = "critical"
clinician = "Fainted today."
patient = "We will call you."
sources = ["clinic_policy"]
"""
Publish = Callable[..., None]


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Publish]:
    """Publishes a copy of the protocol with changes to its files, sealed, as the one new intakes answer."""
    shutil.copytree(PROTOCOLS / "2026-11", tmp_path / "2026-11")
    monkeypatch.setattr(loader, "PROTOCOLS", tmp_path)

    def new(name: str, **appended: str) -> None:
        place = tmp_path / name
        shutil.copytree(PROTOCOLS / "2026-11", place)
        top = place / "protocol.toml"
        top.write_text(top.read_text().replace('name = "2026-11"', f'name = "{name}"'))
        for file, text in {"questions/1-check.toml": "", "rules/urgent.toml": "", **appended}.items():
            path = place / file
            path.write_text(path.read_text() + text)
        seal.seal(place)
        settings.PROTOCOL = name

    yield new
    published.cache_clear()
    protocols.named.cache_clear()


def safety(publish: Publish) -> None:
    publish("2027-01", **{"questions/1-check.toml": FAINT, "rules/urgent.toml": RULE})


def text(response: Any) -> str:
    return response.content.decode()


def test_a_form_keeps_its_version_when_no_safety_rule_changed(fill: Any, publish: Publish, submit: Any) -> None:
    intake = fill()
    publish("2027-01", **{"rules/cardiac.toml": "\n# A comment.\n"})
    sealed = submit(intake)

    assert (sealed.protocol, sealed.seal) == ("2026-11", intake.seal)
    assert sealed.outcome == "ready_to_book"


def test_the_task_list_says_one_new_question_and_why(fill: Any, publish: Publish, let_in: Any) -> None:
    client = let_in(fill())
    safety(publish)
    page = text(client.get("/intake/"))

    assert "1 new question" in page
    assert "A safety question changed since you began." in page
    assert "Why we ask: Fainting today can be an emergency." in page


def test_the_new_question_comes_next_and_then_the_form_goes_on_where_it_was(
    fill: Any, publish: Publish, let_in: Any
) -> None:
    client = let_in(fill())
    safety(publish)
    asked = client.get("/intake/check/", follow=True)

    assert asked.redirect_chain[-1][0] == "/intake/check/4/"
    assert "Did you faint today?" in text(asked)
    assert "This is new since you began your form" in text(asked)
    assert client.post("/intake/check/4/", {"faint_today": "no"}).headers["Location"] == "/intake/about/1/"
    assert client.get("/intake/check/").status_code == 200
    assert "1 new question" not in text(client.get("/intake/"))


def test_the_new_question_raises_help_at_once(fill: Any, publish: Publish, let_in: Any) -> None:
    client = let_in(fill())
    safety(publish)

    assert client.post("/intake/check/4/", {"faint_today": "yes"}).headers["Location"] == "/intake/help/"
    assert Message.objects.filter(to_role="on_call").count() == 1


def test_a_form_cannot_be_sent_past_the_new_question(fill: Any, publish: Publish, submit: Any) -> None:
    intake = fill()
    safety(publish)

    with pytest.raises(send_actions.Incomplete) as refused:
        submit(intake)

    assert refused.value.page is not None
    assert refused.value.page.questions == ("faint_today",)
    assert not ScreeningRecord.objects.exists()


def test_the_record_names_both_protocols_and_can_be_read_years_later(
    fill: Any, publish: Publish, submit: Any, settings: Any
) -> None:
    intake = fill()
    safety(publish)
    page = protocols.of(intake).pages["new-today"]
    actions.save_page(intake=intake, page=page, answers={"faint_today": "not_sure"}, by=by_of(intake), now=NOW)
    sealed = submit(Intake.objects.get())

    assert sealed.protocol == "2026-11+2027-01"
    assert sealed.seal not in (intake.seal, published("2027-01").seal)
    assert "R900" in {finding["rule"] for finding in sealed.result["findings"]}
    assert "R272" not in {finding["rule"] for finding in sealed.result["findings"]}
    settings.PROTOCOL = "2026-11"
    again = shown_answers.protocol_of(ScreeningRecord.objects.get())
    assert again is not None
    assert again.questions["faint_today"].wording == "Did you faint today?"
    assert protocols.of(Intake.objects.get()).seal == sealed.seal


def test_a_form_that_was_sent_under_both_protocols_can_be_told_anew(fill: Any, publish: Publish, submit: Any) -> None:
    intake = fill()
    safety(publish)
    page = protocols.of(intake).pages["new-today"]
    actions.save_page(intake=intake, page=page, answers={"faint_today": "no"}, by=by_of(intake), now=NOW)
    sealed = submit(Intake.objects.get(pk=intake.pk))

    again = tell_again(intake=sealed.intake, answers={"seizure": "yes_past"}, by=by_of(intake), now=NOW)

    assert (again.number, again.protocol, again.seal) == (2, sealed.protocol, sealed.seal)
    told = {each["rule"] for each in again.result["findings"]}
    assert "R142" in told
    assert "R272" not in told


def test_a_form_that_was_sent_is_not_asked_anything_new(fill: Any, publish: Publish, submit: Any, let_in: Any) -> None:
    intake = fill()
    sealed = submit(intake)
    safety(publish)

    stored = Intake.objects.get()
    assert protocols.of(stored).seal == sealed.seal
    assert Journey(protocols.facts_of(stored, now=NOW), frozenset(stored.visited)).first_open() is None
    assert let_in(intake).get("/intake/").headers["Location"] == "/my/"


def test_files_that_are_not_those_it_was_begun_under_go_to_a_person(fill: Any, publish: Publish, submit: Any) -> None:
    fill()
    Intake.objects.update(seal="0" * 64)
    sealed = submit(Intake.objects.get())

    assert "R272" in {finding["rule"] for finding in sealed.result["findings"]}
    assert sealed.outcome == "clinician_review"


def test_a_safety_question_in_other_words_is_asked_again_and_the_old_answer_does_not_count(
    fill: Any, publish: Publish, let_in: Any, tmp_path: Path, settings: Any
) -> None:
    client = let_in(fill())
    publish("2027-02")
    place = tmp_path / "2027-02"
    for file, old, new in (
        ("questions/1-check.toml", "Are you safe right now?", "Are you safe today?"),
        ("rules/urgent.toml", "when = \"safe_now == 'no'\"", "when = \"safe_now in ('no','not_sure')\""),
    ):
        path = place / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    seal.seal(place)
    asked = client.get("/intake/check/", follow=True)

    assert asked.redirect_chain[-1][0] == "/intake/check/1/"
    assert "Are you safe today?" in text(asked)
    assert "checked" not in text(asked)
    client.post("/intake/check/1/", {"safe_now": "yes"})
    assert client.get("/intake/check/").status_code == 200


def test_new_intakes_answer_the_new_protocol_alone(publish: Publish) -> None:
    safety(publish)
    intake = actions.begin(by=by_of(Intake(patient_id="0" * 8)), now=NOW)

    assert intake.protocol == "2027-01"
    assert protocols.of(intake).name == "2027-01"
    assert consents().keys() == set(SIGN.questions)
