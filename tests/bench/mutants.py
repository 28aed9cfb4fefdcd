"""Mutation testing of the decision: the code is changed in small ways, and the tests must notice each change.

    python -m tests.bench.mutants medicine_dates medicine_text --minutes 10

Modules are named without folder. Works on a copy, runs only tests/screening, and needs neither a database nor Django.
mutmut changes functions and methods; patterns, word lists and weights of a module, and functions with a decorator such
as a property, it leaves alone. `mutant_session` asks the tests, much quicker than mutmut itself would. A mutant that
hangs counts as killed. What was not tried in time is counted and said.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
TESTS: Final = "tests/screening"
MINUTES: Final = 60.0
KILLED: Final = ("killed", "timeout")
UNTRIED: Final = "not tried"
WANTED: Final = 90


def main() -> int:
    """Print survivors, then each module's share of killed mutants; 1 when one has less than 90 %."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="+", help="such as medicine_dates, or conditions")
    parser.add_argument("--tests", nargs="+", default=[TESTS], help=f"which tests ask; default {TESTS}")
    about = "only mutants whose number ends so, as a sample: 05 takes one in five"
    parser.add_argument("--ending", default="", metavar="DIGITS", help=about)
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"stop after so long; default {MINUTES:g}")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="mutants asked about at a time")
    chosen = parser.parse_args()
    until = time.time() + chosen.minutes * 60
    paths = [f"screening/{name.removesuffix('.py')}.py" for name in chosen.modules]
    if missing := [path for path in paths if not (REPOSITORY / path).exists()]:
        parser.error(f"There is no {', '.join(missing)}.")
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, chdir(folder):
        _prepare(Path(folder), paths, chosen.tests)
        mutants = {name: path for name, path in _made(paths) if name.endswith(tuple(chosen.ending or "0123456789"))}
        asked = {"mutants": list(mutants), "tests": chosen.tests, "until": until, "children": chosen.processes}
        results = dict.fromkeys(mutants, UNTRIED) | _asked(Path(folder, "mutants"), asked)
        _print_survivors(mutants, results)
    return _print_shares(results)


def _prepare(copy: Path, paths: Sequence[str], tests: Sequence[str]) -> None:
    """A copy of the decision and its tests, with settings of its own in place of the project's."""
    unwanted = shutil.ignore_patterns("__pycache__", ".hypothesis")
    for name in ("screening", TESTS, "tests/bench"):
        shutil.copytree(REPOSITORY / name, copy / name, ignore=unwanted)
    for name in ("__init__.py", "cases.py"):
        shutil.copy(REPOSITORY / "tests" / name, copy / "tests")
    settings = "addopts = -p no:django -p no:xdist -p no:cacheprovider --hypothesis-seed=1\npythonpath = .\n"
    (copy / "mutants.ini").write_text(f"[pytest]\n{settings}", encoding="utf-8")
    lines = {
        "source_paths": ["screening"],
        "only_mutate": list(paths),
        "also_copy": ["screening", "tests", "mutants.ini"],
        "pytest_add_cli_args_test_selection": list(tests),
    }
    settings = "\n".join(f"{key} = {json.dumps(value)}" for key, value in lines.items())
    (copy / "pyproject.toml").write_text(f"[tool.mutmut]\n{settings}\n", encoding="utf-8")


def _made(paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The names of all mutants with the path of their module; their code is written into a copy of the copy."""
    from mutmut import __main__ as mutmut  # it reads its settings from the folder in which it is imported
    from mutmut.mutation.data import SourceFileMutationData

    with redirect_stdout(sys.stderr):
        mutmut.copy_src_dir()
        mutmut.copy_also_copy_files()
        mutmut.create_mutants(1)
    for path in paths:
        made = SourceFileMutationData(path=Path(path))
        made.load()
        yield from ((name, path) for name in made.exit_code_by_key)


def _asked(folder: Path, asked: Mapping[str, object]) -> dict[str, str]:
    """What the session found until it was done or the time was over."""
    (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "tests.bench.mutant_session"], cwd=folder, check=False)
    found = folder / "results.jsonl"
    return dict(map(json.loads, found.read_text(encoding="utf-8").splitlines())) if found.exists() else {}


def _print_survivors(mutants: Mapping[str, str], results: Mapping[str, str]) -> None:
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    for name, status in results.items():
        if status in (*KILLED, UNTRIED):
            continue
        print(f"{name}: {status}")
        diff = get_diff_for_mutant(name, path=mutants[name]).splitlines()
        changed = (line for line in diff if line[:1] in ("-", "+") and line[:4] not in ("--- ", "+++ "))
        print("\n".join(f"    {line}" for line in changed), flush=True)


def _print_shares(results: Mapping[str, str]) -> int:
    modules: dict[str, Counter[str]] = {}
    for name, status in results.items():
        modules.setdefault(".".join(name.split(".")[:2]), Counter())[status] += 1
    is_good = True
    print(f"\n{'module':<34}{'killed':>8}{'survived':>10}{'not tried':>11}{'share':>9}")
    for module, counts in sorted(modules.items()):
        killed = sum(counts[status] for status in KILLED)
        tried = counts.total() - counts[UNTRIED]
        share = killed / tried if tried else 0.0
        is_good &= share * 100 >= WANTED
        print(f"{module:<34}{killed:>8}{tried - killed:>10}{counts[UNTRIED]:>11}{share:>9.1%}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
