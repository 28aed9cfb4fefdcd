"""The pages after a visit in every state: short questions, scores over time, and what changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from clinic.booking.cannot_keep import CALL, CHOOSE
from tests.ux.state import State

MOST_ASKED: Final = {
    **{"reason_main": ["depression", "pain"], "pain_type": ["back"], "peg1": "5", "peg2": "5", "peg3": "5"},
    **{"auditc1": "3", "auditc2": "1", "auditc3": "1", "pcptsd_event": "yes"},
    **{f"pcptsd{item}": "yes" for item in range(1, 6)},
}
"""Answers of somebody who is asked every scale again."""
ONE_OF_EACH: Final = (1, 4, 7, 14, 19, 27)
"""The first question of each scale that MOST_ASKED is asked, and item 9."""
WOMAN: Final = {"sex_birth": "female", "pregnancy": "no", "breastfeeding": "no", "postpartum_psychosis": "no"}


def questions() -> Iterator[State]:
    """The short questions of week 12, which ask most."""
    name = "questionnaires:start"
    yield State(name, "plain", lambda v: v.sent().asked().opens("questionnaires:next"))
    yield State(name, "begun", lambda v: v.sent().asked().opens(name, v.answered(1)))
    yield State(name, "late", lambda v: v.sent().asked(days_ago=9).opens("questionnaires:next"))
    yield State(name, "sent", lambda v: v.sent().asked().sends(f"/my/questions/{v.answered()}/send/"))
    yield State(name, "sent worse", lambda v: v.sent().asked().sends(f"/my/questions/{v.answered(worse=3)}/send/"))
    yield State(name, "closed", lambda v: v.sent().asked().opens(name, v.overtaken()))
    for number in ONE_OF_EACH:
        open_page = lambda v, number=number: v.sent(**MOST_ASKED).asked().answered(number - 1)  # noqa: E731
        yield State("questionnaires:page", f"{number} plain", lambda v, number=number, key=open_page: v.opens(
            "questionnaires:page", key(v), number))  # fmt: skip
        yield State("questionnaires:page", f"{number} error", lambda v, number=number, key=open_page: v.sends(
            f"/my/questions/{key(v)}/{number}/"), 422)  # fmt: skip
    for plan, pages in (("F30", (1, 8)), ("F37", (1,)), ("F39", (1,))):
        begun = lambda v, plan=plan: v.sent(microdosing_now="yes").asked(plan)  # noqa: E731
        yield State("questionnaires:start", f"{plan} plain", lambda v, begun=begun: begun(v).opens(
            "questionnaires:next"))  # fmt: skip
        for number in pages:
            yield State("questionnaires:page", f"{plan} {number} plain", lambda v, begun=begun, number=number: v.opens(
                "questionnaires:page", begun(v).answered(number - 1), number))  # fmt: skip
            yield State("questionnaires:page", f"{plan} {number} error", lambda v, begun=begun, number=number: v.sends(
                f"/my/questions/{begun(v).answered(number - 1)}/{number}/"), 422)  # fmt: skip
        yield State("questionnaires:start", f"{plan} sent", lambda v, begun=begun: v.sends(
            f"/my/questions/{begun(v).answered(skips=True)}/send/"))  # fmt: skip
    yield State("questionnaires:send", "plain", lambda v: v.sent().asked().opens("questionnaires:send", v.answered()))
    yield State("questionnaires:send", "with gaps", lambda v: v.sent().asked().opens(
        "questionnaires:send", v.answered(skips=True)))  # fmt: skip
    yield State("my:status", "questions wait", lambda v: v.sent().asked().opens("my:status"))
    yield State("my:progress", "empty", lambda v: v.began().opens("my:progress"))
    yield State("my:progress", "first score", lambda v: v.sent().opens("my:progress"))
    yield State("my:progress", "plain", lambda v: v.sent(**MOST_ASKED).over_time().opens("my:progress"))
    yield State("my:progress", "hidden", lambda v: v.sent().over_time().sends("/my/progress/", {"scores": "hide"}))
    yield State("my:changes", "plain", lambda v: v.sent(**WOMAN).opens("my:changes"))
    yield State("my:changes", "error", lambda v: v.sent().sends("/my/changes/", {"bp_recent": "yes"}), 422)
    yield State("my:changed_medicine", "plain", lambda v: v.sent().opens("my:changed_medicine"))
    yield State("my:changed_medicine", "error", lambda v: v.sent().sends("/my/changes/medicine/"), 422)
    yield State("my:status", "looking again", lambda v: v.sent(**WOMAN).sends("/my/changes/", {"pregnancy": "yes"}))
    yield State("my:preferences", "plain", lambda v: v.sent().opens("my:preferences"))
    yield State("my:preferences", "error", lambda v: v.sent().sends("/my/preferences/"), 422)
    yield State("my:preferences", "saved", lambda v: v.sent().sends(
        "/my/preferences/", {"asking": "no", "zone": "America/Chicago"}))  # fmt: skip
    yield State("my:preferences", "paused", lambda v: v.sent().paused().opens("my:preferences"))
    yield State("my:pause", "plain", lambda v: v.sent().opens("my:pause"))
    yield State("my:pause", "paused", lambda v: v.sent().paused().opens("my:pause"))
    yield State("my:pause", "error", lambda v: v.sent().sends("/my/preferences/pause/"), 422)
    yield State("my:data_page", "plain", lambda v: v.sent(**MOST_ASKED).over_time().wrote(2, 4).opens(
        "my:data_page"))  # fmt: skip
    yield State("my:data", "plain", lambda v: v.sent().opens("my:data"))
    yield State("my:data", "asked", lambda v: v.sent().sends("/my/data/", {"erase": "yes"}))
    yield State("my:data", "cancelled", lambda v: v.sent().asks_to_erase().sends("/my/data/", {"cancel": "yes"}))
    yield State("journal:journal", "empty", lambda v: v.sent().opens("journal:journal"))
    yield State("journal:journal", "plain", lambda v: v.sent().wrote(1, 4, 2).opens("journal:journal"))
    yield State("journal:new", "plain", lambda v: v.sent().opens("journal:new"))
    for feeling in (1, 4):
        yield State("journal:entry", f"{feeling}", lambda v, feeling=feeling: v.sent().wrote(feeling).opens(
            "journal:entry", v.entry()))  # fmt: skip
    noted = {"note": "Some nights I want to die"}
    for what, more in {"words": {}, "words shared": {"is_shared": "on"}, "call asked": {"call": "yes"}}.items():
        yield State("journal:entry", what, lambda v, more=more: v.sent().wrote(4).notes(noted).sends(
            f"/my/journal/{v.entry()}/", noted | more))  # fmt: skip
    yield State("journal:entry", "error", lambda v: v.sent().wrote(4).sends(
        f"/my/journal/{v.entry()}/", {"note": "x" * 4_001}), 422)  # fmt: skip
    yield State("journal:journal", "removed", lambda v: v.sent().wrote(4).client.post(
        f"/my/journal/{v.entry()}/remove/", follow=True))  # fmt: skip
    yield State("my:status", "called off", lambda v: v.sent().booked().called_off(CHOOSE).opens("my:status"))
    yield State("booking:done", "called off", lambda v: v.sent().booked().called_off(CALL).opens("booking:done"))
    yield State("intake:again", "plain", lambda v: v.sent().asked_for_all().opens("intake:again"))
    yield State("intake:tasks", "again", lambda v: v.sent().asked_for_all().sends("/intake/again/"))
    yield State("my:status", "form wait", lambda v: v.sent().asked_for_all().opens("my:status"))
    yield State("my:status", "form begun", lambda v: v.sent().asked_for_all(begins=True).opens("my:status"))
    wrong = {"born_on_month": "1", "born_on_day": "2", "born_on_year": "1990"}
    for page, path, purpose in (
        ("questionnaires:link", "/f/", "questions"),
        ("intake:again_link", "/again/", "renewal"),
    ):
        link = lambda v, path=path, purpose=purpose: f"{path}{v.filled('mood').link(purpose)}/"  # noqa: E731
        yield State(page, "plain", lambda v, link=link: v.opens(link(v)))
        yield State(page, "error", lambda v, link=link: v.sends(link(v)), 422)
        yield State(page, "wrong date", lambda v, link=link: v.sends(link(v), wrong))
