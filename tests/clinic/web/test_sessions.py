"""Sessions are read and written again as Django's own store does it, in one statement each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.web.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> str:
    kept = db.SessionStore()
    kept["patient"] = "p"
    kept.create()
    return str(kept.session_key)


def test_what_django_kept_is_read(key: str) -> None:
    assert SessionStore(key)["patient"] == "p"


def test_a_session_that_expired_is_empty_and_has_no_key_any_more(key: str) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    expired = SessionStore(key)

    assert "patient" not in expired
    assert expired.session_key is None


def test_a_key_that_somebody_made_up_is_empty_and_is_not_kept() -> None:
    made_up = SessionStore("a" * 32)

    assert "patient" not in made_up
    assert made_up.session_key is None


def test_a_session_is_written_again_in_one_statement_and_reads_back(key: str) -> None:
    again = SessionStore(key)
    again["patient_seen"] = 7

    with CaptureQueriesContext(connection) as sent:
        again.save()

    assert len(sent) == 1
    assert dict(db.SessionStore(key).items()) == {"patient": "p", "patient_seen": 7}


def test_a_session_that_was_ended_meanwhile_does_not_come_back(key: str) -> None:
    slow = SessionStore(key)
    slow["patient_seen"] = 7
    SessionStore(key).delete()

    with pytest.raises(UpdateError):
        slow.save()

    assert not slow.exists(key)
