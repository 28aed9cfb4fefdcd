"""The numbers of tests/ux_budget.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

BUDGET: Final[dict[str, Any]] = tomllib.loads((Path(__file__).resolve().parents[1] / "ux_budget.toml").read_text())
