"""The secret address at which a clinician's own calendar can be read."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Feed(models.Model):
    """One secret address of one clinician; only the hash of its token is kept. A new one ends the one before."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_feed", fields=["owner"], condition=models.Q(ended_at=None)),
            models.CheckConstraint(
                name="feed_ended_at_and_by",
                condition=models.Q(ended_at__isnull=True, ended_by="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_by="")),
            ),
        ]

    def __str__(self) -> str:
        return f"feed {self.pk}"
