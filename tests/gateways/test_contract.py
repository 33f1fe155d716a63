import asyncio
import dataclasses
import json
from datetime import timedelta

import pytest
from gateways import contract, endpoint

from campaigns.gateways import base, http, registry

KINDS = registry.KINDS
ANSWERS = contract.cases("answers")
EVENTS = contract.cases("events")


@pytest.mark.parametrize("kind, name", ANSWERS)
def test_each_answer_becomes_its_outcome_after_exactly_one_post(kind: str, name: str) -> None:
    stored = contract.load(kind, name)
    reply = endpoint.answer(stored["status"], stored["headers"], stored["body"])
    with endpoint.serving(reply=reply) as server:
        outcome = contract.send(contract.gateway(kind, server.url))
    assert contract.plain(outcome) == stored["outcome"]
    assert server.posts == server.connections == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "reply, then",
    [
        pytest.param(None, "close", id="dropped after reading"),
        pytest.param(None, "reset", id="reset after reading"),
        pytest.param(b"HTTP/1.1 2", "close", id="cut in the status line"),
        pytest.param(b'HTTP/1.1 202 x\r\nContent-Length: 500\r\n\r\n{"id":', "close", id="cut in the body"),
        pytest.param(b"\x16\x03\x01 no http\r\n\r\n", "close", id="not http"),
        pytest.param(b"HTTP/1.1 202 x\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000, "close", id="endless"),
    ],
)
def test_a_broken_answer_is_unknown_after_exactly_one_post(kind: str, reply: bytes | None, then: str) -> None:
    with endpoint.serving(reply=reply, then=then) as server:
        outcome = contract.send(contract.gateway(kind, server.url))
    assert isinstance(outcome, base.Unknown)
    assert server.posts == server.connections == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "reply", [None, b"HTTP/1.1 202 x\r\nContent-Length: 9\r\n\r\n{"], ids=["no answer", "answer stops halfway"]
)
def test_silence_is_unknown_after_exactly_one_post(kind: str, reply: bytes | None) -> None:
    with endpoint.serving(reply=reply, then="hang") as server:
        outcome = contract.send(contract.gateway(kind, server.url), total_timeout_s=0.4)
    assert outcome == base.Unknown("no answer in time")
    assert server.posts == server.connections == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("server", ["http://127.0.0.1:1", "http://no-such-host.invalid"], ids=["refused", "no host"])
def test_what_never_left_is_safe_to_repeat(kind: str, server: str) -> None:
    assert isinstance(contract.send(contract.gateway(kind, server)), base.NotSent)


@pytest.mark.parametrize("kind", KINDS)
def test_a_tls_failure_never_left(kind: str) -> None:
    with endpoint.serving(reply=b"", then="close") as server:
        outcome = contract.send(contract.gateway(kind, server.url.replace("http://", "https://")))
    assert isinstance(outcome, base.NotSent)


@pytest.mark.parametrize("kind, name", EVENTS)
def test_a_genuine_callback_is_believed_and_understood(kind: str, name: str) -> None:
    genuine, now, events = contract.callback(kind, name)
    adapter = contract.gateway(kind)
    adapter.verify(callback=genuine, now=now)
    assert [contract.plain(event) for event in adapter.read_events(callback=genuine)] == events


@pytest.mark.parametrize("kind, name", EVENTS)
def test_a_callback_changed_by_one_byte_is_refused(kind: str, name: str) -> None:
    genuine, now, _ = contract.callback(kind, name)
    adapter = contract.gateway(kind)
    for place in range(len(genuine.body)):
        body = bytearray(genuine.body)
        body[place] ^= 1
        assert contract.refuses(adapter, dataclasses.replace(genuine, body=bytes(body)), now), place


@pytest.mark.parametrize("kind, name", EVENTS)
def test_a_callback_without_or_with_damaged_proof_is_refused(kind: str, name: str) -> None:
    genuine, now, _ = contract.callback(kind, name)
    adapter = contract.gateway(kind)
    for header in genuine.headers:
        if header == "Content-Type":
            continue
        rest = {key: value for key, value in genuine.headers.items() if key != header}
        assert contract.refuses(adapter, contract.with_headers(genuine, rest), now)
        for damaged in ("", "é", "-1", genuine.headers[header][:-1], genuine.headers[header] + "0"):
            forged = contract.with_headers(genuine, {**rest, header: damaged})
            assert contract.refuses(adapter, forged, now), damaged


