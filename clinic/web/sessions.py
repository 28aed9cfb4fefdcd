"""Sessions in the database as Django keeps them, read and written again by statements that are written out."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.utils import timezone

from clinic import prepared

STILL_GOOD: Final = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
KEPT_AGAIN: Final = "UPDATE django_session SET session_data = %s, expire_date = %s WHERE session_key = %s"


class SessionStore(db.SessionStore):
    """Django's own; composing the same question with the ORM takes longer than the database takes to answer it."""

    def load(self) -> dict[str, Any]:
        """What is kept under this key; nothing, and no key any more, when there is no such session or it expired."""
        kept = prepared.row(STILL_GOOD, [self.session_key, timezone.now()])
        if kept is None:
            self._session_key = None
            return {}
        return self.decode(kept[0])

    def save(self, must_create: bool = False) -> None:
        """Keep the session; one that is there already in one statement, and one trip instead of a transaction's three.

        Raises:
            UpdateError: it is not there any more: somebody signed out meanwhile, and it must not come back.
        """
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        kept = self.encode(self._get_session())
        with prepared.cursor() as cursor:
            cursor.execute(KEPT_AGAIN, [kept, self.get_expiry_date(), self.session_key])
            if cursor.rowcount == 0:
                raise UpdateError
