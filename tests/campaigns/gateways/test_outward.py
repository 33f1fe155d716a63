"""Where webhooks may go: never into our own network, whatever a name stands for."""

import socket
from typing import Any

import pytest
from gateways import endpoint

from campaigns.gateways import http, outward


def stands_for(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def lookup(_host: str, port: int, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)


def post(url: str, *, to_private: bool = False) -> http.Answer:
    return outward.post(url=url, headers={}, body=b"{}", to_private=to_private)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "240.0.0.1", "::1", "fe80::1", "fe80::1%eth0", "fd00::1", "::"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1"),
    ],
)
def test_a_name_that_stands_for_our_own_network_is_not_called(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    stands_for(monkeypatch, address)
    with pytest.raises(outward.NotAllowed, match="private address"):
        post("https://hook.example/")


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    stands_for(monkeypatch, "93.184.216.34", "127.0.0.1")
    with pytest.raises(outward.NotAllowed, match="private address"):
        post("https://hook.example/")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://hook.example/", "not https"),
        ("ftp://hook.example/", "bad address"),
        ("https://user:secret@hook.example/", "bad address"),
        ("https:///hook", "bad address"),
        ("https://hook.example:99999/", "bad address"),
        ("https://[::1", "bad address"),
    ],
)
def test_what_is_no_address_for_a_webhook_is_refused(monkeypatch: pytest.MonkeyPatch, url: str, reason: str) -> None:
    stands_for(monkeypatch, "93.184.216.34")
    with pytest.raises(outward.NotAllowed, match=reason):
        post(url)


def test_a_number_written_otherwise_is_seen_through() -> None:
    for host in ("127.1", "2130706433", "0x7f000001", "localhost"):
        with pytest.raises(http.NeverLeft):
            post(f"https://{host}/")


def test_the_connection_goes_to_what_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    with endpoint.serving(reply=endpoint.answer(200, {}, "ok")) as there:
        port = there.url.rpartition(":")[2]
        monkeypatch.setattr(outward, "_is_public", lambda _address: True)
        lookup = socket.getaddrinfo
        asked: list[str] = []

        def moved(host: str, *given: Any, **more: Any) -> Any:
            asked.append(host)
            return lookup("127.0.0.1", *given, **more)

        monkeypatch.setattr(socket, "getaddrinfo", moved)
        assert post(f"http://hook.example:{port}/", to_private=True).body == b"ok"
    assert asked.count("hook.example") == 1
    assert b"Host: hook.example:" in there.requests[0]


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with endpoint.serving(reply=endpoint.answer(302, {"Location": "http://127.0.0.1:9/"}, "")) as there:
        assert post(there.url, to_private=True).status == 302
    assert there.connections == 1
