"""A flag leads to the rule behind it as it stands in that version, and to the question that it quotes."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.clinic.reviews import records

pytestmark = pytest.mark.django_db


def read(browser: Client, address: str) -> str:
    return " ".join(browser.get(address).content.decode().split())


def test_a_flag_leads_to_its_rule_at_its_version_and_to_the_answer_it_quotes(browser: Client) -> None:
    record = records.sealed({"si_month": "method"})
    review = read(browser, reverse("staff:review", args=[record.intake.reference]))
    answers = reverse("staff:answers", args=[record.intake.reference])

    rule = f"{reverse('staff:rule', args=[record.protocol, 'R004'])}?of={record.intake.reference}"
    assert f'href="{rule}"' in review
    assert f'href="{reverse("staff:review", args=[record.intake.reference])}"' in read(browser, rule)
    assert f'href="{answers}#q-si_month"' in review
    assert 'id="q-si_month"' in read(browser, answers)


def test_a_rule_is_shown_to_the_letter_with_what_it_reads_and_where_it_comes_from(browser: Client) -> None:
    page = read(browser, reverse("staff:rule", args=["2026-11", "R090"]))

    assert "bp_ok and (bp_s &gt;= 180 or bp_d &gt;= 120)" in page
    assert "BP 180/120 or more. Same-day call; emergency care if symptoms; repeat reading." in page
    assert "What was the top number?" in page
    assert "Urgent, P1, severity high" in page
    assert "Version 1.0.0, as it stands in protocol 2026-11." in page


@pytest.mark.parametrize("of", ["", "//elsewhere.example", "LK-1/../../x", "javascript:x"])
def test_a_rule_leads_back_to_the_worklist_when_nobody_knows_from_where(browser: Client, of: str) -> None:
    page = read(browser, f"{reverse('staff:rule', args=['2026-11', 'R090'])}?of={of}")

    assert "Back to the worklist" in page
    assert "elsewhere" not in page


@pytest.mark.parametrize("address", ["2026-11/rules/R999", "1999-01/rules/R090", "../rules/R090", "2026-11/rules/R09"])
def test_what_is_no_rule_is_not_found(browser: Client, address: str) -> None:
    assert browser.get(f"/staff/protocols/{address}/").status_code == 404
