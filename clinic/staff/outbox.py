"""The e-mails and texts that development writes to files instead of sending, read back for a staff-only page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from uuid import UUID

from django.conf import settings

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail as it was written."""

    id: UUID
    to: str
    subject: str
    at: datetime | None
    text: str


def mails() -> list[Mail]:
    """The e-mails, the last written first."""
    written = [file for folder in _folders() for file in folder.glob("*.eml")]
    files = sorted(written, key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [found for file in files[:MOST_SHOWN] if (found := _read(file)) is not None]


def mail(message_id: UUID) -> Mail | None:
    """One e-mail, or None when there is no such file."""
    return next((found for folder in _folders() if (found := _read(folder / f"{message_id}.eml"))), None)


def _folders() -> tuple[Path, Path]:
    return Path(settings.MAIL_DIR), Path(settings.TEXT_DIR)


def _read(file: Path) -> Mail | None:
    """An e-mail from its file; None for a file that is gone, or that delivery did not name."""
    try:
        message_id, raw = UUID(file.stem), file.read_bytes()
    except (ValueError, OSError):
        return None
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what the default policy makes
    body = message.get_body(("plain",))
    date = message["Date"]
    return Mail(
        id=message_id,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        at=date.datetime if date else None,
        text=body.get_content() if body else "",
    )
