"""E-mail as files and by SMTP: the same message is the same file, and nobody can add a header."""

from __future__ import annotations

import smtplib
import uuid
from pathlib import Path
from typing import Any

import pytest

from clinic.notifications.channels import email, files, pager
from clinic.notifications.channels.outgoing import NotSetUp, Outgoing, Refused

from .conftest import DAY, read
from .smtp_server import mailbox

ID = uuid.UUID("11111111-2222-4333-8444-555555555555")


def outgoing(**changes: Any) -> Outgoing:
    given = {"id": ID, "to": "maya@mail.example", "subject": "Hello", "text": "Hello Maya,\n", "at": DAY}
    return Outgoing(**(given | changes))


def test_a_file_is_a_real_email(mail: Path) -> None:
    email.send(outgoing(text="Zoë, good morning\n"))

    message = read(mail / f"{ID}.eml")
    assert message["From"] == "Larkfield <appointments@larkfield.example>"
    assert message["To"] == "maya@mail.example"
    assert message["Subject"] == "Hello"
    assert message["Message-ID"] == f"<{ID}@larkfield.example>"
    assert message["Date"].datetime == DAY
    assert message.get_content_type() == "text/plain"
    assert message.get_content().strip() == "Zoë, good morning"


def test_the_same_message_twice_is_one_file_and_the_first_stays(mail: Path) -> None:
    email.send(outgoing(text="first\n"))
    email.send(outgoing(text="second\n"))

    assert [file.name for file in mail.iterdir()] == [f"{ID}.eml"]
    assert read(mail / f"{ID}.eml").get_content().strip() == "first"


def test_a_file_that_could_not_be_written_leaves_nothing(mail: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)

    with pytest.raises(OSError, match="No space"):
        email.send(outgoing())
    assert list(mail.iterdir()) == []


def test_only_the_owner_reads_the_folder(mail: Path) -> None:
    email.send(outgoing())

    assert mail.stat().st_mode & 0o077 == 0
    assert (mail / f"{ID}.eml").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("subject", ["a\r\nBcc: all@evil.example", "a\nBcc: all@evil.example", "a\rb"])
def test_a_subject_cannot_add_a_header(subject: str, mail: Path) -> None:
    with pytest.raises(ValueError, match="header|Header"):
        email.send(outgoing(subject=subject))
    assert not mail.exists()


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: all@evil.example",
        "a@b.example\nTo: c@d.example",
        "a@b.example, c@d.example",
        "a@b.example;c@d.example",
        "Maya <a@b.example>",
        "a@b@c.example",
        "a b@c.example",
        "a@\x00b.example",
        "@b.example",
        "a@",
        "a",
        "",
        "x" * 400 + "@b.example",
        "a@" + "b" * 70 + ".example",
    ],
)
def test_an_address_is_exactly_one_address(address: str, mail: Path) -> None:
    with pytest.raises(Refused) as refused:
        email.send(outgoing(to=address))
    assert str(refused.value) == "the e-mail address is not one"
    assert not mail.exists()


def test_a_domain_in_other_letters_is_written_the_way_servers_read_it(mail: Path) -> None:
    email.send(outgoing(to="maya@bücher.example"))

    assert read(mail / f"{ID}.eml")["To"] == "maya@xn--bcher-kva.example"


def test_production_without_a_mail_server_is_refused_and_not_put_into_a_file(settings: Any, mail: Path) -> None:
    settings.IS_PRODUCTION = True

    with pytest.raises(NotSetUp, match="no e-mail server is set up"):
        email.send(outgoing())
    assert not mail.exists()


def test_by_smtp_a_server_gets_exactly_our_headers(settings: Any, mail: Path) -> None:
    with mailbox() as server:
        settings.EMAIL_URL = server.url
        email.send(outgoing())

    assert len(server.accepted) == 1
    headers = [line.split(":")[0] for line in server.accepted[0].split("\r\n\r\n")[0].split("\r\n")]
    assert sorted(headers) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding"]
        + ["MIME-Version"]
    )
    assert [c for c in server.commands if c.lower().startswith("rcpt")] == ["rcpt TO:<maya@mail.example>"]
    assert not mail.exists()


def test_a_server_that_refuses_the_address_for_good_is_believed(settings: Any) -> None:
    with mailbox(RCPT="550 <maya@mail.example> no such user") as server:
        settings.EMAIL_URL = server.url
        with pytest.raises(Refused) as refused:
            email.send(outgoing())
    assert str(refused.value) == "the address was refused (550)"


@pytest.mark.parametrize(
    "says",
    [
        {"RCPT": "451 later"},
        {"MAIL": "421 busy"},
        {"MAIL": "550 not from you"},
        {"DATA": "452 full"},
        {"END": "451 greylisted"},
        {"END": "554 no"},
        {"END": None},
        {"HELLO": None},
        {"HELLO": "554 go away"},
        {"EHLO": None},
    ],
)
def test_everything_else_a_server_does_is_tried_again(says: dict[str, str | None], settings: Any) -> None:
    with mailbox(**says) as server:
        settings.EMAIL_URL = server.url
        with pytest.raises((smtplib.SMTPException, OSError)):
            email.send(outgoing())


def test_a_server_that_says_goodbye_oddly_has_still_taken_it(settings: Any) -> None:
    with mailbox(QUIT="500 what") as server:
        settings.EMAIL_URL = server.url
        email.send(outgoing())
    assert len(server.accepted) == 1


def test_a_silent_server_is_not_waited_for(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email, "SECONDS_TO_ANSWER", 0.2)
    with mailbox(MAIL="silence") as server:
        settings.EMAIL_URL = server.url
        with pytest.raises((smtplib.SMTPException, OSError)):
            email.send(outgoing())


@pytest.mark.parametrize("signed_in_as", ["", "user:secret@"])
def test_nothing_goes_to_another_machine_unencrypted(
    signed_in_as: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email, "HERE", ())
    with mailbox() as server:
        settings.EMAIL_URL = server.url.replace("smtp://", f"smtp://{signed_in_as}")
        with pytest.raises(smtplib.SMTPNotSupportedError, match="STARTTLS"):
            email.send(outgoing())
    assert server.accepted == []
    assert {command[:4].lower() for command in server.commands} <= {"ehlo", "helo", "quit"}


def test_no_certificates_are_read_for_a_server_on_this_machine(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email, "trusted", lambda: pytest.fail("hundreds of files were read"))
    with mailbox() as server:
        settings.EMAIL_URL = server.url
        email.send(outgoing())

    assert len(server.accepted) == 1


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25"])
def test_a_mail_url_of_another_kind_is_refused(url: str, settings: Any) -> None:
    settings.EMAIL_URL = url

    with pytest.raises(NotSetUp):
        email.send(outgoing())


def test_a_page_goes_the_way_of_an_email(mail: Path) -> None:
    pager.send(outgoing(to="on-call@larkfield.example"))

    assert read(mail / f"{ID}.eml")["To"] == "on-call@larkfield.example"
