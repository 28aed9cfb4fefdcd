"""Which lines of the record say that somebody on the staff looked at a patient, alone or on a list."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet

from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient

BROKE_GLASS: Final = "staff.break_glass"
"""What the record calls opening a patient's history from outside their care team; `why` is what was given as reason."""
_BY_STAFF: Final = Q(actor__startswith="staff:")
_LOOKED: Final = Q(action__contains=".see_") | Q(action=BROKE_GLASS)


def looks_at(patient: Patient, *, most: int) -> list[AuditEvent]:
    """The last looks at a patient, the newest first.

    Args:
        patient: at whom; a list names them by any reference of theirs, which are asked for now.
        most: how many at most.
    """
    return list(about(patient, AuditEvent.objects.filter(_BY_STAFF & _LOOKED)).order_by("-id")[:most])


def about(patient: Patient, lines: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Those of these lines that are about a patient alone, or about a list that showed them; each by its own index.

    Args:
        patient: about whom.
        lines: filtered as far as they are to be; the answer can be ordered and cut, and not filtered any more.
    """
    known = [patient.reference]
    known += [each for name in ("intakes", "appointments") for each in _references(patient, name)]
    known += [str(each) for each in patient.messages.values_list("pk", flat=True)]
    on_lists = lines.filter(detail__has_key="shown", detail__shown__has_any_keys=known)
    return lines.filter(patient=str(patient.pk)).union(on_lists)


def _references(patient: Patient, name: str) -> list[str]:
    return list(getattr(patient, name).values_list("reference", flat=True))
