"""The pager of the person on call: for now an e-mail to ON_CALL_EMAIL.

Whoever runs a clinic gives an address there that a paging service or a phone turns into noise. It goes the way of every
e-mail, so without EMAIL_URL it is a file in MAIL_DIR and wakes nobody. Webhooks of paging services are later work.
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
