"""What a phone writes to us while a storm goes: signed as the carrier signs, posted to the webhook of a world."""

import itertools
import json
import time
from datetime import UTC, datetime
from urllib.request import ProxyHandler, Request, build_opener

from campaigns.gateways import sandbox
from storm import world

_OPENER = build_opener(ProxyHandler({}))
_serial = itertools.count(1)
# Generous: the machine may be busy with other things.
ANSWER_S = 20.0


def write(on: world.World, *, phone: str, text: str) -> float:
    """Write to a number of this world; returns the moment by which that was stored, in seconds since 1970."""
    ((account, ours),) = on.ask(
        """SELECT account.token, number.value FROM subscriptions_sendernumber number
        JOIN subscriptions_provideraccount account ON account.id = number.account_id ORDER BY number.id LIMIT 1"""
    )
    serial = f"IM{next(_serial)}"
    event = {
        "event_id": f"{serial}.received",
        "type": "message.received",
        "id": serial,
        "from": phone,
        "to": ours,
        "text": text,
        "media": [],
        "at": datetime.now(UTC).isoformat(),
    }
    body, stamp = json.dumps(event).encode(), str(int(time.time()))
    proof = sandbox.signature(secret=on.carrier.secret, stamp=stamp, body=body).decode()
    headers = {"Content-Type": "application/json", "Sandbox-Timestamp": stamp, "Sandbox-Signature": proof}
    address = f"http://127.0.0.1:{on.web_port}/webhooks/sandbox/{account}/"
    with _OPENER.open(Request(address, data=body, headers=headers), timeout=ANSWER_S) as answer:
        assert answer.status == 204
    return time.time()
