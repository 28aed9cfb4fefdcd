"""A browser page that shows pages of the registry as they were sent, without a server, and measures them."""

from __future__ import annotations

import base64
import mimetypes
import re
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.ux.shown import Shown, file_bytes

AXE: Final = "/axe.js"
MEASURE: Final = (Path(__file__).parent / "measure.js").read_text()
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FAULTS_ALONE: Final = {"resultTypes": ["violations"]}
"""axe finds the same, and works out no address for what is well."""
EVERY_RULE: Final = {"runOnly": TAGS} | FAULTS_ALONE
OF_COLOR: Final = ["color-contrast", "link-in-text-block"]
RULES_OF_COLOR: Final = {"runOnly": {"type": "rule", "values": OF_COLOR}} | FAULTS_ALONE
RULES_BUT_COLOR: Final = EVERY_RULE | {"rules": {name: {"enabled": False} for name in OF_COLOR}}
STRUCTURE: Final = EVERY_RULE | {"rules": {name: {"enabled": False} for name in (*OF_COLOR, "target-size")}}
"""For pages whose colors are asked about apart, and the size of whose targets measure.js asks more strictly."""
TEXT_SPACING: Final = """
* {line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important}
p {margin-block-end: 2em !important}"""
"""WCAG 1.4.12."""
TWICE_THE_TEXT: Final = "html {font-size: 200% !important}"
"""WCAG 1.4.4."""


class Colors:
    """How texts looked on the pages that were asked about so far, by theme."""

    def __init__(self) -> None:
        self._seen: dict[str, set[str]] = {"light": set(), "dark": set()}

    def are_new(self, page: Page, theme: str) -> bool:
        """True when some text of the page looks as none did before; MEASURE must be in it."""
        seen = self._seen[theme]
        new = set(page.evaluate("measure.looks()")) - seen
        seen |= new
        return bool(new)


class Site(ThreadingHTTPServer):
    """Answers a browser with one page of the registry, our files and axe. The browser keeps the files, as at home."""

    daemon_threads = True
    shown: Shown | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        shown, path = self.server.shown, urlsplit(self.path).path
        if path == AXE:
            self._tell(200, "text/javascript; charset=utf-8", AXE_SCRIPT.encode(), "max-age=3600")
        elif path.startswith("/static/"):
            kind = mimetypes.guess_type(path)[0] or "font/woff2"
            self._tell(200, kind, with_our_font(file_bytes(path)), "max-age=3600")
        elif shown and self.path == shown.path:
            self._tell(shown.status, "text/html; charset=utf-8", shown.html.encode(), "no-store")
        else:
            self._tell(404, "text/plain", b"", "no-store")

    def _tell(self, status: int, kind: str, body: bytes, kept: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", kept)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_told: object) -> None:
        """Nothing."""


MOST_LOADED: Final = 50
"""Pages after which a new tab is opened: what is measured in one adds up in its memory."""


class Screen:
    """One page of a browser, in which the policy of the site is lifted so that it can be measured."""

    def __init__(self, browser: Browser, **look: Any) -> None:
        self._site = Site()
        self.context = browser.new_context(
            bypass_csp=True, reduced_motion="reduce", service_workers="block", base_url=self._site.address, **look
        )
        self.context.add_init_script(MEASURE)
        self._has_axe = False
        self._colors = Colors()
        self._open()

    def _open(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self._size: dict[str, int] = {}
        self._theme, self._loaded = "", 0

    @property
    def shown(self) -> Shown | None:
        """The page that is open."""
        return self._site.shown

    def close(self) -> None:
        """Nobody looks any more."""
        self.context.close()
        self._site.shutdown()
        self._site.server_close()

    def shows(self, shown: Shown, *, width: int, height: int = 844, theme: str = "light") -> Page:
        """Load a page of the registry.

        Args:
            shown: which.
            width: of the screen, in CSS pixels.
            height: of the screen.
            theme: `light` or `dark`.
        """
        if self._loaded >= MOST_LOADED:
            self.page.close()
            self._open()
        self._loaded += 1
        self._site.shown = shown
        self.looks(width=width, height=height, theme=theme)
        self._has_axe = False
        self.page.goto(shown.path)
        self.page.evaluate("document.fonts.ready.then(() => true)")
        return self.page

    def looks(self, *, width: int, height: int = 844, theme: str = "light") -> None:
        """Change the size and the theme of the screen, where they differ, without loading again."""
        if self._size != (size := {"width": width, "height": height}):
            self.page.set_viewport_size(size)
            self._size = size
        if self._theme != theme:
            self.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            self._theme = theme

    def axe(self, options: dict[str, Any]) -> list[str]:
        """What axe finds wrong with the page that is open."""
        if not self._has_axe:
            self.page.add_script_tag(url=AXE)
            self._has_axe = True
        return list(self.page.evaluate("options => measure.faults(options)", options))

    def has_new_colors(self) -> bool:
        """True when some text of the page that is open looks as none did before, in this theme."""
        return self._colors.are_new(self.page, self._theme)

    def ask(self, what: str, *told: object) -> Any:
        """One of the questions of measure.js."""
        return self.page.evaluate(f"told => measure.{what}(...told)", list(told))


@cache
def with_our_font(file: bytes) -> bytes:
    """A stylesheet with our font inside: otherwise a busy machine measures one page in it and the next in its own."""
    return re.sub(rb'url\("(fonts/[^"]+)"\)', _inside, file)


def _inside(found: re.Match[bytes]) -> bytes:
    font = base64.b64encode(file_bytes(f"/static/{found[1].decode()}"))
    return b'url("data:font/woff2;base64,%s")' % font
