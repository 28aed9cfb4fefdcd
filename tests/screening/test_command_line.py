"""The decision on the command line: the same answers as in the program, one line at a time, without a web server."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from screening import __main__ as command_line
from screening.cases import disagreements, facts_of
from screening.engine import screen
from screening.facts import Facts
from screening.loader import PROTOCOLS, published
from screening.protocol import Case
from tests.screening import small_protocol
from tests.screening.intakes import BASELINE, CASES, ON, PROTOCOL

ROOT = PROTOCOLS.parents[1]
PUBLISHED = PROTOCOLS / "2026-11"
KEYS = (
    *("id", "protocol", "seal", "outcome", "priority", "services", "findings", "undecided", "clear", "medications"),
    "hash",
)


def process(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The command as somebody runs it, in a process of its own."""
    command = [sys.executable, "-m", "screening", *arguments]
    return subprocess.run(command, input=given, capture_output=True, cwd=ROOT, check=False, timeout=60)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The command in this process: exit code, answers, errors."""

    def once(*arguments: str, given: bytes | Sequence[object] = b"") -> tuple[int, list[Any], str]:
        lines = given if isinstance(given, bytes) else "\n".join(json.dumps(each) for each in given).encode()
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(lines)))
        code = command_line.main(list(arguments))
        out, errors = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()] if given else [out], errors

    return once


@pytest.fixture(autouse=True)
def load_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading takes most of the time; the real process is tested too."""
    original = command_line.load
    monkeypatch.setattr(
        command_line,
        "load",
        lambda place, **how: PROTOCOL if place == PROTOCOLS / "2026-11" else original(place, **how),
    )


def line_of(facts: Facts, case_id: object = "V000") -> dict[str, Any]:
    """A case as the command line takes it."""
    clinic = facts.clinic
    return {
        "id": case_id,
        "on": facts.on.isoformat(),
        "answers": dict(facts.given),
        "medications": [
            {"text": each.text, "status": each.status, "last_taken": each.last_taken and each.last_taken.isoformat()}
            for each in facts.medications
        ],
        "clinic": {
            "licensed_regions": clinic.licensed_regions and sorted(clinic.licensed_regions),
            "telehealth_flexibility_until": clinic.telehealth_flexibility_until
            and clinic.telehealth_flexibility_until.isoformat(),
        },
    }


BASE = line_of(BASELINE)


def test_every_worked_case_gives_the_same_decision_as_in_the_program(run: Any) -> None:
    cases = [facts_of(PROTOCOL, case, CASES["V000"]) for case in CASES.values()]
    code, results, _ = run("screen", given=[line_of(facts, name) for name, facts in zip(CASES, cases, strict=True)])
    assert code == 0
    for name, facts, result in zip(CASES, cases, results, strict=True):
        decided = screen(PROTOCOL, facts.given, on=facts.on, medications=facts.medications, clinic=facts.clinic)
        assert result == {"id": name, **decided.as_json()}


def test_the_worked_cases_agree() -> None:
    cases: list[Case] = list(CASES.values())
    assert disagreements(PROTOCOL, cases) == []


def test_screen_answers_in_a_process_of_its_own_and_a_bad_line_harms_no_other() -> None:
    given = b"\xef\xbb\xbf" + json.dumps(BASE).encode() + b"\r\n\r\n{oops\n" + json.dumps({**BASE, "id": 7}).encode()
    done = process("screen", given=given)
    one, bad, other = (json.loads(line) for line in done.stdout.splitlines())
    assert (done.returncode, done.stderr) == (1, b"")
    assert bad == {"id": None, "error": "The line is not JSON, or nested too deeply."}
    assert (one["id"], other["id"], one["hash"]) == ("V000", 7, other["hash"])
    assert (one["outcome"], one["priority"]) == ("ready_to_book", "P4")


def test_a_result_has_the_keys_that_are_promised(run: Any) -> None:
    answers = {**BASE["answers"], "phq9": 2}
    _, (result,), _ = run("screen", given=[{**BASE, "answers": answers}])
    assert [key for key in result if key in KEYS] == list(KEYS)
    finding = result["findings"][0]
    assert {"rule", "outcome", "priority", "services", "because"} <= set(finding)
    assert (finding["rule"], result["outcome"], result["priority"]) == ("R007", "urgent", "P0")


def test_the_same_line_gives_the_same_bytes() -> None:
    given = (json.dumps(BASE) + "\n").encode() * 2
    first, again = process("screen", given=given).stdout.splitlines()
    assert first == again


def test_a_number_may_be_a_text_and_a_missing_clinic_is_not_known(run: Any) -> None:
    texts = {**BASE["answers"], "phq1": "2", "bp_sys": "118", "phq2": 2.0}
    _, (one, other, unknown), _ = run(
        "screen",
        given=[
            BASE,
            {**BASE, "answers": texts},
            {**BASE, "clinic": {}, "answers": {**BASE["answers"], "service_interest": ["ket_home"]}},
        ],
    )
    assert one["hash"] == other["hash"]
    assert unknown["outcome"] == "clinician_review"


