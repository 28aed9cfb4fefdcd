"""Which medicines are behind a rule that holds: those that carry a tag it asks about, or are as severe as it asks."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Final

from screening.condition_nodes import Call, Every, Node, Not, Number, Ordered, Some

WHICH: Final = {"med_sev": "", "med_sev_rx": " prescribed", "med_sev_otc": " other"}
"""The medicines that each severity is of, as `Medication.marks` says it."""
SEVERITIES: Final = (1, 2, 3)


def marks_asked_about(tree: Node) -> Iterator[str]:
    """The marks of the medicines that a condition asks about; a medicine with one of them is behind it.

    Args:
        tree: of the condition.
    """
    match tree:
        case Every(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from marks_asked_about(part)
        case Not(part=part):
            yield from marks_asked_about(part)
        case Call(function="med_tag" | "med_tag_other", arguments=(str() as tag, *_)):
            yield tag
        case Ordered(left=Number(name="med_ntag", arguments=(str() as tag,))):
            yield tag
        case Ordered(left=Number(name=name, arguments=(str() as kind,)), compare=compare, right=limit) if name in WHICH:
            which = [each for each in SEVERITIES if compare is not operator.eq or each == limit]
            yield from (f"{kind}{WHICH[name]} {severity}" for severity in which)
