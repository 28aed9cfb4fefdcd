"""Words and shapes for the patient's pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.intake import pace
from clinic.intake.clock import due_at, is_open
from clinic.intake.countries import NAMES
from clinic.intake.forms import PageForm
from clinic.intake.hints import HINTS
from clinic.intake.journeys import address, anchor
from clinic.intake.likely import Odd
from clinic.intake.medicine_forms import STATUSES
from clinic.intake.models import Intake, ScreeningRecord
from clinic.intake.onward import TO_CHECK
from clinic.patients.zones import by_when, known_zone
from clinic.web import dates, once
from screening.joined import Joined
from screening.journey import Journey
from screening.protocol import Page, Part
from screening.questions import Question

STATES: Final = {
    "done": "completed",
    "in progress": "in-progress",
    "not started": "not-started",
    "cannot start": "cannot-start",
}
MEDICAL_QUESTIONS: Final = frozenset({"medical_now", "headache_redflag", "bp_ok", "med_tag"})
"""An urgent rule that reads one of these is about the body, and an ambulance comes before a talk."""

A_MOMENT: Final = timedelta(minutes=1)
"""After which "within one hour" is no longer true of what was said before it."""
LONGEST_HEADING: Final = 30
"""Words of a question that still are a heading; the longest of the form have 28 and 58."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One row of the task list, as templates/components/task.html shows it."""

    slug: str
    name: str
    hint: str
    state: str
    url: str
    new: str = ""


def task_rows(journey: Journey, joint: Joined) -> list[TaskRow]:
    """The parts of the form with how far each is, and how many questions came in after it was begun."""
    return [_task_row(journey, part, progress, joint) for part, progress in journey.progress()]


def new_pages(journey: Journey, joint: Joined) -> list[Page]:
    """The pages that ask what a changed safety rule brought in, as long as they are not done."""
    return [page for page in journey.pages if page.id in {**joint.new, **joint.again} and not journey.is_done(page)]


def _task_row(journey: Journey, part: Part, progress: str, joint: Joined) -> TaskRow:
    brought = {**joint.new, **joint.again}
    shown = set(journey.facts.shown)
    new = sum(len(shown & brought[page.id]) for page in new_pages(journey, joint) if page.part == part.id)
    pages = journey.pages_of(part)
    first = next((page for page in pages if not journey.is_done(page)), pages[0] if pages else None)
    url = address(journey.facts.protocol, first) if first and progress != "cannot start" else ""
    words = ngettext("%(new)s new question", "%(new)s new questions", new) % {"new": new} if new else ""
    return TaskRow(part.id, part.title, _task_hint(part, pages, progress), STATES[progress], url, words)


def _task_hint(part: Part, pages: tuple[Page, ...], progress: str) -> str:
    """The hint of the protocol; that of the last part says when it opens, so it says something else once it is open."""
    is_last = any(page.kind == "sign" for page in pages)
    return _("Check your answers, then sign") if is_last and progress != "cannot start" else part.hint


