"""Reads a protocol folder, and refuses one that is not exactly right: every mistake, with its file and line."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from screening import seal
from screening.answers import DOUBT, squeezed
from screening.loading import asking, cases, deciding, folder, languages, medicines, scales
from screening.loading.mistakes import Mistake, NotAProtocol
from screening.loading.tables import Document, Table
from screening.loading.vocabulary import Vocabulary, option_codes
from screening.medications import Medication, MedicineNames
from screening.protocol import Case, Protocol
from screening.questions import Question

__all__ = ["PROTOCOLS", "Mistake", "NotAProtocol", "load", "load_cases", "published"]

PROTOCOLS: Final = Path(__file__).parent / "protocols"


@cache
def published(name: str) -> Protocol:
    """A published protocol, read once and then kept.

    Args:
        name: the name of its folder in screening/protocols, such as "2026-11".
    Raises:
        NotAProtocol: there is no such protocol, or it differs from its seal, or it has a mistake.
    """
    if not name or "/" in name or "\\" in name or name.startswith("."):
        raise NotAProtocol([Mistake("screening/protocols", 0, "There is no protocol of this name.")])
    return load(PROTOCOLS / name)


def load(place: Path, *, sealed: bool = True) -> Protocol:
    """The protocol in a folder.

    Args:
        place: the folder.
        sealed: refuse a folder that differs from its seal; false for a draft that was not published yet.
    Returns:
        The protocol. Its seal is the one in the folder, or for a draft the one it would get now.
    Raises:
        NotAProtocol: with all mistakes that were found.
    """
    reading = _Reading(place, sealed=sealed)
    protocol = reading.protocol()
    reading.refuse_if_wrong()  # before the cases: one rule that cannot be read is missing in each that names it
    cases.cases(reading.group("cases"), protocol)
    reading.refuse_if_wrong()
    reading.refuse_if_edited()
    return protocol


def load_cases(place: Path, protocol: Protocol | None = None) -> tuple[Case, ...]:
    """The worked cases in a protocol folder; the first one is the baseline.

    Args:
        place: the folder.
        protocol: the protocol in it, when it was loaded already.
    Raises:
        NotAProtocol: with all mistakes that were found.
    """
    reading = _Reading(place, sealed=False)
    found = cases.cases(reading.group("cases"), protocol or load(place, sealed=False))
    reading.refuse_if_wrong()
    return found


class _Reading:
    """One reading of a folder: its files, read as far as they can be read at all, and the mistakes found so far."""

    def __init__(self, place: Path, *, sealed: bool) -> None:
        self.place = place
        self.mistakes: list[Mistake] = []
        self.files = folder.read(place, self.mistakes)
        self.broken_seal = seal.broken(self.files) if sealed and self.files else []
        self.refuse_if_wrong()
        texts = {name: folder.text(self.files, name, self.mistakes) for name in self.files}
        self.refuse_if_wrong()
        self.names_text = texts[folder.KNOWN_NAMES]
        tables = (name for name in texts if name.endswith(".toml"))
        self.documents = {name: Document(name, texts[name], self.mistakes) for name in tables}
        self.refuse_if_wrong()

    def refuse_if_wrong(self) -> None:
        """Raise all mistakes found so far, if there is any; a broken seal comes first."""
        if self.mistakes:
            raise NotAProtocol([*self.broken_seal, *self.mistakes])

    def refuse_if_edited(self) -> None:
        """Raise when the folder is right in itself, but not what was published."""
        if self.broken_seal:
            raise NotAProtocol(self.broken_seal)

    def group(self, name: str) -> list[Document]:
        """The documents of one folder inside the folder."""
        return [document for path, document in self.documents.items() if path.startswith(f"{name}/")]

    def protocol(self) -> Protocol:
        """Everything but the cases, each file checked against the others."""
        top = self.documents["protocol.toml"].top()
        sources = deciding.sources(self.documents["sources.toml"])
        medications = medicines.medications(self.documents["medications.toml"], sources)
        asked = asking.read(self.group("questions"))
        services, checklist = _services(top), _checklist(top, medications, asked.questions.get("med_check"))
        tags = frozenset(tag for medication in medications.values() for tag in medication.tags)
        vocabulary = Vocabulary(asked.questions, services, tags, checklist)
        asking.check(asked, vocabulary)
        rules = deciding.rules(self.group("rules"), vocabulary, sources)
        instruments = scales.instruments(self.documents["instruments.toml"], asked.questions)
        others = languages.other_texts(services.values(), instruments.values(), rules)
        protocol = Protocol(
            name=top.text("name"),
            version=deciding.version(top),
            seal=seal.of(self.files),
            approved_by=top.text("approved_by", empty=True),
            approved_on=top.day("approved_on"),
            services=services,
            parts=tuple(asked.parts),
            questions=asked.questions,
            rules=rules,
            medications=medications,
            names=self._names(medications.values()),
            checklist=checklist,
            safety_phrases=_safety_phrases(top.table("safety_words")),
            instruments=instruments,
            followups=deciding.follow_ups(self.documents["followups.toml"], sources),
            sources=sources,
            pages=asked.pages,
            words=languages.read(self.group("words"), asked, others),
            second_signature=deciding.second_signature(top, rules),
        )
        _check_name_and_approval(top, protocol, self.place.resolve().name)
        return protocol

    def _names(self, medications: Iterable[Medication]) -> MedicineNames:
        known = medicines.known_names(folder.KNOWN_NAMES, self.names_text, self.mistakes)
        return MedicineNames(medications, known)


def _services(top: Table) -> dict[str, str]:
    table = top.table("services")
    return {code: table.text(code) for code in table.data}


def _checklist(top: Table, medications: Iterable[str], question: Question | None) -> dict[str, tuple[str, ...]]:
    table = top.table("checklist")
    codes = option_codes(question) if question else None
    checklist = {code: table.texts(code) for code in table.data}
    for code in (codes or frozenset()) - checklist.keys() - {"none"} - DOUBT:
        table.wrong(f'The option "{code}" of "med_check" stands for no medicine here.')
    for code, ingredients in checklist.items():
        if codes is not None and code not in codes:
            table.wrong(f'"med_check" has no option "{code}".', code)
        for ingredient in ingredients:
            if ingredient not in medications:
                table.wrong(f'There is no medicine "{ingredient}".', code)
    return checklist


def _safety_phrases(table: Table) -> tuple[str, ...]:
    """The safety words as they are looked for: lower case, between single spaces. Two that come to the same are one."""
    return tuple(dict.fromkeys(squeezed(phrase) for group in table.data for phrase in table.texts(group)))


def _check_name_and_approval(top: Table, protocol: Protocol, folder_name: str) -> None:
    if protocol.name and protocol.name != folder_name:
        top.wrong(f'It names itself "{protocol.name}", and its folder is "{folder_name}".', "name")
    if bool(protocol.approved_by) != bool(protocol.approved_on):
        top.wrong('"approved_by" and "approved_on" belong together: both, or neither.', "approved_by")
    top.close()
