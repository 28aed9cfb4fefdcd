"""Which pages a person is asked, in which order, and which are done: derived from the answers, nothing stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from screening.facts import Facts
from screening.protocol import Page, Part


@dataclass(frozen=True)
class Journey:
    """One walk through the pages of a protocol, for one set of answers.

    Args:
        facts: the answers, with the questions that this person is shown.
        visited: ids of the pages that were saved at least once, so that a page of optional questions can be done.
    """

    facts: Facts
    visited: frozenset[str] = frozenset()

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The pages on which at least one question is shown, in order."""
        shown = self.facts.answers.keys()
        return tuple(page for page in self.facts.protocol.pages.values() if not shown.isdisjoint(page.questions))

    @cached_property
    def _done(self) -> dict[str, bool]:
        """By page, whether it was found to be done; the facts do not change under a walk."""
        return {}

    def questions_on(self, page: Page) -> tuple[str, ...]:
        """The questions of a page that this person is shown."""
        answers = self.facts.answers
        return tuple([name for name in page.questions if name in answers])

    def is_done(self, page: Page) -> bool:
        """True when every required question of the page is answered, and a page of optional ones was saved."""
        if page.id not in self._done:
            self._done[page.id] = self._is_done(page)
        return self._done[page.id]

    def _is_done(self, page: Page) -> bool:
        questions, answers = self.facts.protocol.questions, self.facts.answers
        names = self.questions_on(page)
        needed = [name for name in names if questions[name].required and questions[name].kind != "repeat"]
        if None in [answers[name] for name in needed]:
            return False
        return page.id in self.visited or bool(needed and len(needed) == len(names))

    def first_open(self) -> Page | None:
        """The first page that is not done, or None when all are."""
        return next((page for page in self.pages if not self.is_done(page)), None)

    def may_visit(self, page: Page) -> bool:
        """True for a page that is shown and has no unfinished page before it."""
        for each in self.pages:
            if each.id == page.id:
                return True
            if not self.is_done(each):
                return False
        return False

    def after(self, page: Page) -> Page | None:
        """The next page that is shown after this one in the order of the protocol, or None at the end."""
        order = list(self.facts.protocol.pages)
        place = order.index(page.id)
        return next((each for each in self.pages if order.index(each.id) > place), None)

    def before(self, page: Page) -> Page | None:
        """The page that is shown before this one, or None at the beginning."""
        order = list(self.facts.protocol.pages)
        place = order.index(page.id)
        return next((each for each in reversed(self.pages) if order.index(each.id) < place), None)

    def pages_of(self, part: Part) -> tuple[Page, ...]:
        """The shown pages of one part of the task list."""
        return tuple(page for page in self.pages if page.part == part.id)

    def progress(self) -> Iterator[tuple[Part, str]]:
        """Each part with "done", "in progress", "not started" or "cannot start" (an earlier part is not done)."""
        blocked = False
        for part in self.facts.protocol.parts:
            pages = self.pages_of(part)
            done = [page for page in pages if self.is_done(page)]
            if blocked:
                yield part, "cannot start"
            elif len(done) == len(pages):
                yield part, "done"
            else:
                yield part, "in progress" if done else "not started"
                blocked = True
