"""The decision on the command line, without a web server or a database: `python -m screening --help`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from screening import seal as sealing
from screening.all_cores import on_all_cores
from screening.answers import UnreadableAnswer, day
from screening.checking import check
from screening.compare import Change, Comparison, changed
from screening.engine import Result, screen
from screening.instruments import score
from screening.lines import BadLine, CaseLine, decoded, lines_of, read_case, read_object
from screening.loader import PROTOCOLS, NotAProtocol, load
from screening.loading.folder import SEAL_FILE
from screening.medications import Reading, Suggestion
from screening.protocol import Protocol

_Told = TypeVar("_Told")
NEWEST = max(path.name for path in PROTOCOLS.iterdir() if (path / "protocol.toml").exists())
ABOUT = """The decisions of a protocol, without a web server or a database.

  screen       one case a line in, one result a line out, both JSON
  medications  one typed text a line in, what it was read as, one JSON a line out
  score        {"instrument": "phq9", "items": [1, 0, 2, ...]} a line in; total, band and flags out
  check        is a protocol folder right? runs its cases, and says what no case triggers
  compare      the same cases under two protocols: who changes route, and because of which rules
  seal         publish a protocol folder: write its seal, after which it is not edited any more

A case, on one line:
  {"id": "V005", "on": "2026-11-20",
   "answers": {"safe_now": "yes", "service_interest": ["ket_iv_im"], "dob": "1991-05-02", "phq1": 2, ...},
   "medications": [{"text": "fluoxetine", "status": "stopped", "last_taken": "2026-10-30"}],
   "clinic": {"licensed_regions": ["US-CA"], "telehealth_flexibility_until": "2026-12-31"}}
Answers are keyed by question, as in questions.toml; tick lists are lists, numbers may be texts. What is left out was
not answered, or is not known, and is never read as "no". "on" is the day of the decision: ages count to it.
A medicine is taking, as_needed, stopped or unsure.

Its result:
  {"id", "protocol", "seal", "outcome", "priority", "services": {service: outcome},
   "findings": [{"rule", "outcome", "priority", "services", "because": [...], ...}],
   "undecided": [...], "clear": [...], "medications": [...], "hash", ...}

A line that cannot be read gives {"id", "error"}. The other lines are still answered, and the exit code is 1.

  printf 'zolft 50mg, stopped prozac 3 weeks ago' | python -m screening medications
  echo '{"instrument": "peg", "items": [4, 5, 6]}' | python -m screening score
"""
EACH = {
    "screen": "Decides one case a line. The form of a case and of its result: python -m screening --help",
    "medications": "Reads one typed text a line, with one medicine or several. Nothing but an exact name is matched.",
    "score": 'Scores one form a line: {"instrument": "gad7", "items": [0, 1, ...]}. null is an item without an answer.',
    "check": "Loads a protocol folder, runs its cases, names what no case reaches. Exit code 0 when all is right.",
    "compare": "Decides cases from standard input under two protocols. Bad lines are told on standard error.",
    "seal": "Writes published.sha256 into a folder that has none. A published one that was edited since is refused.",
}
HOW_TO_EDIT = f"""A published protocol is never edited: people were decided about under its seal.
Bring its files back, then
  1. copy the folder under a new name, without {SEAL_FILE}
  2. write the new name and version into protocol.toml of the copy, and edit the copy
  3. python -m screening check COPY, python -m screening compare PUBLISHED COPY, python -m screening seal COPY
What differs from what was published:"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code says whether everything was right."""
    chosen = _parser().parse_args(arguments)
    try:
        code = COMMANDS[chosen.command](chosen)
        sys.stdout.flush()
    except (NotAProtocol, OSError) as problem:
        if isinstance(problem, BrokenPipeError):  # whoever read the answers has gone
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m screening", description=ABOUT, formatter_class=argparse.RawTextHelpFormatter
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands = {name: subparsers.add_parser(name, description=about) for name, about in EACH.items()}
    for name in ("screen", "medications", "score"):
        about = f"name of a published one, or a folder; default: {NEWEST}"
        commands[name].add_argument("--protocol", default=NEWEST, metavar="NAME", help=about)
    about = 'the day that "3 weeks ago" counts back from, such as 2026-11-20; default: today'
    commands["medications"].add_argument("--on", type=_a_day, metavar="DATE", help=about)
    commands["check"].add_argument("protocol", nargs="?", default=NEWEST, help=f"default: {NEWEST}")
    commands["compare"].add_argument("old", help="name of a published one, or a folder")
    commands["compare"].add_argument("new", help="name of a published one, or a folder")
    commands["seal"].add_argument("protocol", help="a folder")
    return parser


def _a_day(text: str) -> date:
    try:
        return day(text)
    except UnreadableAnswer as problem:
        raise argparse.ArgumentTypeError(f'"{text}" {problem}') from None


def folder(name: str) -> Path:
    """A protocol folder by the name of a published one, or by its path."""
    published = PROTOCOLS / name
    return published if (published / "protocol.toml").exists() else Path(name)


