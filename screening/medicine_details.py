"""What stands around a medicine's name: dose, form, how often, whether it is still taken, and since when not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from screening.medicine_dates import last_taken
from screening.medicine_words import FORMS, NEGATIONS

LONGEST_READ: Final = 300
_NUMBER: Final = r"(?<![\d.,/])\.?\d+(?:[.,/]\d+)*"
_AMOUNT: Final = rf"(?:{_NUMBER}|\b(?:half an?|half|one|two|three|four|an?))"
_UNIT: Final = (
    r"(?:mgs?|mcgs?|[uµμ]g|gm?|grams?|milligrams?|micrograms?|mls?|milliliters?|millilitres?|cc|iu|u|units?|meq|mmol|%"
    r"|drops?|puffs?|sprays?|teaspoons?|tsp|tablespoons?|tbsp|tablets?|tabs?|capsules?|caps?|caplets?|pills?"
    r"|patch(?:es)?|gumm(?:y|ies)|lozenges?|doses?|vials?|injections?|shots?|films?|strips?)\b"
)
_DOSE: Final = re.compile(
    rf"{_AMOUNT}(?: ?(?:-|to) ?{_NUMBER})?(?: ?x ?{_NUMBER})? ?{_UNIT}"
    r"(?: ?/ ?(?:\d+ ?)?(?:mls?|hrs?|h|hour|day|dose|kg)\b)?"
)
_STRENGTH: Final = re.compile(rf"{_NUMBER} ?(?:mgs?|mcgs?|[uµμ]g|gm?|grams?|mls?|iu|units?|meq|%|tablets?|tabs?|caps?)")
_BARE: Final = re.compile(rf"(?!(?:19|20)\d\d\b)(?<![\w-]){_NUMBER}(?: ?- ?{_NUMBER})?(?![\w-])")
_PERIOD: Final = (
    r"(?:days?|daily|dayly|nights?|nightly|mornings?|evenings?|bedtime|weeks?|weekly|months?|monthly|hours?)"
)
_OFTEN: Final = re.compile(
    rf"\b(?:(?:once|twice|twise|thrice|\d{{1,2}} ?x|(?:\d{{1,2}}|one|two|three|four|five|six) times?|x ?\d)"
    rf"(?: ?(?:an?|per|each|every|/|in the|at|-) ?)? ?{_PERIOD}"
    rf"|(?:[1-9]|one|two|three|four)(?: an?| per| each| every|/) ?{_PERIOD}"
    rf"|every (?:other |\d{{1,2}} |few |two |three |four |six |eight |twelve )?{_PERIOD}"
    rf"|q ?\d{{1,2}} ?(?:h|hrs?|hours?)"
    rf"|(?:in the |at |each |every )?(?:mornings?|evenings?|afternoon|nights?|nite|bedtime|noon|lunch|breakfast|dinner)"
    rf"|as needed|as required|when needed|when required|if needed|if required|p\.?r\.?n\b\.?"
    rf"|b\.?i\.?d|t\.?i\.?d|q\.?i\.?d|q\.?d|q\.?o\.?d|qds|tds|bd|od|qhs|qam|qpm|hs"
    rf"|daily|dayly|nightly|nocte|mane|weekly|monthly|hourly|every ?day|once|twice|occasionally|sometimes|rarely"
    rf"|(?<!\bi )am|pm)\b\.?"
)
_FORM: Final = re.compile(
    r"\b(?:(?:extended|delayed|slow|sustained|modified|immediate|controlled|prolonged)[ -]releases?|long[ -]acting"
    r"|nasal spray|" + "|".join(sorted(FORMS, key=len, reverse=True)) + r")\b"
)

_STOPPED: Final = re.compile(
    r"\b(?:stopped|quit|discontinued?|ended|finished|ceased"
    r"|(?:came|come|went|got|been|weaned|tapered) (?:\w{1,12} ){0,2}?off|off (?:it|them|this|since|for|of it)"
    r"|no longer|not any ?more|(?:dont|not) \w{1,12} (?:it )?any ?more|any ?more"
    r"|used to|previously|formerly|in the past|was (?:taking|on|using))\b|\Aoff\b|\boff\Z"
)
_NOT_QUITE: Final = re.compile(
    r"\b(?:again|restart\w{0,6}|still|currently|now|back on|on and off|off and on"
    r"|(?:not|never|havent|didnt|hasnt|wont|cant|dont) (?:\w{1,8} )?(?:stop\w{0,6}|quit)"
    r"|about to|going to|will|want to|wants to|would like|plan\w{0,4}|stopping|quitting|almost|nearly"
    r"|tapering|weaning|reducing|tomorrow|soon|next (?:week|month|year))\b"
)
_STARTED: Final = re.compile(r"\b(?:started|start|begun|began)\b")
_AS_NEEDED: Final = re.compile(
    r"\b(?:prn|p\.r\.n|as needed|as required|as necessary|as and when"
    r"|(?:when|if|only when|only if) (?:\w{1,8} ){0,2}?(?:needed|need|required|necessary)"
    r"|occasionally|occasional|sometimes|rarely|now and (?:then|again)|once in a while|on occasion|from time to time)\b"
)
_UNSURE: Final = re.compile(
    r"\b(?:not sure|unsure|not certain|maybe|i think|might|possibly|probably|(?:dont|cant) (?:know|remember))\b|\?"
)
_TAKING: Final = re.compile(r"\b(?:taking|take|takes|using|currently|current|still|ongoing|now)\b")
_KNOWN_NOTS: Final = re.compile(
    r"\b(?:not (?:sure|certain|daily|every|often|always|regularly|as)|no longer|(?:dont|cant) (?:know|remember)"
    r"|(?:not|dont|no) (?:\w{1,12} ){0,3}?(?:any ?more|more)"
    r"|(?:never|not|havent|didnt) (?:\w{1,8} )?(?:stop\w{0,6}|quit|miss\w{0,4})"
    r"|no (?:refills?|problems?|side effects?|other|more))\b"
)
_NEGATED: Final = re.compile(r"\b(?:" + "|".join(sorted(NEGATIONS)) + r")\b")
_LAST_DOSE: Final = re.compile(r"\blast (?:took|taken|dose|used|had|one)\b")
_LENGTH_OF_TIME: Final = re.compile(r"\b\d{1,4} ?(?:days?|weeks?|months?|years?|wks?|mos?|yrs?)\b")


@dataclass(frozen=True, slots=True)
class Details:
    """What a text says about one medicine beside its name. Empty where it says nothing.

    `denied` is True when words such as "not" or "allergic" stand beside the name: it is then never an exact match.
    `has_strength` is True when a number with a unit stands beside it.
    """

    dose: str
    form: str
    frequency: str
    status: str
    last_taken: date | None
    denied: bool
    has_strength: bool


_NOTHING_SAID: Final = Details("", "", "", "", None, denied=False, has_strength=False)


def details(words: str, *, on: date | None) -> Details:
    """Read what stands around a name.

    Args:
        words: the text about one medicine with its name blanked out; only the first 300 characters are read.
        on: the day the text is read, for words such as "3 weeks ago"; None when not known.

    Returns:
        The details, as the person wrote them. A doubtful status is "unsure", never "stopped".
    """
    words = words[:LONGEST_READ]
    if not words.strip():
        return _NOTHING_SAID
    text = _lower(words)
    plain = re.sub(r"['’]", "", " ".join(text.split()))
    often = list(_OFTEN.finditer(text))
    without = _blanked(text, [*often, *_LENGTH_OF_TIME.finditer(text)])
    dose = _DOSE.search(without) or (None if _dated(without) else _BARE.search(without))
    form = _FORM.search(text)
    status = _status(plain)
    is_dated = status == "stopped" or _LAST_DOSE.search(plain)
    return Details(
        dose=_slice(words, dose),
        form=_slice(words, form),
        frequency=", ".join(words[hit.start() : hit.end()].strip() for hit in often),
        status=status,
        last_taken=last_taken(plain, on=on) if is_dated else None,
        denied=bool(_NEGATED.search(plain) and _NEGATED.search(_KNOWN_NOTS.sub(" ", plain))),
        has_strength=bool(_STRENGTH.search(text)),
    )


def _lower(words: str) -> str:
    """Lower case that keeps each character in its place."""
    return words.lower() if words.isascii() else "".join(c.lower() if len(c.lower()) == 1 else c for c in words)


def _status(text: str) -> str:
    stopped, as_needed = _STOPPED.search(text), _AS_NEEDED.search(text)
    is_stop_doubtful = stopped and (as_needed or _NOT_QUITE.search(text) or _STARTED.search(text, stopped.end()))
    if _UNSURE.search(text) or is_stop_doubtful:
        return "unsure"
    if stopped:
        return "stopped"
    if as_needed:
        return "as_needed"
    return "taking" if _TAKING.search(text) else ""


def _dated(text: str) -> bool:
    """True when a number left over is more likely part of a date than a strength."""
    return bool(_STOPPED.search(text) or re.search(r"\b(?:since|last|started|until|till)\b", text))


def _blanked(text: str, hits: list[re.Match[str]]) -> str:
    for hit in hits:
        text = text[: hit.start()] + " " * (hit.end() - hit.start()) + text[hit.end() :]
    return text


def _slice(words: str, hit: re.Match[str] | None) -> str:
    return words[hit.start() : hit.end()].strip().rstrip(".,") if hit else ""
