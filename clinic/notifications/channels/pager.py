"""The pager of the person on call: for now an e-mail to ON_CALL_EMAIL, which a paging service or a phone turns into noise.

Whoever runs a clinic gives an address there that wakes somebody up. Webhooks of paging services are later work.
"""

from __future__ import annotations

from clinic.notifications.channels import email
from clinic.notifications.channels.outgoing import Outgoing


def send(outgoing: Outgoing) -> None:
    """Page the person on call.

    Raises:
        NotSetUp, Refused: trying again does not help.
        OSError, smtplib.SMTPException: the server did not take it this time.
    """
    email.send(outgoing)
