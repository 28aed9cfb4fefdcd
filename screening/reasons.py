"""One reason why a check came out as it did."""

from __future__ import annotations

from typing import NamedTuple


class Because(NamedTuple):
    """One reason: a question with its answer, or a named value, or a medicine with how it was matched."""

    about: str
    wording: str
    answer: str

    def as_json(self) -> dict[str, str]:
        return {"question": self.about, "wording": self.wording, "answer": self.answer}
