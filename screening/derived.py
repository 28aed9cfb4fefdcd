"""The names a condition may use that are no question: what kind of value each has, and the questions behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

PHQ9: Final = tuple(f"phq{number}" for number in range(1, 10))
GAD7: Final = tuple(f"gad{number}" for number in range(1, 8))

BEHIND: Final[Mapping[str, tuple[str, ...]]] = {
    "age": ("dob",),
    "phq_total": PHQ9,
    "phq_total_raw": PHQ9,
    "phq9_pos": ("phq9",),
    "gad_total": GAD7,
    "auditc_total": ("auditc1", "auditc2", "auditc3"),
    "auditc_cut": ("sex_birth",),
    "pcptsd_total": ("pcptsd1", "pcptsd2", "pcptsd3", "pcptsd4", "pcptsd5"),
    "bp_known": ("bp_recent", "bp_sys", "bp_dia", "bp_date"),
    "bp_ok": ("bp_recent", "bp_sys", "bp_dia", "bp_date"),
    "bp_s": ("bp_sys",),
    "bp_d": ("bp_dia",),
    "bp_elev_age": ("bp_sys", "bp_dia", "dob"),
    "hr": ("hr_rest",),
    "bmi": ("height_cm", "weight_kg"),
    "licensed_region": ("country", "region"),
    "telemed_flex_active": (),
    "needs_coordination": (),
    "freetext_flag": (),
    "consent_missing": ("consent_privacy", "consent_not_medical", "consent_truth", "consent_esign"),
    "engine_error": (),
}
"""The questions behind each derived value. Source: clinical.md section 5.2, "Derived values, exactly"."""

DERIVED: Final = frozenset(BEHIND)
FLAGS: Final = frozenset({
    "phq9_pos", "bp_known", "bp_ok", "bp_elev_age", "telemed_flex_active", "needs_coordination", "freetext_flag",
    "consent_missing", "engine_error",
})  # fmt: skip
"""Derived values that are yes or no by themselves."""
CODES: Final[Mapping[str, frozenset[str]]] = {"licensed_region": frozenset({"yes", "no", "unknown"})}
"""Derived values that are one of a few codes."""
NUMBERS: Final = DERIVED - FLAGS - frozenset(CODES)
"""Derived values that are numbers."""

WHILE_ASKING: Final = frozenset({"phq9_pos", "phq_total_raw"})
"""Derived values that a show_if may use: they are worked out from the answers given so far, and from nothing else."""
ALWAYS_READ: Final = ("service_interest", "med_none", "med_unsure", "med_check")
"""Questions that a decision reads whatever the rules say."""


def questions_of_show_if(reads: Iterable[str]) -> Iterator[str]:
    """The questions that a show_if looks at, directly, through a derived value or through a function.

    Args:
        reads: the names in it.
    """
    for name in reads:
        yield from BEHIND.get(name, ("service_interest",) if name == "wants" else (name,))
