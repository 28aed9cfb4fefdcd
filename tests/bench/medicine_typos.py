"""Mistypes a name as people do: a key beside the right one, a letter left out, doubled or swapped, or by its sound."""

from __future__ import annotations

import random
from typing import Final

_KEYS: Final = """
    q:wa w:qes e:wrd r:etf t:ryg y:tuh u:yij i:uok o:ipl p:ol a:qsz s:awdx d:sefc f:drgv g:fthb h:gyjn j:hukm k:jil
    l:kop z:asx x:zsdc c:xdfv v:cfgb b:vghn n:bhjm m:njk
"""
_SOUNDS: Final = """
    ph>f f>ph c>k k>c y>i i>y x>ks z>s s>z ce>se ci>si qu>kw th>t ine>in in>en ine>ene am>em ol>al a>e e>a o>a a>o i>e
    e>i u>o ou>oo ll>l l>ll tt>t t>tt n>nn ck>k k>ck j>g g>j v>f er>or or>er il>le d>t ie>ei
"""
_BESIDE: Final = {letter: beside for letter, beside in (pair.split(":") for pair in _KEYS.split())}
_HEARD: Final = tuple((said, heard) for said, heard in (pair.split(">") for pair in _SOUNDS.split()))
_SECOND_SLIP_FROM: Final = 8  # letters; longer names are mistyped twice now and then
_SECOND_SLIP: Final = 0.25


def _neighbour(name: str, chance: random.Random) -> str:
    at = chance.choice([index for index, letter in enumerate(name) if letter in _BESIDE])
    return name[:at] + chance.choice(_BESIDE[name[at]]) + name[at + 1 :]


def _left_out(name: str, chance: random.Random) -> str:
    at = chance.randrange(len(name))
    return name[:at] + name[at + 1 :]


def _added(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name) + 1)
    before = name[at - 1]
    letter = before if chance.random() < 0.5 else chance.choice(_BESIDE.get(before, "e"))
    return name[:at] + letter + name[at:]


def _swapped(name: str, chance: random.Random) -> str:
    places = [index for index in range(len(name) - 1) if name[index] != name[index + 1]]
    at = chance.choice(places)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _by_sound(name: str, chance: random.Random) -> str:
    choices = [(at, said, heard) for said, heard in _HEARD for at in range(len(name)) if name.startswith(said, at)]
    if not choices:
        return _left_out(name, chance)
    at, said, heard = chance.choice(choices)
    return name[:at] + heard + name[at + len(said) :]


def _by_ear(name: str, chance: random.Random) -> str:
    return _by_sound(_by_sound(name, chance), chance)


SLIPS: Final = {
    "keyboard": _neighbour,
    "omission": _left_out,
    "insertion": _added,
    "transposition": _swapped,
    "sound": _by_sound,
    "sound, twice": _by_ear,
}


def mistyped(name: str, kind: str, chance: random.Random) -> str:
    """A name with one slip of a kind, and on a quarter of the longer names a second slip of any kind.

    Args:
        name: at least five letters, lower case.
        kind: a key of SLIPS.
        chance: decides where.
    """
    wrong = SLIPS[kind](name, chance)
    if len(name) >= _SECOND_SLIP_FROM and chance.random() < _SECOND_SLIP:
        wrong = SLIPS[chance.choice(list(SLIPS))](wrong, chance)
    return wrong
