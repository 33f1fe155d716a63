"""Stop all sending: nothing leaves of anything, whatever it was doing, until somebody lets it go on."""

import threading
import time
from collections import Counter

import carrier_process
import factories
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from sending_world import expanded

from campaigns.lifecycle import halt
from campaigns.models import Attempt, Event, Halt, History, Message
from campaigns.sending import drain, enqueue, looks, numbers

pytestmark = pytest.mark.django_db(transaction=True)


def _stop(why: str = "") -> None:
    halt.put_on(code=Halt.Code.BY_PERSON, why=why, by=None, now=timezone.now())


def _drain(seconds: float = 10.0) -> drain.Result:
    return drain.run(should_stop=lambda: False, seconds=seconds)


@pytest.mark.process
def test_nothing_leaves_while_it_is_on_and_everybody_gets_it_once_afterwards(
    carrier: carrier_process.CarrierProcess,
) -> None:
    expanded(people=6, group=factories.group())
    _stop()
    stopped = _drain()
    assert (stopped.handed_over, stopped.more, carrier.client.calls()) == (0, False, [])
    halt.release(now=timezone.now())
    _drain()
    assert Counter(call["to_phone"] for call in carrier.client.calls()) == dict.fromkeys(
        Message.objects.values_list("to_phone", flat=True), 1
    )


@pytest.mark.process
def test_it_is_heard_in_the_middle_of_a_slice(carrier: carrier_process.CarrierProcess) -> None:
    expanded(people=60, group=factories.group(), rate="20.00")
    at: list[float] = []

    def stop() -> None:
        _stop()
        at.append(time.time())
        connection.close()

    timer = threading.Timer(0.8, stop)
    timer.start()
    _drain(seconds=5)
    timer.join()
    late = [call for call in carrier.client.calls() if call["received_at"] > at[0] + 1.0]
    assert late == []
    assert Message.objects.filter(state="claimed").count() == 0
    assert Message.objects.filter(state="pending").count() > 20


@pytest.mark.process
@pytest.mark.parametrize("kind", [Message.Kind.CONFIRMATION, Message.Kind.AUTO_REPLY])
def test_what_belongs_to_no_run_waits_too(carrier: carrier_process.CarrierProcess, kind: Message.Kind) -> None:
    number = factories.number()
    enqueue.answer(
        kind=kind, number=number, to_phone="+12125550177", contact=None, text="You are out", now=timezone.now()
    )
    _stop()
    _drain(seconds=2)
    assert carrier.client.calls() == []
    assert Message.objects.get().state == "pending"


def test_the_last_look_puts_back_what_was_claimed_before() -> None:
    message = factories.message(state="claimed", claim="me")
    _stop()
    assert looks.take(message_ids=[message.pk], claim_token="me") == {message.pk: looks.BACK}


def test_no_bell_rings_while_it_is_on() -> None:
    expanded(people=1, group=factories.group())
    assert numbers.due(now=timezone.now()) != []
    _stop()
    assert numbers.due(now=timezone.now()) == []


def test_nothing_is_claimed_while_it_is_on() -> None:
    run = expanded(people=1, group=factories.group())
    number_id = run.campaign.group.numbers.get().pk
    _stop()
    (got,) = numbers.claim(wants=[numbers.Want(number_id, 5)], token="me", now=timezone.now())
    claimed = got.claimed
    assert (claimed, Attempt.objects.count()) == ([], 0)


def test_runs_stay_in_their_state() -> None:
    run = expanded(people=1, group=factories.group())
    _stop()
    run.refresh_from_db()
    assert run.state == "running"


def test_a_second_stop_keeps_the_first_one_s_words() -> None:
    _stop("wrong picture")
    assert not halt.put_on(code=Halt.Code.BY_PERSON, why="me too", now=timezone.now())
    assert (halt.current() or Halt()).why == "wrong picture"


def test_a_restored_database_outweighs_a_person_s_stop() -> None:
    _stop("wrong picture")
    halt.put_on(code=Halt.Code.RESTORED, now=timezone.now())
    assert (halt.current() or Halt()).code == "restored"


def test_it_stands_in_the_history_and_in_the_stream() -> None:
    ana = factories.user()
    halt.put_on(code=Halt.Code.BY_PERSON, why="wrong picture", by=ana, now=timezone.now())
    halt.release(by=ana, now=timezone.now())
    moves = list(History.objects.filter(thing="halt").order_by("pk").values_list("to_state", "by", "why"))
    assert moves == [("on", ana.pk, "wrong picture"), ("off", ana.pk, "by_person")]
    assert [event.payload["to"] for event in Event.objects.order_by("pk")] == ["on", "off"]


def test_it_can_be_stopped_again_after_it_went_on() -> None:
    _stop("once")
    halt.release(now=timezone.now())
    _stop("twice")
    assert (halt.current() or Halt()).why == "twice"


def test_a_terminal_stops_and_says_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    run = expanded(people=3, group=factories.group())
    call_command("halt", "wrong picture")
    said = capsys.readouterr().out
    assert "All sending is stopped." in said
    assert "3 messages wait" in said
    assert (halt.current() or Halt()).why == "wrong picture"
    assert numbers.due(now=timezone.now()) == [], run


def test_a_terminal_lets_go_and_says_since_when_by_whom_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    halt.put_on(code=Halt.Code.BY_PERSON, why="wrong picture", by=factories.user(username="ana"), now=timezone.now())
    call_command("halt")
    call_command("halt", "--release")
    call_command("halt", "--release")
    already, gone_on, not_stopped = [
        line for line in capsys.readouterr().out.splitlines() if line.startswith("Sending")
    ]
    assert "stopped already" in already
    assert "by ana, “wrong picture”" in gone_on
    assert not_stopped == "Sending was not stopped."
