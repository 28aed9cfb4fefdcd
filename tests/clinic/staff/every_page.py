"""An address of each page below /staff/, about rows that are there, made once for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from clinic.accounts import actions as accounts
from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import system
from clinic.intake.models import ScreeningRecord
from clinic.notifications.paging import token_of
from clinic.patients.actions import agree
from clinic.reviews.letter_actions import draft_letter
from tests.clinic.reviews import records
from tests.clinic.staff.desk_rows import some_hours, two_appointments
from tests.clinic.staff.tasks import open_task, stuck, urgent_page
from tests.kept import taken_back

ABOUT_AN_INTAKE = (
    *("review", "decide", "answers", "history", "print", "note", "keep_draft", "match", "pass_on", "preview", "ask"),
    "not_reached",
    *("letter", "letter_file", "letter_sent", "letter_answered"),
)
ABOUT_A_PATIENT = ("patient", "break_glass", "treatment", "end_course", "book_for", "hold", "overbook")
ABOUT_A_VISIT = ("appointment", "arrived", "note_visit", "left", "came", "missed", "cancel")


def addresses_below(prefix: str, resolver: Any = None, space: str = "", path: str = "") -> Iterator[tuple[str, Any]]:
    """Every address below a prefix, with its view, by walking what the site really answers."""
    for entry in (resolver or get_resolver()).url_patterns:
        where = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from addresses_below(prefix, entry, inner, where)
        elif where.startswith(prefix):
            yield f"{space}{entry.name}", entry.callback


@pytest.fixture(scope="module")
def kept_pages(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[dict[str, str], Path]]:
    """The addresses and the folder of the mail; each test is a savepoint inside, and takes back its own."""
    mail = tmp_path_factory.mktemp("mail")
    with django_db_blocker.unblock(), taken_back():
        with time_machine.travel(records.NOW, tick=False):
            about = _rows(mail)
            known = {name: about.get(name.removeprefix("staff:")) for name, _ in addresses_below("staff/")}
        yield {name: reverse(name, args=_arguments(row)) for name, row in known.items()}, mail


@pytest.fixture
def addresses(kept_pages: tuple[dict[str, str], Path], db: None, settings: Any) -> dict[str, str]:
    """An address of each page, about rows that are there."""
    pages, settings.MAIL_DIR = kept_pages
    return pages


def _rows(mail: Path) -> dict[str, object]:
    """What the pages are about, by the name of the page."""
    osei = records.clinician()
    record, decided = records.sealed(records.REVIEW), records.sealed(records.REVIEW)
    decision = records.decide(decided, osei)
    open_task(decided, "clinician")
    task = open_task(record, "coordinator")
    (mail / f"{task.pk}.eml").write_text("To: a@example.test\nSubject: Hello\n\nHello")
    other = User.objects.create_user("other@example.test", name="Other", role=Role.SCHEDULER)
    invited = accounts.invite(email="new@example.test", role=Role.SCHEDULER, by=system("test"), now=timezone.now())
    _write_a_letter(record, osei)
    about: dict[str, object] = dict.fromkeys(ABOUT_AN_INTAKE, record.intake.reference) | {"forget_view": 1}
    about |= dict.fromkeys(("undo_task", "snooze", "done", "mail"), task.pk) | {"rule": (record.protocol, "R004")}
    about |= {"undo": decision.pk, "reopen": decision.pk, "change_snippet": uuid4(), "end_snippet": uuid4()}
    first = records.decide(records.sealed(records.REVIEW), records.clinician("Dr. Una First"), wants_second=True)
    about |= dict.fromkeys(("agree", "decline", "take_back"), first.pk)
    about |= dict.fromkeys(("person", "change_role", "end_access", "reset_sign_in", "invite_again"), other.pk)
    about |= dict.fromkeys(ABOUT_A_PATIENT, record.intake.patient.reference)
    kept, visit = two_appointments(record, osei)
    about |= dict.fromkeys(ABOUT_A_VISIT, visit.reference)
    about |= dict.fromkeys(("hours_of", "add_hours", "away", "languages", "video", "licence"), visit.clinician_id)
    about |= some_hours(visit.clinician) | stuck(record) | {"confirm": (kept.patient.reference, kept.pk)}
    paged = urgent_page(record.intake)
    about |= {"have_it": paged.pk, "by_link": token_of(paged), "mfa_remove_webauthn": 1}
    about["staff_join"] = accounts.issue_link(user=invited, by=system("test"), now=timezone.now())
    return about


def _write_a_letter(record: ScreeningRecord, by: User) -> None:
    """The patient agreed to it, and a clinician wrote it."""
    told = {"wording": "", "wording_version": "", "now": records.NOW}
    agree(patient=record.intake.patient, kind="consent_prescriber", given=True, by=by.actor, **told)
    draft_letter(record=record, by=by.actor, now=records.NOW)


def _arguments(row: object) -> list[object]:
    return [*row] if isinstance(row, tuple) else [row] if row is not None else []
