"""The report of `make bench`: each figure with its target, measured in this one run on this machine.

python -m tests.bench            everything, in about four minutes
python -m tests.bench decision   only that part
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterable
from importlib import import_module
from typing import Final

from tests.bench import place
from tests.bench.figures import Figure, table

ALONE: Final = {
    "decision": "The decision, in one process",
    "medicines": "Misspelt medicines",
    "installed": "Size of what is installed",
}
IN_A_CLINIC: Final = {
    "patient_pages": "Patient pages against bare Django views, 95th percentiles",
    "worklist": "The worklist and the review page at 1,000,000 intakes that wait",
    "booking": "Free times, and bookings under contention",
    "delivering": "Delivering, with real workers and the embedded broker",
    "weight": "Weight of patient pages, as our own server sends them",
    "painting": "When a slow phone on slow 4G has painted a page, in Chromium",
}
NOISY_FROM: Final = 0.25
"""Load for each core above which somebody else is clearly at work."""


def main() -> None:
    """Measure what was asked for, print it, and count what was not met. Whether that is bad, a person decides."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = [*ALONE, *IN_A_CLINIC]
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(known)}; all when left out")
    asked = parser.parse_args().parts or known
    if unknown := set(asked) - set(known):
        parser.error(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
    begun = time.monotonic()
    print(_machine())
    figures = _print(ALONE, asked)
    if any(part in asked for part in IN_A_CLINIC):
        place.choose()
        with place.opened():
            print(f"\nPostgreSQL of the bench: {place.durability()}", flush=True)
            figures += _print(IN_A_CLINIC, asked)
    verdicts = [figure.verdict for figure in figures if figure.verdict]
    print(f"\n{verdicts.count('met')} of {len(verdicts)} targets met in {time.monotonic() - begun:.0f} s. {_machine()}")


def _print(parts: dict[str, str], asked: Iterable[str]) -> list[Figure]:
    """Each part's figures, printed as they come."""
    kept: list[Figure] = []
    for name, title in parts.items():
        if name not in asked:
            continue
        figures = list(import_module(f"tests.bench.{name}").figures())
        kept += figures
        for line in table(title, figures):
            print(line, flush=True)
    return kept


def _machine() -> str:
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    noisy = load > NOISY_FROM * cores
    return f"Load {load:.1f} on {cores} cores{': a noisy machine, trust the ratios only' if noisy else ''}."


if __name__ == "__main__":
    main()
