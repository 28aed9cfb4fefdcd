"""The decision on the command line, without a web server or a database: `python -m screening --help`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from screening import seal as sealing
from screening.answers import UnreadableAnswer
from screening.checking import check
from screening.compare import Comparison
from screening.engine import Result, screen
from screening.instruments import score
from screening.lines import BadLine, CaseLine, read_case, read_object
from screening.loader import PROTOCOLS, NotAProtocol, load
from screening.medications import Reading
from screening.protocol import Protocol

NEWEST = max(path.name for path in PROTOCOLS.iterdir() if (path / "protocol.toml").exists())
ABOUT = """The decisions of a protocol, without a web server.

  screen       one case a line in (JSON), one result a line out
  medications  one typed text a line in, what it was read as, one JSON a line out
  score        {"instrument": "phq9", "items": [..]} a line in, total, band and flags out
  check        is a protocol folder right? runs its cases, and says what no case triggers
  compare      who changes route between two protocols, and because of which rules
  seal         write the seal of a protocol folder, after which it is not edited any more

A case is {"id": "V005", "on": "2026-11-20", "answers": {"safe_now": "yes", ...},
"medications": [{"text": "fluoxetine", "status": "stopped", "last_taken": "2026-10-30"}],
"clinic": {"licensed_regions": ["US-CA"], "telehealth_flexibility_until": "2026-12-31"}}.
Statuses: taking, as_needed, stopped, unsure. A clinic key that is missing is not known.
A bad line gives {"id", "error"}, the other lines are still answered, and the exit code is 1.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code says whether everything was right."""
    parser = argparse.ArgumentParser("screening", description=ABOUT, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("screen", "medications", "score"):
        commands.add_parser(name).add_argument("--protocol", default=NEWEST, help=f"default: {NEWEST}")
    commands.add_parser("check").add_argument("protocol", nargs="?", default=NEWEST)
    compared = commands.add_parser("compare")
    compared.add_argument("old")
    compared.add_argument("new")
    commands.add_parser("seal").add_argument("protocol")
    chosen = parser.parse_args(arguments)
    try:
        return COMMANDS[chosen.command](chosen)
    except NotAProtocol as problem:
        print(problem, file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1


def folder(name: str) -> Path:
    """A protocol folder by the name of a published one, or by its path."""
    published = PROTOCOLS / name
    return published if (published / "protocol.toml").exists() else Path(name)


def _lines() -> Iterator[str]:
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", "replace").strip("\r\n")
        if line.strip():
            yield line


def _answer(answer: Callable[[str], dict[str, object]]) -> int:
    """Answer each line; one that cannot be is an error for that line only."""
    code = 0
    for line in _lines():
        try:
            told = answer(line)
        except BadLine as bad:
            told, code = {"id": bad.case_id, "error": str(bad)}, 1
        except Exception as error:  # noqa: BLE001 - one odd line never stops the others, and is never clear
            told, code = {"id": None, "error": f"The line could not be decided ({type(error).__name__})."}, 1
        print(json.dumps(told, ensure_ascii=True))
    return code


def _screen(chosen: argparse.Namespace) -> int:
    protocol = load(folder(chosen.protocol))
    return _answer(lambda line: _screened(protocol, line))


def _screened(protocol: Protocol, line: str) -> dict[str, object]:
    case = read_case(line)
    return {"id": case.id, **_decided(protocol, case).as_json()}


def _decided(protocol: Protocol, case: CaseLine) -> Result:
    return screen(protocol, case.answers, on=case.on, medications=case.medications, clinic=case.clinic)


def _medications(chosen: argparse.Namespace) -> int:
    protocol = load(folder(chosen.protocol))
    return _answer(lambda line: _read(protocol, line))


def _read(protocol: Protocol, line: str) -> dict[str, object]:
    return {"text": line, "medicines": [_reading_json(each) for each in protocol.names.read(line)]}


def _reading_json(reading: Reading) -> dict[str, object]:
    return {
        "typed": reading.typed,
        "match": reading.match,
        "how": reading.how,
        "ingredients": list(reading.ingredients),
        "known_as": list(reading.known_as),
        "suggestions": [
            {"name": each.name, "ingredients": list(each.ingredients), "score": each.score}
            for each in reading.suggestions
        ],
        "dose": reading.dose,
        "status": reading.status,
        "last_taken": reading.last_taken.isoformat() if reading.last_taken else None,
    }


def _score(chosen: argparse.Namespace) -> int:
    protocol = load(folder(chosen.protocol))
    return _answer(lambda line: _scored(protocol, line))


def _scored(protocol: Protocol, line: str) -> dict[str, object]:
    value = read_object(line)
    instrument = protocol.instruments.get(str(value.get("instrument")))
    items = value.get("items")
    if instrument is None or not isinstance(items, list):
        raise BadLine(f'"instrument" must be one of {", ".join(protocol.instruments)}, and "items" a list.')
    try:
        scored = score(instrument, items)
    except UnreadableAnswer as problem:
        raise BadLine(f"{problem}."[0].upper() + f"{problem}."[1:]) from None
    return {
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
    for line in _lines():
        try:
            case = read_case(line)
        except BadLine as bad:
            print(json.dumps({"id": bad.case_id, "error": str(bad)}), file=sys.stderr)
            code = 1
            continue
        comparison.add(str(case.id), *(_decided(protocol, case) for protocol in (old, new)))
    print(json.dumps(comparison.as_json(), indent=2))
    return code


def _seal(chosen: argparse.Namespace) -> int:
    place = folder(chosen.protocol)
    load(place, sealed=False)
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
