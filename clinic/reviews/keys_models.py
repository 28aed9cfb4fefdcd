"""The keys with which somebody works the worklist, for those who turned them on."""

from __future__ import annotations

from typing import Final

from django.db import models

from clinic.accounts.models import User

USUAL: Final = {"above": "", "below": "", "claim": "c", "filters": "/", "listed": "?"}
"""What each key is until somebody chooses another. The arrows and Enter always work beside them. Source: ux.md C2."""


class WorklistKeys(models.Model):
    """One person's keys. Without a row, and with a row that says so, they are off: WCAG 2.1.4."""

    by = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="worklist_keys")
    are_on = models.BooleanField(default=False)
    above = models.CharField(max_length=1, blank=True, default=USUAL["above"])
    below = models.CharField(max_length=1, blank=True, default=USUAL["below"])
    claim = models.CharField(max_length=1, default=USUAL["claim"])
    filters = models.CharField(max_length=1, default=USUAL["filters"])
    listed = models.CharField(max_length=1, default=USUAL["listed"])

    class Meta:
        app_label = "reviews"

    def __str__(self) -> str:
        return f"keys of {self.by_id}: {'on' if self.are_on else 'off'}"
