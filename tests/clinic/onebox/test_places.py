"""Sockets stand where the kernel can reach them and nobody else can prepare them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from clinic.onebox import places


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's temporary folder, for this test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def long_var(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    var = temporary / ("long" * 30)
    monkeypatch.setenv("THRESHOLD_VAR", str(var))
    return var


def test_sockets_stand_in_var(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THRESHOLD_VAR", "/srv/threshold/var")

    assert places.run_dir() == Path("/srv/threshold/var/run")


def test_a_long_path_falls_back_to_a_short_private_folder(long_var: Path, temporary: Path) -> None:
    folder = places.make_run_dir()

    assert folder.parent == temporary
    assert folder.stat().st_mode & 0o777 == 0o700
    assert places.make_run_dir() == folder


def test_two_long_paths_have_two_folders(long_var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = places.run_dir()
    monkeypatch.setenv("THRESHOLD_VAR", f"{long_var}-two")

    assert places.run_dir() != first


def test_a_short_folder_that_others_can_read_is_refused(long_var: Path) -> None:
    places.run_dir().mkdir(mode=0o755)

    with pytest.raises(places.UnsafeFolder):
        places.database_url()


def test_a_short_folder_that_is_a_link_is_refused(long_var: Path, temporary: Path) -> None:
    (temporary / "elsewhere").mkdir(mode=0o700)
    places.run_dir().symlink_to(temporary / "elsewhere")

    with pytest.raises(places.UnsafeFolder):
        places.make_run_dir()


def test_the_address_of_the_database_is_read_back_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    var = Path("/srv/a b%c&d")
    monkeypatch.setenv("THRESHOLD_VAR", str(var))

    database = conninfo_to_dict(places.database_url())
    assert (database["host"], database["dbname"], database["user"]) == (str(var / "run"), "threshold", "app")


def test_var_is_absolute_wherever_we_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THRESHOLD_VAR", "elsewhere")

    assert places.var_dir() == Path(os.getcwd()) / "elsewhere"


def test_everything_kept_is_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THRESHOLD_VAR", str(tmp_path / "var"))

    places.make_run_dir()

    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "var", tmp_path / "var" / "run")] == [0o700, 0o700]
