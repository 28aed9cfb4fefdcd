"""E-mail: by SMTP when EMAIL_URL says where, otherwise (not in production) as one file a message in MAIL_DIR."""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings

from clinic.notifications.channels import files
from clinic.notifications.channels.outgoing import NotSetUp, Outgoing, Refused

SECONDS_TO_ANSWER: Final = 15
ONE_ADDRESS: Final = re.compile(r"""[^\s@<>()\[\],;:\\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\],;:\\"\x00-\x1f\x7f]{1,253}""")
HERE: Final = ("localhost", "127.0.0.1", "::1")
PERMANENT: Final = 500


def send(outgoing: Outgoing) -> str:
    """Hand an e-mail over.

    Args:
        outgoing: what to send; handing the same id over twice leaves one file, or two e-mails with one Message-ID.
    Returns:
        Nothing: a mail server gives no id of its own, ours is the Message-ID.
    Raises:
        NotSetUp: this is production, and EMAIL_URL is not set or not an SMTP address.
        Refused: the address is not one, or the server will never take it.
        OSError, smtplib.SMTPException: the server did not take it this time.
    """
    message = written(outgoing)
    if settings.EMAIL_URL:
        _by_smtp(message, urlsplit(settings.EMAIL_URL))
    elif settings.IS_PRODUCTION:
        raise NotSetUp("no e-mail server is set up")
    else:
        files.keep(message.as_bytes(), folder=settings.MAIL_DIR, name=f"{outgoing.id}.eml")
    return ""


def written(outgoing: Outgoing) -> EmailMessage:
    """The e-mail itself: neutral sender, plain text, and the id of the message as Message-ID.

    Raises:
        Refused: the address is not exactly one address.
        ValueError: a header holds a line break.
    """
    name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, addr_spec=sender)
    message["To"] = _one_address(outgoing.to)
    message["Subject"] = outgoing.subject
    message["Date"] = format_datetime(outgoing.at)
    message["Message-ID"] = f"<{outgoing.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(outgoing.text)
    if outgoing.html:
        message.add_alternative(outgoing.html, subtype="html")
    return message


def _one_address(text: str) -> Address:
    text = text.strip()
    if not ONE_ADDRESS.fullmatch(text):
        raise Refused("the e-mail address is not one")
    local, _, domain = text.rpartition("@")
    try:
        return Address(username=local, domain=domain.encode("idna").decode())
    except (UnicodeError, ValueError):
        raise Refused("the e-mail address is not one") from None


def _by_smtp(message: EmailMessage, server: SplitResult) -> None:
    connection = _connected(server)
    try:
        connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _ in refused.recipients.values()]
        if min(codes) >= PERMANENT:
            raise Refused(f"the address was refused ({codes[0]})") from None
        raise
    finally:
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()
        connection.close()


def _connected(server: SplitResult) -> smtplib.SMTP:
    """A connection that is encrypted, unless the server is on this machine, and signed in when the URL says as whom."""
    if server.scheme not in ("smtp", "smtps") or not server.hostname:
        raise NotSetUp("EMAIL_URL must start with smtp:// or smtps://")
    if server.scheme == "smtps":
        trusted = ssl.create_default_context()
        connection = smtplib.SMTP_SSL(server.hostname, server.port or 465, timeout=SECONDS_TO_ANSWER, context=trusted)
    else:
        connection = smtplib.SMTP(server.hostname, server.port or 587, timeout=SECONDS_TO_ANSWER)
    try:
        if server.scheme == "smtp" and server.hostname not in HERE:
            connection.starttls(context=ssl.create_default_context())
        if server.username:
            connection.login(unquote(server.username), unquote(server.password or ""))
    except BaseException:
        connection.close()
        raise
    return connection
