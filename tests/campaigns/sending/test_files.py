"""No picture is announced that nobody could fetch: the run waits, says why, and goes on by itself."""

from pathlib import Path

import carrier_process
import factories
import pytest
from django.core.files.storage import FileSystemStorage
from django.utils import timezone
from sending_world import expanded

from campaigns import states
from campaigns.audience import expand
from campaigns.lifecycle import runs
from campaigns.models import Message, Rendition, Run
from campaigns.sending import drain, files, start
from subscriptions.models import OurPhone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process]


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The storage does not answer, until this is undone."""

    def nothing(*_: object) -> int:
        raise ConnectionError("no route to the storage")

    monkeypatch.setattr(FileSystemStorage, "size", nothing)
    return monkeypatch


def _with_picture(run: Run, picture: Rendition) -> Run:
    run.revision.rendition = picture
    run.revision.save(update_fields=["rendition"])
    Message.objects.filter(run=run).update(rendition=picture, sent_as="mms")
    return run


def _expanding(picture: Rendition) -> Run:
    group = factories.group()
    factories.number(group=group)
    factories.subscribed(to=group)
    campaign = factories.campaign(group=group, state=states.Campaign.RUNNING)
    campaign.revisions.update(rendition=picture)
    return factories.run(campaign, state=states.Run.EXPANDING)


def _now(run: Run) -> tuple[str, str, str]:
    run.refresh_from_db()
    run.campaign.refresh_from_db()
    return run.campaign.state, run.state, run.campaign.hold_code


def _begin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start.schedule, "fingerprint", lambda **_: run.fingerprint)
    start.begin(campaign_id=run.campaign_id, now=timezone.now())


def test_a_run_does_not_start_while_the_storage_is_away_and_goes_on_by_itself(away: pytest.MonkeyPatch) -> None:
    run = _expanding(factories.rendition())
    with pytest.MonkeyPatch.context() as here:
        _begin(run, here)
    assert _now(run) == ("paused", "held", "media_unreachable")
    assert files.carry_on(now=timezone.now()) == []
    away.undo()
    assert files.carry_on(now=timezone.now()) == [run.pk]
    assert _now(run) == ("running", "expanding", "")


@pytest.mark.parametrize("loss", ["gone", "cut"])
def test_a_run_does_not_start_without_its_whole_picture(loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = factories.rendition()
    path = Path(picture.file.path)
    path.unlink() if loss == "gone" else path.write_bytes(b"jp")
    run = _expanding(picture)
    _begin(run, monkeypatch)
    assert _now(run) == ("paused", "held", "media_missing")
    assert files.carry_on(now=timezone.now()) == []


def test_nothing_leaves_from_the_moment_the_storage_is_away(
    carrier: carrier_process.CarrierProcess, away: pytest.MonkeyPatch
) -> None:
    run = _with_picture(expanded(people=5, group=factories.group()), factories.rendition())
    drain.run(should_stop=lambda: False, seconds=3.0)
    assert carrier.client.messages() == []
    assert _now(run) == ("paused", "paused", "media_unreachable")
    assert set(Message.objects.values_list("state", flat=True)) == {"pending"}
    away.undo()
    files.carry_on(now=timezone.now())
    Message.objects.update(next_attempt_at=None)
    drain.run(should_stop=lambda: False, seconds=5.0)
    assert len(carrier.client.messages()) == 5


def test_a_text_does_not_wait_for_the_storage(
    carrier: carrier_process.CarrierProcess, away: pytest.MonkeyPatch
) -> None:
    expanded(people=2, group=factories.group())
    drain.run(should_stop=lambda: False, seconds=5.0)
    assert len(carrier.client.messages()) == 2


def test_a_test_to_our_phone_waits_without_a_run(
    carrier: carrier_process.CarrierProcess, away: pytest.MonkeyPatch
) -> None:
    number = factories.number(rate="50.00")
    phone = OurPhone.objects.create(
        phone="+12125550177", label="Mine", added_by=factories.user(), proved_at=timezone.now()
    )
    picture = factories.rendition()
    campaign = factories.campaign(group=number.group, text="Hello")
    campaign.revisions.update(rendition=picture)
    message = factories.message(
        kind=Message.Kind.TEST, group=number.group, number=number, to_phone=phone.phone, rendition=picture,
        revision=campaign.revisions.get(), sent_as="mms",
    )  # fmt: skip
    drain.run(should_stop=lambda: False, seconds=3.0)
    message.refresh_from_db()
    assert (message.state, message.reason) == ("pending", files.WAITING_REASON)


def test_what_somebody_paused_stays_paused(away: pytest.MonkeyPatch) -> None:
    run = _expanding(factories.rendition())
    expand.run(run=run, now=timezone.now())
    runs.move(run=run, to=states.Run.PAUSED, now=timezone.now(), why="by_person", hold_code="by_person")
    away.undo()
    assert files.carry_on(now=timezone.now()) == []
    assert _now(run) == ("paused", "paused", "by_person")
