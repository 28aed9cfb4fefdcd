"""Whom a link to set a password lets in; the address holds a token, the database only its fingerprint."""

from __future__ import annotations

import hashlib
from datetime import datetime

from clinic.accounts.models import StaffLink, User


def hash_of(token: str) -> str:
    """The fingerprint by which a link is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def owner(token: str, *, now: datetime) -> User | None:
    """Whom a link lets in; None when it is unknown, spent or expired, or their access ended."""
    usable = StaffLink.objects.filter(spent_at=None, expires_at__gt=now, user__ended_at=None)
    link = usable.select_related("user").filter(token_hash=hash_of(token)).first()
    return link.user if link else None
