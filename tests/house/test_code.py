"""What holds for every file: size, names, import contracts, verbs, one sender of tasks, documented settings."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 350
EMPTY_NAMES = {"utils", "common", "helpers", "misc", "core", "services"}
APPS = sorted(path.parent.name for path in (ROOT / "clinic").glob("*/apps.py"))
ACTIONS = sorted(path.relative_to(ROOT).with_suffix("") for path in (ROOT / "clinic").glob("*/*actions.py"))


def sources(*folders: str) -> Iterator[Path]:
    """Every Python file of ours below these folders."""
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


@pytest.mark.parametrize("path", [*sources("clinic", "screening", "tests")], ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_is_short_says_what_it_holds_and_has_a_name_that_says_something(path: Path) -> None:
    text = path.read_text()

    assert len(text.splitlines()) <= LONGEST
    assert ast.get_docstring(ast.parse(text)), "the module opens with one sentence saying what it holds"
    assert path.stem not in EMPTY_NAMES
    assert path.parent.name not in EMPTY_NAMES


def test_the_import_contracts_hold_without_exceptions() -> None:
    assert "ignore_imports" not in (ROOT / ".importlinter").read_text()
    checked = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout[-2000:]


def actions() -> Iterator[tuple[str, Callable[..., object]]]:
    """Every public function of every actions.py and every module named after some of them, such as send_actions.py."""
    for path in ACTIONS:
        module = import_module(".".join(path.parts))
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and function.__module__ == module.__name__:
                yield f"{path.parent.name}.{name}", function


READS = {
    "booking.may_arrive",
    "booking.rules_for",
    "intake.could_not_be_reached",
    "notifications.nudge_about_stops",
    "patients.has_agreed",
    "reviews.looks",
    "reviews.others_viewing",
    "reviews.unmatched_line",
}
"""Questions that live beside the verbs they belong to and write nothing."""
FROM_OUTSIDE = {"notifications.hear_text"}
"""What a provider brings: a number, and whose it is, is found in there."""


@pytest.mark.parametrize(("name", "function"), list(actions()), ids=[name for name, _ in actions()])
def test_an_action_is_keyword_only_says_who_and_is_documented(name: str, function: Callable[..., object]) -> None:
    parameters = inspect.signature(function).parameters.values()

    assert function.__doc__
    if name in READS:
        return
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters), "keyword-only"
    assert name in FROM_OUTSIDE or "by" in {parameter.name for parameter in parameters}, "takes by="
    assert "Args:" in function.__doc__, "says its arguments"


def test_only_one_place_hands_tasks_to_the_broker() -> None:
    sends = re.compile(r"\.(delay|apply_async|send_task|delay_on_commit)\(|\.signature\(|countdown=|eta=")
    found = [path for path in sources("clinic") if sends.search(path.read_text())]

    assert [path.relative_to(ROOT).as_posix() for path in found] == ["clinic/celery.py"]


def test_a_task_is_at_most_five_lines_and_only_calls_actions() -> None:
    for path in sources("clinic"):
        if path.name != "tasks.py":
            continue
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                body = [node for node in function.body if not isinstance(node, ast.Expr) or not _is_text(node)]
                assert len(body) <= 5, f"{path}: {function.name}"


def _is_text(node: ast.Expr) -> bool:
    return isinstance(node.value, ast.Constant)


def test_no_form_view_or_presenter_creates_rows() -> None:
    writes = re.compile(r"\.objects\.(create|bulk_create|update|get_or_create)\(|\.save\(\)|\.delete\(\)")
    reading = [p for p in sources("clinic") if p.name.startswith(("views", "presenters", "forms"))]
    found = [path.relative_to(ROOT).as_posix() for path in reading if writes.search(path.read_text())]

    assert found == []


def test_every_setting_that_comes_from_the_environment_is_documented() -> None:
    settings = (ROOT / "clinic" / "settings.py").read_text() + (ROOT / "clinic" / "onebox" / "places.py").read_text()
    named = set(re.findall(r'environ(?:\.get)?[\[(]"([A-Z_]+)"', settings)) | set(
        re.findall(r'secret\("([A-Z_]+)"', settings)
    )
    rows = re.findall(r"^\| (`.+?) \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    documented = {name for row in rows for name in re.findall("`([A-Z_]+)`", row)}

    assert named <= documented, f"not in docs/settings.md: {sorted(named - documented)}"


def test_no_registry_host_and_no_path_of_a_machine_is_named() -> None:
    hosts = re.compile(r"pypi\.org|registry\.npmjs|deb\.debian\.org|files\.pythonhosted|/work/|/opt/|/tmp/brief")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    text_files = [ROOT / name for name in listed if not name.endswith((".woff2", ".ttf", ".png"))]
    found = [p.name for p in text_files if p.exists() and p != Path(__file__) and hosts.search(p.read_text())]

    assert found == []


def test_every_direct_dependency_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    pinned = [line for line in lines if re.match(r'  "[a-z]', line)]

    assert pinned
    assert all(re.search(r'",\s+# .{10,}', line) for line in pinned)


def test_an_adr_is_at_most_forty_lines() -> None:
    for path in sorted((ROOT / "docs" / "adr").glob("*.md")):
        assert len(path.read_text().splitlines()) <= 40, path.name
