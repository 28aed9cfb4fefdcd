"""What a clinician looks at, in words a patient knows: the topic of each finding, never its rule, score or severity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from clinic.intake import protocols
from clinic.intake.models import ScreeningRecord

TOPICS: Final = {
    "urgent": _("how safe you are right now"),
    "eligibility": _("your age, where you live, or who decides about your care"),
    "psychosis": _("your mental health history"),
    "bipolar": _("your mental health history"),
    "psychiatric": _("your mental health history"),
    "family": _("your family history"),
    "scores": _("how you have been feeling"),
    "cardiac": _("your heart and blood pressure"),
    "medical": _("your physical health"),
    "medication": _("your medicines"),
    "substances": _("alcohol and other substances"),
    "contradiction": _("answers that do not seem to fit together"),
    "logistics": _("practical things, such as a ride home"),
    "consent": _("what you agreed to"),
    "fail_safe": _("questions that are still open"),
}
"""By the category of a rule. AWAITING THE MEDICAL DIRECTOR: the words are ours. A decline names the topic only.
Source: clinical.md section 5.1, 7; the example of ux.md P17."""
ANYTHING_ELSE: Final = _("your answers")
INFO: Final = "info"
CLOSES: Final = "not_suitable_now"
WITHOUT_A_PERSON: Final = "eligibility"
"""Only age and place may close a service before a clinician has signed. Source: ux.md P17 and section 5, 5."""
SHARED_BY: Final = 4
"""A text that more rules than this say says nothing about one of them; the page says it in its own words."""


def checking(record: ScreeningRecord) -> list[str]:
    """The topics a clinician looks at, each once."""
    rules = {rule.id: rule.category for rule in protocols.of(record.intake).rules}
    found = [each["category"] for each in record.result["findings"] if each["outcome"] != INFO]
    unsure = [rules.get(each["rule"], "") for each in record.result["undecided"]]
    return list(dict.fromkeys(TOPICS.get(category, ANYTHING_ELSE) for category in (*found, *unsure)))


def said(record: ScreeningRecord, *, closing: bool) -> list[str]:
    """What the protocol says to this person about one finding of theirs, and not to everybody.

    Args:
        record: sealed.
        closing: also what it says about findings that close a service, which a clinician has to sign first, but for
            age and place.
    """
    protocol = protocols.of(record.intake)
    shared = Counter(rule.for_patient for rule in protocol.rules)
    texts = [each["for_patient"] for each in _sayable(record, closing)]
    own = dict.fromkeys(text for text in texts if 0 < shared[text] <= SHARED_BY)
    return [protocols.said(protocol, text) for text in own]


def _sayable(record: ScreeningRecord, closing: bool) -> Iterator[dict[str, Any]]:
    for finding in record.result["findings"]:
        by_itself = finding["category"] == WITHOUT_A_PERSON
        if finding["outcome"] not in (INFO, "urgent") and (closing or by_itself or finding["outcome"] != CLOSES):
            yield finding


def is_closed_by_age_or_place(record: ScreeningRecord) -> bool:
    """True when nothing but age or place closes every service this person asked about."""
    closing = [each for each in record.result["findings"] if each["outcome"] == CLOSES]
    by_itself = {name for each in closing if each["category"] == WITHOUT_A_PERSON for name in each["services"]}
    return record.outcome == CLOSES and by_itself >= set(record.result["services"])
