"""The texts of the public site, read once from `texts/` and refused when a grade has no source."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tomllib import loads
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

TEXTS = Path(__file__).parent / "texts"


class Unsourced(ValueError):
    """A text says something without a source, or in a shape that no page can show."""


@dataclass(frozen=True)
class Grade:
    """How strong the evidence is: dots out of four, and the word that always stands beside them."""

    filled: int | None
    word: str
    meaning: str


GRADES = {
    "settled": Grade(4, _("Settled"), _("Many large trials agree. We use this grade for nothing today.")),
    "strong": Grade(3, _("Strong"), _("Several good trials.")),
    "some": Grade(2, _("Some"), _("One good trial, or several small ones.")),
    "early": Grade(1, _("Early"), _("First small studies, or single cases.")),
    "not_shown": Grade(0, _("Not shown"), _("No better than placebo, or not tested.")),
    "ungraded": Grade(None, _("No grade yet"), _("We have no checked trial, so we give no grade.")),
}


@dataclass(frozen=True)
class Source:
    """A paper, label, law or report, and whether someone saw a copy or a summary of it."""

    key: str
    citation: str
    year: str
    where: str
    link: str
    checked: bool


@dataclass(frozen=True)
class Finding:
    """What the research shows for one use, and what it cannot tell yet."""

    use: str
    grade: Grade
    shown: str
    dose: str
    people: str
    limits: str
    sources: tuple[str, ...]
    card_use: str = ""


@dataclass(frozen=True)
class Condition:
    """One page about a condition; the fixed order of the page keeps the hard parts on it."""

    slug: str
    title: str
    order: int
    on_home: bool
    known_on: date
    reviewed_by: str
    card: str
    what_it_is: str
    microdose: str
    risks: tuple[str, ...]
    risk_sources: tuple[str, ...]
    findings: tuple[Finding, ...]
    better: dict[str, Any]
    questions: tuple[dict[str, str], ...]


def language() -> str:
    """The language of the page that is being made."""
    return get_language() or ""


def file(name: str) -> Path:
    """Where a text is in the language of the page: `texts/es/law.toml`, or the English one when there is none."""
    language_then_part = (language(), language().partition("-")[0])
    found = (TEXTS / code / name for code in language_then_part if code)
    return next((path for path in found if path.exists()), TEXTS / name)


def read(name: str) -> dict[str, Any]:
    """One text file, such as `law.toml`."""
    return loads(file(name).read_text())


@cache
def sources() -> dict[str, Source]:
    """Every source a public page cites, by key; a citation is the same in every language."""
    return {key: Source(key=key, **fields) for key, fields in loads((TEXTS / "sources.toml").read_text()).items()}


def conditions() -> dict[str, Condition]:
    """Every condition page by slug, in the order of the site, in the language of the page."""
    return _conditions(language())


@cache
def _conditions(language: str) -> dict[str, Condition]:
    pages = [read_condition(file(f"conditions/{path.name}")) for path in (TEXTS / "conditions").glob("*.toml")]
    return {page.slug: page for page in sorted(pages, key=lambda page: page.order)}


def read_condition(path: Path) -> Condition:
    """One condition page from its file; raises Unsourced when a grade is unknown, or has no source we list."""
    fields = loads(path.read_text())
    findings = tuple(_finding(path.stem, one) for one in fields.pop("findings"))
    lists = {name: tuple(fields.pop(name)) for name in ("risks", "risk_sources", "questions")}
    page = Condition(slug=path.stem, findings=findings, **lists, **fields)
    _known(path.stem, (*page.risk_sources, *page.better["sources"]))
    return page


def _finding(slug: str, fields: dict[str, Any]) -> Finding:
    grade = GRADES.get(fields["grade"])
    if grade is None:
        raise Unsourced(f"{slug}: there is no grade {fields['grade']!r}")
    cited = tuple(fields["sources"])
    if grade.filled is not None and not cited:
        raise Unsourced(f"{slug}: “{fields['use']}” has the grade {grade.word} and no source")
    _known(slug, cited)
    return Finding(**{**fields, "grade": grade, "sources": cited})


def _known(slug: str, keys: tuple[str, ...]) -> None:
    if missing := [key for key in keys if key not in sources()]:
        raise Unsourced(f"{slug}: no such source: {', '.join(missing)}")
