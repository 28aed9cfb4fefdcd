"""Reads a page as a person would: its main text in sentences."""

import re
from html.parser import HTMLParser

BLOCKS = {"p", "li", "h1", "h2", "h3", "dt", "dd", "b", "legend", "label", "summary", "caption", "div", "section"} | {
    "th",
    "td",
}
SKIPPED_CLASSES = {"sources", "toc", "vh"}
VOID = {"br", "img", "input", "link", "meta", "path", "circle", "rect", "line", "hr"}


class MainText(HTMLParser):
    """Collects the words inside <main>, one line a block; lists of sources are names, not prose, and are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.skipping_from: int | None = None
        self.is_inside = False
        self.lines: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        self.depth += 1
        self.is_inside |= tag == "main"
        classes = set((dict(attrs).get("class") or "").split())
        if self.skipping_from is None and (classes & SKIPPED_CLASSES or tag in ("select", "sup", "svg")):
            self.skipping_from = self.depth
        if tag in BLOCKS:
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self.skipping_from == self.depth:
            self.skipping_from = None
        self.depth -= 1
        self.is_inside &= tag != "main"
        if tag in BLOCKS:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if self.is_inside and self.skipping_from is None:
            self.lines[-1] += data


def sentences(page: str) -> list[str]:
    """The sentences of the main text that have more than three words."""
    reader = MainText()
    reader.feed(page)
    blocks = (" ".join(line.split()) for line in reader.lines)
    found = [part for block in blocks for part in re.split(r"(?<=[.!?:])[”\"]?\s+", block) if part]
    return [sentence for sentence in found if len(sentence.split()) > 3]