def test_medicines_are_read_line_by_line(run: Any) -> None:
    lines = "zolft 50mg\nlithium 300 mg twice a day\nthe patch for pain\nstopped prozac 3 weeks ago\nclonidine 0.1 mg"
    code, readings, _ = run("medications", "--on", "2026-11-20", given=lines.encode())
    zolft, lithium, patch, prozac, clonidine = (reading["medicines"][0] for reading in readings)
    assert code == 0
    assert readings[0]["text"] == "zolft 50mg"
    assert (zolft["match"], zolft["ingredients"], zolft["dose"]) == ("suggested", [], "50mg")
    assert zolft["suggestions"] == [{"name": "Zoloft", "ingredients": ["sertraline"], "score": 0.833}]
    assert (lithium["match"], lithium["ingredients"]) == ("exact", ["lithium"])
    assert (lithium["dose"], lithium["frequency"]) == ("300 mg", "twice a day")
    assert (patch["match"], patch["typed"], patch["form"]) == ("unrecognised", "the patch for pain", "patch")
    assert (prozac["status"], prozac["last_taken"]) == ("stopped", "2026-10-30")
    assert clonidine["look_alikes"][0]["ingredients"] == ["clonazepam"]
    assert {*zolft} >= {"typed", "match", "ingredients", "suggestions", "dose", "status", "last_taken"}


def test_a_text_in_which_nothing_was_written_is_answered_too(run: Any) -> None:
    code, readings, _ = run("medications", given=b"prozac\n\n \t\r\nlithium\n")
    assert code == 0
    assert [reading["text"] for reading in readings] == ["prozac", "", " \t", "lithium"]
    assert [each["match"] for each in readings[1]["medicines"] + readings[2]["medicines"]] == ["unrecognised"] * 2


