"""What the sandbox's client makes of calls that no honest carrier would write."""

import json
from typing import Any

import pytest

from campaigns.gateways import base, sandbox

GATEWAY = sandbox.Sandbox("http://127.0.0.1:1", "acc", "secret")


def call(body: bytes) -> tuple[base.Event, ...]:
    return GATEWAY.read_events(callback=base.Callback(url="", headers={}, body=body))


def event(**columns: Any) -> bytes:
    told: dict[str, Any] = {"event_id": "e", "id": "m", "from": "+12125550100", "to": "+14155550100", "text": "STOP"}
    told |= {"type": "message.received", "reference": "r", "code": None, "media": [], "at": "2026-01-01T00:00:00Z"}
    return json.dumps(told | columns).encode()


@pytest.mark.parametrize("broken", ["a\x00b", "a\ud800b"])
@pytest.mark.parametrize("field", ["event_id", "id", "from", "to"])
def test_a_stop_is_read_whatever_signs_no_database_takes_stand_beside_it(field: str, broken: str) -> None:
    found = call(event(**{field: broken}))[0]
    assert isinstance(found, base.InboundEvent)
    assert found.text == "STOP"
    assert {"a\x00b": "ab", "a\ud800b": "a?b"}[broken] in {
        found.event_key,
        found.provider_id,
        found.from_phone,
        found.to_number,
    }


@pytest.mark.parametrize("address", ["http://x/\x00", "http://x/\ud800"])
def test_the_address_of_a_file_can_always_be_stored(address: str) -> None:
    found = call(event(media=[{"url": address, "content_type": "image/png", "bytes": 1}]))[0]
    assert isinstance(found, base.InboundEvent)
    assert "\x00" not in found.media[0].url
    assert found.media[0].url.encode()


def test_a_receipts_code_can_always_be_stored() -> None:
    found = call(event(type="message.failed", code="1\x00\ud800"))[0]
    assert isinstance(found, base.StatusEvent)
    assert found.code == "1?"


@pytest.mark.parametrize("body", [b"[" * 60_000, b'{"a":' * 12_000, event(id="\x00")])
def test_what_cannot_be_read_is_said_to_be_unreadable(body: bytes) -> None:
    with pytest.raises(base.Unreadable):
        call(body)
