"""Which letters people write for others: those beside them on a keyboard, and those that can sound alike."""

from __future__ import annotations

from collections import Counter
from typing import Final

_LIGHT: Final = frozenset("aeiouyh")  # come and go when a name is written by ear
_KEYS: Final = """
    q:wa w:qeas e:wrsd r:etdf t:ryfg y:tugh u:yihj i:uojk o:ipkl p:ol a:qwsz s:weadzx d:ersfxc f:rtdgcv g:tyfhvb
    h:yugjbn j:uihknm k:iojlm l:opk z:asx x:sdzc c:dfxv v:fgcb b:ghvn n:hjbm m:jkn
"""
_SOUND_ALIKE: Final = "ckqsxz fvpb td mn gj lr wv"
_BESIDE: Final = {letter: frozenset(beside) for letter, beside in (pair.split(":") for pair in _KEYS.split())}
_TAKEN_FOR: Final = {
    letter: _BESIDE[letter].union(*(group for group in _SOUND_ALIKE.split() if letter in group)) for letter in _BESIDE
}


def is_slip_alone(typed: str, meant: str) -> bool:
    """True when each consonant that is in `typed` and not in `meant` can have come there by a slip.

    A letter left out, doubled or moved brings no new one; a slip of the finger brings one from beside, and writing by
    ear one that sounds alike. Any other consonant says that another word was meant ("monopril" is not "Monomil").

    Args:
        typed: a folded name.
        meant: the folded name that may have been meant.
    """
    lost = set(Counter(meant) - Counter(typed))
    return all(_came_in(letter, typed, lost) for letter in Counter(typed) - Counter(meant) if letter not in _LIGHT)


def _came_in(letter: str, typed: str, lost: set[str]) -> bool:
    """True when a new letter stands for a lost one, or beside the letter that a finger also hit or hit twice."""
    if _TAKEN_FOR.get(letter, frozenset()) & lost:
        return True
    at = typed.find(letter)
    around = {*typed[max(0, at - 1) : at], *typed[at + 1 : at + 2]}
    return letter in around or bool(_BESIDE.get(letter, frozenset()) & around)
