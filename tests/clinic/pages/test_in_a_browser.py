"""enhance.js in Chromium on public pages, without a database: the comforts work."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the site; a page that asked the database for anything would fail here."""
    server = LiveServerThread("localhost", StaticFilesHandler, connections_override={})
    server.start()
    server.is_ready.wait()
    yield f"http://localhost:{server.port}"
    server.terminate()


def opened(browser: Browser, address: str, **look: Any) -> Page:
    """A page in a context of its own, where scripts may be added by the test only."""
    page = browser.new_context(bypass_csp=True, service_workers="block", **look).new_page()
    page.goto(address)
    return page


def test_focus_goes_to_the_error_summary_and_its_link_to_the_input(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/law/?state=nowhere")

    assert page.evaluate("document.activeElement.id") == "error-summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "id_state"
    page.context.close()


def test_pressing_twice_sends_once_and_says_so(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/about/")
    sent: list[Route] = []
    page.route("**/slow/", lambda route: sent.append(route))
    with page.expect_request("**/slow/"):
        seen = page.evaluate(
            """() => {
                document.querySelector("main").insertAdjacentHTML("beforeend",
                    '<form method="post" action="/slow/"><button name="go" value="on">Send it</button></form>');
                const button = document.querySelector("button[name=go]");
                button.click();
                button.click();
                return [button.textContent, button.getAttribute("aria-busy")];
            }"""
        )
    page.wait_for_timeout(300)

    assert seen == ["Saving…", "true"]
    assert [route.request.post_data for route in sent] == ["go=on"]
    sent[0].abort()
    page.context.close()


def test_shift_three_times_leaves_and_says_so_on_the_way(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/help-now/")
    page.route("**/leave/", lambda route: route.fulfill(body="elsewhere"))

    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    expect(page.locator("[role=status]")).to_have_text("Press Shift once more to leave this site.")
    page.keyboard.press("Shift")
    page.wait_for_url("**/leave/")

    assert page.inner_text("body") == "elsewhere"
    page.go_back()
    assert "/help-now/" not in page.url
    page.context.close()


def test_typing_capital_letters_does_not_leave(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/help-now/")

    for key in ("Shift+A", "Shift+B", "Shift+C", "Shift+D"):
        page.keyboard.press(key)

    assert "/help-now/" in page.url
    page.context.close()


def test_leaving_works_without_javascript(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/help-now/", java_script_enabled=False)
    page.route("**/leave/", lambda route: route.fulfill(body="elsewhere"))

    page.click("text=Leave quickly")

    page.wait_for_url("**/leave/")
    page.context.close()
