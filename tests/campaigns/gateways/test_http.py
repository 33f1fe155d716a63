import asyncio
import time

import pytest
from gateways import endpoint

from campaigns.gateways import http, leaving

PICTURE = "x" * 50_000


def host(server: endpoint.Endpoint) -> frozenset[str]:
    return frozenset({http.authority(server.url)})


def fetch(server: endpoint.Endpoint, **changes: object) -> http.Fetched:
    options = {"url": server.url + "/a", "headers": {}, "allowed": host(server), "limit_bytes": 50_000, **changes}
    return http.fetch(**options)  # type: ignore[arg-type]  # the cases vary one option each


def test_a_file_is_fetched_with_its_type() -> None:
    reply = endpoint.answer(200, {"Content-Type": "Image/JPEG; charset=x"}, PICTURE)
    with endpoint.serving(reply=reply) as server:
        assert fetch(server) == http.Fetched("image/jpeg", PICTURE.encode())


def test_a_file_one_byte_over_the_limit_is_refused() -> None:
    with endpoint.serving(reply=endpoint.answer(200, {}, PICTURE)) as server, pytest.raises(http.FetchRefused):
        fetch(server, limit_bytes=49_999)


def test_an_address_outside_the_list_is_never_called() -> None:
    with endpoint.serving(reply=endpoint.answer(200, {}, PICTURE)) as server:
        for address in (
            server.url + "/a",
            server.url.replace("127.0.0.1", "localhost"),
            "file:///etc/passwd",
            "//x",
            "http://[::1",
        ):
            with pytest.raises(http.FetchRefused):
                fetch(server, url=address, allowed=frozenset({"127.0.0.1:80"}))
        assert server.connections == 0


def test_a_redirect_is_not_followed() -> None:
    with endpoint.serving(reply=endpoint.answer(302, {"Location": "/b"}, "")) as server:
        with pytest.raises(http.FetchRefused, match="redirect"):
            fetch(server)
        assert server.connections == 1


def test_a_file_that_is_not_there_is_trouble() -> None:
    with endpoint.serving(reply=endpoint.answer(404, {}, "no")) as server, pytest.raises(http.Trouble, match="404"):
        fetch(server)


def test_a_file_cut_short_is_trouble() -> None:
    reply = b"HTTP/1.1 200 x\r\nContent-Length: 900\r\n\r\nshort"
    with endpoint.serving(reply=reply) as server, pytest.raises(http.InDoubt):
        fetch(server)


@pytest.mark.parametrize("reply", [None, b"HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\nab"])
def test_waiting_ends_in_time(reply: bytes | None) -> None:
    with endpoint.serving(reply=reply, then="hang") as server:
        begun = time.monotonic()
        with pytest.raises(http.InDoubt, match="no answer in time"):
            fetch(server, timeout_s=0.3)
        assert time.monotonic() - begun < 3


def test_a_call_that_finds_nobody_never_left() -> None:
    for address in ("http://127.0.0.1:1/", "http://no-such-host.invalid/", "ftp://x/", "http://[::1", "http://a..b/"):
        with pytest.raises(http.NeverLeft):
            http.call(method="GET", url=address, headers={})


@pytest.mark.parametrize(
    "url, expected",
    [
        ("http://Example.org/x", "example.org:80"),
        ("https://example.org", "example.org:443"),
        ("http://a@b:81/", "b:81"),
        ("http://x:99999/", ""),
        ("nonsense", ""),
    ],
)
def test_authority_of_an_address(url: str, expected: str) -> None:
    assert http.authority(url) == expected


async def posted(url: str, *, leaves_by: float) -> int:
    async with http.Session() as session:
        with leaving.by(leaves_by):
            return (await session.post(url=url, headers={}, body=b"{}")).status


def test_a_request_whose_moment_is_over_never_leaves_though_it_is_connected() -> None:
    with endpoint.serving(reply=endpoint.answer(200, {}, "")) as server:
        with pytest.raises(http.NeverLeft, match="held up too long"):
            asyncio.run(posted(server.url, leaves_by=leaving.uptime() - 0.01))
        assert server.requests == []


def test_one_in_time_does() -> None:
    with endpoint.serving(reply=endpoint.answer(200, {}, "")) as server:
        assert asyncio.run(posted(server.url, leaves_by=leaving.uptime() + 60)) == 200
