"""A mistake is placed on the line where it is written, or on the nearest line around it."""

from __future__ import annotations

from screening.loading import toml_lines


def test_lines_are_found_past_long_strings_quotes_and_dots() -> None:
    text = "a = 1\n[t.\"x y\"] # note\nb = '''\n[not.a.table]\nc = 2\n'''\nd.e = 3\n"
    text += '[[list]]\nf = """one line"""\ng = 1\n'

    assert toml_lines.lines(text) == {
        ("a",): 1, ("t", "x y"): 2, ("t", "x y", "b"): 3, ("t", "x y", "d", "e"): 7,
        ("list",): 8, ("list", "f"): 9, ("list", "g"): 10,
    }  # fmt: skip


def test_what_has_no_line_of_its_own_is_placed_at_the_nearest_table_around_it() -> None:
    found = toml_lines.lines("[a.b]\nc.d = 1\n")

    assert [toml_lines.nearest(found, path) for path in [("a", "b", "c", "x"), ("a", "z"), ("q",)]] == [2, 1, 1]
