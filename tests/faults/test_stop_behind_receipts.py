"""STOP while fifty thousand receipts wait, which two apply without a rest: it waits behind none of them."""

import json
import time
import urllib.request
from datetime import UTC, datetime

import carrier_process
import inbound_world
import pytest
from storm import world

pytestmark = pytest.mark.process

WAITING = 50_000
PEOPLE, LEAVERS = 40, 4
APPLIED_WITHIN_S = 2.0
# As when beat rings and a worker takes the bell at once: nobody rests between two ticks.
RESTLESS = {"name": "change", "at": "storm.roles:TICK_S", "value": 0.0}


@pytest.fixture
def storm(storm: world.World) -> world.World:
    """A run that is going, and receipts over and over for those that it reached."""
    storm.call("people:running", people=PEOPLE, rate="20.00")
    storm.start("roles:drain", seconds=0.5)
    storm.web()
    carrier_process.wait_for(lambda: len(storm.taken()) > 5, seconds=30, what="the first messages")
    report(storm)
    for _ in range(2):
        storm.start("roles:ticks", faults=[RESTLESS])
    return storm


def report(storm: world.World) -> None:
    """Receipts of `sent`, each with an event of its own, in one statement."""
    body = (
        """'{"event_id": "E' || n || '", "type": "message.sent", "id": "SM' || n || '", "reference": "' || attempt ||"""
        """ '", "code": null, "at": "2026-11-22T10:00:00Z"}'"""
    )
    storm.write(
        "INSERT INTO campaigns_callback (account_id, event_key, attempt_token, body, received_at, tries, note) "
        f"WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {WAITING}), "
        "known(place, attempt) AS (SELECT row_number() OVER (ORDER BY id), token FROM campaigns_attempt) "
        f"SELECT account.id, 'E' || n, attempt, {body}, CURRENT_TIMESTAMP, 0, '' "
        "FROM counted JOIN known ON place = 1 + n % (SELECT count(*) FROM known) "
        "CROSS JOIN subscriptions_provideraccount account"
    )


def write_stop(storm: world.World, phone: str) -> float:
    """STOP from this phone over the webhook, as the carrier would; returns how many seconds it was on its way."""
    ((token,),) = storm.ask("SELECT token FROM subscriptions_provideraccount")
    ((number,),) = storm.ask("SELECT value FROM subscriptions_sendernumber")
    event = {
        "event_id": f"{phone}.received",
        "type": "message.received",
        "id": f"IM{phone}",
        "from": phone,
        "to": number,
        "text": "STOP",
        "media": [],
        "at": datetime.now(UTC).isoformat(),
    }
    body = json.dumps(event).encode()
    call = urllib.request.Request(
        f"http://127.0.0.1:{storm.web_port}/webhooks/sandbox/{token}/",
        body,
        {**inbound_world.sign(body, secret=storm.carrier.secret), "Content-Type": "application/json"},
    )
    began = time.monotonic()
    with urllib.request.urlopen(call, timeout=60) as answer:
        assert answer.status == 204
    took_s = time.monotonic() - began
    state = (
        "SELECT state FROM subscriptions_subscription WHERE contact_id ="
        f" (SELECT id FROM subscriptions_contact WHERE phone = '{phone}')"
    )
    assert storm.ask(state) == [("unsubscribed",)]
    return took_s


def applied(storm: world.World) -> int:
    return storm.ask("SELECT count(*) FROM campaigns_callback WHERE processed_at IS NOT NULL")[0][0]


def test_it_is_in_force_at_once(storm: world.World) -> None:
    carrier_process.wait_for(lambda: applied(storm), seconds=30, what="the first receipts to be applied")
    last = storm.ask(f"SELECT to_phone FROM campaigns_message ORDER BY id DESC LIMIT {LEAVERS}")
    took_s = []
    began, before = time.monotonic(), applied(storm)
    for (phone,) in last:
        time.sleep(0.2)
        took_s.append(write_stop(storm, phone))
    rate = (applied(storm) - before) / (time.monotonic() - began)
    print(f"STOP took {[round(one, 2) for one in took_s]} s; {rate:.0f} receipts a second")
    assert applied(storm) < WAITING, "the receipts were applied too soon to stand in the way"
    assert max(took_s) < APPLIED_WITHIN_S
    storm.settle()
    assert "could not be applied" not in storm.logs()
    verdict = storm.check()
    assert (verdict.twice, verdict.unaccounted) == ([], [])
