"""One checker of four ledgers: what clients were told, PostgreSQL holds, the provider accepted, staff see."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from email import message_from_string

from django.db.models import Count, Q
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.intake.models import Intake
from clinic.notifications.models import Message
from tests.sign_in import signed_in

STAFF_PAGES = ("staff:worklist", "staff:tasks", "staff:urgent")
ENDED = (Message.State.SENT, Message.State.FAILED, Message.State.CANCELLED)


def wrong(*, told: Iterable[str], accepted: Iterable[str]) -> dict[str, int]:
    """Everything in which the four ledgers differ, counted; an empty answer says that they agree.

    Args:
        told: references of the forms whose senders saw that they arrived.
        accepted: the mails the provider accepted, as it got them.
    """
    keys = Counter(map(key_of, accepted))
    found = {
        **_stored(set(told)),
        **_sent(keys),
        "flags nobody was told of": _untold(keys),
        "flags staff cannot see": _unseen(),
    }
    return {what: count for what, count in found.items() if count}


def twice(accepted: Iterable[str]) -> int:
    """How many mails the provider got more than once under the same key; it can drop those, and they are counted."""
    keys = [key_of(mail) for mail in accepted]
    return len(keys) - len(set(keys))


def key_of(mail: str) -> str:
    """The id of the message that a mail carries as its Message-ID."""
    return re.sub(r"^<|@.*$", "", message_from_string(mail)["Message-ID"])


def _stored(told: set[str]) -> dict[str, int]:
    sent = Intake.objects.filter(state=Intake.State.SUBMITTED)
    whole = sent.annotate(
        sealed=Count("records", distinct=True),
        told_patient=Count("patient__messages", filter=Q(patient__messages__template="intake-received"), distinct=True),
    ).filter(sealed=1, told_patient=1)
    lines = Counter(AuditEvent.objects.filter(action="intake.submit").values_list("subject", flat=True))
    drafts = Intake.objects.filter(Q(records__isnull=False), state=Intake.State.DRAFT)
    return {
        "told and not stored": len(told - set(sent.values_list("reference", flat=True))),
        "stored in part": sent.count() - whole.count() + drafts.count(),
        "sent forms without exactly one audit line": sum(
            lines[f"intake:{pk}"] != 1 for (pk,) in sent.values_list("pk")
        ),
    }


def _sent(keys: Counter[str]) -> dict[str, int]:
    """By key: what is sent was accepted, what was accepted is sent, each said once; nothing is left half way."""
    sent = {str(pk) for pk in Message.objects.filter(state=Message.State.SENT).values_list("pk", flat=True)}
    lines = Counter(AuditEvent.objects.filter(action="notifications.send").values_list("subject", flat=True))
    return {
        "kept as sent and never accepted": len(sent - set(keys)),
        "accepted under a key that is not kept as sent": len(set(keys) - sent),
        "sent without exactly one audit line": sum(lines[f"message:{pk}"] != 1 for pk in sent),
        "messages given up": Message.objects.filter(state=Message.State.FAILED).count(),
        "messages left half way": Message.objects.exclude(state__in=ENDED).count(),
    }


def _untold(keys: Counter[str]) -> int:
    """Flags for which no page reached the provider."""
    pages = Message.objects.filter(template="urgent-page").values_list("key", "pk")
    told = {key.split(":")[1] for key, pk in pages if str(pk) in keys}
    flagged = Intake.objects.filter(safety_raised_at__isnull=False).values_list("pk", flat=True)
    return sum(str(pk) not in told for pk in flagged)


def _unseen() -> int:
    """Flags that are on none of the pages on which a clinician would look."""
    flagged = Intake.objects.filter(safety_raised_at__isnull=False).values_list("reference", flat=True)
    if not flagged:
        return 0
    email = "ledger@example.test"
    looking = User.objects.filter(email=email).first()
    browser: Client = signed_in(looking or User.objects.create_user(email, name="Ledger", role=Role.CLINICIAN))
    shown = "".join(browser.get(reverse(name)).content.decode() for name in STAFF_PAGES)
    return sum(reference not in shown for reference in flagged)
