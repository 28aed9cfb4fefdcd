"""What is done with the keys of the worklist: turned on, changed, turned off, each by the person they are for."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from clinic.audit import record as audit
from clinic.audit.actors import Actor
from clinic.reviews.keys_models import USUAL, WorklistKeys
from clinic.reviews.signing import clinician_of


@transaction.atomic
def set_keys(*, are_on: bool, keys: Mapping[str, str], by: Actor) -> WorklistKeys:
    """Turn one's own keys on or off, and keep which they are.

    Args:
        are_on: whether a key does anything.
        keys: one character, or nothing, for each of `USUAL`.
        by: whose keys they are.
    Returns:
        The keys as they are kept.
    Raises:
        signing.MayNotDecide: not a clinician.
    """
    told = {name: keys[name] for name in USUAL}
    kept, _ = WorklistKeys.objects.update_or_create(by=clinician_of(by), defaults={"are_on": are_on, **told})
    audit.record(by=by, action="reviews.set_keys", subject=f"keys:{kept.pk}", detail={"are_on": are_on})
    return kept
