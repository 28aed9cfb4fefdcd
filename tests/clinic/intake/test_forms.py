"""Forms of pages: the fields of one person's form are their own, although alike ones are made once."""

from __future__ import annotations

import pytest
from django.template import Context, Template

from clinic.intake import protocols
from clinic.intake.forms import PageForm
from screening.facts import Facts
from screening.journey import Journey
from screening.protocol import Page
from tests.clinic.intake.conftest import NOW, PROTOCOL, page_of


def form_of(question: str) -> PageForm:
    return PageForm(page_of(question), Journey(Facts(PROTOCOL, {}, protocols.day_of(NOW))))


@pytest.mark.parametrize("question", ["phq1", "med_check", "psychosis_ever"])
def test_what_is_done_to_one_form_is_not_in_the_next(question: str) -> None:
    one, another = form_of(question), form_of(question)
    field = one.fields[question]
    before = str(another[question])

    field.required = not field.required
    field.label, field.initial = "changed", "changed"
    field.widget.attrs["data-changed"] = "changed"
    field.choices = [("changed", "changed")]

    assert str(another[question]) == before == str(form_of(question)[question])
    assert another.fields[question].required is not field.required
    assert another.fields[question].label == PROTOCOL.questions[question].wording


def test_an_answer_that_nobody_can_see_is_asked_for() -> None:
    page, journey = page_of("location_now"), Journey(Facts(PROTOCOL, {}, protocols.day_of(NOW)))

    assert "location_now" in PageForm(page, journey, {"location_now": "\u200b\u2060"}).errors
    assert "location_now" not in PageForm(page, journey, {"location_now": "\u200bOakland"}).errors


@pytest.mark.parametrize("page", [page for page in PROTOCOL.pages.values() if page.kind not in ("sign", "medicines")])
@pytest.mark.parametrize("told", [None, {}], ids=["shown", "sent empty"])
def test_a_page_shows_its_questions_as_crispy_does(page: Page, told: dict[str, str] | None) -> None:
    journey = Journey(Facts(PROTOCOL, {}, protocols.day_of(NOW)))
    look = {"page": page, "heading_field": page.questions[0], "below_heading": "intake/page_notes.html"}
    written = [
        Template("{% load calm crispy_forms_tags %}" + tag).render(
            Context({**look, "form": (form := PageForm(page, journey, told)), "summary_shown_for": form})
        )
        for tag in ("{% questions form %}", "{% crispy form %}")
    ]

    assert written[0].strip() == written[1].strip()
    assert all(f'name="{name}' in written[0] for name in PageForm(page, journey).fields)
