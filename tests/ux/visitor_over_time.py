"""What a visitor does after a visit: short questions, scores over time, the journal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self
from uuid import UUID, uuid4

from clinic.audit import actors
from clinic.booking import availability_actions, cannot_keep_actions
from clinic.intake import renewal_actions
from clinic.journal import actions as journal
from clinic.my import actions as my
from clinic.patients import actions as patients
from clinic.questionnaires import actions as questionnaires
from clinic.questionnaires.presenters import sheet_of

NOW: Final = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)
"""Noon on a Tuesday at the clinic; the clock of every state stands there."""


class OverTime:
    """The part of a visitor that is there weeks later; `patient` and `by` are those of the visitor."""

    patient: Any
    by: actors.Actor

    def asked(self, plan: str = "F35", days_ago: int = 0) -> Self:
        """Was sent the short questions of a follow-up."""
        then = NOW - timedelta(days=days_ago)
        questionnaires.open_for(patient=self.patient, asked_for=uuid4(), plan=plan, by=self.by, now=then)
        return self

    def asked_for_all(self, *, begins: bool = False) -> Self:
        """Was asked for the whole form again, and perhaps began it."""
        renewal_actions.ask_again(patient=self.patient, asked_for=uuid4(), by=self.by, now=NOW)
        if begins:
            renewal_actions.begin_again(patient=self.patient, by=self.by, now=NOW)
        return self

    def asks_to_erase(self) -> Self:
        """Asked us to erase their data."""
        patients.wish(patient=self.patient, kind="erase", about=self.patient.pk, by=self.by, now=NOW)
        return self

    def answered(self, pages: int = 99, *, worse: int = 1, skips: bool = False) -> UUID:
        """Answered so many pages of the short questions, whose id it gives."""
        asked = self.patient.questionnaires.select_related("intake").order_by("opened_at").last()
        for page in sheet_of(asked, now=NOW).pages[:pages]:
            told = {name: "0" if name == "phq9" else str(worse) for name in page.questions}
            told |= {name: "yes" for name in told if name.startswith("pcptsd")}
            answers = {} if skips else told
            questionnaires.save_page(questionnaire=asked, page=page, answers=answers, by=self.by, now=NOW)
        return asked.pk

    def overtaken(self) -> UUID:
        """The id of short questions whose place newer ones took."""
        older = self.patient.questionnaires.get().pk
        self.asked()
        return older

    def wrote(self, *feelings: int) -> Self:
        """Wrote into the journal."""
        for feeling in feelings:
            journal.write(patient=self.patient, key=uuid4(), feeling=feeling, by=self.by, now=NOW)
        return self

    def notes(self, told: dict[str, str]) -> Self:
        """Added a note to what they wrote."""
        told = {"note": told["note"], "slept": "", "took_medicine": ""}
        journal.add(entry=self.patient.entries.get(), told=told, is_shared=False, by=self.by, now=NOW)
        return self

    def paused(self) -> Self:
        """Wants no reminders for two weeks."""
        until = NOW + timedelta(days=14)
        my.pause(patient=self.patient, until=until, by=self.by, now=NOW)
        self.patient.refresh_from_db()
        return self

    def called_off(self, template: str) -> Self:
        """Was told that their clinician is away at the time of their visit."""
        visit = self.patient.appointments.select_related("clinician").get(state="booked")
        told = {"since": visit.start, "until": visit.end, "reason": "sick"}
        absence = availability_actions.take_time_off(clinician=visit.clinician, by=self.by, **told)
        told = {"exception": absence, "visits": [visit], "template": template}
        cannot_keep_actions.tell(**told, by=self.by, now=NOW)
        return self

    def entry(self) -> UUID:
        """The id of an entry of the journal."""
        return self.patient.entries.first().pk

    def over_time(self) -> Self:
        """Answered in the first weeks, left one out, and answered again."""
        for week, worse in ((1, 2), (2, 1), (4, 99), (8, 2), (12, 0)):
            then = NOW + timedelta(weeks=week)
            questionnaires.open_for(patient=self.patient, asked_for=uuid4(), plan="F35", by=self.by, now=then)
            if worse < 9:
                self.answered(worse=worse)
                asked = self.patient.questionnaires.get(state="open")
                questionnaires.send(questionnaire=asked, by=self.by, now=then)
        return self
