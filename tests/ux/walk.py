"""Walks the form page by page as somebody fills it in, and counts taps, pages, words read and letters typed."""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape
from typing import Any, Final

from django.http import HttpResponse
from django.urls import resolve

from tests.clinic.pages.reading import MainText
from tests.ux.budget import BUDGET
from tests.ux.html import Tag, tree
from tests.ux.personas import Persona
from tests.ux.visitor import PROTOCOL, Visitor, unsure

PACE: Final = BUDGET["pace"]
MOST_PAGES: Final = 80
ASKING: Final = frozenset({"intake:page", "intake:sign"})
"""Pages with questions, which the design counts; the task list, help and the page after sending are others."""


@dataclass
class Count:
    """What a walk took. One tap is one choice, one field (a date is one), one link or one button."""

    taps: int = 0
    pages: int = 0
    asked: int = 0
    questions: int = 0
    words: int = 0
    letters: int = 0

    @property
    def seconds(self) -> float:
        """At the scripted pace of the budget."""
        reading = 60 * self.words / PACE["words_read_a_minute"]
        typing = 60 * self.letters / PACE["letters_typed_a_minute"]
        return reading + typing + self.taps * PACE["seconds_a_tap"] + self.pages * PACE["seconds_a_page"]


class Walk:
    """One person in front of one browser."""

    def __init__(self, persona: Persona, visitor: Visitor | None = None) -> None:
        self.persona, self.visitor, self.count = persona, visitor or Visitor(), Count()
        self.names: list[str] = []
        self.at: HttpResponse = self.visitor.opens("/")
        self.seen: set[str] = set()

    @property
    def main(self) -> Tag:
        """The page they see."""
        return next(tree(self.at.content.decode()).all("main"))

    @property
    def name(self) -> str:
        """The name of its address."""
        return resolve(self.at.request["PATH_INFO"]).view_name

    def goes(self, path: str) -> None:
        """Follow a link: one tap."""
        self._arrives(self.visitor.opens(path))
        self.count.taps += 1

    def presses(self, told: dict[str, Any]) -> None:
        """Send the form on the page: one tap for the button, and one for each field that was not filled in before."""
        hidden = {tag["name"]: unescape(tag["value"]) for tag in self.main.all("input", type="hidden")}
        path = self.at.request["PATH_INFO"]
        self.count.taps += 1 + sum(self._taps(name, value) for name, value in told.items())
        self._arrives(self.visitor.client.post(path, {**hidden, **told}, follow=True))

    def fills_in_the_form(self) -> None:
        """From the start to sending it, which ends the count; the page after that is shown, and not counted."""
        self.goes("/intake/start/")
        self.presses({})
        self.goes(self.button())
        for _ in range(MOST_PAGES):
            if self.name == "intake:answers":
                break
            self.answers_this_page()
        self.goes("/intake/sign/")
        consents = {tag["name"]: tag["value"] or "on" for tag in self.main.all("input", type="checkbox")}
        consents |= {"consent_prescriber": "yes"} if list(self.main.all("input", name="consent_prescriber")) else {}
        consents |= {"consent_part2": "yes"} if list(self.main.all("input", name="consent_part2")) else {}
        words, pages = self.count.words, self.count.pages
        self.presses({**consents, "signature": self.persona.says("legal_name")})
        self.count.words, self.count.pages = words, pages

    def answers_this_page(self) -> None:
        if self.name == "intake:help":
            self.presses({})
            self.goes(self.button())
        elif list(self.main.all("a", href="/intake/medicines/add/")):
            for name, status in self.persona.medicines:
                self.adds(name, status)
            self.presses({})
        else:
            self.presses(self._told())
        assert not list(self.main.all(id="error-summary")), f"{self.at.request['PATH_INFO']}: {self.main.text[:400]}"

    def adds(self, name: str, status: str) -> None:
        """Add a medicine; the first of "Did you mean" is theirs."""
        self.goes("/intake/medicines/add/")
        self.presses({"name": name, "status": status})
        choices = [tag["value"] for tag in self.main.all("button", name="match")]
        if choices:
            taps, letters = self.count.taps, self.count.letters
            self.presses({"name": name, "status": status, "match": choices[0]})
            self.count.taps, self.count.letters = taps + 1, letters

    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = {}
        fields = {tag["name"]: tag for tag in self.main.all("input", "select", "textarea") if tag["type"] != "hidden"}
        for name in fields:
            question, _, part = name.rpartition("_")
            is_part = name not in PROTOCOL.questions and part in ("year", "month", "day")
            answer = self._answer(question if is_part else name)
            if answer not in (None, "", []):
                told[name] = str(answer).split("-")[("year", "month", "day").index(part)] if is_part else answer
        self.count.questions += len({name.rpartition("_")[0] if name[-4:] == "year" else name for name in told})
        return told

    def _answer(self, name: str) -> Any:
        question = PROTOCOL.questions[name]
        answer = self.persona.says(name)
        if answer is not None or not question.required:
            return answer if question.unit not in ("cm", "kg") or answer is None else f"{answer} {question.unit}"
        return unsure(question)

    def _taps(self, name: str, value: Any) -> int:
        typed = next((tag for tag in self.main.all("input", "textarea") if tag["name"] == name), None)
        is_typed = typed is not None and typed["type"] not in ("radio", "checkbox")
        if is_typed:
            self.count.letters += len(str(value))
        return 0 if name.endswith(("_month", "_day")) else len(value) if isinstance(value, list) else 1

    def button(self) -> str:
        """Where the first button that is a link to the next page leads."""
        links = (tag["href"] for tag in self.main.all("a") if "btn" in tag.classes)
        return next(link for link in links if link.startswith("/") and "help" not in link)

    def _arrives(self, answer: HttpResponse) -> None:
        self.at = answer
        assert answer.status_code in (200, 422), f"{answer.request['PATH_INFO']}: {answer.status_code}"
        self.count.pages += 1
        self.count.asked += self.name in ASKING
        new = set(_lines(answer.content.decode())) - self.seen
        self.seen |= new
        self.count.words += sum(len(line.split()) for line in new)


def _lines(page: str) -> list[str]:
    """The texts of a page; what stands on it or an earlier one in the same words is not read a second time.

    Whether a question is optional is said where it is asked, and not again where its answer is checked.
    """
    reader = MainText()
    reader.feed(page)
    return [text for line in reader.lines if (text := " ".join(line.removesuffix("(optional)").split()))]
