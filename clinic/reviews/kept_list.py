"""Triggers: what makes a decision stale, and the list of what waits, which follows records and decisions by itself.

Whether a record waits is a question over records, intakes and decisions together. Asked anew for each page it reads
every record there ever was; kept as a list by the database, in the transaction of its cause, it cannot be forgotten by
any code path, and it is as short as what waits. Why a decision ends with its basis: docs/adr/0017.
"""

from __future__ import annotations

from typing import Final

import pgtrigger

_KNOWN: Final = [("whose", "bigint"), ("screened", "record"), ("form", "record"), ("again", "boolean")]
_SAME_CLINICIAN: Final = """
    SELECT reviews_waiting.owner_id INTO whose FROM reviews_waiting
    JOIN intake_screeningrecord AS older ON older.id = reviews_waiting.record_id
    WHERE older.intake_id = (SELECT intake_id FROM intake_screeningrecord WHERE id = {record});
    IF whose IS NULL THEN
        SELECT asked.signed_by_id INTO whose FROM reviews_firstsignature AS asked
        JOIN intake_screeningrecord AS older ON older.id = asked.record_id
        WHERE older.intake_id = (SELECT intake_id FROM intake_screeningrecord WHERE id = {record})
          AND asked.state = 'waiting';
    END IF;
    IF whose IS NULL THEN
        SELECT signed.decided_by_id INTO whose FROM reviews_decision AS signed
        JOIN intake_screeningrecord AS older ON older.id = signed.record_id
        WHERE older.intake_id = (SELECT intake_id FROM intake_screeningrecord WHERE id = {record})
        ORDER BY signed.decided_at DESC LIMIT 1;
    END IF;
"""
_OLDER_WAIT_NO_MORE: Final = """
    DELETE FROM reviews_waiting USING intake_screeningrecord AS older
    WHERE reviews_waiting.record_id = older.id AND older.intake_id = NEW.intake_id AND older.number < NEW.number;
"""
_OLDER_DECISIONS_ARE_STALE: Final = """
    UPDATE reviews_decision SET stale_at = NEW.screened_at FROM intake_screeningrecord AS older
    WHERE reviews_decision.record_id = older.id AND older.intake_id = NEW.intake_id AND older.number < NEW.number
      AND reviews_decision.revoked_at IS NULL AND reviews_decision.expired_at IS NULL
      AND reviews_decision.stale_at IS NULL;
"""
_OLDER_FIRST_SIGNATURES_ARE_STALE: Final = """
    UPDATE reviews_firstsignature SET state = 'stale', ended_at = NEW.screened_at FROM intake_screeningrecord AS older
    WHERE reviews_firstsignature.record_id = older.id AND older.intake_id = NEW.intake_id
      AND older.number < NEW.number AND reviews_firstsignature.state = 'waiting';
"""
_WAITS_NO_MORE: Final = "DELETE FROM reviews_waiting WHERE record_id = NEW.record_id;"
_WAITS_IF_IT_NEEDS_A_PERSON: Final = """
    SELECT id, intake_id, number, outcome, priority, due_at INTO screened
    FROM intake_screeningrecord WHERE id = NEW.{column};
    SELECT intake.patient_id, intake.safety_raised_at IS NOT NULL AS raised, patient.region INTO form
    FROM intake_intake AS intake JOIN patients_patient AS patient ON patient.id = intake.patient_id
    WHERE intake.id = screened.intake_id;
    again := screened.number > 1
        OR EXISTS (SELECT 1 FROM reviews_decision AS told JOIN intake_screeningrecord AS of ON of.id = told.record_id
                   WHERE of.intake_id = screened.intake_id)
        OR EXISTS (SELECT 1 FROM reviews_decision AS told JOIN intake_screeningrecord AS of ON of.id = told.record_id
                   JOIN intake_intake AS other ON other.id = of.intake_id
                   WHERE other.patient_id = form.patient_id AND told.route IN
                   ('ask_for_more', 'not_suitable_now', 'urgent_contact_made'))
        OR EXISTS (SELECT 1 FROM reviews_firstsignature AS asked
                   JOIN intake_screeningrecord AS of ON of.id = asked.record_id
                   JOIN intake_intake AS other ON other.id = of.intake_id
                   WHERE other.patient_id = form.patient_id AND asked.state = 'waiting');
    IF (screened.outcome <> 'ready_to_book' OR form.raised OR again)
      AND NOT EXISTS (SELECT 1 FROM intake_screeningrecord AS newer
                      WHERE newer.intake_id = screened.intake_id AND newer.number > screened.number)
      AND NOT EXISTS (SELECT 1 FROM reviews_decision AS standing
                      WHERE standing.record_id = screened.id AND standing.revoked_at IS NULL
                        AND standing.expired_at IS NULL AND standing.stale_at IS NULL)
    THEN
        INSERT INTO reviews_waiting
            (record_id, is_urgent, due_at, outcome, priority, region, is_second_look, owner_id)
        VALUES (screened.id, screened.outcome = 'urgent' OR form.raised, screened.due_at, screened.outcome,
                screened.priority, form.region, again, whose)
        ON CONFLICT (record_id) DO NOTHING;
    END IF;
    RETURN NULL;
"""
"""Everything but a plain "ready to book" needs a person, and so does an intake that raised a safety flag on its way,
whatever was answered afterwards. Source: clinical.md section 5.1; ux.md P13 (closed until a clinician clears it).
Once a clinician has looked, or a second record was made, it waits `again`, and no outcome opens booking by itself.
What each question finds is kept in a variable: asked of all tables at once, PostgreSQL read whole ones while small."""

