"""The people page: invite, join, change, reset and end; and that somebody is always left to look after the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.accounts import actions, factors
from clinic.accounts.models import User
from clinic.accounts.permissions import ALLOWED, CLINICAL, PERMISSION_WORDS, Permission, Role
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.notifications import delivery
from clinic.notifications.models import Message
from tests import sign_in
from tests.at_once import at_once
from tests.clinic.reviews import records

pytestmark = pytest.mark.django_db
BY = system("test")
PASSWORD = "orchard pebble lagoon"
LOST = "She called from her own phone and knew her last three patients."


def mailed_link(template: str = "staff-invited") -> str:
    """The address in the last mail of this kind, as its reader gets it."""
    message = Message.objects.filter(template=template).order_by("-created_at", "-key").first()
    assert message is not None
    text = delivery.words_for(message, by=BY, now=timezone.now()).text
    found = re.search(r"https?://[^/]+(/staff/join/\S+)", text)
    assert found is not None
    return found[1]


def post(browser: Client, name: str, user: User | None = None, **told: str) -> Any:
    return browser.post(reverse(f"staff:{name}", args=[user.pk] if user else []), told)


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.fixture
def sam(signed_in: Callable[[Role], Client]) -> Client:
    """The administrator."""
    return signed_in(Role.ADMINISTRATOR)


@pytest.fixture
def weiss(signed_in: Callable[[Role], Client]) -> Client:
    """The medical director."""
    return signed_in(Role.DIRECTOR)


def test_an_invitation_leads_from_the_mail_to_the_second_step(sam: Client) -> None:
    post(sam, "invite", email=" New.Person@Example.TEST ", role="scheduler")
    user, link, visitor = User.objects.get(email="new.person@example.test"), mailed_link(), Client()
    assert not user.is_active

    assert "Set up your sign-in" in visitor.get(link).content.decode()
    response = visitor.post(link, {"name": "Nora Beck", "password": PASSWORD})

    user = again(user)
    assert response.url == reverse("mfa_index")
    assert (user.name, user.is_active, user.check_password(PASSWORD)) == ("Nora Beck", True, True)
    assert visitor.get(reverse("staff:tasks")).url == reverse("mfa_index")


def test_looking_at_a_link_does_not_spend_it_and_sending_it_does(sam: Client) -> None:
    post(sam, "invite", email="new@example.test", role="scheduler")
    link = mailed_link()
    for _ in range(3):
        Client().get(link)
    Client().post(link, {"name": "", "password": PASSWORD})
    assert Client().post(link, {"name": "Nora", "password": PASSWORD}).status_code == 302

    second = Client().post(link, {"name": "Thief", "password": "another password here"})

    assert "This link does not work any more" in second.content.decode()
    assert User.objects.get(email="new@example.test").name == "Nora"


def test_a_link_ends_after_three_days_and_the_page_says_the_same_as_for_none(sam: Client, time_machine: Any) -> None:
    post(sam, "invite", email="new@example.test", role="scheduler")
    link = mailed_link()
    time_machine.move_to(records.NOW + timedelta(hours=72, seconds=1), tick=False)

    late, none = Client().get(link), Client().get("/staff/join/abcdefghijklmnopqrstuvwxyz012345/")

    assert late.status_code == none.status_code == 200
    assert "This link does not work any more" in late.content.decode()
    assert late.content == none.content


def test_one_link_spends_the_others(sam: Client) -> None:
    post(sam, "invite", email="new@example.test", role="scheduler")
    first, second = mailed_link(), mailed_link()
    Client().post(second, {"name": "Nora", "password": PASSWORD})

    assert "does not work" in Client().get(first).content.decode()


@pytest.mark.parametrize("password", ["", "short", "password1234", "new@example.test", "123456789012345"])
def test_a_weak_password_is_refused_and_the_link_is_not_spent(sam: Client, password: str) -> None:
    post(sam, "invite", email="new@example.test", role="scheduler")
    link = mailed_link()

    response = Client().post(link, {"name": "Nora", "password": password})

    assert response.status_code == 200
    assert response.context["form"].errors["password"]
    assert Client().post(link, {"name": "Nora", "password": PASSWORD}).status_code == 302


def test_no_row_and_no_audit_line_holds_the_token(sam: Client) -> None:
    post(sam, "invite", email="new@example.test", role="scheduler")
    token = mailed_link().split("/")[-2]

    with connection.cursor() as cursor:
        for table in ("accounts_stafflink", "notifications_message", "audit_auditevent"):
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", [f"%{token}%"])
            assert cursor.fetchone()[0] == 0


def test_the_same_email_is_invited_once(sam: Client) -> None:
    post(sam, "invite", email="new@example.test", role="scheduler")

    response = post(sam, "invite", email="NEW@example.test", role="administrator")

    assert response.status_code == 409
    assert User.objects.get(email="new@example.test").role == Role.SCHEDULER


@pytest.mark.parametrize("role", sorted(CLINICAL))
def test_an_administrator_gives_nobody_a_role_that_decides(sam: Client, role: Role) -> None:
    nora = records.clinician("Nora Beck", Role.SCHEDULER)

    assert post(sam, "invite", email="new@example.test", role=role.value).status_code == 422
    assert post(sam, "change_role", nora, role=role.value).status_code == 422
    with pytest.raises(actions.OnlyDirector):
        actions.change_role(user=nora, role=role, by=User.objects.get(role="administrator").actor, now=timezone.now())
    assert again(nora).role == Role.SCHEDULER


def test_the_director_gives_every_role(weiss: Client) -> None:
    records.clinician("Sam Whitfield", Role.ADMINISTRATOR)
    nora = records.clinician("Nora Beck", Role.SCHEDULER)
    for role in Role:
        assert post(weiss, "change_role", nora, role=role.value).status_code == 302
        assert again(nora).role == role


def test_a_new_role_counts_from_the_next_click(weiss: Client) -> None:
    lee = records.clinician("Dr. Jon Lee", Role.CLINICIAN)
    theirs = sign_in.signed_in(lee)
    assert theirs.get(reverse("staff:worklist")).status_code == 200

    post(weiss, "change_role", lee, role="scheduler")

    assert theirs.get(reverse("staff:worklist")).status_code == 403


def test_whose_access_ends_is_out_at_the_next_click_everywhere(sam: Client) -> None:
    lee = records.clinician("Dr. Jon Lee", Role.CLINICIAN)
    browsers = [sign_in.signed_in(lee), sign_in.signed_in(lee)]

    post(sam, "end_access", lee, **{"end-reason": "Left the clinic."})

    assert [each.get(reverse("staff:worklist")).status_code for each in browsers] == [302, 302]
    line = AuditEvent.objects.get(action="accounts.end_access")
    assert (line.subject, line.why) == (lee.actor.ref, "Left the clinic.")
    assert not factors.has_one(lee)


def test_old_sessions_stay_dead_when_somebody_comes_back(weiss: Client) -> None:
    lee = records.clinician("Dr. Jon Lee", Role.CLINICIAN)
    old = sign_in.signed_in(lee)
    post(weiss, "end_access", lee, **{"end-reason": "A mistake."})
    post(weiss, "invite_again", lee, role="clinician")
    Client().post(mailed_link(), {"name": "Dr. Jon Lee", "password": PASSWORD})
    assert again(lee).is_active

    assert old.get(reverse("staff:worklist")).status_code == 302


def test_a_link_that_is_on_its_way_dies_with_the_access(sam: Client) -> None:
    post(sam, "invite", email="new@example.test", role="scheduler")
    link, user = mailed_link(), User.objects.get(email="new@example.test")

    post(sam, "end_access", user, **{"end-reason": "Wrong address."})

    assert "does not work" in Client().get(link).content.decode()
    message = Message.objects.get(template="staff-invited")
    Message.objects.filter(pk=message.pk).update(due_at=timezone.now())
    assert delivery.deliver(message.pk, now=timezone.now(), by=BY) == Message.State.CANCELLED


def test_a_reset_takes_password_factors_and_sessions_and_is_told_by_mail(sam: Client) -> None:
    lee = records.clinician("Dr. Jon Lee", Role.CLINICIAN)
    lee.set_password(PASSWORD)
    lee.save()
    theirs = sign_in.signed_in(lee)

    response = post(sam, "reset_sign_in", lee, **{"reset-reason": LOST})

    assert response.status_code == 302
    assert theirs.get(reverse("staff:worklist")).status_code == 302
    assert not again(lee).check_password(PASSWORD)
    assert not factors.has_one(lee)
    assert AuditEvent.objects.get(action="accounts.reset_sign_in").why == LOST
    assert Message.objects.get(template="staff-sign-in-reset").staff == lee
    assert Client().post(mailed_link("staff-sign-in-reset"), {"name": "Dr. Jon Lee", "password": PASSWORD}).url == (
        reverse("mfa_index")
    )


@pytest.mark.parametrize("name", ["end_access", "reset_sign_in"])
def test_a_reason_is_needed(sam: Client, name: str) -> None:
    lee = records.clinician("Dr. Jon Lee", Role.CLINICIAN)

    response = post(sam, name, lee, **{"end-reason": "  ", "reset-reason": ""})

    assert response.status_code == 422
    assert "Say why" in response.content.decode()
    assert again(lee).is_active


@pytest.mark.parametrize(("name", "told"), [
    ("end_access", {"end-reason": "Bye."}),
    ("reset_sign_in", {"reset-reason": "Mine."}),
    ("change_role", {"role": "scheduler"}),
])  # fmt: skip
def test_nobody_does_it_to_themselves(weiss: Client, name: str, told: dict[str, str]) -> None:
    records.clinician("Second Director", Role.DIRECTOR)
    myself = User.objects.get(name="Dr. Hana Weiss")

    assert post(weiss, name, myself, **told).status_code == 409
    assert again(myself).role == Role.DIRECTOR
    assert again(myself).is_active


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.ADMINISTRATOR])
def test_the_last_one_stays(staff: Callable[[Role], User], role: Role) -> None:
    last, giver = staff(role), staff(Role.ADMINISTRATOR if role == Role.DIRECTOR else Role.DIRECTOR)
    User.objects.create_user("gone@example.test", name="Gone", role=role)
    User.objects.filter(email="gone@example.test").update(is_active=False)
    actions.invite(email="invited@example.test", role=role, by=BY, now=timezone.now())
    browser = sign_in.signed_in(giver)

    ended = post(browser, "end_access", last, **{"end-reason": "Left."})
    demoted = post(browser, "change_role", last, role="scheduler")

    assert (ended.status_code, demoted.status_code) == (409, 409)
    assert "the last one in this role" in ended.content.decode()
    assert (again(last).role, again(last).is_active) == (role, True)


def _removed(user: User, how: str) -> str:
    try:
        if how == "end":
            actions.end_access(user=user, reason="both at once", by=BY, now=timezone.now())
        else:
            actions.change_role(user=user, role=Role.SCHEDULER, by=BY, now=timezone.now())
    except actions.LastOne:
        return "last"
    return "done"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["end", "demote", "one of each"])
@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.ADMINISTRATOR])
def test_of_two_who_remove_each_other_at_once_one_stays(frozen: None, role: Role, verb: str) -> None:
    for number in range(4):
        User.objects.filter(role=role).update(role=Role.SCHEDULER)
        pair = [records.clinician(f"Person {role}{number}{each}", role) for each in "ab"]
        hows = ("end", "demote") if verb == "one of each" else (verb, verb)

        told = at_once(*(partial(_removed, user, how) for user, how in zip(pair, hows, strict=True)))

        assert sorted(map(str, told)) == ["done", "last"]
        assert User.objects.filter(role=role, is_active=True).count() == 1


def test_sensitive_steps_ask_for_the_code_again(staff: Callable[[Role], User], time_machine: Any) -> None:
    sam = sign_in.signed_in(staff(Role.ADMINISTRATOR))
    lee = records.clinician("Dr. Jon Lee", Role.CLINICIAN)
    time_machine.move_to(records.NOW + timedelta(minutes=6), tick=False)

    response = post(sam, "end_access", lee, **{"end-reason": "Left the clinic."})

    assert response.url.startswith(reverse("mfa_reauthenticate"))
    assert again(lee).is_active


def test_the_page_shows_everybody_and_the_role_table_in_words(weiss: Client) -> None:
    page = weiss.get(reverse("staff:people")).content.decode()

    assert "Dr. Hana Weiss" in page
    assert set(PERMISSION_WORDS) == set(Permission)
    assert all(words in page for words in PERMISSION_WORDS.values())
    assert page.count("<b>Yes</b>") == sum(len(may) for may in ALLOWED.values())


def test_the_page_asks_the_same_number_of_questions_for_many_as_for_few(
    weiss: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        factors.give_app(records.clinician(f"Person {number}", Role.SCHEDULER))

    with django_assert_max_num_queries(10):
        weiss.get(reverse("staff:people"))


def test_only_the_director_reads_the_record_because_it_holds_the_reasons_of_clinicians() -> None:
    assert [role for role in Role if Permission.SEE_AUDIT in ALLOWED[role]] == [Role.DIRECTOR]
