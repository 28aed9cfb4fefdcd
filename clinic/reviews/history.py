"""The last things that happened to an intake, in a line each, for the review page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter
from typing import Final

from django.db.models import OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.intake.models import Intake
from clinic.reviews import words
from clinic.reviews.models import Decision

WORDS: Final = {
    "intake.begin": "Form started",
    "intake.raise_safety": "A safety flag was raised",
    "intake.say_safe": "Chose “I am safe for now”",
    "intake.submit": "Form sent",
    "reviews.see_review": "{who} opened this intake",
    "reviews.see_answers": "{who} read all answers",
    "reviews.decide": "{who} signed a decision",
    "reviews.sign_first": "{who} signed; a second signature is waited for",
    "reviews.agree": "{who} signed it too",
    "reviews.decline": "{who} did not sign it too",
    "reviews.take_back": "{who} took their signature back",
    "reviews.end_overtaken": "The last day of what one signed passed",
    "reviews.undo": "{who} took the decision back",
    "reviews.reopen": "{who} opened it again",
    "reviews.expire": "The last day of the decision passed",
    "reviews.answer": "The patient answered",
    "reviews.match": "{who} matched a medicine",
    "reviews.claim": "{who} took it",
    "reviews.pass_on": "{who} passed it on",
    "reviews.ask_to_take_over": "{who} asked to take it over",
    "reviews.draft_letter": "{who} wrote a letter",
    "reviews.send_letter": "{who} sent the letter",
    "reviews.keep_reply": "{who} kept the prescriber’s reply",
}
LINES: Final = 4
READ: Final = 60


def lines(intake: Intake, *, now: datetime) -> list[tuple[str, str]]:
    """What happened, who did it, and what they noted, the newest first; each thing once, each note."""
    events = AuditEvent.objects.filter(patient=str(intake.patient_id), action__in=WORDS)
    staff = User.objects.annotate(
        ref=Concat(Value("staff:"), Cast("pk", TextField()), output_field=TextField())
    ).filter(ref=OuterRef("actor"))
    latest = list(events.annotate(name=Subquery(staff.values("name"))).order_by("-id")[:READ])
    moments, told = _moments(intake, latest), dict[str, datetime]()
    for event in latest:
        at = moments.get((event.action, event.subject)) or event.at
        told.setdefault(WORDS[event.action].format(who=event.name or event.actor), at)
    notes = intake.notes.select_related("written_by")
    noted = [(f"{each.written_by.name}: {each.text}", each.written_at) for each in notes]
    newest_first = sorted([*told.items(), *noted], key=itemgetter(1), reverse=True)
    return [(words.moment(at, now=now), what) for what, at in newest_first[:LINES]]


def _moments(intake: Intake, events: Iterable[AuditEvent]) -> dict[tuple[str, str], datetime | None]:
    """When something was by its own row, as the rest of the page says it; the demo sends and signs in the past."""
    subject = f"intake:{intake.pk}"
    found = {
        ("intake.begin", subject): intake.started_at,
        ("intake.raise_safety", subject): intake.safety_raised_at,
        ("intake.submit", subject): intake.submitted_at,
    }
    signed = [each.subject.removeprefix("decision:") for each in events if each.action == "reviews.decide"]
    if signed:
        decided = Decision.objects.filter(pk__in=signed).values_list("pk", "decided_at")
        found |= {("reviews.decide", f"decision:{pk}"): at for pk, at in decided}
    return found
