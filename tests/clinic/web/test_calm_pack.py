"""The crispy pack: order, names, errors and escaping of every kind of field, as a screen reader finds them."""

import re
from html.parser import HTMLParser

import pytest
from crispy_forms.bootstrap import AppendedText, FormActions, InlineRadios
from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Fieldset, Layout, Row, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import engines

from clinic.web.rendering import CalmRenderer
from clinic.web.widgets import RadioChoices, ThreePartDateField, TickBoxes

YES_NO = [("yes", "Yes"), ("no", "No"), ("not_sure", "I am not sure")]


class Everything(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label="Full name", help_text="As on your card", max_length=40, error_messages={"required": "Enter your name"}
    )
    story = forms.CharField(label="Your story", required=False, widget=forms.Textarea)
    state = forms.ChoiceField(
        label="State", choices=[("", "Choose"), ("CA", "California")], error_messages={"required": "Choose a state"}
    )
    often = forms.ChoiceField(
        label="How often?",
        help_text="On most days",
        choices=YES_NO,
        widget=RadioChoices(exclusive=("not_sure",), hints={"no": "Or hardly ever"}),
        error_messages={"required": "Select how often"},
    )
    stock = forms.ChoiceField(
        label="A stock radio", choices=YES_NO, widget=forms.RadioSelect, error_messages={"required": "Select one"}
    )
    family = forms.MultipleChoiceField(
        label="Your family",
        choices=[("a", "Psychosis"), ("b", "Mania"), ("none", "None of these"), ("not_sure", "I do not know")],
        widget=TickBoxes(exclusive=("none", "not_sure")),
        error_messages={"required": "Tick at least one"},
    )
    born = ThreePartDateField(label="Date of birth", name="your date of birth", autocomplete="bday")
    agree = forms.BooleanField(
        label="I agree", help_text="You can say no", error_messages={"required": "Tick the box if you agree"}
    )
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


