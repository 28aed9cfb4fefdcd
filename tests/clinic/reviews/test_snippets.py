"""Ready sentences: one's own and everybody's, kept word for word in every version, whoever comes second is told."""

from __future__ import annotations

import uuid

import pytest
from django.db import DatabaseError, transaction

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.reviews import signing, snippet_actions, snippets
from clinic.reviews.models import Snippet
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW

pytestmark = pytest.mark.django_db
WORDS = "I read every answer and spoke with them."


@pytest.fixture
def weiss() -> User:
    return records.clinician("Dr. Hana Weiss", Role.DIRECTOR)


def write(by: User, text: str = WORDS, *, shared: bool = False, place: str = "reason") -> Snippet:
    return snippet_actions.write(place=place, text=text, is_shared=shared, by=by.actor, now=NOW)


def test_ones_own_is_offered_to_oneself_and_everybodys_to_all(osei: User, weiss: User) -> None:
    mine, ours = write(osei), write(weiss, shared=True)

    assert set(snippets.of(osei)) == {mine, ours}
    assert list(snippets.of(weiss)) == [ours]
    assert snippets.chosen(weiss, str(mine.pk)) is None


def test_only_the_director_writes_and_changes_everybodys(osei: User, weiss: User) -> None:
    ours = write(weiss, shared=True)

    with pytest.raises(snippet_actions.NotYours):
        write(osei, shared=True)
    with pytest.raises(snippet_actions.NotYours):
        snippet_actions.change(snippet=ours, text="Other words.", by=osei.actor, now=NOW)


def test_nobody_changes_or_takes_away_somebody_elses(osei: User, weiss: User) -> None:
    mine = write(osei)

    with pytest.raises(snippet_actions.NotYours):
        snippet_actions.change(snippet=mine, text="Other words.", by=weiss.actor, now=NOW)
    with pytest.raises(snippet_actions.NotYours):
        snippet_actions.take_away(snippet=mine, by=weiss.actor, now=NOW)


@pytest.mark.parametrize("role", [Role.SCHEDULER, Role.ADMINISTRATOR])
def test_who_decides_nothing_writes_none(role: Role) -> None:
    with pytest.raises(signing.MayNotDecide):
        write(records.clinician("Luis Ortega", role))


def test_a_change_is_the_next_version_and_the_one_before_keeps_its_words(osei: User) -> None:
    first = write(osei)
    second = snippet_actions.change(snippet=first, text="I read every answer.", by=osei.actor, now=NOW)

    assert (second.chain, second.version) == (first.chain, 2)
    assert list(snippets.of(osei)) == [second]
    assert [each.text for each in snippets.earlier([second])[first.chain]] == [WORDS]


def test_the_same_words_again_are_no_new_version(osei: User) -> None:
    first = write(osei)

    assert snippet_actions.change(snippet=first, text=f" {WORDS} ", by=osei.actor, now=NOW) == first


def test_who_changes_second_is_told(osei: User) -> None:
    first = write(osei)
    snippet_actions.change(snippet=first, text="I read every answer.", by=osei.actor, now=NOW)

    with pytest.raises(snippet_actions.NotInUse):
        snippet_actions.change(snippet=first, text="Something else.", by=osei.actor, now=NOW)
    with pytest.raises(snippet_actions.NotInUse):
        snippet_actions.take_away(snippet=first, by=osei.actor, now=NOW)


def test_what_was_taken_away_is_not_offered_and_is_kept(osei: User) -> None:
    mine = write(osei)
    snippet_actions.take_away(snippet=mine, by=osei.actor, now=NOW)

    assert not snippets.of(osei).exists()
    assert Snippet.objects.get().text == WORDS


@pytest.mark.parametrize("field", ["chain", "text", "version"])
def test_the_database_keeps_the_words_of_each_version(field: str, osei: User) -> None:
    mine = write(osei)
    setattr(mine, field, {"chain": uuid.uuid4(), "text": "Changed.", "version": 7}[field])

    with pytest.raises(DatabaseError), transaction.atomic():
        mine.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        Snippet.objects.all().delete()


def test_nobody_has_more_than_they_can_tell_apart(osei: User) -> None:
    for number in range(snippet_actions.MOST):
        write(osei, f"Sentence number {number}.")

    with pytest.raises(snippet_actions.TooMany):
        write(osei)


def test_each_is_on_the_record_without_its_words(osei: User) -> None:
    first = write(osei)
    second = snippet_actions.change(snippet=first, text="I read every answer.", by=osei.actor, now=NOW)
    snippet_actions.take_away(snippet=second, by=osei.actor, now=NOW)

    lines = list(AuditEvent.objects.filter(action__endswith="_snippet").order_by("id"))
    assert [line.action.partition(".")[2] for line in lines] == ["write_snippet", "change_snippet", "end_snippet"]
    assert [line.detail["version"] for line in lines] == [1, 2, 2]
    assert not [line for line in lines if "answer" in str(line.detail)]


def test_in_a_letter_it_stands_above_how_the_letter_ends(osei: User) -> None:
    letter = "Dear colleague,\r\n\r\nPlease tell us.\r\n\r\nWith thanks,\r\nDr. Osei"
    snippet = write(osei, "Their next visit is soon.", place="letter")

    assert snippets.in_letter(letter, snippet) == (
        "Dear colleague,\n\nPlease tell us.\n\nTheir next visit is soon.\n\nWith thanks,\nDr. Osei"
    )
    assert snippets.in_letter("Please call.", snippet) == "Please call.\n\nTheir next visit is soon."
