"""The sandbox adapter against the real carrier process; the carrier's own record is the witness."""

import asyncio
from datetime import UTC, datetime

import pytest
from carrier_process import CarrierProcess, Witness, wait_for
from gateways import contract
from product_side import JPEG, Product

from campaigns.gateways import base, http, registry, sandbox, sandbox_phones

pytestmark = pytest.mark.process


@pytest.fixture
def adapter(carrier: CarrierProcess) -> sandbox.Sandbox:
    config = {"base_url": carrier.base_url, "account": "demo", "secret": carrier.secret}
    opened = registry.open(kind="sandbox", config=config)
    assert isinstance(opened, sandbox.Sandbox)
    return opened


def find(adapter: sandbox.Sandbox, reference: str = "attempt-1") -> base.Sighting | None:
    async def ask() -> base.Sighting | None:
        async with http.Session() as session:
            return await adapter.find(session=session, reference=reference)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "fault, outcome, taken",
    [
        ("drop", base.Unknown("connection dropped"), False),
        ("swallow", base.Unknown("no answer in time"), False),
        ("drop_answer", base.Unknown("connection dropped"), True),
        ("timeout", base.Unknown("no answer in time"), True),
        ("accepted_error", base.Unknown("status 500"), True),
        ("server_error", base.Unknown("status 500"), False),
        ("unavailable", base.Unknown("status 503"), False),
        ("garbage", base.Unknown("unreadable answer"), True),
        ("throttle", base.Throttled(2.5), False),
    ],
)
def test_every_fault_costs_exactly_one_post(
    adapter: sandbox.Sandbox, client: Witness, fault: str, outcome: base.Outcome, taken: bool
) -> None:
    client.behave(**{f"{fault}_share": 1.0, "throttle_retry_after_s": 2.5})
    assert contract.send(adapter, total_timeout_s=0.5) == outcome
    assert [call["answer"] for call in client.calls()] == [fault]
    sighting = find(adapter)
    assert (sighting is not None) == taken
    assert sighting is None or sighting.provider_id == client.messages()[0]["id"]


def test_an_accepted_message_is_found_by_its_reference(adapter: sandbox.Sandbox) -> None:
    accepted = contract.send(adapter)
    assert isinstance(accepted, base.Accepted)
    sighting = find(adapter)
    assert sighting is not None
    assert (sighting.provider_id, sighting.reference) == (accepted.provider_id, "attempt-1")
    assert find(adapter, "attempt-2") is None


def test_a_wrong_secret_is_the_accounts_fault(carrier: CarrierProcess) -> None:
    stranger = sandbox.Sandbox(carrier.base_url, "demo", "not the secret at all")
    outcome = contract.send(stranger)
    assert isinstance(outcome, base.Rejected)
    assert (outcome.fault, outcome.permanent) == ("account", True)


def test_real_receipts_are_believed_and_forged_ones_are_not(
    adapter: sandbox.Sandbox, client: Witness, product: Product
) -> None:
    client.behave(forged_receipt_share=1.0)
    product.send(client, "r1")
    wait_for(lambda: client.summary()["receipts_by_state"] == {"done": 2})
    calls = [base.Callback(url=product.url, headers=headers, body=body) for headers, body in product.calls]
    now = datetime.now(UTC)
    genuine = [call for call in calls if not contract.refuses(adapter, call, now)]
    assert (len(calls), len(genuine)) == (4, 2)
    states = [event.state for call in genuine for event in adapter.read_events(callback=call)]  # type: ignore[union-attr]
    assert sorted(states) == ["delivered", "sent"]


def test_a_reply_with_a_picture_arrives_signed_and_can_be_fetched(adapter: sandbox.Sandbox, product: Product) -> None:
    sandbox_phones.register_webhook(carrier=adapter, url=product.url + "/inbound")
    sent = [http.Fetched("image/jpeg", JPEG), http.Fetched("text/vcard", b"BEGIN:VCARD")]
    reply_id = sandbox_phones.reply(
        carrier=adapter, phone="+12025550101", to="+12025550100", text="Look 🙂", files=sent
    )
    wait_for(lambda: product.calls)
    headers, body = product.calls[0]
    callback = base.Callback(url=product.url, headers=headers, body=body)
    adapter.verify(callback=callback, now=datetime.now(UTC))
    (event,) = adapter.read_events(callback=callback)
    assert isinstance(event, base.InboundEvent)
    assert (event.provider_id, event.from_phone, event.to_number) == (reply_id, "+12025550101", "+12025550100")
    assert event.text == "Look 🙂"
    for media, file in zip(event.media, sent, strict=True):
        headers, allowed = adapter.media_request(media=media)
        assert http.fetch(url=media.url, headers=headers, allowed=allowed, limit_bytes=10_000) == file
        assert media.bytes == len(file.body)


