"""What holds for the running site: permissions, headers, fields, seals, states."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from clinic.vault.fields import EncryptedField
from screening.loader import PROTOCOLS, load

ROOT = Path(__file__).resolve().parents[2]


KEPT_FOR_OFFLINE = "/help-now/"
"""The one page a cache on the way may keep: it says the same to everybody, and must be there without a network."""


def urls(resolver: Any = None, space: str = "", prefix: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every address: its full name, its pattern, its view."""
    for entry in (resolver or get_resolver()).url_patterns:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from urls(entry, f"{space}{entry.namespace}:" if entry.namespace else space, where)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", where, entry.callback


def test_every_staff_page_asks_for_one_permission() -> None:
    open_to_all = {"account_login", "account_logout", "mfa_authenticate", "staff_join", "staff:by_link"}
    unguarded = [
        name
        for name, where, view in urls()
        if where.startswith("staff/") and name not in open_to_all and not hasattr(view, "permission")
    ]

    assert unguarded == []


def test_no_address_says_a_drug_a_condition_or_a_kind_of_clinic() -> None:
    words = re.compile("ketamin|psilocyb|lsd|depress|suicid|psych|micro|bipolar|drug|mood", re.IGNORECASE)
    private = [where for name, where, _ in urls() if not name.startswith("pages:")]

    assert [where for where in private if words.search(where)] == []


def test_every_field_of_every_model_is_classified() -> None:
    described = (ROOT / "docs" / "data.md").read_text()
    missing = []
    for model in apps.get_models():
        if not model.__module__.startswith("clinic."):
            continue
        for field in model._meta.concrete_fields:
            if f"| `{model._meta.label}.{field.name}` |" not in described:
                missing.append(f"{model._meta.label}.{field.name}")

    assert missing == [], "not in docs/data.md"


def test_what_is_classified_as_personal_is_encrypted_or_says_why() -> None:
    described = (ROOT / "docs" / "data.md").read_text()
    rows = re.findall(r"^\| `(\w+)\.(\w+)\.?(\w*)` \| (\w+) \| (.*) \|$", described, re.MULTILINE)
    assert rows
    for app, model, field, kind, why in rows:
        if kind != "personal":
            continue
        found = apps.get_model(app, model)._meta.get_field(field)
        assert isinstance(found, EncryptedField) or why.strip(), f"{app}.{model}.{field}"


@pytest.mark.parametrize("folder", sorted(PROTOCOLS.glob("*/protocol.toml")), ids=lambda path: path.parent.name)
def test_a_published_protocol_is_sealed_and_never_edited(folder: Path) -> None:
    assert load(folder.parent).seal


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/intake/start/", "/help-now/", "/offline/", "/staff/sign-in/", "/no-such-page/"]
)
def test_every_page_has_strict_headers_and_no_third_party(client: Client, path: str) -> None:
    response = client.get(path)
    policy = response.headers["Content-Security-Policy"]
    html = response.content.decode()

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert path == KEPT_FOR_OFFLINE or "no-store" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert not re.search(r'(?:src|<link[^>]+href)="(?:https?:)?//', html)
    assert not re.search(r"<style|<script(?![^>]+src=)| style=| on\w+=", html)


PRIVATE = ("journal:", "intake:", "questionnaires:", "my:", "booking:")
SAMPLES = {"uuid": "7f2c1f0e-0000-4000-8000-000000000001", "int": "1", "slug": "check", "str": "abcdefghijklmnop"}


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["get", "post"])
@pytest.mark.parametrize("name", sorted({name for name, _, _ in urls() if name.startswith(PRIVATE)}))
def test_no_page_of_a_patient_may_be_kept_by_a_browser(
    client: Client, let_in_sample: None, name: str, verb: str
) -> None:
    where = next(pattern for each, pattern, _ in urls() if each == name)
    path = "/" + re.sub(r"<(\w+):\w+>", lambda kind: SAMPLES[kind[1]], where)
    response = getattr(client, verb)(path)

    assert response.status_code < 500
    assert response.headers["Cache-Control"] == "no-store"


@pytest.fixture
def let_in_sample(client: Client) -> None:
    """The browser of somebody who has begun a form."""
    from clinic.audit.actors import VISITOR
    from clinic.intake.actions import begin

    state = client.session
    state["patient"], state["patient_seen"] = str(begin(by=VISITOR, now=timezone.now()).patient_id), int(time.time())
    state.save()


def test_states_page_is_up_to_date() -> None:
    from clinic.web.states import states_page

    assert (ROOT / "docs" / "states.md").read_text() == states_page(), "run manage.py states > docs/states.md"
