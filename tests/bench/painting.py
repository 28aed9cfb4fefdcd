"""How soon a phone paints the largest part of a patient page over a slow line, and whether anything moves (U18)."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from clinic.onebox import processes, programs
from clinic.onebox.web import Address
from tests.bench import visitors
from tests.bench.figures import Figure, percentile
from tests.bench.place import VAR
from tests.conftest import CHROMIUM_FLAGS
from tests.ux.budget import BUDGET

SPEED: Final = BUDGET["speed"]
KBIT: Final = 1024 / 8
SLOW_4G: Final = {
    "offline": False,
    "latency": 562.5,
    "downloadThroughput": 1474.56 * KBIT,
    "uploadThroughput": 675 * KBIT,
}
"""What Lighthouse and the developer tools of Chrome call so: 150 ms there and back, 1.6 Mbit/s, less what is lost."""
SLOW_PHONE: Final = 4
"""Times that the processor is slower, as Lighthouse sets it."""
SCREEN: Final = {"width": 390, "height": 844}
LOADS: Final = 5
STARTS_WITHIN: Final = 60.0
EIGHT_ROWS, SIGN = "mood", "sign"
WATCH: Final = """window.seen = {paint: 0, what: "", moved: 0};
new PerformanceObserver((list) => list.getEntries().forEach((each) => {
  window.seen.paint = each.startTime; window.seen.what = each.element ? each.element.localName : "";
})).observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver((list) => list.getEntries().forEach((each) => { window.seen.moved += each.value; }))
  .observe({type: "layout-shift", buffered: true});"""
SEEN: Final = """document.fonts.ready.then(() => new Promise((tell) => {
  const quiet = () => setTimeout(() => tell(window.seen), 300);
  const look = () => (window.seen.paint ? quiet() : setTimeout(look, 50));
  look();
}))"""

Loads = list[tuple[float, str, float]]
"""Seconds until the largest part was painted, what it was, and how far things moved, load by load."""


def figures() -> Iterator[Figure]:
    """Pages where people arrive, and two of the form, each with nothing kept in the browser, then with its files."""
    eight, signing = (visitors.copies(visitors.filled_in(name), 1)[0] for name in (EIGHT_ROWS, SIGN))
    pages = {
        "/": (reverse("pages:home"), ""),
        "/check/1/": (reverse("intake:check_page", args=[1]), ""),
        "/help-now/": (reverse("pages:help_now"), ""),
        "/intake/start/": (reverse("intake:start"), ""),
        "a page of eight rows": (visitors.address_of_open_page(eight.intake), eight.cookies),
        "check your answers": (reverse("intake:answers"), signing.cookies),
    }
    with _served() as site:
        found = _seen(site, pages)
    for name, (first, following) in found.items():
        yield from _figures(name, first, following)


def _figures(name: str, first: Loads, following: Loads) -> Iterator[Figure]:
    took = [seconds for seconds, _, _ in first]
    detail = f"median {percentile(took, 50):.2f}, slowest {max(took):.2f}, painted last: {first[0][1]}, n = {len(took)}"
    most = SPEED["largest_paint_seconds"]
    yield Figure(f"{name}: largest paint, first view, 75th percentile", percentile(took, 75), "s", most, detail=detail)
    yield Figure(f"{name}: as the next page", percentile([each[0] for each in following], 75), "s", most)
    moved = max(shift for _, _, shift in first + following)
    yield Figure(f"{name}: layout shift, worst load", moved, "", SPEED["layout_shift"])


@contextmanager
def _served() -> Iterator[str]:
    """The clinic behind its own web server, as `make run` starts it."""
    address = Address("127.0.0.1", 0)
    with (VAR / "web.log").open("ab") as log:
        server = programs.web(address).start(log)
    try:
        _wait_for(address, server)
        yield address.url
    finally:
        server.terminate()
        processes.end([server], time.monotonic() + STARTS_WITHIN)
        address.socket.close()


def _wait_for(address: Address, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while not address.answers():
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"The web server did not start; see {VAR / 'web.log'}.")
        time.sleep(0.1)


def _seen(site: str, pages: dict[str, tuple[str, str]]) -> dict[str, tuple[Loads, Loads]]:
    found: dict[str, tuple[Loads, Loads]] = {name: ([], []) for name in pages}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        for _ in range(LOADS):
            for name, (path, cookies) in pages.items():
                first, following = _opened_twice(chromium, site + path, cookies)
                found[name][0].append(first)
                found[name][1].append(following)
        chromium.close()
    return found


def _opened_twice(chromium: Browser, address: str, cookies: str) -> tuple[tuple[float, str, float], ...]:
    """A phone that was never here opens a page, and then opens it again."""
    context = chromium.new_context(viewport=SCREEN, device_scale_factor=3, is_mobile=True, service_workers="block")
    context.set_default_timeout(STARTS_WITHIN * 1000)
    context.add_init_script(WATCH)
    names = (each.partition("=") for each in cookies.split("; ") if each)
    context.add_cookies([{"name": name, "value": value, "url": address} for name, _, value in names])
    try:
        return _opened(context, address), _opened(context, address)
    finally:
        context.close()


def _opened(context: BrowserContext, address: str) -> tuple[float, str, float]:
    page = context.new_page()
    throttle = context.new_cdp_session(page)
    throttle.send("Network.enable")
    throttle.send("Network.emulateNetworkConditions", SLOW_4G)
    throttle.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_PHONE})
    answer = page.goto(address)
    if answer is None or answer.status != 200 or page.url != address:
        raise RuntimeError(f"{address} answered {answer and answer.status} at {page.url}")
    seen = page.evaluate(SEEN)
    page.close()
    if not seen["paint"]:
        raise RuntimeError(f"The browser did not say when it painted {address}.")
    return seen["paint"] / 1000, seen["what"], seen["moved"]
