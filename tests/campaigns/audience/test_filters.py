"""An audience that means the people whom an earlier run missed."""

from typing import Any

import factories
import pytest
import sending_world
from django.utils import timezone

from campaigns import states
from campaigns.audience import estimate, expand, filters
from campaigns.composing import follow_up
from campaigns.lifecycle import messages, runs
from campaigns.models import Campaign, Message, Run
from subscriptions import consent, segments
from subscriptions.models import ConsentEntry, Contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    """A finished run: one delivered, two failed for different reasons, one left out, one unclear, one never left."""
    run = sending_world.expanded(people=6, group=factories.group())
    ids = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    outcomes = [
        ("delivered", ""),
        ("failed", "unreachable"),
        ("failed", "too_large"),
        ("skipped", "cancelled"),
        ("unknown", "no_clear_answer"),
        ("expired", "never_left"),
    ]
    for pk, (state, reason) in zip(ids, outcomes, strict=True):
        Message.objects.filter(pk=pk).update(state=state, reason=reason)
    runs.move(run=run, to=states.Run.FINISHED, now=timezone.now(), finished_at=timezone.now())
    run.campaign.refresh_from_db()
    return run


def meant(run: Run, *who: tuple[str, str]) -> set[str]:
    """What became, in `run`, of those whom such an audience means."""
    audience = {"missed": {"run": run.pk, "who": [list(pair) for pair in who]}}
    found = Contact.objects.filter(filters.condition(filters.clean(audience)))
    became = Message.objects.filter(run=run, contact__in=found).values_list("state", "reason")
    assert len(became) == found.count()
    return {f"{state}:{reason}" for state, reason in became}


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ([("failed", "unreachable")], {"failed:unreachable"}),
        ([("failed", "")], {"failed:unreachable", "failed:too_large"}),
        ([("skipped", "cancelled"), ("expired", "never_left")], {"skipped:cancelled", "expired:never_left"}),
        ([("unknown", "whatever")], {"unknown:no_clear_answer"}),
        ([("skipped", "no_number")], set()),
    ],
)
def test_exactly_those_of_the_run_with_state_and_reason(run: Run, who: list[tuple[str, str]], found: set[str]) -> None:
    stranger = sending_world.expanded(people=1, group=run.campaign.group)  # to all seven
    Message.objects.filter(run=stranger).update(state="failed", reason="unreachable")
    assert meant(run, *who) == found


def test_it_is_joined_to_the_other_filters_by_and(run: Run) -> None:
    failed = Message.objects.get(run=run, reason="unreachable").contact
    assert failed is not None
    Contact.objects.filter(pk=failed.pk).update(city="Denver")
    missed = {"run": run.pk, "who": [["failed", ""]]}
    audience = {"attributes": [{"name": "city", "op": "is", "value": "Denver"}], "missed": missed}
    assert estimate.count(group=run.campaign.group, audience=audience).planned == 1


def test_who_unsubscribed_since_then_stays_left_out(run: Run) -> None:
    failed = Message.objects.get(run=run, reason="unreachable").contact
    assert failed is not None
    consent.withdraw(
        contact=failed, group=run.campaign.group, source=ConsentEntry.Source.KEYWORD, happened_at=timezone.now()
    )
    found = estimate.count(group=run.campaign.group, audience={"missed": {"run": run.pk, "who": [["failed", ""]]}})
    assert (found.planned, found.reachable, found.left_out) == (2, 1, {"unsubscribed": 1})


def send_follow_up(run: Run, *who: tuple[str, str]) -> Run:
    draft = follow_up.create(run=run, who=who, by=factories.user(), now=timezone.now())
    later = factories.run(draft, state=states.Run.EXPANDING)
    expand.run(run=later, now=timezone.now())
    return later


def test_it_is_expanded_as_it_was_estimated(run: Run) -> None:
    later = send_follow_up(run, ("failed", ""), ("unknown", ""))
    assert later.planned == 3
    assert Message.objects.filter(run=later, state="pending").count() == 3


def test_an_expansion_in_many_chunks_is_not_put_off_by_its_own_messages(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expand, "CHUNK", 1)
    assert send_follow_up(run, ("failed", ""), ("skipped", "")).planned == 3


def test_who_got_it_from_a_follow_up_is_not_meant_again(run: Run) -> None:
    later = send_follow_up(run, ("failed", ""))
    assert meant(run, ("failed", "")) == set()
    Message.objects.filter(run=later).update(state="failed", reason="unreachable")
    assert len(meant(run, ("failed", ""))) == 2


def test_who_got_it_from_a_follow_up_of_a_follow_up_is_not_meant_again(run: Run) -> None:
    later = send_follow_up(run, ("failed", "unreachable"))
    Message.objects.filter(run=later).update(state="failed", reason="unreachable")
    Run.objects.filter(pk=later.pk).update(state=states.Run.CANCELLED)
    later.refresh_from_db()
    send_follow_up(later, ("failed", ""))
    assert filters.follow_ups(run_id=run.pk) == [later.pk, later.pk + 1]
    assert meant(run, ("failed", "unreachable")) == set()


def test_a_receipt_that_settled_a_doubt_meanwhile_takes_the_person_out(run: Run) -> None:
    doubtful = Message.objects.filter(run=run, state="unknown").values_list("pk", flat=True)
    messages.move(ids=list(doubtful), from_states={states.Message.UNKNOWN}, to=states.Message.DELIVERED)
    assert meant(run, ("unknown", "")) == set()


@pytest.mark.parametrize(
    "missed",
    [
        None,
        "failed",
        {"run": "1"},
        {"run": "1", "who": []},
        {"run": "1", "who": "failed"},
        {"run": "1", "who": [["delivered", ""]]},
        {"run": "1", "who": [["failed"]]},
        {"run": "1", "who": [["failed", "x" * 41]]},
        {"run": "1", "who": [["failed", "\x00"]]},
        {"run": "1", "who": [["failed", f"r{n}"] for n in range(101)]},
        {"run": "9" * 30, "who": [["failed", ""]]},
        {"run": "²", "who": [["failed", ""]]},
        {"run": "-1", "who": [["failed", ""]]},
        {"run": 424242, "who": [["failed", ""]]},
    ],
)
def test_what_is_no_such_audience_is_refused(run: Run, missed: Any) -> None:
    if isinstance(missed, dict) and missed["run"] == "1":
        missed = {**missed, "run": str(run.pk)}
    with pytest.raises(segments.DefinitionRefused):
        filters.clean({"missed": missed})


def test_it_is_kept_in_one_shape(run: Run) -> None:
    twice = [["unknown", "x"], ["failed", ""], ["failed", ""]]
    kept = filters.clean({"countries": ["us"], "missed": {"run": str(run.pk), "who": twice}}).as_json()
    assert kept["missed"] == {"run": run.pk, "who": [["failed", ""], ["unknown", ""]]}
    assert filters.clean(kept).as_json() == kept


def test_the_draft_has_the_content_that_was_sent(run: Run) -> None:
    run.campaign.revisions.update(frozen_at=timezone.now())
    run.campaign.revisions.create(number=9, text="another text")
    draft = follow_up.create(run=run, who=[("failed", "")], by=factories.user(), now=timezone.now())
    assert draft.revisions.get().text == "Hello"
    assert (draft.state, draft.group, draft.follows) == ("draft", run.campaign.group, run)
    assert Campaign.objects.get(pk=draft.pk).name.startswith("Follow-up of")
