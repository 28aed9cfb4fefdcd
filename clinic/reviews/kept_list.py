"""Triggers: a signed decision is never changed, and the list of what waits follows records and decisions by itself.

Whether a record waits is a question over records, intakes and decisions together. Asked anew for each page it reads
every record there ever was; kept as a list by the database, in the transaction of its cause, it cannot be forgotten by
any code path, and it is as short as what waits.
"""

from __future__ import annotations

from typing import Final

import pgtrigger

_OLDER_WAIT_NO_MORE: Final = """
    DELETE FROM reviews_waiting USING intake_screeningrecord AS older
    WHERE reviews_waiting.record_id = older.id AND older.intake_id = NEW.intake_id AND older.number < NEW.number;
"""
_WAITS_NO_MORE: Final = "DELETE FROM reviews_waiting WHERE record_id = NEW.record_id;"
_WAITS_IF_IT_NEEDS_A_PERSON: Final = """
    INSERT INTO reviews_waiting (record_id, is_urgent, due_at)
    SELECT screened.id, screened.outcome = 'urgent' OR intake.safety_raised_at IS NOT NULL, screened.due_at
    FROM intake_screeningrecord AS screened JOIN intake_intake AS intake ON intake.id = screened.intake_id
    WHERE screened.id = NEW.{column}
      AND (screened.outcome <> 'ready_to_book' OR intake.safety_raised_at IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM intake_screeningrecord AS newer
                      WHERE newer.intake_id = screened.intake_id AND newer.number > screened.number)
      AND NOT EXISTS (SELECT 1 FROM reviews_decision AS standing
                      WHERE standing.record_id = screened.id AND standing.revoked_at IS NULL)
    ON CONFLICT (record_id) DO NOTHING;
    RETURN NULL;
"""
"""Everything but a plain "ready to book" needs a person, and so does an intake that raised a safety flag on its way,
whatever was answered afterwards. Source: clinical.md section 5.1; ux.md P13 (closed until a clinician clears it)."""

WAITING_AFTER_A_RECORD: Final = pgtrigger.Trigger(
    name="a_record_may_wait",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    func=_OLDER_WAIT_NO_MORE + _WAITS_IF_IT_NEEDS_A_PERSON.format(column="id"),
)
WAITING_AFTER_A_DECISION: Final = pgtrigger.Trigger(
    name="a_decision_ends_waiting",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=_WAITS_NO_MORE + _WAITS_IF_IT_NEEDS_A_PERSON.format(column="record_id"),
)

_REVOKED: Final = "'{revoked_at,revoked_by_id}'::text[]"
DECISION_IS_KEPT: Final = (
    pgtrigger.Protect(
        name="decision_is_signed",
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            f"OLD.revoked_at IS NOT NULL OR to_jsonb(OLD) - {_REVOKED} <> to_jsonb(NEW) - {_REVOKED}"  # noqa: S608
        ),
    ),
    pgtrigger.Protect(name="decision_is_kept", operation=pgtrigger.Delete),
    pgtrigger.Trigger(
        name="decisions_never_emptied",
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func="RAISE EXCEPTION 'Decisions are kept.';",
    ),
)
