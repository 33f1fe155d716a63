"""Telling the outlets: signed, once, again where it failed, and never held up by a broken one."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from gateways import endpoint
from pytest_django.fixtures import Settings

from campaigns import states
from campaigns.events import notices
from campaigns.models import Delivery, Notice, Outlet
from campaigns.telling import deliver

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
EVENT = states.Notice.LEDGER_WRONG
FACTS = {"campaign": 7, "name": "Summer\nsale", "planned": 3, "tallied": 4, "counted": 3}


@pytest.fixture(autouse=True)
def near(settings: Settings) -> None:
    settings.WEBHOOKS_TO_PRIVATE = True
    settings.EMAIL_HOST = "mail.example"


def outlet(address: str = "ana@example.com", **columns: Any) -> Outlet:
    kind = Outlet.Kind.WEBHOOK if address.startswith("http") else Outlet.Kind.EMAIL
    defaults = {"name": f"{address} {Outlet.objects.count()}", "events": [EVENT]}
    return Outlet.objects.create(**{**defaults, "kind": kind, "address": address, **columns})


def tell(key: str = "run:1", now: datetime = NOW) -> bool:
    return notices.tell(event=EVENT, key=key, now=now, facts=FACTS)


def test_the_same_trouble_is_told_once_until_it_is_over() -> None:
    outlet()
    assert (tell(), tell()) == (True, False)
    assert notices.over(event=EVENT, key="run:1", now=NOW)
    assert not notices.over(event=EVENT, key="run:1", now=NOW)
    assert tell(now=NOW + notices.QUIET)
    assert Delivery.objects.count() == 2


def test_what_comes_and_goes_is_not_told_each_time() -> None:
    outlet()
    assert tell()
    notices.over(event=EVENT, key="run:1", now=NOW)
    assert not tell(now=NOW + notices.QUIET - timedelta(seconds=1))
    assert Delivery.objects.count() == 1


def test_a_trouble_of_another_kind_is_told_at_once_and_all_are_over_together() -> None:
    assert (tell("run:1:late"), tell("run:1:media_unreachable"), tell("run:12:late")) == (True, True, True)
    notices.over(event=EVENT, key="run:1", now=NOW)
    assert list(Notice.objects.filter(over_at=None).values_list("key", flat=True)) == ["run:12:late"]


def test_what_did_not_happen_is_not_told() -> None:
    outlet()
    with transaction.atomic():
        tell()
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_only_who_wants_it_and_is_active_is_told() -> None:
    outlet("no@example.com", events=["disk_full"])
    outlet("off@example.com", is_active=False)
    wanting = outlet()
    tell()
    assert Delivery.objects.get().outlet == wanting


def test_a_mail_has_one_line_of_subject_and_leads_to_the_page() -> None:
    outlet()
    tell()
    assert deliver.due(now=NOW) == 1
    (sent,) = mail.outbox
    assert (sent.subject, sent.to) == ("The counts of “Summer sale” do not add up", ["ana@example.com"])
    assert "Planned: 3. Counted on its page: 4. Messages: 3." in sent.body
    assert "/campaigns/7/live" in sent.body
    assert Delivery.objects.get().state == "done"
    assert deliver.due(now=NOW + timedelta(days=1)) == 0


def test_without_a_mail_server_that_is_said(settings: Settings) -> None:
    settings.EMAIL_HOST = ""
    assert "EMAIL_HOST" in deliver.send(outlet=outlet(), notice=None, now=NOW).said
    assert mail.outbox == []


def test_a_webhook_is_signed_over_timestamp_and_body() -> None:
    with endpoint.serving(reply=endpoint.answer(204, {}, "")) as there:
        hook = outlet(f"{there.url}/hook?a=b")
        tell()
        assert deliver.due(now=NOW) == 1
    head, _end, body = there.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _colon, value in (line.partition(": ") for line in lines[1:])}
    signed = hmac.new(hook.secret.encode(), headers["x-mmsadmin-timestamp"].encode() + b"." + body, hashlib.sha256)
    assert lines[0] == "POST /hook?a=b HTTP/1.1"
    assert headers["x-mmsadmin-signature"] == f"v1={signed.hexdigest()}"
    assert headers["x-mmsadmin-timestamp"] == str(int(NOW.timestamp()))
    told = json.loads(body)
    assert (told["id"], told["event"]) == (headers["x-mmsadmin-delivery"], "ledger_wrong")
    assert told["facts"] == FACTS


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_is_not_taken_is_tried_again_with_growing_waits(status: int) -> None:
    with endpoint.serving(reply=endpoint.answer(status, {"Location": "http://elsewhere/"}, "no <b>")) as there:
        outlet(there.url)
        tell()
        at, waits = NOW, []
        for _try in range(4):
            deliver.due(now=at)
            one = Delivery.objects.get()
            waits.append((one.next_try_at - at).total_seconds())
            at = one.next_try_at
    assert waits == [30, 60, 120, 240]
    assert (one.state, one.tries, one.said) == ("waiting", 4, f"{status} no <b>")
    assert len(there.requests) == 4


def test_after_the_last_try_it_is_given_up() -> None:
    outlet("http://127.0.0.1:9/")
    tell()
    Delivery.objects.update(tries=deliver.TRIES - 1)
    deliver.due(now=NOW)
    assert Delivery.objects.get().state == "given_up"


def test_a_broken_outlet_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def send(*, outlet: Outlet, notice: Notice, now: datetime) -> deliver.Outcome:
        asked.append(outlet.address)
        return deliver.Outcome(ok=outlet.address == "well@example.com", said="")

    monkeypatch.setattr(deliver, "send", send)
    outlet("broken@example.com")
    outlet("well@example.com")
    for number in range(3):
        tell(f"run:{number}")
    assert deliver.due(now=NOW) == 3
    assert asked.count("broken@example.com") == 1


def test_of_two_that_take_it_at_once_one_tells() -> None:
    outlet()
    tell()
    first, second = Delivery.objects.get(), Delivery.objects.get()
    assert deliver._take(first, NOW)
    assert not deliver._take(second, NOW)


def test_what_a_dead_process_held_is_told_later() -> None:
    outlet()
    tell()
    assert deliver._take(Delivery.objects.get(), NOW)
    assert deliver.due(now=NOW + timedelta(seconds=1)) == 0
    assert deliver.due(now=NOW + deliver.HELD_FOR) == 1


def test_a_french_outlet_is_told_in_its_language() -> None:
    outlet(language="fr")
    tell()
    assert deliver.due(now=NOW) == 1
    assert mail.outbox[0].to == ["ana@example.com"]


@pytest.mark.parametrize("event", list(states.Notice))
def test_every_event_has_its_words(event: states.Notice) -> None:
    outlet(events=[event])
    facts = {**FACTS, "hold_code": "account_refused", "hold_detail": {"code": "1"}, "process": "drain", "percent": 91}
    notices.tell(event=event, key="x", now=NOW, facts={**facts, "number": "+14155550100"})
    assert deliver.due(now=NOW) == 1
    assert len(mail.outbox[0].subject) > 10
