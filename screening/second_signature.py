"""When a clinician's decision does not stand before a second clinician has signed it, as a protocol says it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecondSignature:
    """What a second clinician must sign: ids of rules and names of outcomes, for any decision or for overrides only.

    `why` is said to the clinicians. A protocol that asks for none names nothing.
    """

    decision: frozenset[str] = frozenset()
    override: frozenset[str] = frozenset()
    why: str = ""

    def is_asked(self, *, holds: Collection[str], overrides: bool) -> bool:
        """True when a decision needs a second signature.

        Args:
            holds: ids of the rules that hold or cannot be decided, and the outcomes that they give: doubt counts.
            overrides: the decision is another one than the protocol suggests, or goes over a stop.
        """
        named = self.decision | self.override if overrides else self.decision
        return not named.isdisjoint(holds)
