"""The look: icons and severity tags, contrast of every pair of colors in both themes, and files that stay small."""

import gzip
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone

from clinic.web.icons import ICONS, LEVELS
from clinic.web.templatetags.calm import clock, either, segments

STATIC = Path(__file__).resolve().parents[3] / "clinic" / "web" / "static"
TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if path.parent.name != "messages")
CSS = (STATIC / "calm.css").read_text()
TEXT, SHAPE = 4.5, 3.0
PAIRS = [
    *((ink, on, TEXT) for ink in ("ink", "ink-2", "link") for on in ("paper", "surface", "mist")),
    *(("ink", "sand", TEXT), ("link", "sand", TEXT), ("ink-3", "surface", TEXT), ("ink", "pine-tint", TEXT)),
    *(("on-pine", "pine", TEXT), ("on-pine", "pine-deep", TEXT), ("pine", "pine-tint", TEXT)),
    *(("bar-ink", "bar-bg", TEXT), ("on-stop", "stop-line", TEXT), ("stop-ink", "surface", TEXT)),
    *((f"{level}-ink", f"{level}-bg", TEXT) for level in ("stop", "review", "coord", "clear", "note")),
    *((f"{level}-line", "surface", SHAPE) for level in ("stop", "review", "coord", "clear", "note")),
    *(("line-input", "surface", SHAPE), ("line-input", "paper", SHAPE), ("pine", "surface", SHAPE)),
    *(("focus-outer", "surface", SHAPE), ("focus-outer", "paper", SHAPE), ("focus-inner", "focus-outer", SHAPE)),
    *(("focus-inner", "pine", SHAPE), ("stop-line", "stop-bg", SHAPE), ("clear-ink", "paper", TEXT)),
]


def _tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block))


LIGHT = _tokens(CSS[CSS.index(":root{") : CSS.index("@media (prefers-color-scheme:dark)")])
DARK = {**LIGHT, **_tokens(CSS[CSS.index("@media (prefers-color-scheme:dark)") : CSS.index("/* 2. Base */")])}


def _luminance(color: str) -> float:
    channels = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The WCAG 2 contrast ratio of two colors."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "on", "least"), PAIRS)
def test_every_pair_of_colors_can_be_read(theme: dict[str, str], ink: str, on: str, least: float) -> None:
    assert contrast(theme[ink], theme[on]) >= least


def test_the_dark_theme_changes_every_color_that_carries_meaning() -> None:
    unchanged = {name for name, color in LIGHT.items() if DARK[name] == color}

    assert unchanged <= {"bar-ink"}


def render(source: str, **context: object) -> str:
    """A template with the calm tags loaded."""
    return Template("{% load calm %}" + source).render(Context(context))


@pytest.mark.parametrize("level", [level for level in LEVELS if level != "plain"])
def test_a_severity_is_told_by_a_word_and_a_shape(level: str) -> None:
    word, shape = LEVELS[level]

    html = render("{% tag level %}", level=level)

    assert word in html
    assert ICONS[shape] in html
    assert len({LEVELS[other][1] for other in LEVELS}) == len(LEVELS)


def test_a_tag_escapes_its_word() -> None:
    assert "&lt;b&gt;" in render("{% tag 'note' word %}", word="<b>")


def test_an_icon_is_drawn_by_literal_and_by_variable_name() -> None:
    assert render('{% icon "clock" %}') == render("{% icon name %}", name="clock")
    assert 'aria-hidden="true"' in render('{% icon "clock" %}')


def test_an_unknown_icon_is_a_mistake_in_the_template() -> None:
    with pytest.raises(TemplateSyntaxError, match="no icon named"):
        render('{% icon "clokc" %}')


def test_the_time_is_written_as_people_say_it() -> None:
    with timezone.override("America/Los_Angeles"):
        assert clock(datetime(2026, 12, 2, 5, 41, tzinfo=UTC)) == "9:41 pm"
        assert clock(datetime(2026, 12, 2, 8, 5, tzinfo=UTC)) == "12:05 am"


@pytest.mark.parametrize(
    ("names", "words"), [(["Ohio"], "Ohio"), (["Ohio", "Iowa"], "Ohio or Iowa"), (["a", "b", "c"], "a, b or c")]
)
def test_names_are_joined_as_a_choice(names: list[str], words: str) -> None:
    assert either(names) == words


def test_the_progress_bar_has_one_segment_a_part() -> None:
    assert segments(3) == "ddcttt"
    assert segments(1, 4) == "cttt"


def test_a_scale_marks_the_band_of_the_score() -> None:
    html = render("{% scale 17 27 cuts %}", cuts=[0, 5, 10, 15, 20])

    assert html.count("<rect") == 5
    assert re.findall(r'<rect x="([\d.]+)%"[^>]*class="on"', html) == ["53.57"]
    assert html.count('class="on"') == 1


def test_a_score_in_the_lowest_band_looks_calm() -> None:
    assert 'class="lo"' in render("{% scale 2 12 cuts %}", cuts=[0, 3])


@pytest.mark.parametrize(("name", "most"), [("calm.css", 7_000), ("staff.css", 4_000), ("enhance.js", 5_000)])
def test_shared_files_stay_small(name: str, most: int) -> None:
    assert len(gzip.compress((STATIC / name).read_bytes())) <= most


@pytest.mark.parametrize("template", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_has_a_style_or_a_script_in_it(template: Path) -> None:
    text = template.read_text()

    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']", text)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", text))
