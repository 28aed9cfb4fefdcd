"""The worked cases of the published protocol by their number, read once for all tests; the baseline is the first."""

from __future__ import annotations

from typing import Final

from screening.loader import PROTOCOLS, load_cases, published

PROTOCOL: Final = published("2026-11")
CASES: Final = {case.id: case for case in load_cases(PROTOCOLS / PROTOCOL.name, PROTOCOL)}