def test_without_a_day_medicines_count_back_from_today(run: Any) -> None:
    _, ((reading), *_), _ = run("medications", given=b"stopped prozac 7 days ago")
    told = date.fromisoformat(reading["medicines"][0]["last_taken"])
    assert abs(told - (date.today() - timedelta(days=7))) <= timedelta(days=1)  # noqa: DTZ011


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", ""])
def test_a_day_to_count_from_that_is_none_is_refused_in_words(day: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        command_line.main(["medications", "--on", day])
    assert refused.value.code == 2
    assert f'argument --on: "{day}" is not a date like 1991-05-02' in capsys.readouterr().err


def test_medicines_that_are_no_utf8_are_an_error_for_that_line(run: Any) -> None:
    code, (bad, good), _ = run("medications", given=b"proz\xffac\nprozac")
    assert (code, bad) == (1, {"id": None, "error": "The line is not UTF-8 text."})
    assert good["medicines"][0]["match"] == "exact"


def test_forms_are_scored_line_by_line(run: Any) -> None:
    code, (phq, peg, gap, bad, odd, odder), _ = run(
        "score",
        given=[
            {"instrument": "phq9", "items": [3] * 9},
            {"id": 4, "instrument": "peg", "items": [4, "5", 6.0]},
            {"instrument": "gad7", "items": [1, None]},
            {"id": "x", "instrument": "phq9", "items": [4]},
            {"id": "y", "instrument": "tarot", "items": []},
            {"id": "z", "instrument": ["phq9"], "items": [0] * 9},
        ],
    )
    assert code == 1
    assert (phq["total"], phq["band"], phq["complete"]) == (27, "severe", True)
    assert phq["flags"][0].startswith("Item 9")
    assert (peg["id"], peg["total"], peg["band"]) == (4, 5, None)
    assert (gap["total"], gap["band"], gap["complete"]) == (None, None, False)
    assert bad == {"id": "x", "error": "Item 1 of PHQ-9 is not from 0 to 3."}
    assert (odd["id"], odder["id"], odder["error"]) == ("y", "z", odd["error"])
    assert "phq9, gad7, auditc, pcptsd5, peg" in odd["error"]


def test_check_runs_the_cases_and_says_what_none_of_them_reaches(run: Any, tmp_path: Path) -> None:
    place = small_protocol.write(tmp_path / "small")
    code, (report,), _ = run("check", str(place))
    assert report.startswith("small: ")
    for told in ("disagree.", "Seal: not sealed yet", "Approved by:", "no case triggers", "no case shows", "cites"):
        assert told in report
    assert code == (0 if "triggers: none" in report and "shows: none" in report else 1)


def test_check_fails_when_a_case_does_not_come_out_as_written(run: Any, tmp_path: Path) -> None:
    place = small_protocol.write(tmp_path / "small")
    baseline = place / "cases/baseline.toml"
    text = baseline.read_text()
    assert 'outcome = "ready_to_book"' in text
    baseline.write_text(text.replace('outcome = "ready_to_book"', 'outcome = "urgent"', 1))
    code, (report,), _ = run("check", str(place))
    assert code == 1
    assert "outcome is ready_to_book, not urgent" in report


def test_a_protocol_that_is_none_is_told_and_not_traced() -> None:
    for arguments in (("check", "nowhere"), ("screen", "--protocol", "x" * 5_000), ("seal", "nowhere")):
        done = process(*arguments)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr
        assert b"Traceback" not in done.stderr


def test_compare_counts_who_changes_route_and_names_the_rules(run: Any, tmp_path: Path) -> None:
    new = tmp_path / "2026-11"
    shutil.copytree(PROTOCOLS / "2026-11", new, ignore=shutil.ignore_patterns("published.sha256"))
    text = (new / "rules/urgent.toml").read_text()
    assert text.count("phq9 in ('2','3')") == 1
    (new / "rules/urgent.toml").write_text(text.replace("phq9 in ('2','3')", "phq9 in ('3',)"))
    stopped = {**BASE, "id": "two", "answers": {**BASE["answers"], "phq9": 2}}
    given = "\n".join([json.dumps(BASE), "oops", json.dumps(stopped)]).encode()
    done = process("compare", "2026-11", str(new), given=given)
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert json.loads(done.stderr) == {"id": None, "error": "The line is not JSON, or nested too deeply."}
    assert (told["compared"], told["changed"]) == (2, 1)
    assert told["no_longer_stopped"][0]["id"] == "two"
    assert "R007" in told["no_longer_stopped"][0]["lost"]
    assert told["rules"][0] == {"rule": "R007", "count": 1}
    assert list(told)[2] == "no_longer_stopped"


def test_seal_publishes_once_and_refuses_an_edited_folder(run: Any, tmp_path: Path) -> None:
    place = small_protocol.write(tmp_path / "small")
    code, (seal,), _ = run("seal", str(place))
    assert (code, run("seal", str(place))[1]) == (0, [seal])
    (place / "followups.toml").write_bytes((place / "followups.toml").read_bytes() + b"\n# later\n")
    code, (nothing,), told = run("seal", str(place))
    assert (code, nothing) == (2, "")
    assert "followups.toml" in told
    assert "differs from the seal" in told


def test_sealing_an_edited_folder_tells_how_to_edit_a_protocol_and_doing_so_works(run: Any, tmp_path: Path) -> None:
    place, copy = small_protocol.write(tmp_path / "small"), tmp_path / "next"
    _, (seal,), _ = run("seal", str(place))
    (place / "followups.toml").write_bytes(b"# later\n" + (place / "followups.toml").read_bytes())

    _, _, told = run("seal", str(place))

    assert "copy the folder under a new name, without published.sha256" in told
    assert (
        told.index("never edited") < told.index("1. copy") < told.index("2. write the new name") < told.index("3. py")
    )
    shutil.copytree(place, copy, ignore=shutil.ignore_patterns("published.sha256"))
    top = copy / "protocol.toml"
    top.write_text(top.read_text().replace('name = "small"', 'name = "next"').replace("1.0.0", "1.1.0", 1))
    code, (new,), told = run("seal", str(copy))
    assert (code, told) == (0, "")
    assert new != seal


def test_a_draft_with_a_mistake_is_not_called_an_edited_one(run: Any, tmp_path: Path) -> None:
    place = small_protocol.write(tmp_path / "small")
    (place / "notes.txt").write_text("later")

    code, _, told = run("seal", str(place))

    assert code == 2
    assert told.splitlines() == ["notes.txt: This is not a file that a protocol has."]


def test_help_names_every_command_and_shows_a_case_that_is_read() -> None:
    done = process("--help")
    told = done.stdout.decode()
    for word in (*command_line.COMMANDS, "taking, as_needed, stopped or unsure", '"error"', "exit code"):
        assert word in told


@pytest.mark.parametrize("command", command_line.COMMANDS)
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        command_line.main([command, "--help"])
    assert (left.value.code, command_line.EACH[command][:30] in capsys.readouterr().out) == (0, True)


def test_a_reader_that_leaves_early_leaves_no_trace() -> None:
    command = [sys.executable, "-m", "screening", "medications"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdin
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        running.stdin.write(b"prozac\n" * 5_000)
        running.stdin.close()
        assert running.wait(60) == 1
        assert running.stderr.read() == b""


def test_the_newest_protocol_is_asked_when_none_is_named() -> None:
    assert published(command_line.NEWEST).seal == PROTOCOL.seal
    assert date(2026, 11, 20) == ON
