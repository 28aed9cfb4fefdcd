"""Two signatures: nothing stands, leaves or opens before another clinician has signed the same on the same basis."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.booking.may_be_booked import may_be_booked
from clinic.followups.models import FollowUp
from clinic.intake.models import ScreeningRecord
from clinic.notifications.models import Message
from clinic.reviews import actions, second_actions, signing, sweep_actions, worklist
from clinic.reviews.models import Decision, FirstSignature, Waiting
from clinic.reviews.second_actions import NotWaitedFor, SamePerson
from clinic.reviews.signing import Contact
from clinic.reviews.standing import WAITS_FOR_READING, booking_standing
from tests.clinic.reviews import records, two_signatures
from tests.clinic.reviews.records import NOW, WHY, decide, sealed, sealed_again
from tests.clinic.reviews.two_signatures import LATER, agree, decline, signed_first

pytestmark = pytest.mark.django_db
CLOCK = system("reviews")


def nothing_follows(record: ScreeningRecord) -> bool:
    """No decision, no message, no follow-up, no booking, and it still waits."""
    return (
        not Decision.objects.filter(record=record).exists()
        and not Message.objects.filter(template__startswith="decided").exists()
        and not FollowUp.objects.filter(cause__startswith="decision").exists()
        and not booking_standing(record.intake.patient, now=LATER).may_book
        and Waiting.objects.filter(record=record).exists()
    )


def test_the_published_protocol_asks_for_one_signature(osei: User) -> None:
    assert isinstance(decide(sealed(records.REVIEW), osei), Decision)


def test_nothing_follows_from_a_first_signature(asks: None, osei: User) -> None:
    first = signed_first(osei)

    assert nothing_follows(first.record)
    assert booking_standing(first.record.intake.patient, now=NOW).waits_for == WAITS_FOR_READING
    assert may_be_booked(first.record.intake.patient, now=NOW).word == "Not yet"
    assert AuditEvent.objects.get(action="reviews.sign_first").subject == f"first_signature:{first.pk}"


def test_what_would_open_by_itself_is_closed_by_a_first_signature(osei: User, lee: User) -> None:
    record = sealed(records.COORDINATION, [records.medicine("lamotrigine")])
    assert booking_standing(record.intake.patient, now=NOW).may_book

    first = decide(record, osei, "not_suitable_now", wants_second=True)

    assert nothing_follows(record)
    second_actions.take_back(first=first, by=osei.actor, now=NOW)
    assert not booking_standing(record.intake.patient, now=NOW).may_book


def test_another_form_does_not_get_around_a_first_signature(osei: User, lee: User) -> None:
    first = signed_first(osei, records.STOP, "not_suitable_now", wants_second=True)

    other = sealed(records.READY, at=NOW, of=first.record.intake.patient)

    assert not booking_standing(other.intake.patient, now=NOW).may_book


def test_it_stands_when_another_clinician_agrees_and_everything_counts_from_then(
    asks: None, osei: User, lee: User
) -> None:
    first = signed_first(
        osei, conditions="With an ECG", valid_until=NOW.date() + timedelta(days=9), words_to_patient="Hi"
    )

    decision = agree(first, lee)

    first.refresh_from_db()
    assert (first.state, first.ended_by, first.ended_at) == ("agreed", lee, LATER)
    assert (decision.decided_by, decision.seconded_by, decision.decided_at) == (osei, lee, LATER)
    told = (decision.route, decision.reason, decision.conditions, decision.valid_until, decision.words_to_patient)
    assert told == ("ready_to_book", WHY, "With an ECG", first.valid_until, "Hi")
    assert booking_standing(first.record.intake.patient, now=LATER).may_book
    message = Message.objects.get(template="decided-ready")
    assert (message.key, message.due_at) == (f"decided:{decision.pk}", LATER + signing.UNDO_FOR)
    line = AuditEvent.objects.get(action="reviews.agree")
    assert (line.actor, line.detail["first"]) == (lee.actor.ref, str(first.pk))
    assert not Waiting.objects.exists()


def test_nobody_signs_twice(asks: None, osei: User) -> None:
    first = signed_first(osei)

    with pytest.raises(SamePerson):
        agree(first, osei)
    with pytest.raises(SamePerson):
        decline(first, osei)

    assert nothing_follows(first.record)


@pytest.mark.parametrize("role", [Role.SCHEDULER, Role.ADMINISTRATOR])
def test_the_second_is_a_clinician(asks: None, osei: User, role: Role) -> None:
    first, other = signed_first(osei), records.clinician("Somebody Else", role)

    with pytest.raises(signing.MayNotDecide):
        agree(first, other)
    with pytest.raises(signing.MayNotDecide):
        decline(first, other)

    assert nothing_follows(first.record)


def test_while_it_waits_nobody_else_decides(asks: None, osei: User, lee: User) -> None:
    first = signed_first(osei)

    with pytest.raises(actions.SignedByOne) as refused:
        decide(first.record, lee, "not_suitable_now")

    assert refused.value.first == first


def test_who_does_not_agree_says_why_and_it_goes_back(asks: None, osei: User, lee: User) -> None:
    first = signed_first(osei)

    decline(first, lee)

    first.refresh_from_db()
    assert (first.state, first.ended_by, first.why) == ("declined", lee, WHY)
    assert nothing_follows(first.record)
    assert Waiting.objects.get().owner == osei
    told = Message.objects.get(template="second-signature-declined")
    assert (told.staff, told.patient, told.about) == (osei, None, {})
    assert AuditEvent.objects.get(action="reviews.decline").why == WHY
    assert isinstance(decide(first.record, lee), FirstSignature), "and it can be signed again, by anybody"


def test_not_to_agree_takes_a_reason(asks: None, osei: User, lee: User) -> None:
    first = signed_first(osei)

    with pytest.raises(signing.ReasonNeeded):
        decline(first, lee, reason="no")

    first.refresh_from_db()
    assert first.state == "waiting"


def test_who_left_gets_nothing_back(asks: None, osei: User, lee: User) -> None:
    first = signed_first(osei)
    User.objects.filter(pk=osei.pk).update(is_active=False)

    decline(first, lee)

    assert Waiting.objects.get().owner is None
    assert not Message.objects.exists()


def test_who_signed_first_takes_it_back_and_nobody_else(asks: None, osei: User, lee: User) -> None:
    first = signed_first(osei)
    with pytest.raises(signing.MayNotDecide):
        second_actions.take_back(first=first, by=lee.actor, now=NOW)

    second_actions.take_back(first=first, by=osei.actor, now=NOW)

    first.refresh_from_db()
    assert first.state == "withdrawn"
    assert Waiting.objects.get().owner == osei
    with pytest.raises(NotWaitedFor):
        agree(first, lee)
    assert nothing_follows(first.record)


def test_something_new_ends_the_wait_and_gives_it_back_to_who_signed(asks: None, osei: User, lee: User) -> None:
    first = signed_first(osei)

    newer = sealed_again(first.record, at=NOW)

    first.refresh_from_db()
    assert (first.state, first.ended_at, first.ended_by) == ("stale", NOW, None)
    assert Waiting.objects.get().record == newer
    assert Waiting.objects.get().owner == osei
    with pytest.raises(NotWaitedFor):
        agree(first, lee)


@pytest.mark.parametrize("what", ["basis_answers_hash", "basis_seal"])
def test_who_agrees_has_read_the_same(asks: None, osei: User, lee: User, what: str) -> None:
    first = signed_first(osei)

    with pytest.raises(actions.ChangedSince):
        agree(first, lee, **{what: "0" * 64})

    assert nothing_follows(first.record)


def test_over_a_stop_the_second_reads_it_too(osei: User, lee: User) -> None:
    first = signed_first(osei, records.STOP, wants_second=True)

    with pytest.raises(signing.StopNeedsSecondStep):
        agree(first, lee, has_read=False)

    assert agree(first, lee).overrides_stop


def test_a_flag_after_the_talk_asks_for_another_talk(osei: User, lee: User) -> None:
    first = signed_first(osei, records.URGENT, "not_suitable_now", wants_second=True)
    intake = first.record.intake
    intake.safety_raised_at = NOW + timedelta(minutes=5)
    intake.save(update_fields=["safety_raised_at"])

    with pytest.raises(signing.ContactNotRecorded):
        agree(first, lee)


def test_its_last_day_ends_the_wait(asks: None, osei: User, lee: User) -> None:
    first = signed_first(osei, valid_until=NOW.date())
    tomorrow = NOW + timedelta(days=1)
    with pytest.raises(actions.ChangedSince):
        agree(first, lee, now=tomorrow)

    assert [second_actions.end_overtaken(by=CLOCK, now=tomorrow) for _ in range(2)] == [1, 0]

    first.refresh_from_db()
    assert first.state == "stale"
    assert Waiting.objects.get().owner == osei


@pytest.mark.parametrize("who", ["first", "second"])
def test_either_takes_the_decision_back_within_ten_minutes(asks: None, osei: User, lee: User, who: str) -> None:
    decision = agree(signed_first(osei), lee)
    by = osei if who == "first" else lee

    actions.undo(decision=decision, by=by.actor, now=LATER + timedelta(minutes=9))

    assert Message.objects.get().state == "cancelled"
    assert not booking_standing(decision.record.intake.patient, now=LATER).may_book
    assert isinstance(decide(decision.record, lee), FirstSignature), "two sign again"


@pytest.mark.parametrize(
    ("named", "changes", "route", "two"),
    [
        ({"decision": {"R012"}}, records.REVIEW, "ready_to_book", False),
        ({"override": {"not_suitable_now"}}, records.STOP, "not_suitable_now", False),
        ({"override": {"not_suitable_now"}}, records.STOP, "ready_to_book", True),
        ({"override": {"clinician_review"}}, records.REVIEW, "ready_to_book", False),
        ({"decision": {"not_suitable_now"}}, records.STOP, "not_suitable_now", True),
        ({"decision": {"urgent"}}, records.URGENT, "urgent_contact_made", False),
        ({"decision": {"urgent"}}, records.URGENT, "not_suitable_now", True),
    ],
)
def test_the_protocol_says_when(
    monkeypatch: pytest.MonkeyPatch, osei: User, named: dict[str, set[str]], changes: Any, route: str, two: bool
) -> None:
    two_signatures.ask(monkeypatch, **{key: frozenset(names) for key, names in named.items()})

    assert isinstance(decide(sealed(changes), osei, route), FirstSignature) is two


def test_a_rule_that_cannot_be_decided_counts_as_one_that_holds(monkeypatch: pytest.MonkeyPatch, osei: User) -> None:
    record = sealed({"bp_sys": None, "bp_dia": None, "sa_history": "not_sure"})
    undecided = record.result["undecided"][0]["rule"]
    two_signatures.ask(monkeypatch, decision=frozenset({undecided}))

    assert isinstance(decide(record, osei, "not_suitable_now"), FirstSignature)


def test_nobody_wishes_for_a_second_signature_that_nobody_can_give(osei: User) -> None:
    with pytest.raises(actions.NobodyElse):
        decide(sealed(records.REVIEW), osei, wants_second=True)


def test_the_talk_of_the_first_is_the_talk_of_the_decision(osei: User, lee: User) -> None:
    first = signed_first(osei, records.URGENT, "not_suitable_now", wants_second=True)

    assert first.contacted_by == osei
    assert agree(first, lee).contacted_at == Contact(NOW - timedelta(minutes=5), osei).at


def test_the_clock_of_the_second_signature_is_its_own_and_is_told_once(asks: None, osei: User) -> None:
    record = sealed(records.REVIEW, at=NOW - timedelta(days=30))
    assert sweep_actions.alert_late(by=CLOCK, now=NOW) == 1
    first = decide(record, osei)
    assert first.due_at > NOW
    assert Waiting.objects.get().due_at < NOW, "the patient waits as long as before"

    over = first.due_at + timedelta(minutes=1)
    assert [sweep_actions.alert_late(by=CLOCK, now=at) for at in (LATER, over, over)] == [0, 1, 0]


def test_what_waits_for_a_second_is_nobodys_and_stays_on_the_list(asks: None, osei: User) -> None:
    record = sealed(records.REVIEW)
    Waiting.objects.update(owner=osei)

    decide(record, osei)

    (waiting,) = worklist.waiting()
    assert (waiting.record, waiting.owner) == (record, None)