WAITING_AFTER_A_RECORD: Final = pgtrigger.Trigger(
    name="a_record_may_wait",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    declare=_KNOWN,
    func="IF NEW.number > 1 THEN"
    + _SAME_CLINICIAN.format(record="NEW.id")
    + _OLDER_WAIT_NO_MORE
    + _OLDER_DECISIONS_ARE_STALE
    + _OLDER_FIRST_SIGNATURES_ARE_STALE
    + "    END IF;"
    + _WAITS_IF_IT_NEEDS_A_PERSON.format(column="id"),
)
WAITING_AFTER_A_DECISION: Final = pgtrigger.Trigger(
    name="a_decision_ends_waiting",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    declare=_KNOWN,
    func=_SAME_CLINICIAN.format(record="NEW.record_id")
    + _WAITS_NO_MORE
    + _WAITS_IF_IT_NEEDS_A_PERSON.format(column="record_id"),
)

ABOUT_ITS_RECORD: Final = """
            IF NOT EXISTS (SELECT 1 FROM intake_screeningrecord AS read WHERE read.id = NEW.record_id
                           AND read.answers_hash = NEW.basis_answers_hash AND read.seal = NEW.basis_seal) THEN
                RAISE EXCEPTION 'A {what} is about the answers and the protocol of its record.';
            END IF;
            IF EXISTS (SELECT 1 FROM intake_screeningrecord AS read JOIN intake_screeningrecord AS newer
                       ON newer.intake_id = read.intake_id AND newer.number > read.number
                       WHERE read.id = NEW.record_id) THEN
                RAISE EXCEPTION 'A {what} is about the latest record of its intake.';
            END IF;
{then}            RETURN NEW;
        """
"""Refuses what is signed about other answers or another protocol than those of its record, or about an older one."""

_ENDS: Final = "'{revoked_at,revoked_by_id,expired_at,stale_at}'::text[]"
DECISION_IS_KEPT: Final = (
    pgtrigger.Trigger(
        name="decision_has_its_basis",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=ABOUT_ITS_RECORD.format(what="decision", then=""),
    ),
    pgtrigger.Protect(
        name="decision_is_signed",
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            "OLD.revoked_at IS NOT NULL OR OLD.expired_at IS NOT NULL OR OLD.stale_at IS NOT NULL "
            f"OR to_jsonb(OLD) - {_ENDS} <> to_jsonb(NEW) - {_ENDS}"  # noqa: S608
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

_AFTER_SENDING: Final = "'{state,answered_at,answered_by_id}'::text[]"
LETTER_IS_KEPT: Final = pgtrigger.Protect(
    name="letter_sent_is_kept",
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition(
        f"OLD.state <> 'draft' AND to_jsonb(OLD) - {_AFTER_SENDING} <> to_jsonb(NEW) - {_AFTER_SENDING}"
    ),
)