def test_inbound_media_needs_the_secret(adapter: sandbox.Sandbox, product: Product) -> None:
    sandbox_phones.register_webhook(carrier=adapter, url=product.url + "/inbound")
    picture = [http.Fetched("image/jpeg", JPEG)]
    sandbox_phones.reply(carrier=adapter, phone="+12025550101", to="+12025550100", text="", files=picture)
    wait_for(lambda: product.calls)
    url = product.events()[0]["media"][0]["url"]
    assert http.call(method="GET", url=url, headers={}).status == 401


def test_a_reply_is_repeated_until_the_webhook_takes_it(adapter: sandbox.Sandbox, product: Product) -> None:
    product.statuses = [500]
    sandbox_phones.register_webhook(carrier=adapter, url=product.url + "/inbound")
    sandbox_phones.reply(carrier=adapter, phone="+12025550101", to="+12025550100", text="STOP")
    product.wait("received", "received")
    assert len({event["event_id"] for event in product.events()}) == 1


def test_a_reply_without_a_webhook_is_refused(adapter: sandbox.Sandbox) -> None:
    with pytest.raises(sandbox_phones.Refused) as error:
        sandbox_phones.reply(carrier=adapter, phone="+12025550101", to="+12025550100", text="hi")
    assert error.value.code == "40901"


def test_a_phone_shows_both_sides_with_what_the_carrier_recorded(
    adapter: sandbox.Sandbox, client: Witness, product: Product
) -> None:
    sandbox_phones.register_webhook(carrier=adapter, url=product.url + "/inbound")
    product.send(client, "r1")
    product.wait("sent", "delivered")
    sandbox_phones.reply(carrier=adapter, phone="+12025550101", to="+12025550100", text="thanks")
    received, written = sandbox_phones.conversation(carrier=adapter, phone="+12025550101")
    assert (received.direction, received.status, received.text) == ("received", "delivered", "Hi Zoë")
    assert (written.direction, written.text, written.number) == ("written", "thanks", "+12025550100")
    assert [fetch["method"] for fetch in received.fetches] == ["HEAD", "GET"]
    assert [receipt["type"] for receipt in received.receipts] == ["message.sent", "message.delivered"]
    file = sandbox_phones.media(carrier=adapter, media_id=received.files[0].id)
    assert file == http.Fetched("image/jpeg", JPEG)


def test_phones_are_listed_latest_first_and_found_by_digits(
    adapter: sandbox.Sandbox, client: Witness, product: Product
) -> None:
    for number in (101, 102, 103):
        product.send(client, f"r{number}", to=f"+12025550{number}", text=f"to {number}")
    page = sandbox_phones.phones(carrier=adapter, limit=2)
    assert page.total == 3
    assert [(phone.phone, phone.last_text) for phone in page.phones] == [
        ("+12025550103", "to 103"),
        ("+12025550102", "to 102"),
    ]
    rest = sandbox_phones.phones(carrier=adapter, limit=2, offset=2)
    assert [phone.phone for phone in rest.phones] == ["+12025550101"]
    found = sandbox_phones.phones(carrier=adapter, search="(202) 555-0102")
    assert [phone.phone for phone in found.phones] == ["+12025550102"]


def test_a_carrier_that_is_gone_is_not_healthy(carrier: CarrierProcess, adapter: sandbox.Sandbox) -> None:
    assert sandbox_phones.is_healthy(carrier=adapter)
    carrier.kill()
    assert not sandbox_phones.is_healthy(carrier=adapter)
    with pytest.raises(http.Trouble):
        sandbox_phones.phones(carrier=adapter)


def test_a_behaviour_is_changed_by_name(adapter: sandbox.Sandbox) -> None:
    assert sandbox_phones.set_behaviour(carrier=adapter, changes={"fail_share": 0.5})["fail_share"] == 0.5
    assert sandbox_phones.behaviour(carrier=adapter)["fail_share"] == 0.5
    with pytest.raises(sandbox_phones.Refused):
        sandbox_phones.set_behaviour(carrier=adapter, changes={"nonsense": 1})
