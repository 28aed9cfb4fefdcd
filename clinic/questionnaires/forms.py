"""The form of one page of short questions: all of them are asked for, unless somebody skips what they left open."""

from __future__ import annotations

from typing import Any

from clinic.intake.forms import PageForm
from screening.journey import Journey
from screening.protocol import Page


class ShortForm(PageForm):
    """One page of questions; `skips` is true when the button for skipping was pressed."""

    def __init__(self, page: Page, journey: Journey, data: Any = None) -> None:
        super().__init__(page, journey, data)
        self.skips = data is not None and "skip" in data
        for field in self.fields.values():
            field.required = not self.skips

    def clean(self) -> dict[str, Any]:
        """Ask for nothing that was skipped; what was answered wrongly is still said."""
        return self.cleaned_data if self.skips else super().clean()
