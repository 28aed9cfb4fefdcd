"""The words of a message, made when it is sent from templates/messages/<name>.{subject,text,sms}; nothing clinical.

They are in the language of the patient. A template may say: `name` and `phone` of the clinic, `called` (a first name or
nothing), `link` (a private page, made at that moment), `link_until` (a day), `have_it` (where a page is acknowledged),
`help_line`, `reference`, and what `about` of the message holds, such as the `when` of an appointment. A word that is
not known stops the message instead of leaving a hole.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.template import Context, Engine, Template, TemplateDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.accounts import actions as accounts
from clinic.audit.actors import Actor
from clinic.notifications import paging
from clinic.notifications.hours import day_in_words, zone_of
from clinic.notifications.layout import html_of
from clinic.notifications.models import Message
from clinic.notifications.stopping import fingerprint
from clinic.patients import languages
from clinic.patients.actions import LINK_DAYS, issue_link
from clinic.patients.models import Patient, PatientLink
from clinic.web.crisis import is_elsewhere, line_of

TO_THE_FORM: Final = frozenset({"resume-link", "finish-your-form", "finish-your-form-last"})
"""Templates whose link leads back into the form; the link of every other one leads to the patient's own page."""
TO_THE_QUESTIONS: Final = frozenset({"short-questions", "short-questions-again"})
"""Templates whose link leads to questions, and opens them as often as needed until it expires."""
TO_THE_FORM_AGAIN: Final = frozenset({"yearly-form"})
"""Templates whose link leads to a whole new form."""
LEADS_TO: Final = {
    **dict.fromkeys(TO_THE_FORM, (PatientLink.Purpose.RESUME, "intake:resume_link")),
    **dict.fromkeys(TO_THE_QUESTIONS, (PatientLink.Purpose.QUESTIONS, "questionnaires:link")),
    **dict.fromkeys(TO_THE_FORM_AGAIN, (PatientLink.Purpose.RENEWAL, "intake:again_link")),
}
TO_THEIR_PAGE: Final = (PatientLink.Purpose.STATUS, "intake:status_link")
IN_A_NAME: Final = "-'\u2019"
"""What a first name may hold besides letters and their marks."""
LONGEST_NAME: Final = 40
NO_LINK: Final = _("(your private link was here)")
YOURS: Final = "[their private link]"
TRANSLATES: Final = "django.templatetags.i18n"


class WordMissing(Exception):
    """A template asks for a word that this message does not have."""


class LineBreakInSubject(Exception):
    """A subject came out as more than one line."""


@dataclass(frozen=True, slots=True)
class Words:
    """A message as it will be read; `link` is where it leads, for what shows nothing else."""

    subject: str
    text: str
    html: str = ""
    link: str = ""


class _Hole(str):
    """What Django puts where a word is not known; putting it there raises."""

    def __mod__(self, name: object) -> str:
        raise WordMissing(str(name))


@cache
def _templates() -> Engine:
    folder = settings.BASE_DIR / "templates" / "messages"
    return Engine(dirs=[folder], autoescape=False, string_if_invalid=_Hole("%s"), builtins=[TRANSLATES])


def words_for(message: Message, *, by: Actor, now: datetime) -> Words:
    """Make the words of one message; a private link in them is issued here, and its token is kept nowhere else.

    Args:
        message: which.
        by: who sends it.
        now: the moment.
    Raises:
        TemplateDoesNotExist, WordMissing: the template is wrong.
        LineBreakInSubject: a word with a line break got into the subject.
    """
    with _language_of(message):
        return _words_for(message, by=by, now=now)


def _words_for(message: Message, *, by: Actor, now: datetime) -> Words:
    template = _template(message)
    known = _known(message)
    if "have_it" in template.source:
        known["have_it"] = settings.SITE_URL.rstrip("/") + reverse("staff:by_link", args=[paging.token_of(message)])
    elif "link" in template.source:
        link = _link(message, by=by, now=now)
        known |= {
            "link": link,
            "stop_link": f"{link}?stop",
            "link_until": day_in_words(now + timedelta(days=LINK_DAYS), zone_of(message.patient)),
        }
    text = template.render(Context(known, autoescape=False)).strip() + "\n"
    link = known.get("have_it") or known.get("link") or ""
    if message.channel == Message.Channel.SMS:
        return Words("", text, link=link)
    return Words(_subject(message, known), text, html_of(text), link)


