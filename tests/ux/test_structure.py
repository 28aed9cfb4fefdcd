"""What holds in the HTML of every patient page in every state: help, groups, names, errors, nothing chosen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import time_machine

from tests.ux.conftest import Pages
from tests.ux.html import Tag, tree
from tests.ux.shown import Shown, faults
from tests.ux.visitor import EVERYTHING, NOW, Visitor

pytestmark = pytest.mark.django_db
NEVER_SAID = (
    *("candidate", "qualify", "fail", "fails", "failed", "reject", "suffer", "suffers", "suffering", "abuse"),
    *("non-compliant", "oops", "unfortunately", "simply", "just", "invalid"),
)
RIGHT_HERE = {
    ("pages:law", "failed"),
    ("booking:choose", "just"),
    ("intake:page", "abuse"),
    ("intake:answers", "abuse"),
    ("my:data_page", "abuse"),
}
"""A vote in a parliament, a moment ago, and a validated question that is asked in its own words."""
REFERRING = ("aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "for")
CHOSEN_BEFORE = {
    "booking:move_check plain",
    "booking:waitlist plain",
    "intake:change_medicine plain",
    "intake:page answers taken away",
    "journal:entry words shared",
    "my:details plain",
    "my:preferences paused",
    "my:preferences plain",
    "my:preferences saved",
    "my:question plain",
}
"""States that show again what the person chose."""
SHOWN_FIRST = {"mode"}
"""Which way of meeting is listed, not which one is chosen."""
STANDS_IN_A_STORY = {"mood-2 plain", "mood-2 error", "events plain", "events error"}
"""An item of a scale below what the scale asks, and a question of 58 words below a title."""


def test_a_page_has_one_heading_and_a_title_that_says_whose_it_is(show: Pages) -> None:
    def wrong(page: Shown) -> object:
        title = next(page.tree.all("title")).text
        is_error = bool(page.errors)
        ok = title.endswith("Larkfield Clinic") and title.startswith("Error: ") == is_error
        return None if ok and len(list(page.tree.all("h1"))) == 1 else title

    assert faults(show, wrong) == {}


def test_a_question_alone_on_its_page_is_the_heading(show: Pages) -> None:
    def elsewhere(page: Shown) -> object:
        asked = [tag for tag in page.main.all("fieldset", "div") if {"field"} & set(tag.classes)]
        if page.state.url_name != "intake:page" or len(asked) != 1 or page.state.kind in STANDS_IN_A_STORY:
            return None
        question = next(asked[0].all("legend", "label"))
        return None if list(question.all("h1")) else question.text

    assert faults(show, elsewhere) == {}


def test_a_person_is_one_tap_away_everywhere(show: Pages) -> None:
    def missing(page: Shown) -> object:
        links = [tag["href"] for tag in page.tree.all("a")]
        return [uri for uri in ("tel:988", "sms:988", "tel:911", "tel:+15550100142") if uri not in links]

    assert faults(show, missing) == {}


def test_every_group_of_choices_has_a_legend(show: Pages) -> None:
    assert faults(show, lambda page: sorted(set(_without_legend(page)))) == {}


def _without_legend(page: Shown) -> Iterator[str]:
    choices = [tag for tag in page.tree.all("input") if tag["type"] in ("radio", "checkbox")]
    many = Counter(tag["name"] for tag in choices)
    for choice in choices:
        if choice["type"] == "checkbox" and many[choice["name"]] == 1 and not choice.inside(_is_group):
            continue
        group = choice.inside(_is_group)
        legend = next((tag for tag in group.children if isinstance(tag, Tag)), None) if group else None
        if legend is None or legend.name != "legend" or not legend.text:
            yield choice["name"]


def _is_group(tag: Tag) -> bool:
    return tag.name == "fieldset"


def test_every_field_has_a_label(show: Pages) -> None:
    def without(page: Shown) -> object:
        labelled = {tag["for"] for tag in page.tree.all("label") if tag.text}
        fields = [tag for tag in page.tree.all("input", "select", "textarea") if tag["type"] != "hidden"]
        around = lambda tag: tag.inside(lambda each: each.name == "label")  # noqa: E731
        return [tag["name"] for tag in fields if tag["id"] not in labelled and not around(tag)]

    assert faults(show, without) == {}


def test_what_is_referred_to_by_id_exists_once(show: Pages) -> None:
    def wrong(page: Shown) -> object:
        many = Counter(tag["id"] for tag in page.tree.all() if tag["id"])
        asked = {each for tag in page.tree.all() for name in REFERRING for each in tag[name].split()}
        asked |= {tag["href"][1:] for tag in page.tree.all("a") if re.match("#.", tag["href"])}
        return sorted(asked - many.keys()) + [f"{each} {count} times" for each, count in many.items() if count > 1]

    assert faults(show, wrong) == {}


def test_every_link_to_change_an_answer_leads_to_its_question() -> None:
    with time_machine.travel(NOW, tick=False):
        visitor = Visitor().filled(**EVERYTHING)
        links = [tag["href"] for tag in tree(visitor.opens("intake:answers").content.decode()).all("a")]
        to_questions = [urlsplit(link) for link in links if "return=check" in link]
        pages = {link.path: tree(visitor.opens(link.path).content.decode()) for link in to_questions}

    assert len(to_questions) > 80
    assert [link.geturl() for link in to_questions if not list(pages[link.path].all(id=link.fragment))] == []


def test_an_error_is_said_twice_in_its_own_words_and_leads_to_the_field(show: Pages) -> None:
    assert faults(show, lambda page: list(_wrong_errors(page))) == {}


def _wrong_errors(page: Shown) -> Iterator[str]:
    said = Counter(line.text for line in page.errors)
    at_fields = " | ".join(tag.text.removeprefix("Error: ") for tag in page.main.all("p") if "err" in tag.classes)
    for line in page.errors:
        link = next(line.all("a"), None)
        if said[line.text] > 1:
            yield f"said for two questions: {line.text}"
        if line.text not in at_fields:
            yield f"not at the field: {line.text}"
        target = page.ids.get(link["href"][1:]) if link else None
        if target is None or target.name not in ("input", "select", "textarea", "button") or target["type"] == "hidden":
            yield f"leads to no field: {line.text}"


def test_an_error_names_the_question(show: Pages) -> None:
    assert faults(show, lambda page: [line.text for line in page.errors if not _names_its_question(page, line)]) == {}


def _names_its_question(page: Shown, line: Tag) -> bool:
    link = next(line.all("a"))
    field = page.ids[link["href"][1:]]
    group = field.inside(lambda tag: tag.name == "fieldset" or "field" in tag.classes)
    asked = (group.text if group else "").replace(line.text, "") + next(page.main.all("h1")).text
    return bool(_words(line.text) & _words(asked))


EMPTY_WORDS = frozenset(["choo", "ente", "answ", "erro", "your", "the", "and", "for", "one", "this", "that"])


def _words(text: str) -> set[str]:
    return {word[:4].lower() for word in re.findall(r"[A-Za-z]{3,}", text)} - EMPTY_WORDS


def test_nothing_is_chosen_for_anybody(show: Pages) -> None:
    def chosen(page: Shown) -> object:
        if page.method != "GET" or str(page.state) in CHOSEN_BEFORE:
            return None
        ticked = [tag["name"] for tag in page.main.all("input") if "checked" in tag.attrs]
        picked = [str(tag["value"]) for tag in page.main.all("option") if "selected" in tag.attrs and tag["value"]]
        asked = page.path.partition("?")[2]
        return [name for name in ticked if name not in SHOWN_FIRST] + [code for code in picked if code not in asked]

    assert faults(show, chosen) == {}


def test_a_form_is_sent_by_post_with_a_token_and_is_checked_by_us_alone(show: Pages) -> None:
    def wrong(page: Shown) -> object:
        forms = list(page.main.all("form"))
        unchecked = [form for form in forms if "novalidate" not in form.attrs]
        posts = [form for form in forms if form["method"] == "post"]
        bare = [form for form in posts if not list(form.all("input", name="csrfmiddlewaretoken"))]
        strict = [tag["name"] for tag in page.main.all() if {"required", "maxlength", "disabled"} & tag.attrs.keys()]
        idle = [button.text for button in page.tree.all("button", type="button")]
        return [*(form["action"] for form in unchecked + bare), *strict, *idle]

    assert faults(show, wrong) == {}


def test_the_page_keeps_to_our_voice(show: Pages) -> None:
    def said(page: Shown) -> object:
        words = set(re.findall(r"[a-z-]+", page.main.text.lower()))
        wrong = [word for word in words.intersection(NEVER_SAID) if (page.state.url_name, word) not in RIGHT_HERE]
        pleas = [
            line.text for line in page.errors if re.search("please|valid choice|Ensure|This field|“None”|“”", line.text)
        ]
        return [*wrong, *pleas, *(["!"] if "!" in page.tree.text else []), *(["*"] if "*" in page.main.text else [])]

    assert faults(show, said) == {}


def test_there_is_no_inline_style_or_script(show: Pages) -> None:
    def inline(page: Shown) -> object:
        tags = list(page.tree.all())
        loose = [tag.name for tag in tags if tag.name == "style" or (tag.name == "script" and not tag["src"])]
        return loose + [name for tag in tags for name in tag.attrs if name == "style" or name.startswith("on")]

    assert faults(show, inline) == {}
