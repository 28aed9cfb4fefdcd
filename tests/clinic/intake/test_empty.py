"""What an error asks for where a line was left empty."""

from __future__ import annotations

import pytest

from clinic.intake import protocols
from clinic.intake.forms import FIELDS
from clinic.intake.hints import EMPTY


@pytest.mark.django_db
@pytest.mark.parametrize("name", EMPTY)
def test_it_asks_for_a_line_of_the_form_that_has_to_be_filled_in(name: str) -> None:
    question = protocols.current().questions[name]
    field = FIELDS[question.kind](question, {"label": question.wording, "required": True})

    assert question.kind in ("text", "phone", "email")
    assert question.required
    assert field.error_messages["required"] == EMPTY[name]