def _each(answer: Callable[[str], dict[str, object]], *, with_blank: bool = False) -> int:
    """Answer each line; the exit code says whether every one could be."""
    code = 0
    for raw in lines_of(sys.stdin.buffer, with_blank=with_blank):
        told = _answered(answer, raw)
        code |= "error" in told
        print(json.dumps(told, ensure_ascii=True))
    return code


def _answered(answer: Callable[[str], _Told], raw: bytes) -> _Told | dict[str, object]:
    """What comes of one line; one that cannot be answered is an error for that line only."""
    try:
        return answer(decoded(raw))
    except BadLine as bad:
        return {"id": bad.case_id, "error": str(bad)}
    except Exception as error:  # noqa: BLE001 - one odd line never stops the others, and is never clear
        return {"id": None, "error": f"The line could not be decided ({type(error).__name__})."}


def _screen(chosen: argparse.Namespace) -> int:
    protocol = load(folder(chosen.protocol))
    return _each(lambda line: _screened(protocol, line))


def _screened(protocol: Protocol, line: str) -> dict[str, object]:
    case = read_case(line)
    return {"id": case.id, **_decided(protocol, case).as_json()}


def _decided(protocol: Protocol, case: CaseLine) -> Result:
    return screen(protocol, case.answers, on=case.on, medications=case.medications, clinic=case.clinic)


def _medications(chosen: argparse.Namespace) -> int:
    protocol = load(folder(chosen.protocol))
    on: date = chosen.on or datetime.now(UTC).astimezone().date()
    return _each(lambda line: _read(protocol, line, on), with_blank=True)


def _read(protocol: Protocol, line: str, on: date) -> dict[str, object]:
    return {"text": line, "medicines": [_reading_json(each) for each in protocol.names.read(line, on=on)]}


def _reading_json(reading: Reading) -> dict[str, object]:
    return {
        "typed": reading.typed,
        "match": reading.match,
        "how": reading.how,
        "ingredients": list(reading.ingredients),
        "known_as": list(reading.known_as),
        "suggestions": _suggested(reading.suggestions),
        "look_alikes": _suggested(reading.look_alikes),
        "dose": reading.dose,
        "form": reading.form,
        "frequency": reading.frequency,
        "status": reading.status,
        "last_taken": reading.last_taken.isoformat() if reading.last_taken else None,
    }


def _suggested(suggestions: Iterable[Suggestion]) -> list[dict[str, object]]:
    return [{"name": each.name, "ingredients": list(each.ingredients), "score": each.score} for each in suggestions]


def _score(chosen: argparse.Namespace) -> int:
    protocol = load(folder(chosen.protocol))
    return _each(lambda line: _scored(protocol, line))


def _scored(protocol: Protocol, line: str) -> dict[str, object]:
    value = read_object(line)
    name, items = value.get("instrument"), value.get("items")
    instrument = protocol.instruments.get(name) if isinstance(name, str) else None
    if instrument is None or not isinstance(items, list):
        why = f'"instrument" must be one of {", ".join(protocol.instruments)}, and "items" a list.'
        raise BadLine(why, value.get("id"))
    try:
        scored = score(instrument, items)
    except UnreadableAnswer as problem:
        raise BadLine(f"{problem}."[0].upper() + f"{problem}."[1:], value.get("id")) from None
    return {
        **({"id": value["id"]} if "id" in value else {}),
        "instrument": scored.instrument,
        "total": scored.total,
        "band": scored.band,
        "complete": scored.complete,
        "flags": list(scored.flags),
    }


def _check(chosen: argparse.Namespace) -> int:
    report = check(folder(chosen.protocol))
    print("\n".join(report.lines()))
    return 0 if report.is_clean else 1


def _compare(chosen: argparse.Namespace) -> int:
    old, new = (load(folder(name), sealed=False) for name in (chosen.old, chosen.new))
    comparison, code = Comparison(), 0
    for told in on_all_cores(
        lambda raw: _answered(lambda line: _compared(old, new, line), raw), lines_of(sys.stdin.buffer)
    ):
        if isinstance(told, dict):
            print(json.dumps(told, ensure_ascii=True), file=sys.stderr)
            code = 1
        else:
            comparison.add(told)
    print(json.dumps(comparison.as_json(), indent=2))
    return code


def _compared(old: Protocol, new: Protocol, line: str) -> Change | None:
    case = read_case(line)
    return changed(str(case.id), _decided(old, case), _decided(new, case))


def _seal(chosen: argparse.Namespace) -> int:
    place = folder(chosen.protocol)
    is_published = (place / SEAL_FILE).exists()
    try:
        load(place, sealed=is_published)
    except NotAProtocol:
        if is_published:
            print(HOW_TO_EDIT, file=sys.stderr)
        raise
    print(sealing.seal(place))
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "screen": _screen,
    "medications": _medications,
    "score": _score,
    "check": _check,
    "compare": _compare,
    "seal": _seal,
}


if __name__ == "__main__":
    sys.exit(main())
