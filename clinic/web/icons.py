"""The line icons of the product, and the word and shape of each level of severity."""

from django.utils.safestring import SafeString, mark_safe

# the inside of a 24 by 24 SVG, drawn with lines
ICONS = {
    "back": '<path d="M15 5l-7 7 7 7"/>',
    "calendar": '<rect x="4" y="5" width="16" height="15" rx="2"/><path d="M4 10h16M8 3v4M16 3v4"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "coord": '<path d="M12 3l9 9-9 9-9-9z"/>',
    "error": '<circle cx="12" cy="12" r="9"/><path d="M12 7v6M12 16.5v.1"/>',
    "globe": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5M12 7.5v.1"/>',
    "leave": '<path d="M14 4H5v16h9M10 12h11M17 8l4 4-4 4"/>',
    "next": '<path d="M9 5l7 7-7 7"/>',
    "pause": '<circle cx="12" cy="12" r="9"/><path d="M10 9v6M14 9v6"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 21c1-5 4-7 8-7s7 2 8 7"/>',
    "phone": '<path d="M6 3h3l2 5-2.5 1.5a11 11 0 0 0 5 5L15 12l5 2v3a3 3 0 0 1-3 3A14 14 0 0 1 3 6a3 3 0 0 1 3-3z"/>',
    "pin": '<path d="M12 21s7-6.5 7-11.5a7 7 0 0 0-14 0C5 14.5 12 21 12 21z"/><circle cx="12" cy="9.5" r="2.5"/>',
    "shield": '<path d="M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z"/>',
    "shield-tick": '<path d="M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z"/><path d="M9 12l2 2 4-4"/>',
    "stop": '<path d="M8 3h8l5 5v8l-5 5H8l-5-5V8z"/><path d="M12 8v5M12 16.5v.1"/>',
    "tick": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "video": '<rect x="3" y="6" width="12" height="12" rx="2"/><path d="M15 11l6-3.5v9L15 13"/>',
    "warning": '<path d="M12 4l9 15H3z"/><path d="M12 10v4M12 16.5v.1"/>',
}

# level -> (word, icon): a severity is always told by its word and its shape, never by colour alone
LEVELS = {
    "stop": ("Stop", "stop"),
    "review": ("Review", "warning"),
    "coord": ("Coordinate", "coord"),
    "note": ("Note", "info"),
    "clear": ("Clear", "tick"),
    "plain": ("", ""),
}


def draw(name: str) -> SafeString:
    """Return the SVG of an icon, hidden from screen readers; an unknown name is a KeyError."""
    return mark_safe(f'<svg class="i" viewBox="0 0 24 24" aria-hidden="true">{ICONS[name]}</svg>')  # noqa: S308  # nosec B308 B703
