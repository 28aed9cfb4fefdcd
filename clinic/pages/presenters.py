"""Words and shapes of the public pages: numbered sources, cards, and what the law says in one state."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from clinic.pages import articles
from clinic.pages.articles import Condition, Finding, Source
from clinic.pages.states import STATES
from clinic.web.crisis import HOME, line_of

SURE = {
    "high": _("We are fairly sure of this."),
    "medium": _("Parts of this may have changed."),
    "low": _("We are not sure of this."),
}


def numbered(cited: Iterable[str]) -> dict[str, int]:
    """Give each cited source its number, in the order of first mention."""
    return {key: number for number, key in enumerate(dict.fromkeys(cited), 1)}


def listed(numbers: dict[str, int]) -> list[tuple[int, Source]]:
    """The list of sources at the end of a page."""
    return [(number, articles.sources()[key]) for key, number in numbers.items()]


def _marks(keys: Iterable[str], numbers: dict[str, int]) -> list[int]:
    return [numbers[key] for key in keys]


def condition(slug: str) -> dict[str, Any]:
    """One condition page: its findings with numbered sources, in the fixed order of the template."""
    return _condition(slug, articles.language())


@cache
def _condition(slug: str, language: str) -> dict[str, Any]:
    page = articles.conditions()[slug]
    cited = [key for finding in page.findings for key in finding.sources]
    numbers = numbered([*cited, *page.risk_sources, *page.better["sources"]])
    return {
        "page": page,
        "findings": [_row(finding, numbers) for finding in page.findings],
        "risk_marks": _marks(page.risk_sources, numbers),
        "better_marks": _marks(page.better["sources"], numbers),
        "sources": listed(numbers),
    }


def _row(finding: Finding, numbers: dict[str, int]) -> dict[str, Any]:
    return {"finding": finding, "marks": _marks(finding.sources, numbers)}


def cards(*, home: bool = False) -> list[dict[str, Any]]:
    """The cards of the conditions; on the home page three of them with two graded uses each."""
    return [
        {"page": page, "uses": [finding for finding in page.findings if finding.card_use]}
        for page in articles.conditions().values()
        if page.on_home or not home
    ]


def evidence() -> list[Condition]:
    """Every condition with its findings, for the table of all grades."""
    return list(articles.conditions().values())


def law() -> dict[str, Any]:
    """Federal law, other countries, and the sources of both and of every state."""
    return _law(articles.language())


@cache
def _law(language: str) -> dict[str, Any]:
    text = articles.read("law.toml")
    groups = (*text["federal"], *text["states"], *text["countries"])
    numbers = numbered(key for group in groups for key in group["sources"])
    return {
        "known_on": text["known_on"],
        "federal": [_rule(group, numbers) for group in text["federal"]],
        "countries": [_rule(group, numbers) for group in text["countries"]],
        "states": {group["code"]: _rule(group, numbers) for group in text["states"]},
        "cities": text["cities"],
        "sources": listed(numbers),
    }


def _rule(group: dict[str, Any], numbers: dict[str, int]) -> dict[str, Any]:
    return {**group, "marks": _marks(group["sources"], numbers), "sure_words": SURE.get(group.get("sure", ""), "")}


def state_law(code: str) -> dict[str, Any]:
    """What we know of the law of one state; a state we know nothing of says so."""
    text = law()
    rule = text["states"].get(code)
    cities = [note["text"] for note in text["cities"] if code in note["codes"]]
    return {"name": STATES[code], "rule": rule, "cities": cities, "unknown": rule is None and not cities}


def help_lines() -> list[dict[str, str]]:
    """More ways to get help in the United States, with the numbers of the main line filled in."""
    main = line_of(HOME)
    chat = main["chat_url"].removeprefix("https://").split("/")[0]
    return [
        {
            **line,
            "text": line["text"].format(call=main["call_display"], chat=chat),
            "digits": line["call"].replace("-", "").removeprefix("1"),
        }
        for line in articles.read("help.toml")["lines"]
    ]