def minutes_left(journey: Journey) -> int:
    """Minutes for the pages that are still open, rounded up: their share of what the whole form really takes."""
    open_pages = sum(not journey.is_done(page) for page in journey.pages)
    return -(-open_pages * pace.minutes() // max(1, len(journey.pages)))


def part_number(journey: Journey, page: Page) -> tuple[int, str]:
    """The number of the part a page is in, from 1, and its title."""
    parts = journey.facts.protocol.parts
    place = next(number for number, part in enumerate(parts, 1) if part.id == page.part)
    return place, parts[place - 1].title


def heading(page: Page, form: PageForm) -> tuple[str, str]:
    """The field whose question is the heading of its page, or nothing; and the words of the heading.

    A question that stands alone is its heading. One that tells a story first keeps the title above it, and an item of
    a scale stands below what the scale asks.
    """
    asked = list(form.asked().values())
    if len(asked) != 1:
        return "", page.title
    if asked[0].kind == "scale0_3":
        return "", page.hint or page.title
    is_short = len(asked[0].wording.split()) <= LONGEST_HEADING
    return (asked[0].id, asked[0].wording) if is_short else ("", page.title)


def notes(page: Page, told: Mapping[str, Any]) -> SafeString:
    """What stands below the heading of a page of questions: hint, news, what is told first, and why it is asked.

    Args:
        page: in the language of the reader.
        told: the context of its template.
    """
    same = {name: told[name] for name in ("heading", "heading_field", "is_new", "is_carried_in", "is_part_start")}
    same |= {"hint": page.hint, "before": page.before, "why": page.why, "name": settings.CLINIC_NAME}
    return once.written("intake/page_notes.html", same)


def in_words(question: Question, answer: Any) -> str:
    """An answer as the person would read it back."""
    if answer in (None, "", [], ()):
        return _("Not answered")
    if question.kind in ("country", "region"):
        return NAMES.get(str(answer), str(answer))
    if question.kind == "date":
        return long_date(datetime.fromisoformat(str(answer)))
    if question.kind == "checkbox":
        return _("I agree")
    return question.in_words(tuple(answer) if isinstance(answer, list) else str(answer))


def answer_parts(journey: Journey) -> Iterator[dict[str, Any]]:
    """Every part with its questions and answers, for checking before signing."""
    protocol = journey.facts.protocol
    for part in protocol.parts:
        rows = [
            row
            for page in journey.pages_of(part)
            if page.kind not in ("sign", "medicines")
            for row in _answer_rows(journey, page)
        ]
        if rows:
            yield {"title": part.title, "rows": rows}


def _answer_rows(journey: Journey, page: Page) -> Iterator[dict[str, Any]]:
    protocol = journey.facts.protocol
    url = f"{address(protocol, page)}{TO_CHECK}"
    for name in journey.questions_on(page):
        question = protocol.questions[name]
        value = in_words(question, journey.facts.given.get(name))
        link = {"url": f"{url}#div_{anchor(protocol, name)}", "word": _("Change"), "about": question.wording}
        yield {"label": question.wording, "hint": HINTS.get(name, ""), "value": value, "links": [link]}


def odd_rows(journey: Journey, found: list[Odd]) -> list[dict[str, Any]]:
    """Answers that look like a slip, each with what makes it look like one."""
    questions = journey.facts.protocol.questions
    return [
        {
            "label": questions[each.question].wording,
            "hint": each.reason,
            "value": in_words(questions[each.question], each.answer),
        }
        for each in found
    ]


def removed_answers(intake: Intake, journey: Journey) -> int:
    """How many answers counted once and do not any more, because another answer hides their question."""
    hidden = journey.facts.given.keys() - set(journey.facts.shown)
    return len(hidden & {question for _, question, _ in intake.history})


def no_longer_apply(number: int) -> str:
    """`We removed 2 answers that no longer apply.`"""
    one = "We removed %(number)s answer that no longer applies."
    several = "We removed %(number)s answers that no longer apply."
    return ngettext(one, several, number) % {"number": number}


def medicines_url(journey: Journey) -> str:
    """Where the list is changed from checking the answers; "" while it is not asked for."""
    page = next((each for each in journey.pages if each.kind == "medicines"), None)
    return f"{address(journey.facts.protocol, page)}{TO_CHECK}" if page else ""


def medicine_rows(intake: Intake, query: str = "") -> list[dict[str, Any]]:
    """The medicine list, each line with its links; `query` leads back to where somebody came from."""
    often = dict(STATUSES)
    rows = []
    for medicine in intake.medicines:
        name = medicine["confirmed_as"] or medicine["name"]
        said = f"{name} {medicine['dose']}".strip()
        hint = often[medicine["status"]]
        if medicine["confirmed_as"] and medicine["confirmed_as"].lower() != medicine["name"].lower():
            hint = _("%(often)s. You typed “%(name)s”.") % {"often": hint, "name": medicine["name"]}
        if medicine.get("reason"):
            hint = _("%(often)s. For %(reason)s.") % {"often": str(hint).rstrip("."), "reason": medicine["reason"]}
        links = [
            {"url": reverse(f"intake:{verb}_medicine", args=[medicine["id"]]) + query, "word": word, "about": name}
            for verb, word in (("change", _("Change")), ("remove", _("Remove")))
        ]
        rows.append({"label": said, "hint": hint, "value": None, "links": links})
    return rows


def local(moment: datetime) -> datetime:
    """A moment at the clinic."""
    return moment.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE))


def long_date(day: datetime) -> str:
    """`December 30, 2026`."""
    return dates.long_day(day)


def call_promise(intake: Intake, *, now: datetime) -> str:
    """When a clinician calls somebody who may not be safe; never more than the clinic's hours allow.

    It counts from when they said so, not from when the page is read again, and once it is over the page says that.
    """
    said = intake.safety_raised_at or now
    is_today = is_open(said) and intake.safety_priority == "P1"
    due = due_at(priority="P1" if is_today else "P0", now=said)
    if now > due:
        return _("as soon as they can, which is later than we said")
    if is_today:
        return _("today, as soon as one is free")
    if now - said < A_MOMENT and due - now <= timedelta(hours=1):
        return _("within one hour")
    return _("by %(when)s") % {"when": by_when(due, now=now, zone=known_zone(intake.patient))}


def is_medical(intake: Intake, journey: Journey) -> bool:
    """True when one of the urgent rules that hold is about the body."""
    raised = set(intake.urgent_rules)
    rules = journey.facts.protocol.rules
    return any(rule.id in raised and MEDICAL_QUESTIONS & set(rule.when.reads) for rule in rules)


def outcome_page(record: ScreeningRecord, *, now: datetime) -> dict[str, Any]:
    """What the outcome page of a record says: the route in plain words, and by when."""
    due = by_when(record.due_at, now=now, zone=known_zone(record.intake.patient))
    topics = [finding["for_patient"] for finding in record.result["findings"] if finding["outcome"] != "info"]
    return {
        "outcome": record.outcome,
        "due": due,
        "checking": list(dict.fromkeys(topics))[:4],
    }
