"""Who acts: a person on the staff, a patient, or a named part of the system."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone who does or sees something; `ref` is how the record names them, and holds no personal data."""

    ref: str

    @property
    def is_staff(self) -> bool:
        """True for a person on the staff."""
        return self.ref.startswith("staff:")


def patient(patient_id: UUID | str) -> Actor:
    """A patient, by id; before there is a patient, the id of the intake."""
    return Actor(f"patient:{patient_id}")


def staff(user_id: int | str) -> Actor:
    """A person on the staff, by user id."""
    return Actor(f"staff:{user_id}")


def system(part: str) -> Actor:
    """A named part of the system that acts by itself, such as `delivery` or `demo`."""
    return Actor(f"system:{part}")


def pager(role: str) -> Actor:
    """Whoever holds the pager of a role, and used the link in a page that was sent there."""
    return Actor(f"pager:{role}")


VISITOR = Actor("visitor")
"""Somebody who has not said who they are."""