def reply_words(template: str) -> str:
    """What is answered to a text that somebody wrote; it says nothing about them.

    Args:
        template: its name.
    """
    known = _known(Message(template=template, channel=Message.Channel.SMS))
    return _templates().get_template(f"{template}.sms").render(Context(known, autoescape=False)).strip()


def words_again(message: Message) -> Words | None:
    """The words of a message that was sent, to be read on the patient's own page; where its link was, there is none.

    Args:
        message: one that was sent.
    Returns:
        None when its template is gone or asks for a word that it did not ask for then.
    """
    with _language_of(message):
        until = day_in_words(message.sent_at + timedelta(days=LINK_DAYS), zone_of(message.patient))
        known = _known(message) | {"link": NO_LINK, "stop_link": NO_LINK, "link_until": until}
        try:
            text = _template(message).render(Context(known, autoescape=False)).strip() + "\n"
            return Words(_subject(message, known), text)
        except (TemplateDoesNotExist, WordMissing):
            return None


def _language_of(message: Message) -> AbstractContextManager[None]:
    """That of the patient it is written to; the staff are written to in English."""
    return languages.of(None if message.to_role or message.staff_id else message.patient)


def _template(message: Message) -> Template:
    kind = "sms" if message.channel == Message.Channel.SMS else "text"
    return _templates().get_template(f"{message.template}.{kind}")


def _subject(message: Message, known: dict[str, Any]) -> str:
    template = _templates().get_template(f"{message.template}.subject")
    subject = template.render(Context(known, autoescape=False)).strip()
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in subject):
        raise LineBreakInSubject(message.template)
    return subject


def sample(
    template: str, *, patient: Patient, about: dict[str, str] | None = None, put_in: Callable[[str], str] = str
) -> Words:
    """A message to a patient as it would read, for somebody who looks before it is sent; no link is issued.

    Args:
        template: its name.
        patient: whom it would go to.
        about: what it would be about.
        put_in: marks each word that is put into the template, so that it can be told from the template's own.
    """
    message = Message(template=template, patient=patient, channel=Message.Channel.EMAIL, about=about or {})
    known = _known(message) | {"link": YOURS, "stop_link": YOURS, "link_until": "[30 days from then]"}
    known = {name: put_in(str(word)) if word else word for name, word in known.items()}
    subject, text = (
        _templates().get_template(f"{template}.{kind}").render(Context(known, autoescape=False)).strip()
        for kind in ("subject", "text")
    )
    return Words(subject, text)


def _known(message: Message) -> dict[str, Any]:
    patient = message.patient
    return {
        "reference": patient.reference if patient else "",
        **message.about,
        "name": settings.CLINIC_NEUTRAL_NAME,
        "phone": settings.CLINIC_PHONE_DISPLAY,
        "called": first_name(patient) if patient and not message.to_role else "",
        "help_line": help_line(patient),
    }


def _link(message: Message, *, by: Actor, now: datetime) -> str:
    site = settings.SITE_URL.rstrip("/")
    if message.staff:
        return site + reverse("staff_join", kwargs={"token": accounts.issue_link(user=message.staff, by=by, now=now)})
    if message.to_role or message.patient is None:
        return site + reverse("staff:home")
    purpose, page = LEADS_TO.get(message.template, TO_THEIR_PAGE)
    sent_to = fingerprint(message.patient, message.channel)
    token = issue_link(patient=message.patient, purpose=purpose, sent_to=sent_to, by=by, now=now)
    return site + reverse(page, kwargs={"token": token})


def first_name(patient: Patient) -> str:
    """The first word of what somebody asked to be called; nothing when it does not look like a name.

    The rest is left out because others may read the screen, and anything but letters because somebody could type the
    address of a page into the form to have it sent from here.
    """
    given = str(patient.preferred_name or patient.legal_name or "").split()
    first = given[0] if given else ""
    is_name = first[:1].isalpha() and all(unicodedata.category(c)[0] in "LM" or c in IN_A_NAME for c in first)
    return first if is_name and len(first) <= LONGEST_NAME else ""


def help_line(patient: Patient | None) -> str:
    """How to talk to somebody at once, where the patient lives."""
    country = patient.country if patient else ""
    if is_elsewhere(country):
        return gettext("Need to talk now? Call your local emergency number.")
    line = line_of(country)
    if "text_display" in line:
        by_text = gettext(
            "Need to talk now? Call %(call_display)s. Text %(text_display)s. In danger? Call %(emergency)s."
        )
        return by_text % line
    return gettext("Need to talk now? Call %(call_display)s. In danger? Call %(emergency)s.") % line