@pytest.mark.parametrize("kind", KINDS)
def test_a_callback_signed_for_someone_else_is_refused(kind: str) -> None:
    genuine, now, _ = contract.callback(kind, contract.cases("events")[0][1])
    adapter = contract.gateway(kind)
    secrets = {field.name: "not the secret, sorry" for field in adapter.capabilities.config_fields if field.secret}
    stranger = registry.open(kind=kind, config={**contract.config(kind, contract.NOWHERE), **secrets})
    assert contract.refuses(stranger, genuine, now)


@pytest.mark.parametrize("kind", KINDS)
def test_callbacks_live_three_hundred_seconds_either_way(kind: str) -> None:
    genuine, now, _ = contract.callback(kind, contract.cases("events")[0][1])
    adapter = contract.gateway(kind)
    stamped = now - timedelta(seconds=1)
    assert not contract.refuses(adapter, genuine, stamped + timedelta(seconds=300))
    assert contract.refuses(adapter, genuine, stamped + timedelta(seconds=301))
    assert not contract.refuses(adapter, genuine, stamped - timedelta(seconds=300))
    assert contract.refuses(adapter, genuine, stamped - timedelta(seconds=301))


@pytest.mark.parametrize("kind, name", EVENTS)
def test_header_names_are_read_in_any_case(kind: str, name: str) -> None:
    genuine, now, _ = contract.callback(kind, name)
    shouted = {key.upper(): value for key, value in genuine.headers.items()}
    contract.gateway(kind).verify(callback=contract.with_headers(genuine, shouted), now=now)


@pytest.mark.parametrize("kind, name", EVENTS)
def test_a_callback_cut_anywhere_is_unreadable_and_nothing_worse(kind: str, name: str) -> None:
    genuine, _, _ = contract.callback(kind, name)
    adapter = contract.gateway(kind)
    for length in range(len(genuine.body)):
        with pytest.raises(base.Unreadable):
            adapter.read_events(callback=dataclasses.replace(genuine, body=genuine.body[:length]))


@pytest.mark.parametrize("kind, name", EVENTS)
def test_a_callback_with_fields_of_another_type_is_unreadable_or_read(kind: str, name: str) -> None:
    genuine, _, _ = contract.callback(kind, name)
    adapter = contract.gateway(kind)
    content = json.loads(genuine.body)
    for field in content:
        for strange in (None, 7, -1e400, [], {}, [1], {"a": 1}, True, "x", ""):
            body = json.dumps({**content, field: strange}).encode()
            try:
                events = adapter.read_events(callback=dataclasses.replace(genuine, body=body))
            except base.Unreadable:
                continue
            assert all(isinstance(event, base.StatusEvent | base.InboundEvent) for event in events)


@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_is_ever_shown(kind: str) -> None:
    adapter = contract.gateway(kind)
    config = contract.config(kind, contract.NOWHERE)
    hidden = [config[field.name] for field in adapter.capabilities.config_fields if field.secret]
    assert hidden
    assert not any(secret in repr(adapter) or secret in str(adapter) for secret in hidden)


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_field_is_named_without_its_value(kind: str) -> None:
    config = contract.config(kind, contract.NOWHERE)
    for field in registry.capabilities(kind=kind).config_fields:
        if field.required:
            with pytest.raises(base.Misconfigured) as error:
                registry.open(kind=kind, config={**config, field.name: ""})
            assert error.value.field == field.name


@pytest.mark.parametrize("kind", KINDS)
def test_asking_in_vain_says_so_instead_of_no(kind: str) -> None:
    async def ask(server: str) -> base.Sighting | None:
        async with http.Session() as session:
            return await contract.gateway(kind, server).find(session=session, reference="attempt-1")

    with endpoint.serving(reply=endpoint.answer(500, {}, "oops")) as server, pytest.raises(http.Trouble):
        asyncio.run(ask(server.url))
    with endpoint.serving(reply=endpoint.answer(200, {}, "oops")) as server, pytest.raises(http.Trouble):
        asyncio.run(ask(server.url))
    with pytest.raises(http.NeverLeft):
        asyncio.run(ask(contract.NOWHERE))
