"""How much of the processor the decision and the loading of its protocol take, and how much memory; no Django."""

from __future__ import annotations

import gc
import json
import os
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final

from screening.all_cores import on_all_cores
from screening.cases import CASE_DAY, facts_of
from screening.compare import Change, changed
from screening.engine import screen
from screening.facts import Facts
from screening.lines import decoded, read_case
from screening.loader import PROTOCOLS, load, load_cases
from screening.medicine_facts import Listed
from screening.protocol import Protocol
from tests.bench.figures import Figure, Prepare, Times, in_turns, ratio

PROTOCOL: Final = "2026-11"
CASE: Final = "V000"
ROUNDS: Final = 1_000
LOADS: Final = 5
COMPARED: Final = 10
SUMMED: Final = 10_000
"""So many numbers take about half as long as a decision, and always the same work."""
TYPED: Final = (
    Listed("sertraline 50 mg daily", "taking"),
    Listed("Xanax 0.5 mg", "as_needed"),
    Listed("lisinopril 10 mg", "taking"),
    Listed("metformin 500 mg twice a day", "taking"),
    Listed("levothyroxine", "taking"),
    Listed("Prozac", "stopped", CASE_DAY - timedelta(days=21)),
)
"""Six medicines as people write them, two of them with rules of their own."""
MICRO: Final = 1e6


def figures() -> Iterator[Figure]:
    """The decision on a complete intake, then its protocol."""
    memory = list(_memory())
    loading = in_turns({"load": lambda _: lambda: load(PROTOCOLS / PROTOCOL)}, LOADS, warm_up=1)["load"]
    yield from _deciding(load(PROTOCOLS / PROTOCOL))
    clock = f"on the clock {loading.median * 1e3:.0f} ms, n = {LOADS}"
    yield Figure("load and validate the protocol, median", loading.usually_busy * 1e3, "ms", at_most=300, detail=clock)
    yield _comparing(load(PROTOCOLS / PROTOCOL))
    yield from memory


def _deciding(protocol: Protocol) -> Iterator[Figure]:
    told = _complete(protocol)
    result = screen(protocol, told.given, on=CASE_DAY, medications=TYPED, clinic=told.clinic)
    closures = [_trivial(number) for number in range(len(protocol.rules))]
    values = dict(enumerate(range(len(closures))))
    works: dict[str, Prepare] = {
        "loop": lambda _: lambda: [holds(values) for holds in closures],
        "screen": lambda _: lambda: screen(protocol, told.given, on=CASE_DAY, medications=TYPED, clinic=told.clinic),
        "without": lambda _: lambda: screen(protocol, told.given, on=CASE_DAY, clinic=told.clinic),
        "json": lambda _: result.as_json,
    }
    beside = in_turns({"screen": works["screen"], "sum": lambda _: lambda: sum(range(SUMMED))}, ROUNDS)
    alone, steady = beside["screen"], beside["sum"]
    times = in_turns(works, ROUNDS)
    came_out = f"{result.outcome}, {len(result.findings)} findings, {len(result.clear)} rules clear"
    yield _microseconds("screen() of a complete intake, 6 medicines, median", alone, 2_000, came_out)
    yield _microseconds("  the same, goal", alone, 300, _on_the_clock(alone))
    slowed = steady.usually_busy / steady.undisturbed
    yield Figure("  what the machine adds: a sum beside it, median : tenth", slowed, "x", detail=_on_the_clock(steady))
    yield _microseconds("  in turns with what follows", times["screen"], detail=_on_the_clock(times["screen"]))
    yield _microseconds("  without the medicines", times["without"])
    yield _microseconds("  as_json() with its hash, for the sealed record", times["json"])
    yield ratio(f"screen() : plain loop over {len(closures)} closures", times["screen"], times["loop"])


def _comparing(protocol: Protocol) -> Figure:
    """What `compare` does with the worked cases, over and over, from lines of text to who changes route."""
    cases = {case.id: case for case in load_cases(PROTOCOLS / PROTOCOL, protocol)}
    facts = (facts_of(protocol, case, cases[CASE]) for case in cases.values())
    lines = [json.dumps(_line(each), default=date.isoformat).encode() for each in facts] * COMPARED

    def compared(raw: bytes) -> Change | None:
        case = read_case(decoded(raw))
        asked = {"on": case.on, "medications": case.medications, "clinic": case.clinic}
        return changed("", *(screen(each, case.answers, **asked) for each in (protocol, protocol)))

    busy, begun = sum(os.times()[:4]), time.perf_counter()
    count = len(list(on_all_cores(compared, lines)))
    seconds, each = time.perf_counter() - begun, (sum(os.times()[:4]) - busy) / count
    detail = f"processor {each * MICRO:,.0f} us an intake, {1 / each:,.0f} a second of one core, n = {count:,}"
    return Figure(
        "compare two protocols, intakes a second on all cores", count / seconds, "", at_least=1_000, detail=detail
    )


def _line(facts: Facts) -> dict[str, object]:
    """A case as the command line takes it."""
    medicines = [
        {"text": each.text, "status": each.status, "last_taken": each.last_taken} for each in facts.medications
    ]
    regions, until = facts.clinic.licensed_regions, facts.clinic.telehealth_flexibility_until
    return {
        "on": facts.on,
        "answers": dict(facts.given),
        "medications": medicines,
        "clinic": {"licensed_regions": regions and sorted(regions), "telehealth_flexibility_until": until},
    }


def _complete(protocol: Protocol) -> Facts:
    """The worked case with every question answered, and medicines that are taken."""
    cases = {case.id: case for case in load_cases(PROTOCOLS / PROTOCOL, protocol)}
    facts = facts_of(protocol, cases[CASE], cases[CASE])
    return Facts(protocol, {**facts.given, "med_none": "takes"}, CASE_DAY, facts.clinic, TYPED)


def _trivial(number: int) -> Callable[[dict[int, int]], bool]:
    return lambda values: values[number] == -1


def _microseconds(what: str, times: Times, at_most: float | None = None, detail: str = "") -> Figure:
    return Figure(what, times.usually_busy * MICRO, "us", at_most=at_most, detail=detail)


def _on_the_clock(times: Times) -> str:
    tenth, median = times.undisturbed * MICRO, times.median * MICRO
    return f"quickest tenth {tenth:,.0f} us, on the clock {median:,.0f} us, n = {len(times.seconds):,}"


def _memory() -> Iterator[Figure]:
    """What stays in memory after loading, and after the first misspelt medicine, which builds a further index."""
    gc.collect()
    tracemalloc.start()
    protocol = load(PROTOCOLS / PROTOCOL)
    gc.collect()
    loaded = tracemalloc.get_traced_memory()[0]
    protocol.names.read("zolaft")
    gc.collect()
    indexed = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    yield Figure("memory of the loaded protocol", loaded / 1e6, "MB")
    yield Figure("  with the index for misspelt medicines", indexed / 1e6, "MB")