class Reader(HTMLParser):
    """Keeps every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def named(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        """The attributes of each such tag that has the wanted ones."""
        return [attrs for name, attrs in self.tags if name == tag and wanted.items() <= attrs.items()]

    def ids(self) -> list[str]:
        """Every id on the page."""
        return [attrs["id"] for _, attrs in self.tags if attrs.get("id")]


def written(form: forms.Form, *layout: object, **look: object) -> str:
    """The form as the pack writes it."""
    helper = FormHelper()
    helper.layout = Layout(*(layout or form.fields))
    for name, value in look.items():
        setattr(helper, name, value)
    return render_crispy_form(form, helper, {"csrf_token": "token"})


def part(html: str, field: str) -> str:
    """The HTML of one field, from its own div or fieldset on."""
    start = html.index(f'id="div_id_{field}"')
    following = html.find('id="div_id_', start + 1)
    return html[start : following if following > 0 else None]


@pytest.fixture
def wrong() -> str:
    """The form of everything, sent with nothing in it."""
    return written(Everything({}))


def test_the_settings_use_the_pack_and_its_renderer(settings: object) -> None:
    assert settings.CRISPY_TEMPLATE_PACK == "calm"
    assert settings.CRISPY_FAIL_SILENTLY is False
    assert settings.FORM_RENDERER == "clinic.web.rendering.CalmRenderer"


@pytest.mark.parametrize(
    ("field", "order"),
    [
        ("name", ["<label", "id_name_helptext", "id_name_error", '<input type="text"']),
        ("state", ["<label", "id_state_error", "<select"]),
        ("often", ["<legend>How often?", "id_often_helptext", "id_often_error", '<input type="radio"']),
        ("family", ["<legend>Your family", "id_family_error", '<input type="checkbox"']),
        ("born", ["<legend>Date of birth", "id_born_error", ">Month<", ">Day<", ">Year<"]),
        ("agree", ["id_agree_error", '<input type="checkbox"', "<b>I agree", 'id="id_agree_helptext"']),
    ],
)
def test_label_hint_error_and_input_come_in_that_order(wrong: str, field: str, order: list[str]) -> None:
    html = part(wrong, field)
    html = html[html.index("\n") :]

    positions = [html.index(piece) for piece in order]

    assert positions == sorted(positions)


@pytest.mark.parametrize("field", ["often", "stock", "family", "born"])
def test_a_group_is_a_fieldset_named_by_its_legend(wrong: str, field: str) -> None:
    fieldset = Reader(wrong).named("fieldset", id=f"div_id_{field}")

    assert len(fieldset) == 1
    assert part(wrong, field).count("<legend") == 1


@pytest.mark.parametrize("data", [None, {}])
def test_everything_described_by_something_points_at_ids_that_exist(data: dict | None) -> None:
    reader = Reader(written(Everything(data)))
    pointed = [attrs["aria-describedby"] for _, attrs in reader.tags if "aria-describedby" in attrs]

    assert len(pointed) >= 3
    assert {one for ids in pointed for one in ids.split()} <= set(reader.ids())
    assert len(reader.ids()) == len(set(reader.ids()))


def test_what_is_wrong_is_marked_as_wrong(wrong: str) -> None:
    reader = Reader(wrong)

    for tag, name in (("input", "name"), ("select", "state"), ("input", "agree"), ("input", "born_year")):
        assert reader.named(tag, name=name)[0]["aria-invalid"] == "true", name
    assert all(box["aria-invalid"] == "true" for box in reader.named("input", name="family"))
    assert reader.named("fieldset", id="div_id_often")[0]["aria-invalid"] == "true"
    assert reader.named("fieldset", id="div_id_often")[0]["role"] == "radiogroup"


def test_nothing_is_marked_as_wrong_before_it_is_sent() -> None:
    html = written(Everything())

    assert "aria-invalid" not in html
    assert "has-err" not in html
    assert "errsum" not in html


def test_the_browser_is_not_asked_to_judge(wrong: str) -> None:
    assert re.search(r"<form[^>]* novalidate", wrong)
    assert all("required" not in attrs and "maxlength" not in attrs for _, attrs in Reader(wrong).tags)


def test_optional_is_said_in_words_and_only_once() -> None:
    class Two(forms.Form):
        story = forms.CharField(label="Your story", required=False)
        texts = forms.CharField(label="You may text me (optional)", required=False)
        agree = forms.BooleanField(label="Tell me about trials", required=False)

    html = written(Two())

    assert ">Your story (optional)</label>" in html
    assert ">You may text me (optional)</label>" in html
    assert "<b>Tell me about trials</b>" in html
    assert "*" not in html


def test_an_or_stands_before_the_answers_that_exclude_the_others() -> None:
    html = written(Everything())

    assert part(html, "family").count('class="or"') == 1
    assert re.search(r'class="or" aria-hidden="true">or</div>\s*<label[^>]*><input[^>]*value="none"', html)
    assert 'class="or"' not in part(html, "stock")


def test_an_answer_may_carry_a_hint() -> None:
    assert "<b>No</b><span>Or hardly ever</span>" in part(written(Everything()), "often")


def test_the_summary_links_to_the_first_input_of_each_wrong_field(wrong: str) -> None:
    links = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a>', wrong)

    assert links == [
        ("id_name", "Enter your name"),
        ("id_state", "Choose a state"),
        ("id_often_0", "Select how often"),
        ("id_stock_0", "Select one"),
        ("id_family_0", "Tick at least one"),
        ("id_born_0", "Enter your date of birth"),
        ("id_agree", "Tick the box if you agree"),
    ]
    reader = Reader(wrong)
    targets = [attrs["id"] for tag, attrs in reader.tags if tag in ("input", "select", "textarea") and "id" in attrs]
    assert {target for target, _ in links} <= set(targets)


def test_each_error_is_said_in_the_summary_and_at_the_field(wrong: str) -> None:
    for message in ("Enter your name", "Select how often", "Tick at least one", "Enter your date of birth"):
        assert wrong.count(message) == 2


def test_an_error_of_the_whole_form_is_in_the_summary() -> None:
    form = Everything({})
    form.add_error(None, "Someone just took this time")

    assert "<li>Someone just took this time</li>" in written(form)


def test_the_page_prints_the_summary_once_and_a_second_form_prints_its_own() -> None:
    template = engines["django"].from_string(
        "{% extends 'base.html' %}{% load crispy_forms_tags %}{% block content %}{% crispy form %}{% endblock %}"
    )
    page = template.render({"form": _crispy(Everything({}))})
    other = engines["django"].from_string("{% load crispy_forms_tags %}{% crispy second %}")

    assert page.count("There is a problem") == 1
    assert page.index("There is a problem") < page.index("<form")
    assert "<title>Error: " in page
    assert other.render({"second": _crispy(Everything({}))}).count("There is a problem") == 1


def _crispy(form: forms.Form) -> forms.Form:
    form.helper = FormHelper()
    form.helper.layout = Layout(*form.fields)
    return form


def test_what_people_and_staff_write_is_never_markup() -> None:
    nasty = "<script>alert('x')</script>\"&"

    class Nasty(forms.Form):
        line = forms.CharField(label=nasty, help_text=nasty, initial=nasty)
        text = forms.CharField(label="t", initial=nasty, widget=forms.Textarea(attrs={"data-x": nasty}))
        one = forms.ChoiceField(label=nasty, choices=[(nasty, nasty)], widget=RadioChoices(hints={nasty: nasty}))
        list = forms.ChoiceField(label="l", choices=[(nasty, [(nasty, nasty)])])

        def clean_line(self) -> None:
            raise forms.ValidationError(nasty)

    html = written(Nasty({"line": nasty, "text": nasty, "one": nasty}))

    assert "<script" not in html
    assert "alert(&#x27;x&#x27;)" in html
    reader = Reader(html)
    assert reader.named("input", name="line")[0]["value"] == nasty
    assert reader.named("input", name="one")[0]["value"] == nasty
    assert reader.named("textarea")[0]["data-x"] == nasty


@pytest.mark.parametrize(
    ("data", "field"), [({"name": "Maya"}, "name"), ({"story": "0"}, "story"), ({"state": "CA"}, "state")]
)
def test_our_inputs_carry_what_djangos_own_carry(data: dict[str, str], field: str) -> None:
    ours, stock = (
        _control(Everything(data, renderer=renderer()), field) for renderer in (CalmRenderer, DjangoTemplates)
    )

    assert ours == stock


def test_a_chosen_answer_stays_chosen() -> None:
    reader = Reader(written(Everything({"often": "no", "family": ["a", "none"], "agree": "on", "state": "CA"})))

    checked = [(attrs["name"], attrs.get("value", "on")) for attrs in reader.named("input") if "checked" in attrs]

    assert checked == [("often", "no"), ("family", "a"), ("family", "none"), ("agree", "on")]
    assert "selected" in reader.named("option", value="CA")[0]


def _control(form: forms.Form, field: str) -> list[tuple[str, dict[str, str | None]]]:
    untold = ("required", "maxlength")
    tags = Reader(str(form[field])).tags
    return [(tag, {name: value for name, value in attrs.items() if name not in untold}) for tag, attrs in tags]


def test_grouped_questions_stay_a_stack_of_small_fieldsets() -> None:
    html = written(Everything({}), Div(InlineRadios("often"), InlineRadios("stock"), css_class="matrix"))
    rows = [attrs for attrs in Reader(html).named("fieldset") if "compact" in attrs["class"].split()]

    assert [row["id"] for row in rows] == ["div_id_often", "div_id_stock"]
    assert html.count("<legend>") == 2
    assert "<table" not in html


def test_a_question_may_be_the_heading_of_the_page() -> None:
    html = written(Everything(), "often", "name", heading_field="often")

    assert "<legend><h1>How often?</h1></legend>" in html
    assert html.count("<h1>") == 1


def test_other_layout_objects_are_written_too() -> None:
    html = written(
        Everything(),
        Fieldset("About you", Row("name", "state")),
        AppendedText("story", "pounds"),
        FormActions(Submit("go", "Go on", css_class="ghost"), HTML('<a href="/later/">Later</a>')),
    )

    assert "<legend>About you</legend>" in html
    assert "<span>pounds</span></div>" in html
    assert re.search(r'<button type="submit" name="go" value="Go on" class="btn btn-primary ghost"', html)


def test_a_misspelt_field_is_caught_and_never_left_out() -> None:
    with pytest.raises(Exception, match="Could not resolve form field 'nmae'"):
        written(Everything(), "nmae")


def test_a_hidden_field_has_no_label() -> None:
    html = written(Everything(), "secret")

    assert '<input type="hidden" name="secret" id="id_secret">' in html
    assert "<label" not in html
