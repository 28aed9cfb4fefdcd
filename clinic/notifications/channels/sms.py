"""Text messages. No provider is built in yet, and nothing pretends otherwise: every text message fails visibly."""

from __future__ import annotations

from clinic.notifications.channels.outgoing import NotSetUp, Outgoing


def send(outgoing: Outgoing) -> None:
    """Send a text message.

    Raises:
        NotSetUp: always, until a provider is built in.
    """
    raise NotSetUp("no SMS provider is set up")
