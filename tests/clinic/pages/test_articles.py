"""The texts about conditions: every grade has a source, and no page can skip its hard parts."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from clinic.pages import articles, presenters

ORDER = [
    *("What it is", "What the research shows", "Is it a microdose?", "What we offer, and what we do not"),
    *("Risks, and who needs a closer look", "Is it legal here?", "Other treatments with better evidence"),
    *("Questions", "When this page was checked", "Sources"),
]
ALL = [(slug, finding) for slug, page in articles.conditions().items() for finding in page.findings]


@pytest.fixture(params=articles.conditions())
def slug(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.mark.parametrize(("slug", "finding"), ALL, ids=lambda value: getattr(value, "use", value))
def test_every_grade_cites_a_source(slug: str, finding: articles.Finding) -> None:
    assert finding.sources or finding.grade.word == "No grade yet"
    assert set(finding.sources) <= set(articles.sources())


def test_nothing_is_graded_as_settled() -> None:
    assert all(finding.grade.word != "Settled" for _, finding in ALL)


def test_microdosing_is_never_shown_to_work() -> None:
    small = [finding for slug, finding in ALL if "icrodos" in finding.use or slug == "microdosing"]

    assert len(small) >= 6
    assert {finding.grade.word for finding in small} == {"Not shown", "No grade yet"}


def test_the_page_keeps_the_fixed_order(slug: str, read: Callable[[str], str]) -> None:
    page = read(f"/conditions/{slug}/")
    main = page[page.index('<div class="prose">') :]

    headings = re.findall(r"<h2 id=[^>]+>([^<]+)</h2>", main)

    assert [heading for heading in headings if heading in ORDER] == ORDER


def test_the_page_says_that_no_clinician_reviewed_it(slug: str, read: Callable[[str], str]) -> None:
    page = read(f"/conditions/{slug}/")

    assert "Last checked: not yet reviewed by a clinician." in page
    assert '<meta name="robots" content="noindex">' in page


def test_our_own_button_comes_last(slug: str, read: Callable[[str], str]) -> None:
    page = read(f"/conditions/{slug}/")

    assert page.count("Start the 30-second check") == 1
    assert page.index("Other treatments with better evidence</h2>") < page.index("Start the 30-second check")


def test_sources_are_numbered_in_the_order_of_first_mention() -> None:
    assert presenters.numbered(["b", "a", "b", "c"]) == {"b": 1, "a": 2, "c": 3}


def test_each_question_is_answered_in_sixty_words() -> None:
    for question in articles.read("questions.toml")["questions"]:
        assert len(question["answer"].split()) <= 60, question["ask"]


def _changed(tmp_path: Path, old: str, new: str) -> Path:
    text = (articles.TEXTS / "conditions" / "anxiety.toml").read_text()
    assert old in text
    path = tmp_path / "anxiety.toml"
    path.write_text(text.replace(old, new, 1))
    return path


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('sources = ["robison2025"]', "sources = []", "has the grade Some and no source"),
        ('sources = ["robison2025"]', 'sources = ["nobody1999"]', "no such source: nobody1999"),
        ('grade = "some"', 'grade = "proven"', "there is no grade 'proven'"),
        ("risk_sources = []", 'risk_sources = ["nobody1999"]', "no such source: nobody1999"),
    ],
)
def test_a_page_without_its_sources_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    path = _changed(tmp_path, old, new)

    with pytest.raises(articles.Unsourced, match=complaint):
        articles.read_condition(path)
