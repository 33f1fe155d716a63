import hashlib
import hmac
import http.client
import json
import time
from typing import Any
from urllib.error import HTTPError

import pytest
from carrier_process import CarrierProcess, Witness, wait_for
from product_side import JPEG, Product

from campaigns.carrier import fetching
from campaigns.gateways import limits

pytestmark = pytest.mark.process


def refusal(client: Witness, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, int]:
    with pytest.raises(HTTPError) as error:
        client.ask(method, path, body)
    with error.value:
        return error.value.code, json.loads(error.value.read())["code"]


def no_answer(client: Witness, product: Product, **changes: Any) -> None:
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        product.send(client, **changes)


def test_an_mms_is_accepted_fetched_and_reported(client: Witness, product: Product) -> None:
    accepted = product.send(client)
    assert (accepted["status"], accepted["parts"]) == ("accepted", 1)
    product.wait("sent", "delivered")
    assert product.fetched == [("HEAD", "/a.jpg"), ("GET", "/a.jpg")]
    assert [event["reference"] for event in product.events()] == ["r1", "r1"]
    (message,) = client.messages("reference=r1")
    assert (message["id"], message["status"], message["to"]) == (accepted["id"], "delivered", "+12025550101")


def test_receipts_are_signed_over_stamp_and_exact_body(carrier: CarrierProcess, product: Product) -> None:
    product.send(carrier.client)
    product.wait("sent", "delivered")
    for headers, body in product.calls:
        stamp = headers["Sandbox-Timestamp"]
        expected = hmac.new(carrier.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        assert headers["Sandbox-Signature"] == f"v1={expected}"
        assert abs(int(stamp) - time.time()) < 30


def test_the_same_address_is_fetched_once_and_only_asked_for_later(client: Witness, product: Product) -> None:
    for number in range(5):
        product.send(client, f"r{number}")
        product.wait("sent", "delivered", reference=f"r{number}")
    assert [method for method, _ in product.fetched] == ["HEAD", "GET", "HEAD", "HEAD", "HEAD", "HEAD"]
    rows = client.fetches()
    assert [row["method"] for row in rows] == [method for method, _ in product.fetched]
    assert rows[1]["sha256"] == hashlib.sha256(JPEG).hexdigest()
    assert {row["bytes"] for row in rows} == {len(JPEG)}
    assert len({row["message_id"] for row in rows}) == 5


def test_changed_media_is_fetched_anew(client: Witness, product: Product) -> None:
    product.send(client, "r1")
    product.wait("sent", "delivered", reference="r1")
    product.files["/a.jpg"] = ("image/jpeg", JPEG + b"more")
    product.send(client, "r2")
    product.wait("sent", "delivered", reference="r2")
    assert [method for method, _ in product.fetched] == ["HEAD", "GET", "HEAD", "GET"]


@pytest.mark.parametrize(
    "file, code",
    [
        pytest.param(None, 40002, id="not there"),
        pytest.param(("image/webp", b"RIFF"), 40005, id="not carried"),
        pytest.param(("image/jpeg", b"GIF89a..."), 40005, id="not what it says"),
        pytest.param(("image/jpeg", JPEG[:4] + b"x" * 1_000_000), 40004, id="too large"),
    ],
)
def test_media_that_cannot_be_carried_fails_the_message(
    client: Witness, product: Product, file: tuple[str, bytes] | None, code: int
) -> None:
    product.files = {} if file is None else {"/a.jpg": file}
    product.send(client)
    product.wait("sent", "failed")
    assert product.events()[-1]["code"] == code


@pytest.mark.parametrize(
    "sender, size, end",
    [
        ("+18885550142", 520_997, "delivered"),
        ("+18885550142", 520_999, "failed"),
        ("55501", 595_997, "delivered"),
        ("55501", 595_999, "failed"),
        ("+12125550190", 999_997, "delivered"),
    ],
)
def test_what_a_message_may_weigh_depends_on_its_sender(
    client: Witness, product: Product, sender: str, size: int, end: str
) -> None:
    product.files = {"/a.jpg": ("image/jpeg", JPEG[:4] + b"x" * (size - 4))}
    product.send(client, **{"from": sender, "text": "Hi"})
    product.wait("sent", end)


@pytest.mark.parametrize(
    "kind, sender", [("long_code", "+12125550190"), ("toll_free", "+18885550142"), ("short_code", "55501")]
)
def test_the_carrier_and_our_table_agree_on_the_byte(kind: str, sender: str) -> None:
    ours = limits.binding(provider="sandbox", sender_kind=kind)
    assert fetching.room_bytes(from_number=sender, has_text=True) == ours.room_bytes


@pytest.mark.parametrize(
    "changes, status, code",
    [
        ({"to": "12025550101"}, 400, 40001),
        ({"to": "+0123456789"}, 400, 40001),
        ({"from": "+1 202"}, 400, 40000),
        ({"from": "ACME"}, 400, 40006),
        ({"kind": "fax"}, 400, 40000),
        ({"kind": "sms"}, 400, 40000),
        ({"reference": ""}, 400, 40000),
        ({"account": None}, 400, 40000),
        ({"text": "x" * 1601}, 400, 40004),
        ({"text": "", "media_url": None}, 400, 40000),
        ({"text": "\ud800", "media_url": None}, 400, 40000),
        ({"media_url": "ftp://x/a.jpg"}, 400, 40000),
        ({"callback_url": "javascript:x"}, 400, 40000),
    ],
)
def test_what_cannot_be_taken_is_refused_and_on_record(
    shared: CarrierProcess, product: Product, changes: dict[str, Any], status: int, code: int
) -> None:
    before = len(shared.client.calls())
    assert refusal(shared.client, "POST", "/v1/messages", product.message(**changes)) == (status, code)
    (call,) = shared.client.calls()[before:]
    assert (call["answer"], call["code"], call["message_id"]) == ("malformed", code, None)


def test_nothing_without_the_secret(carrier: CarrierProcess, product: Product) -> None:
    stranger = Witness(carrier.base_url, "not the secret at all")
    for method, path in (
        ("POST", "/v1/messages"),
        ("GET", "/v1/messages"),
        ("GET", "/v1/phones"),
        ("PUT", "/v1/behaviour"),
        ("GET", "/v1/media/ME1"),
    ):
        assert refusal(stranger, method, path, product.message()) == (401, 40101)
    assert carrier.client.calls() == []


@pytest.mark.parametrize(
    "changes, parts",
    [("Hi", 1), ("x" * 160, 1), ("x" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("é" * 306, 2), ("ê" * 71, 2)],
)
def test_a_text_costs_its_parts(shared: CarrierProcess, product: Product, changes: str, parts: int) -> None:
    assert product.send(shared.client, kind="sms", media_url=None, text=changes)["parts"] == parts


def test_faults_by_share_answer_as_told_and_are_recorded(client: Witness, product: Product) -> None:
    for name, status, taken in (
        ("reject", 400, 0),
        ("throttle", 429, 0),
        ("unavailable", 503, 0),
        ("server_error", 500, 0),
        ("accepted_error", 500, 1),
    ):
        client.behave(**{f"{name}_share": 1.0})
        assert refusal(client, "POST", "/v1/messages", product.message(name))[0] == status
        client.behave(**{f"{name}_share": 0.0})
        assert len(client.messages(f"reference={name}")) == taken
        (call,) = client.calls(f"reference={name}")
        assert (call["answer"], call["status"], call["answered_at"] is not None) == (name, status, True)


def test_dropped_answers_leave_none_and_say_whether_it_was_taken(client: Witness, product: Product) -> None:
    for name, taken in (("drop", 0), ("swallow", 0), ("drop_answer", 1), ("timeout", 1)):
        client.behave(**{f"{name}_share": 1.0, "hold_ms": 50})
        no_answer(client, product, reference=name)
        client.behave(**{f"{name}_share": 0.0})
        assert len(client.messages(f"reference={name}")) == taken
        (call,) = client.calls(f"reference={name}")
        assert (call["answer"], call["status"], call["answered_at"]) == (name, 0, None)


@pytest.mark.parametrize(
    "to, status", [("+12025550191", 400), ("+12025550194", 500), ("+12025550195", 429), ("+12025550198", 400)]
)
def test_some_numbers_always_fail(shared: CarrierProcess, product: Product, to: str, status: int) -> None:
    assert refusal(shared.client, "POST", "/v1/messages", product.message(to=to))[0] == status


def test_a_phone_can_be_out_of_reach_or_silent(client: Witness, product: Product) -> None:
    product.send(client, "r1", to="+12025550190")
    product.wait("sent", "failed", reference="r1")
    product.send(client, "r2", to="+12025550197")
    wait_for(lambda: client.messages("reference=r2")[0]["status"] == "delivered")
    assert {row["state"] for row in client.receipts() if "r2" in row["body"]} == {"withheld"}
    assert product.events("r2") == []


def test_receipts_come_twice_or_in_the_wrong_order_when_told(client: Witness, product: Product) -> None:
    client.behave(duplicate_receipt_share=1.0)
    product.send(client, "r1")
    product.wait("sent", "sent", "delivered", "delivered", reference="r1")
    assert len({event["event_id"] for event in product.events("r1")}) == 2
    client.behave(duplicate_receipt_share=0.0, shuffle=True)
    orders = set()
    for number in range(20):
        product.send(client, f"s{number}")
        wait_for(lambda reference=f"s{number}": len(product.types(reference)) == 2)
        orders.add(tuple(product.types(f"s{number}")))
    assert orders == {("sent", "delivered"), ("delivered", "sent")}


def test_a_receipt_is_repeated_until_it_is_answered_with_2xx(client: Witness, product: Product) -> None:
    product.statuses = [503, 500]
    product.send(client, kind="sms", media_url=None)
    wait_for(lambda: client.summary()["receipts_by_state"] == {"done": 2})
    statuses = sorted(one["status"] for row in client.receipts() for one in row["tries"])
    assert statuses == [200, 200, 500, 503]


@pytest.mark.parametrize("changes", [{"nonsense": 1}, {"fail_share": 2}, {"shuffle": 1}, {"endings": {"01": "x"}}])
def test_an_unknown_behaviour_is_refused_and_changes_nothing(shared: CarrierProcess, changes: dict[str, Any]) -> None:
    before = shared.client.ask("GET", "/v1/behaviour")
    assert refusal(shared.client, "PUT", "/v1/behaviour", changes) == (400, 40000)
    assert shared.client.ask("GET", "/v1/behaviour") == before


def test_shares_of_answers_cannot_exceed_one(shared: CarrierProcess) -> None:
    assert refusal(shared.client, "PUT", "/v1/behaviour", {"drop_share": 0.6, "timeout_share": 0.6}) == (400, 40000)
