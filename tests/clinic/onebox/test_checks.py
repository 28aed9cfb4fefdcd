"""A database that may forget what it acknowledged is refused."""

from __future__ import annotations

import pytest
from django.core.checks import CheckMessage, Tags, run_checks
from django.db import connection


def complaints() -> list[CheckMessage]:
    found = run_checks(tags=[Tags.database], databases=["default"])
    return [message for message in found if message.id == "onebox.E001"]


@pytest.mark.django_db
@pytest.mark.parametrize(("setting", "is_refused"), [("off", True), ("on", False)])
def test_a_database_that_acknowledges_before_it_has_written_is_refused(setting: str, is_refused: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('synchronous_commit', %s, true)", [setting])

    assert any("synchronous_commit" in message.msg for message in complaints()) is is_refused


@pytest.mark.django_db
def test_each_setting_that_is_off_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_settings WHERE setting = 'off'")
        off = {name for (name,) in cursor.fetchall()} & {"fsync", "full_page_writes", "synchronous_commit"}

    assert {message.msg.split()[3] for message in complaints()} == off
