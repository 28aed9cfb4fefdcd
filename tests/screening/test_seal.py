"""A published protocol cannot change unseen: any other byte, file or missing file is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from screening import seal
from screening.loader import NotAProtocol, load
from tests.screening import small_protocol
from tests.screening.small_protocol import FILES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_protocol.write(tmp_path / "small")


def refusal(place: Path) -> str:
    with pytest.raises(NotAProtocol) as refused:
        load(place)
    return str(refused.value)


def test_a_sealed_folder_loads_and_its_seal_is_the_sum_of_the_sums(folder: Path) -> None:
    name = seal.seal(folder)

    text = (folder / "published.sha256").read_text()
    assert load(folder).seal == name == hashlib.sha256(text.encode()).hexdigest()
    assert (
        text.splitlines()[0]
        == f"{hashlib.sha256((folder / 'cases/baseline.toml').read_bytes()).hexdigest()}  cases/baseline.toml"
    )
    assert [line.split("  ")[1] for line in text.splitlines()] == sorted(FILES)


def test_a_changed_a_missing_and_an_added_file_break_the_seal(folder: Path) -> None:
    seal.seal(folder)
    (folder / "followups.toml").write_text(FILES["followups.toml"] + "\n")
    (folder / "cases/heart.toml").unlink()
    (folder / "cases/more.toml").write_text("")

    assert refusal(folder).splitlines() == [
        "cases/heart.toml: This file is in the seal and is missing.",
        "cases/more.toml: This file is not in the seal.",
        "followups.toml: This file is not what was published: it differs from the seal.",
    ]


def test_a_seal_written_in_another_way_is_refused(folder: Path) -> None:
    seal.seal(folder)
    sums = folder / "published.sha256"
    sums.write_text("\n" + sums.read_text())

    assert "published.sha256: The seal is not written as sha256sum writes it" in refusal(folder)


def test_a_folder_without_a_seal_was_never_published(folder: Path) -> None:
    assert "published.sha256: This is missing" in refusal(folder)


def test_a_folder_with_a_file_of_something_else_is_not_sealed(folder: Path) -> None:
    (folder / "notes.txt").write_text("later")

    with pytest.raises(NotAProtocol, match=r"notes\.txt: This is not a file that a protocol has"):
        seal.seal(folder)
    assert not (folder / "published.sha256").exists()
