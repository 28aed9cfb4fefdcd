"""Changing an answer leads straight back, a branch that opens comes first, and what was removed is said and kept."""

from __future__ import annotations

from typing import Any

import pytest

from clinic.intake import actions
from clinic.intake.journeys import address
from clinic.intake.models import Intake
from tests.clinic.intake.conftest import NOW, PROTOCOL, by_of, page_of

pytestmark = pytest.mark.django_db
CHECK = "?return=check"
REASON = address(PROTOCOL, page_of("reason_main"))
SEX = address(PROTOCOL, page_of("sex_birth"))


def text(response: Any) -> str:
    return response.content.decode()


def reason(*reasons: str) -> dict[str, Any]:
    return {"service_interest": ["ket_iv_im"], "reason_main": list(reasons), "hospital_psych": "never"}


def contact(sex: str) -> dict[str, str]:
    told = {"legal_name": "Maya Thompson", "email": "maya@example.org", "phone": "555 010 0199", "safe_contact": "yes"}
    return told | {"sex_birth": sex}


def test_change_from_checking_returns_straight_back(fill: Any, let_in: Any) -> None:
    client = let_in(fill())

    assert client.post(f"{REASON}{CHECK}", reason("anxiety")).headers["Location"] == "/intake/check/"


def test_every_change_link_of_the_check_lands_on_its_question(fill: Any, let_in: Any) -> None:
    import re

    client = let_in(fill())
    links = re.findall(r'href="(/intake/[^"]+\?return=check)#([^"]+)"', text(client.get("/intake/check/")))
    pages = {url: text(client.get(url)) for url in {url for url, _ in links}}

    assert len(links) > 80
    assert [place for url, place in links if f'id="{place}"' not in pages[url]] == []


def test_a_branch_that_opens_asks_its_questions_first_wherever_they_are_and_then_returns(
    fill: Any, let_in: Any
) -> None:
    client = let_in(fill())
    at = client.post(f"{REASON}{CHECK}", reason("pain")).headers["Location"]
    assert at == address(PROTOCOL, page_of("pain_type")) + CHECK

    at = client.post(at, {"pain_type": ["fibromyalgia"]}).headers["Location"]
    assert at == address(PROTOCOL, page_of("peg1")) + CHECK

    pain = {question: "4" for question in page_of("peg1").questions}
    assert client.post(at, pain).headers["Location"] == "/intake/check/"


def test_back_on_a_page_opened_from_the_check_leads_to_the_check(fill: Any, let_in: Any) -> None:
    page = text(let_in(fill()).get(f"{REASON}{CHECK}"))

    assert '<a class="crumb" href="/intake/check/">' in page


def test_what_was_removed_is_said_where_it_happened(fill: Any, let_in: Any) -> None:
    client = let_in(fill(sex_birth="female", pregnancy="no", breastfeeding="no", postpartum_psychosis="no"))
    response = client.post(SEX, contact("male"), follow=True)

    assert "We removed 3 answers that no longer apply." in text(response)


def test_what_was_removed_is_said_on_the_check_once(fill: Any, let_in: Any) -> None:
    client = let_in(fill(sex_birth="female", pregnancy="no", breastfeeding="no", postpartum_psychosis="no"))
    page = text(client.post(f"{SEX}{CHECK}", contact("male"), follow=True))

    assert page.count("We removed 3 answers that no longer apply.") == 1


def test_what_was_removed_stays_in_the_history_and_out_of_the_result(fill: Any, submit: Any) -> None:
    intake = fill(sex_birth="female", pregnancy="yes", breastfeeding="no", postpartum_psychosis="no")
    actions.save_page(
        intake=intake, page=page_of("sex_birth"), answers={"sex_birth": "male"}, by=by_of(intake), now=NOW
    )
    sealed = submit(Intake.objects.get())

    history = [entry[1:] for entry in Intake.objects.get().history]
    assert ["pregnancy", "yes"] in history
    assert "R170" not in {finding["rule"] for finding in sealed.result["findings"]}
    assert sealed.outcome == "ready_to_book"


def test_a_branch_that_opens_again_shows_what_was_said(fill: Any, let_in: Any) -> None:
    intake = fill(sex_birth="female", pregnancy="no", breastfeeding="no", postpartum_psychosis="no")
    client = let_in(intake)
    client.post(f"{SEX}{CHECK}", contact("male"))
    client.post(f"{SEX}{CHECK}", contact("female"))

    assert "no longer appl" not in text(client.get("/intake/check/"))
