"""Thousands of calls that no provider made: none is believed, changes anything or learns what was wrong."""

import json
import random
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import factories
import inbound_world
import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone
from inbound_world import sandbox_secret
from sending_world import expanded

from campaigns.inbound import intake
from campaigns.lifecycle import claiming
from campaigns.models import Attempt, Message
from subscriptions import consent
from subscriptions.models import Contact, SenderNumber

__all__ = ["sandbox_secret"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox_secret")]

EACH = 250
Call = tuple[bytes, dict[str, str]]


@pytest.fixture
def dice() -> random.Random:
    seed = secrets.randbelow(1_000_000)
    print(f"seed {seed}")
    return random.Random(seed)


@pytest.fixture
def attempt() -> Attempt:
    """Handed over to somebody who may be written to; a STOP and a receipt would change both."""
    run = expanded(people=1, group=factories.group())
    number, now = run.campaign.group.numbers.get(), timezone.now()
    claiming.claim(number_id=number.pk, run_id=run.pk, after_id=0, limit=1, sends_mms=True, token="mine", now=now)
    Message.objects.update(state="accepted", handed_over_at=now)
    Attempt.objects.update(outcome="accepted", answered_at=now)
    return Attempt.objects.get()


def bodies(attempt: Attempt) -> list[bytes]:
    """What a forger would like to have said."""
    stop = inbound_world.written(attempt.number, attempt.message.to_phone, "STOP")
    return [json.dumps(event).encode() for event in (stop, inbound_world.reported(attempt.token))]


def wrong_signature(body: bytes, dice: random.Random) -> Call:
    made_up = dice.choice(["", "v1=", "v1=" + "0" * 64, f"v1={dice.randbytes(32).hex()}", f"v0={'é' * 8}", "null"])
    return body, {**inbound_world.sign(body), "Sandbox-Signature": made_up}


def half_a_signature(body: bytes, dice: random.Random) -> Call:
    genuine = inbound_world.sign(body)
    whole = genuine["Sandbox-Signature"]
    return body, {**genuine, "Sandbox-Signature": whole[: dice.randrange(len(whole))]}


def expired(body: bytes, dice: random.Random) -> Call:
    away = timedelta(seconds=dice.choice([-1, 1]) * dice.randint(310, 10**8))
    return body, inbound_world.sign(body, at=timezone.now() + away)


def anothers_key(body: bytes, dice: random.Random) -> Call:
    near = inbound_world.SECRET
    key = dice.choice([near[:-1], near + " ", near.upper(), near.encode().hex(), secrets.token_urlsafe(24)])
    return body, inbound_world.sign(body, secret=key)


def one_byte_changed(body: bytes, dice: random.Random) -> Call:
    place = dice.randrange(len(body))
    changed = bytes([body[place] ^ dice.randint(1, 255)])
    return body[:place] + changed + body[place + 1 :], inbound_world.sign(body)


def played_again_with_a_new_stamp(body: bytes, dice: random.Random) -> Call:
    seen = inbound_world.sign(body, at=timezone.now() - timedelta(seconds=dice.randint(1, 10_000)))
    return body, {**inbound_world.sign(body), "Sandbox-Signature": seen["Sandbox-Signature"]}


def strange_stamp(body: bytes, dice: random.Random) -> Call:
    stamp = dice.choice(["", "-1", "0", "1e9", "٣", "9" * 12, "9" * 400, " ", f"{timezone.now().timestamp():.3f}"])
    return body, {**inbound_world.sign(body), "Sandbox-Timestamp": stamp}


def without_headers(body: bytes, dice: random.Random) -> Call:
    genuine = inbound_world.sign(body)
    return body, {name: genuine[name] for name in dice.sample(sorted(genuine), dice.randint(0, 1))}


WAYS: list[Callable[[bytes, random.Random], Call]] = [
    wrong_signature,
    half_a_signature,
    expired,
    anothers_key,
    one_byte_changed,
    played_again_with_a_new_stamp,
    strange_stamp,
    without_headers,
]


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of ours."""
    ours = [*apps.get_app_config("campaigns").get_models(), *apps.get_app_config("subscriptions").get_models()]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in ours}


def said(number: SenderNumber, call: Call, **more: Any) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
    """All that the caller gets to see."""
    body, headers = call
    address = f"/webhooks/sandbox/{number.account.token}/"
    answer = Client().post(address, body, content_type="application/json", headers=headers, **more)
    return answer.status_code, answer.content, tuple(sorted(answer.items()))


def test_nobody_is_taken_for_the_provider(attempt: Attempt, dice: random.Random) -> None:
    before = everything()
    answers = {
        way.__name__: {said(attempt.number, way(dice.choice(bodies(attempt)), dice)) for _ in range(EACH)}
        for way in WAYS
    }
    (only,) = set().union(*answers.values())
    assert only[:2] == (403, b"")
    assert everything() == before
    assert not intake.waiting()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "testserver:1", "", "a b", "x" * 300])
def test_another_host_makes_no_call_genuine(attempt: Attempt, dice: random.Random, host: str) -> None:
    before = everything()
    for way in WAYS:
        status, *_ = said(attempt.number, way(bodies(attempt)[0], dice), HTTP_HOST=host)
        assert status in {400, 403}
    assert everything() == before


def test_a_genuine_call_played_again_changes_nothing(attempt: Attempt) -> None:
    body, _ = bodies(attempt)
    call = body, inbound_world.sign(body)
    first = said(attempt.number, call)
    leaver, group = Contact.objects.get(), attempt.number.group
    assert not consent.may_text(contact=leaver, group=group).allowed
    before = everything()
    assert {said(attempt.number, call) for _ in range(EACH)} == {first}
    assert everything() == before


def test_a_call_for_one_account_says_nothing_about_the_numbers_of_another(attempt: Attempt) -> None:
    """The sandbox signs for all of its accounts with one key."""
    other = factories.number(group=factories.group())
    for body in bodies(attempt):
        said(other, (body, inbound_world.sign(body)))
    intake.understand(now=timezone.now())
    assert Message.objects.get(pk=attempt.message_id).state == "accepted"
    assert consent.may_text(contact=Contact.objects.get(), group=attempt.number.group).allowed
