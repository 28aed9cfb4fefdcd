"""Somebody without a mouse: Tab, Space, Enter, arrows and letters, and a look at where the focus is after each."""

from __future__ import annotations

from typing import Any, Final

from playwright.sync_api import Page

FOCUSED: Final = """() => {
  const each = document.activeElement;
  if (!each || each === document.body) return {tag: "BODY"};
  const shape = each.closest("label") || each;
  const box = shape.getBoundingClientRect(), style = getComputedStyle(each), around = getComputedStyle(shape);
  const top = document.elementFromPoint(Math.max(0, box.left + Math.min(box.width, innerWidth) / 2),
    Math.max(0, Math.min(innerHeight - 1, box.top + box.height / 2)));
  const group = each.type === "radio" ? [...document.getElementsByName(each.name)] : [each];
  return {
    tag: each.tagName, type: each.type || "", name: each.name || "", value: each.value || "", id: each.id,
    text: each.textContent.trim(), href: each.getAttribute("href") || "", form: each.form ? each.form.method : "",
    values: group.map((one) => one.value), labels: each.options ? [...each.options].map((one) => one.value) : [],
    inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    onTop: Boolean(top) && (shape === top || shape.contains(top) || top.contains(shape)),
    ring: style.outlineStyle !== "none" || around.outlineStyle !== "none",
  };
}"""
MOST_STOPS: Final = 150


class Keyboard:
    """A page that can only be used by keys; there is no way to point at anything."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.hidden: list[str] = []

    @property
    def path(self) -> str:
        """Where they are."""
        return "/" + self._page.url.split("/", 3)[3].partition("?")[0].partition("#")[0]

    def opens(self, url: str) -> None:
        """Type an address."""
        self._page.goto(url)

    def press(self, key: str, times: int = 1) -> None:
        """A key, so many times."""
        for _ in range(times):
            self._page.keyboard.press(key)

    def goes_on(self) -> None:
        """Enter, and the page that follows."""
        with self._page.expect_navigation():
            self._page.keyboard.press("Enter")

    def types(self, text: str) -> None:
        """Write over what is in the field."""
        self._page.keyboard.press("Control+A")
        self._page.keyboard.type(text)

    def tab(self) -> dict[str, Any]:
        """The next stop; one that cannot be seen is noted."""
        self._page.keyboard.press("Tab")
        at: dict[str, Any] = self._page.evaluate(FOCUSED)
        if at["tag"] not in ("BODY", "MAIN") and not (at["inView"] and at["onTop"] and at["ring"]):
            self.hidden.append(f"{self.path} {at['tag']} {at['name'] or at['text'][:30]}")
        return at

    def finds(self, **wanted: str) -> dict[str, Any]:
        """Tab until a stop with these properties, such as `text="Continue"`."""
        for _ in range(MOST_STOPS):
            at = self.tab()
            if all(at.get(name) == value for name, value in wanted.items()):
                return at
        raise AssertionError(f"{self.path}: no stop like {wanted}")

    def skips_to_main(self) -> None:
        """The skip link, which is the first stop of a fresh page; once it was used the browser skips by itself."""
        if self._page.url.endswith("#main"):
            return
        at = self.tab()
        assert at["href"] == "#main", at
        self.press("Enter")

    def chooses(self, at: dict[str, Any], answer: Any) -> None:
        """Answer the field that has focus, as far as this stop can.

        Args:
            at: the stop.
            answer: a value, some values of tick boxes, or text.
        """
        if at["type"] == "radio":
            self.press("Space")
            self.press("ArrowDown", times=at["values"].index(str(answer)))
        elif at["type"] == "checkbox":
            if at["value"] in answer or answer == "yes":
                self.press("Space")
        elif at["tag"] == "SELECT":
            self.press("ArrowDown", times=at["labels"].index(str(answer)))
        else:
            self.types(str(answer))
