"""Triggers of a second signature: what the first rests on, that it is kept, and that no decision gets around it."""

from __future__ import annotations

from typing import Final

import pgtrigger

from clinic.reviews.kept_list import ABOUT_ITS_RECORD

_ENDS: Final = "'{state,ended_at,ended_by_id,why,alerted_at}'::text[]"

_NOBODY_HAS_DECIDED: Final = """\
            IF EXISTS (SELECT 1 FROM reviews_decision AS standing WHERE standing.record_id = NEW.record_id
                       AND standing.revoked_at IS NULL AND standing.expired_at IS NULL
                       AND standing.stale_at IS NULL) THEN
                RAISE EXCEPTION 'Somebody has decided about this record.';
            END IF;
"""

FIRST_IS_KEPT: Final = (
    pgtrigger.Trigger(
        name="first_signature_has_its_basis",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=ABOUT_ITS_RECORD.format(what="signature", then=_NOBODY_HAS_DECIDED),
    ),
    pgtrigger.Protect(
        name="first_signature_is_signed",
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            f"OLD.state <> 'waiting' OR to_jsonb(OLD) - {_ENDS} <> to_jsonb(NEW) - {_ENDS}"  # noqa: S608
        ),
    ),
    pgtrigger.Protect(name="first_signature_is_kept", operation=pgtrigger.Delete),
    pgtrigger.Trigger(
        name="first_signatures_never_emptied",
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func="RAISE EXCEPTION 'Signatures are kept.';",
    ),
)

WAITING_AFTER_A_FIRST: Final = pgtrigger.Trigger(
    name="a_first_signature_waits",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    func="""
        INSERT INTO reviews_waiting (record_id, is_urgent, due_at, outcome, priority, region, is_second_look)
        SELECT screened.id, screened.outcome = 'urgent' OR intake.safety_raised_at IS NOT NULL, screened.due_at,
               screened.outcome, screened.priority, patient.region, TRUE
        FROM intake_screeningrecord AS screened JOIN intake_intake AS intake ON intake.id = screened.intake_id
        JOIN patients_patient AS patient ON patient.id = intake.patient_id
        WHERE screened.id = NEW.record_id
        ON CONFLICT (record_id) DO UPDATE SET is_second_look = TRUE, owner_id = NULL;
        RETURN NULL;
    """,
)
"""Once somebody has signed, no outcome opens booking by itself any more, and whoever is free can sign second."""

DECISION_HAS_BOTH: Final = pgtrigger.Trigger(
    name="decision_has_both_signatures",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        IF EXISTS (SELECT 1 FROM reviews_firstsignature AS asked
                   WHERE asked.record_id = NEW.record_id AND asked.state = 'waiting') THEN
            RAISE EXCEPTION 'A second signature about this record is waited for.';
        END IF;
        IF NEW.first_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM reviews_firstsignature AS asked WHERE asked.id = NEW.first_id AND asked.state = 'agreed'
               AND asked.record_id = NEW.record_id AND asked.route = NEW.route
               AND asked.signed_by_id = NEW.decided_by_id AND asked.ended_by_id = NEW.seconded_by_id
               AND asked.basis_answers_hash = NEW.basis_answers_hash AND asked.basis_seal = NEW.basis_seal) THEN
            RAISE EXCEPTION 'The two signatures of a decision are about the same.';
        END IF;
        RETURN NEW;
    """,
)
