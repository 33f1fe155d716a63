"""The webhook: whoever is not the provider changes nothing; what the provider says is kept before it is answered."""

import json
from datetime import timedelta

import factories
import inbound_world
import pytest
from django.test import Client
from django.utils import timezone
from inbound_world import sandbox_secret

from campaigns.models import Callback, Inbound
from subscriptions.models import SenderNumber

__all__ = ["sandbox_secret"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox_secret")]
PHONE = "+12125550101"


@pytest.fixture
def number() -> SenderNumber:
    return factories.number()


def _nothing_kept() -> bool:
    return not Callback.objects.exists() and not Inbound.objects.exists()


def test_a_signed_call_is_kept_raw(number: SenderNumber) -> None:
    event = inbound_world.written(number, PHONE, "Hello")
    assert inbound_world.post(number.account, event) == 204
    assert json.loads(Callback.objects.get().body) == event


@pytest.mark.parametrize("secret", ["another secret", ""])
def test_a_forged_call_is_refused_and_leaves_nothing(number: SenderNumber, secret: str) -> None:
    event = inbound_world.written(number, PHONE, "STOP")
    assert inbound_world.post(number.account, event, secret=secret or "x") == 403
    assert _nothing_kept()


def test_a_call_without_signature_is_refused(number: SenderNumber) -> None:
    body = json.dumps(inbound_world.written(number, PHONE, "STOP")).encode()
    assert inbound_world.send(number.account, body, {}) == 403
    assert _nothing_kept()


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_an_old_call_cannot_be_played_again(number: SenderNumber, age: timedelta) -> None:
    event = inbound_world.written(number, PHONE, "STOP")
    assert inbound_world.post(number.account, event, at=timezone.now() - age) == 403
    assert _nothing_kept()


def test_a_call_changed_by_one_byte_is_refused(number: SenderNumber) -> None:
    body = json.dumps(inbound_world.written(number, PHONE, "STOP")).encode()
    headers = inbound_world.sign(body)
    assert inbound_world.send(number.account, body.replace(b"STOP", b"STOQ"), headers) == 403
    assert _nothing_kept()


def test_the_stamp_is_signed_too(number: SenderNumber) -> None:
    body = json.dumps(inbound_world.written(number, PHONE, "STOP")).encode()
    headers = inbound_world.sign(body)
    headers["Sandbox-Timestamp"] = str(int(headers["Sandbox-Timestamp"]) + 1)
    assert inbound_world.send(number.account, body, headers) == 403


def test_an_unknown_account_is_not_found(number: SenderNumber) -> None:
    body = json.dumps(inbound_world.written(number, PHONE)).encode()
    address = "/webhooks/sandbox/nobody/"
    answer = Client().post(address, body, content_type="application/json", headers=inbound_world.sign(body))
    assert answer.status_code == 404


def test_the_same_event_counts_once(number: SenderNumber) -> None:
    event = inbound_world.written(number, PHONE, "Hello")
    assert [inbound_world.post(number.account, event) for _ in range(3)] == [204, 204, 204]
    assert (Callback.objects.count(), Inbound.objects.count()) == (1, 1)


@pytest.mark.parametrize("body", [b"", b"[]", b"no json", b'{"type": "message.received"}', b"\xff\xfe"])
def test_what_the_provider_does_not_document_is_refused(number: SenderNumber, body: bytes) -> None:
    assert inbound_world.send(number.account, body, inbound_world.sign(body)) == 400
    assert _nothing_kept()


def test_a_long_call_is_not_read(number: SenderNumber) -> None:
    body = b"x" * 64_001
    assert inbound_world.send(number.account, body, inbound_world.sign(body)) == 413


def test_a_browser_cannot_open_it(number: SenderNumber) -> None:
    assert Client().get(f"/webhooks/sandbox/{number.account.token}/").status_code == 405


def test_no_cookie_is_given(number: SenderNumber) -> None:
    body = json.dumps(inbound_world.written(number, PHONE)).encode()
    address = f"/webhooks/sandbox/{number.account.token}/"
    client = Client()
    client.post(address, body, content_type="application/json", headers=inbound_world.sign(body))
    assert not client.cookies


def test_a_receipt_keeps_the_attempt_it_was_addressed_to(number: SenderNumber) -> None:
    inbound_world.post(number.account, inbound_world.reported("t1"), token="t1")
    assert Callback.objects.get().attempt_token == "t1"
