"""Phone numbers as a provider of text messages wants them; in doubt there is none."""

from __future__ import annotations

from typing import Final

CALLING_CODES: Final = {"US": "1", "CA": "1", "GB": "44", "IE": "353", "AU": "61", "NZ": "64", "DE": "49"}
"""Countries whose numbers people write without the country; elsewhere only a number that begins with + is one."""
NORTH_AMERICA: Final = 10
"""Digits of a number there; in the other countries of the list a number within the country begins with 0."""
SHORTEST, LONGEST = 8, 15
"""Digits of an international number. Source: ITU-T E.164; the shortest in use have 8."""
BETWEEN: Final = " -./()\u00a0"


def international(given: str, country: str) -> str:
    """A number as `+` and digits; nothing when it is not certain which number is meant.

    Args:
        given: as it was typed.
        country: where the patient lives, two letters; needed for a number that does not begin with + or 00.
    """
    written = "".join(character for character in given.strip() if character not in BETWEEN)
    digits = written.removeprefix("+").removeprefix("00" if not written.startswith("+") else "")
    if not (digits.isascii() and digits.isdigit()):
        return ""
    if written.startswith(("+", "00")):
        return f"+{digits}" if SHORTEST <= len(digits) <= LONGEST and digits[0] != "0" else ""
    return _within(digits, CALLING_CODES.get(country, ""))


def ways_to_write(number: str) -> set[str]:
    """The digits that somebody may have typed for an international number: with and without the country."""
    digits = number.removeprefix("+")
    codes = [code for code in set(CALLING_CODES.values()) if digits.startswith(code)]
    inside = {digits.removeprefix(code) for code in codes}
    return {digits, f"00{digits}", *inside, *(f"0{rest}" for rest in inside)}


def _within(digits: str, code: str) -> str:
    if code == "1":
        digits = digits.removeprefix("1") if len(digits) == NORTH_AMERICA + 1 else digits
        return f"+1{digits}" if len(digits) == NORTH_AMERICA else ""
    if code and digits.startswith("0") and SHORTEST <= len(code + digits[1:]) <= LONGEST:
        return f"+{code}{digits[1:]}"
    return ""
