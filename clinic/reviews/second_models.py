"""The first of two signatures: what one clinician signed, and what came of it when another one was asked to sign it."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q

from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.reviews import second_triggers
from clinic.reviews.routes import ReasonCode, Route
from clinic.vault.fields import EncryptedField

WAITS: Final = Q(state="waiting")


class FirstSignature(models.Model):
    """A decision that one clinician signed and that does not stand before another one signs the same.

    It is no decision: nothing is told, booked or planned by it. `told` are the words of it, `by_protocol` whether the
    protocol asks for the second signature or the first signer did. It ends once: agreed (then a `Decision` names it),
    declined with a reason, withdrawn by who signed it, or stale, when its basis changed or its last day passed.
    `due_at` is the clock of the second signature; the clock of the record goes on beside it.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        AGREED = "agreed"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        STALE = "stale"

    TRANSITIONS = {
        State.WAITING: {State.AGREED, State.DECLINED, State.WITHDRAWN, State.STALE},
        State.AGREED: set(),
        State.DECLINED: set(),
        State.WITHDRAWN: set(),
        State.STALE: set(),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(ScreeningRecord, on_delete=models.PROTECT, related_name="first_signatures")
    route = models.CharField(max_length=20, choices=Route.choices)
    told = EncryptedField()
    reason_code = models.CharField(max_length=20, choices=ReasonCode.choices, blank=True, default="")
    overrides_stop = models.BooleanField(default=False)
    by_protocol = models.BooleanField()
    valid_until = models.DateField(null=True)
    contacted_at = models.DateTimeField(null=True)
    contacted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    basis_answers_hash = models.CharField(max_length=64)
    basis_seal = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="first_signatures")
    due_at = models.DateTimeField()
    alerted_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    why = EncryptedField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_first_signature_waits", fields=["record"], condition=WAITS),
            models.CheckConstraint(
                name="first_signature_ended_at_and_by",
                condition=Q(state="waiting", ended_at__isnull=True, ended_by__isnull=True)
                | Q(state="stale", ended_at__isnull=False, ended_by__isnull=True)
                | (~Q(state__in=["waiting", "stale"]) & Q(ended_at__isnull=False, ended_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="second_is_another_clinician",
                condition=~Q(state__in=["agreed", "declined"]) | ~Q(ended_by=F("signed_by")),
            ),
            models.CheckConstraint(
                name="only_the_first_withdraws",
                condition=~Q(state="withdrawn") | Q(ended_by=F("signed_by")),
            ),
            models.CheckConstraint(
                name="first_contacted_at_and_by",
                condition=Q(contacted_at__isnull=True, contacted_by__isnull=True)
                | Q(contacted_at__isnull=False, contacted_by__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="first_signature_waits", condition=WAITS)]
        triggers = [*second_triggers.FIRST_IS_KEPT, second_triggers.WAITING_AFTER_A_FIRST]

    def __str__(self) -> str:
        return f"first signature about {self.record_id}: {self.state}"
