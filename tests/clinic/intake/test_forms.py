"""Forms of pages: the fields of one person's form are their own, although alike ones are made once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import trans_real

from clinic.intake import alike, protocols
from clinic.intake.alike import Questions
from clinic.intake.forms import PageForm
from clinic.web.rendering import field_html
from screening.facts import Facts
from screening.journey import Journey
from screening.protocol import Page
from tests.clinic.intake.conftest import NOW, PROTOCOL, page_of
from tests.clinic.intake.test_languages import Loud


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
    look = {"page": page, "heading_field": page.questions[0], "below_heading": "notes"}
    written = [
        Template("{% load calm crispy_forms_tags %}" + tag).render(
            Context({**look, "form": (form := PageForm(page, journey, told)), "summary_shown_for": form})
        )
        for tag in ("{% questions form %}", "{% crispy form %}")
    ]

    assert written[0].strip() == written[1].strip()
    assert all(f'name="{name}' in written[0] for name in PageForm(page, journey).fields)


@pytest.mark.parametrize("notes", ["", "<p>Why we ask</p>"])
@pytest.mark.parametrize("page", [page for page in PROTOCOL.pages.values() if page.kind not in ("sign", "medicines")])
def test_what_nobody_answered_is_written_once_and_looks_as_if_written_anew(page: Page, notes: str) -> None:
    for name in (form := PageForm(page, Journey(Facts(PROTOCOL, {}, protocols.day_of(NOW))))).fields:
        for heading in ("", name):
            part, look = Questions(name), {"wrapper_class": "", "heading_field": heading, "notes": notes}
            anew = field_html(form[name], look)

            assert [part.written(form, name, look) for _ in range(2)] == [anew, anew]


@pytest.mark.parametrize(("question", "answer"), [("phq1", "2"), ("med_check", ["lithium"]), ("psychosis_ever", "no")])
def test_an_answer_of_one_person_is_never_shown_to_the_next(question: str, answer: object) -> None:
    def shown(given: dict[str, object]) -> str:
        form = PageForm(page_of(question), Journey(Facts(PROTOCOL, given, protocols.day_of(NOW))))
        return Questions(question).written(form, question, {})

    before, hers, after = shown({}), shown({question: answer}), shown({})

    assert before == after
    assert ("checked" in hers, "checked" in after) == (True, False)


@pytest.mark.parametrize("question", ["phq1", "med_check", "psychosis_ever"])
def test_the_second_person_is_shown_what_was_written_for_the_first(
    question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Questions(question).written(form_of(question), question, {})
    monkeypatch.setattr(alike, "field_html", None)

    assert Questions(question).written(form_of(question), question, {}) == first


def test_each_language_has_its_own_although_the_protocol_has_words_in_one_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(trans_real._translations, "es", Loud())
    question = "medical_now"

    def shown() -> tuple[str, str]:
        page, journey = page_of(question), Journey(Facts(PROTOCOL, {}, protocols.day_of(NOW)))
        blank = Questions(question).written(PageForm(page, journey), question, {})
        return blank, PageForm(page, journey, {}).errors[question][0]

    (html, error), (loud, loud_error), again = shown(), translation.override("es")(shown)(), shown()

    assert ('aria-hidden="true">or<' in html, 'aria-hidden="true">OR<' in loud) == (True, True)
    assert (error[:6], loud_error[:6]) == ("Choose", "CHOOSE")
    assert again == (html, error)


def test_a_question_is_numbered_as_in_the_protocol_that_asks_it() -> None:
    first = next(iter(PROTOCOL.questions.values()))
    longer = replace(PROTOCOL, questions={"new": replace(first, id="new"), **PROTOCOL.questions})
    numbers = [
        Questions("phq1").written(PageForm(page_of("phq1"), Journey(Facts(each, {}, NOW.date()))), "phq1", {})
        for each in (PROTOCOL, longer)
    ]
    place = list(PROTOCOL.questions).index("phq1") + 1

    assert [f'id="div_q{place + more}"' in html for more, html in enumerate(numbers)] == [True, True]


def test_a_form_that_lets_somebody_skip_a_question_says_so_and_the_next_one_does_not() -> None:
    def shown(*, can_skip: bool) -> str:
        form = form_of("phq1")
        form.fields["phq1"].required = not can_skip
        return Questions("phq1").written(form, "phq1", {})

    assert ["(optional)" in shown(can_skip=each) for each in (True, False, True)] == [True, False, True]


def test_an_error_is_shown_beside_a_question_that_others_left_blank() -> None:
    page, journey = page_of("psychosis_ever"), Journey(Facts(PROTOCOL, {}, protocols.day_of(NOW)))
    forms = PageForm(page, journey), PageForm(page, journey, {})
    blank, wrong = (Questions("psychosis_ever").written(form, "psychosis_ever", {}) for form in forms)

    assert ("has-err" in blank, "has-err" in wrong) == (False, True)
