"""The states of every model that has some, as a page that is made from the code and so cannot lie."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps


def states_page() -> str:
    """docs/states.md: one diagram for each model with a TRANSITIONS table."""
    return "\n".join(["# States", "", "Made by `manage.py states`; do not edit.", *_sections()]) + "\n"


def _sections() -> Iterator[str]:
    for model in sorted(apps.get_models(), key=lambda each: each._meta.label):
        transitions = getattr(model, "TRANSITIONS", None)
        if transitions is None:
            continue
        yield from ("", f"## {model._meta.label}", "", "```mermaid", "stateDiagram-v2")
        for state, following in transitions.items():
            for other in sorted(following):
                yield f"    {state.value} --> {other.value}"
            if not following:
                yield f"    {state.value} --> [*]"
        yield "```"
