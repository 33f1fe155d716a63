"""What a phone writes to us, as the sandbox carrier signs and posts it; and a carrier that really does."""

import itertools
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import carrier_process
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from campaigns.gateways import sandbox
from campaigns.models import Inbound
from subscriptions.models import ProviderAccount, SenderNumber

SECRET = "a secret of the tests"
QUICK = {"latency_ms": 5, "jitter_ms": 0, "receipt_delay_ms": 10, "delivery_delay_ms": 10}
_ids = itertools.count(1)


def written(number: SenderNumber, phone: str, text: str = "", **changes: Any) -> dict[str, Any]:
    """The event of one message from a phone."""
    serial = next(_ids)
    plain = {
        "event_id": f"IM{serial}.received",
        "type": "message.received",
        "id": f"IM{serial}",
        "from": phone,
        "to": number.value,
        "text": text,
        "media": [],
        "at": timezone.now().isoformat(),
    }
    return {**plain, **changes}


def reported(token: str, kind: str = "delivered", **changes: Any) -> dict[str, Any]:
    """The event of one receipt for the attempt with this token."""
    serial = next(_ids)
    plain = {
        "event_id": f"SM{serial}.{kind}",
        "type": f"message.{kind}",
        "id": f"SM{serial}",
        "reference": token,
        "from": "+14155550100",
        "to": "+12125550100",
        "code": None,
        "message": None,
        "at": timezone.now().isoformat(),
    }
    return {**plain, **changes}


def sign(body: bytes, *, at: datetime | None = None, secret: str = SECRET) -> dict[str, str]:
    """Headers for Django's test client."""
    stamp = str(int((at or timezone.now()).timestamp()))
    proof = sandbox.signature(secret=secret, stamp=stamp, body=body).decode()
    return {"Sandbox-Timestamp": stamp, "Sandbox-Signature": proof}


def post(account: ProviderAccount, event: dict[str, Any], *, token: str = "", **signing: Any) -> int:
    """Post a signed event to the account's webhook; returns the status."""
    body = json.dumps(event).encode()
    headers = sign(body, **signing)
    return send(account, body, headers, token=token)


def send(account: ProviderAccount, body: bytes, headers: dict[str, str], *, token: str = "") -> int:
    """Post these bytes with these headers."""
    address = f"/webhooks/{account.kind}/{account.token}/{token}"
    return Client().post(address, body, content_type="application/json", headers=headers).status_code


def write(number: SenderNumber, phone: str, text: str = "", **changes: Any) -> Inbound:
    """A phone writes, the webhook is called; returns what was understood."""
    event = written(number, phone, text, **changes)
    assert post(number.account, event) == 204
    return Inbound.objects.get(callback__event_key=event["event_id"])


@pytest.fixture
def sandbox_secret(settings: Settings) -> str:
    """The sandbox is on, and this is what it signs with."""
    settings.SANDBOX = True
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    settings.SANDBOX_SECRET = SECRET
    settings.PUBLIC_BASE_URL = "http://testserver"
    return SECRET


@pytest.fixture
def carrier(tmp_path: Path, settings: Settings, live_server: LiveServer) -> Iterator[carrier_process.CarrierProcess]:
    """A quick carrier that reaches our webhooks on the live server, and that the product knows."""
    process = carrier_process.start(tmp_path, secret=SECRET, behaviour=QUICK)
    settings.SANDBOX = True
    settings.SANDBOX_URL = process.base_url
    settings.SANDBOX_SECRET = SECRET
    settings.PUBLIC_BASE_URL = live_server.url
    yield process
    process.stop()
