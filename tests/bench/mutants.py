"""Mutation testing of the decision: the code is changed in small ways, and the tests must notice each change.

    python -m tests.bench.mutants medicine_dates medicine_text --minutes 10

Modules are named without folder. What tests build when they are imported is not seen to be theirs: let them build it in
a function. Works on a copy, runs only tests/screening, and needs neither a database nor Django.
mutmut changes functions and methods; patterns, word lists and weights of a module, and functions with a decorator such
as a property, it leaves alone. A mutant that hangs counts as killed. What was not tried in time is counted and said.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
TESTS: Final = "tests/screening"
MINUTES: Final = 60.0
KILLED: Final = ("killed", "timeout", "segfault", "check was interrupted by user")  # so it calls what breaks an import
UNTRIED: Final = ("not checked",)
WANTED: Final = 90
_RESULT: Final = re.compile(r"^\s*(screening\.\S+__mutmut_\d+): (.+?)\s*$", re.MULTILINE)

FRESH: Final = '''"""Forgets what an earlier run in this process kept, so that each mutant is really asked."""
import os, sys

def forget():
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("screening", "tests"):
            for what, value in list(vars(module).items()):
                if callable(getattr(value, "cache_clear", None)) and what not in {kept}:
                    value.cache_clear()

def pytest_sessionstart(session):
    forget()
    for name in [name for name in sys.modules if name.startswith("tests.screening") and {again}]:
        del sys.modules[name]

def pytest_runtest_setup(item):
    if os.environ.get("MUTANT_UNDER_TEST") == "stats":
        forget()  # so that each test is seen to call what it needs, and not only the first
'''


def main() -> int:
    """Print survivors, then each module's share of killed mutants; 1 when one has less than 90 %."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="+", help="such as medicine_dates, or conditions")
    parser.add_argument("--tests", nargs="+", default=[TESTS], help=f"which tests ask; default {TESTS}")
    about = "only mutants whose number ends so, as a sample: 05 takes one in five"
    parser.add_argument("--ending", default="", metavar="DIGITS", help=about)
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"stop after so long; default {MINUTES:g}")
    chosen = parser.parse_args()
    paths = [f"screening/{name.removesuffix('.py')}.py" for name in chosen.modules]
    if missing := [path for path in paths if not (REPOSITORY / path).exists()]:
        parser.error(f"There is no {', '.join(missing)}.")
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        _prepare(copy, paths, chosen.tests)
        output = _run(copy, chosen.minutes * 60, chosen.ending)
        results = dict(_RESULT.findall(_mutmut(copy, "results", "--all", "true")))
        if not results:
            print(output[-3000:])
            return 2
        _print_survivors(copy, results)
    return _print_shares(results)


def _prepare(copy: Path, paths: Sequence[str], tests: Sequence[str]) -> None:
    """A copy of the decision and its tests, with settings of its own in place of the project's."""
    unwanted = shutil.ignore_patterns("__pycache__", ".hypothesis")
    for name in ("screening", TESTS, "tests/bench"):
        shutil.copytree(REPOSITORY / name, copy / name, ignore=unwanted)
    shutil.copy(REPOSITORY / "tests/__init__.py", copy / "tests")
    only_names = all(Path(path).name.startswith("medic") for path in paths)
    kept = {"medications", "known_names"} if only_names else {""}  # what names are read from, at a third of a second
    (copy / "fresh.py").write_text(FRESH.format(kept=kept, again=not only_names), encoding="utf-8")
    settings = "addopts = -p no:django -p no:xdist -p no:cacheprovider -p fresh --hypothesis-seed=1\n"
    (copy / "mutants.ini").write_text(f"[pytest]\n{settings}pythonpath = .\n", encoding="utf-8")
    lines = {
        "source_paths": ["screening"],
        "only_mutate": list(paths),
        "also_copy": ["screening", "tests", "fresh.py", "mutants.ini"],
        "pytest_add_cli_args": ["-c", "mutants.ini", "-x"],
        "pytest_add_cli_args_test_selection": list(tests),
    }
    settings = "\n".join(f"{key} = {json.dumps(value)}" for key, value in lines.items())
    (copy / "pyproject.toml").write_text(f"[tool.mutmut]\n{settings}\n", encoding="utf-8")


def _run(copy: Path, seconds: float, ending: str) -> str:
    """Try mutants until all are done or the time is over; what was found until then is kept on disk by mutmut."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(os.cpu_count() or 1)]
    command += [f"*__mutmut_*[{ending}]"] if ending else []
    with (copy / "output").open("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, cwd=copy, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, env=_quietly()
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            print(f"Stopped after {seconds / 60:g} minutes.")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        output.seek(0)
        return output.read()


def _mutmut(copy: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False, env=_quietly()).stdout


def _quietly() -> dict[str, str]:
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}


def _print_survivors(copy: Path, results: dict[str, str]) -> None:
    for name, status in results.items():
        if status in (*KILLED, *UNTRIED):
            continue
        print(f"{name}: {status}")
        diff = _mutmut(copy, "show", name).splitlines()
        print("\n".join(f"    {line}" for line in diff if re.match(r"[-+](?![-+]{2} )", line)), flush=True)


def _print_shares(results: dict[str, str]) -> int:
    modules: dict[str, Counter[str]] = {}
    for name, status in results.items():
        modules.setdefault(".".join(name.split(".")[:2]), Counter())[status] += 1
    is_good = True
    print(f"\n{'module':<34}{'killed':>8}{'survived':>10}{'not tried':>11}{'share':>9}")
    for module, counts in sorted(modules.items()):
        killed, untried = (sum(counts[status] for status in kind) for kind in (KILLED, UNTRIED))
        tried = counts.total() - untried
        share = killed / tried if tried else 0.0
        is_good &= share * 100 >= WANTED
        print(f"{module:<34}{killed:>8}{tried - killed:>10}{untried:>11}{share:>9.1%}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
