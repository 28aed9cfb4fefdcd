"""Keys are made once, for their owner only, and never when a lost one should be found instead."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from clinic.onebox import disk, secrets


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("THRESHOLD_VAR", str(tmp_path))
    for name in ("ENVIRONMENT", "SECRET_KEY", "VAULT_KEYS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "secrets"


def test_keys_are_readable_by_their_owner_only(folder: Path) -> None:
    secrets.ensure()

    assert folder.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {"django-secret-key": 0o600, "vault-keys": 0o600}


def test_the_vault_key_is_a_name_and_32_bytes(folder: Path) -> None:
    secrets.ensure()

    name, _, key = (folder / "vault-keys").read_text().strip().partition(" ")
    assert name == "k1"
    assert len(base64.b64decode(key, validate=True)) == 32


def test_a_second_start_finds_the_same_keys(folder: Path) -> None:
    secrets.ensure()
    before = {path.name: path.read_text() for path in folder.iterdir()}

    secrets.ensure()

    assert {path.name: path.read_text() for path in folder.iterdir()} == before


def test_of_two_writers_the_first_wins(tmp_path: Path) -> None:
    disk.write_once(tmp_path / "key", "first")
    disk.write_once(tmp_path / "key", "second")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("key", "first")]


def test_a_lost_key_is_not_replaced_when_there_is_data_written_with_it(folder: Path) -> None:
    (folder.parent / "pgdata").mkdir()
    (folder.parent / "pgdata" / "PG_VERSION").write_text("18\n")

    with pytest.raises(secrets.SecretMissing, match="backup"):
        secrets.ensure()

    assert not folder.exists()


def test_production_makes_up_no_key(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")

    with pytest.raises(secrets.SecretMissing, match="SECRET_KEY"):
        secrets.ensure()

    assert not folder.exists()


def test_a_key_of_the_environment_needs_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_KEYS", "k7 of somewhere else")

    secrets.ensure()

    assert [path.name for path in folder.iterdir()] == ["django-secret-key"]
