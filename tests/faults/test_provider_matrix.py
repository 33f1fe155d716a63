"""Every way in which a provider answers, or does not: how often it was asked, and what our rows say afterwards.

All cases run in one drain, each with an account, a number and a campaign to three people of its own.
"""

import itertools
import json
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import factories
import pytest
from django.core.management import call_command
from django.test import override_settings
from gateways import endpoint
from pytest_django.plugin import DjangoDbBlocker
from sending_world import expanded

from campaigns.gateways import http
from campaigns.models import Attempt, Message, NumberLease, Run
from campaigns.sending import accounts, drain

# One world for all cases: it must not be built anew by each process of the test run.
pytestmark = [pytest.mark.django_db, pytest.mark.process, pytest.mark.xdist_group("provider-matrix")]
PEOPLE = 3
# An answer is written before the next message is due.
RATE = "1.50"
TIMEOUT_S = 2.5
SLICES_S = (3.5, 1.5)
SLICES = len(SLICES_S)
TAKEN = object()
# With this every connection over TLS begins.
TLS = b"\x16\x03"


@dataclass(frozen=True)
class Row:
    """What came of a case. `states` and `outcomes` count messages (with reasons) and attempts; `number` is errors in a
    row and the last one."""

    posts: int
    states: dict[tuple[str, str], int]
    outcomes: dict[str, int]
    run: tuple[str, str] = ("running", "")
    number: tuple[int, str] = (0, "")


@dataclass(frozen=True)
class Case:
    """`replies` are given in order, the last one again and again; TAKEN is the right answer. `url` leads elsewhere."""

    replies: Sequence[bytes | object | None]
    row: Row
    url: str = "http://127.0.0.1:{port}"


def doubt(said: str) -> Row:
    """Asked once for each person, never again, and nobody guesses."""
    return Row(PEOPLE, {("unknown", "no_clear_answer"): PEOPLE}, {"unknown": PEOPLE}, number=(PEOPLE, said))


def unreachable(said: str) -> Row:
    """Nothing left, so all wait; the number that noticed lets a while go by: it tries one in each slice."""
    states = {("pending", "provider_unreachable"): SLICES, ("pending", ""): PEOPLE - SLICES}
    return Row(0, states, {"not_sent": SLICES}, number=(SLICES, said))


def refused(code: str, words: str = "not_authorised") -> Row:
    """The account is refused: one is enough, and nobody is lost for it."""
    states = {("pending", words): 1, ("pending", ""): PEOPLE - 1}
    return Row(1, states, {"rejected": 1}, ("paused", "account_refused"), (1, f"{code} {words}"))


def rejected(words: str, said: str = "") -> Row:
    """A clear no to each."""
    return Row(PEOPLE, {("failed", words): PEOPLE}, {"rejected": PEOPLE}, number=(PEOPLE if said else 0, said))


def json_answer(status: int, content: Any, **headers: str) -> bytes:
    return endpoint.answer(status, {"Content-Type": "application/json", **headers}, json.dumps(content))


def html(status: int, **headers: str) -> bytes:
    return endpoint.answer(status, {"Content-Type": "text/html", **headers}, "<html><h1>Sorry</h1></html>")


def slow_down(**headers: str) -> bytes:
    return json_answer(429, {"error": "slow down"}, **headers)


ALL_TAKEN = Row(PEOPLE, {("accepted", ""): PEOPLE}, {"accepted": PEOPLE})
# The first one is told to wait and goes out again.
SLOWED = Row(PEOPLE + 1, {("accepted", ""): PEOPLE}, {"throttled": 1, "accepted": PEOPLE})
PUT_OFF = Row(SLICES, {("pending", "slow_down"): SLICES, ("pending", ""): PEOPLE - SLICES}, {"throttled": SLICES})
STRANGE = "\ud800\x00"
CUT = b'HTTP/1.1 202 x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"id": "SM1", "pa'
CASES = {
    "all is well": Case([TAKEN], ALL_TAKEN),
    "connection refused": Case([], unreachable("connection refused"), "http://127.0.0.1:1"),
    "no such name": Case([], unreachable("no such host"), "http://no-such-host.invalid"),
    "tls to a plain port": Case([], unreachable("tls"), "https://127.0.0.1:{port}"),
    "400 with a code": Case([json_answer(400, {"code": "40001"})], rejected("bad_number")),
    "400 with a code nobody lists": Case([json_answer(400, {"code": "49999"})], rejected("unlisted", "49999 unlisted")),
    "400 without a code": Case([html(400)], doubt("status 400")),
    "401 with a code": Case([json_answer(401, {"code": "40101"})], refused("40101")),
    "401 with a code nobody lists": Case([json_answer(401, {"code": "1"})], refused("1", "unlisted")),
    "401 without a code": Case([html(401)], refused("401")),
    "403 without a code": Case([html(403)], refused("403")),
    "403 for the recipient": Case([json_answer(403, {"code": "40301"})], rejected("unreachable")),
    "404": Case([html(404)], doubt("status 404")),
    "409": Case([html(409)], doubt("status 409")),
    "413": Case([html(413)], doubt("status 413")),
    "429 with a long wait": Case([slow_down(**{"Retry-After": "60"})], PUT_OFF),
    "429 with a short wait": Case([slow_down(**{"Retry-After": "2"}), TAKEN], SLOWED),
    "429 without a wait": Case([slow_down(), TAKEN], SLOWED),
    "429 with a wait that is no number": Case([slow_down(**{"Retry-After": "nan"}), TAKEN], SLOWED),
    "429 with a wait below nothing": Case([slow_down(**{"Retry-After": "-5"}), TAKEN], SLOWED),
    "500": Case([html(500)], doubt("status 500")),
    "502 with a page": Case([html(502)], doubt("status 502")),
    "503 with a wait": Case([html(503, **{"Retry-After": "1"})], doubt("status 503")),
    "504": Case([html(504)], doubt("status 504")),
    "slow headers": Case([None], doubt("no answer in time")),
    "slow body": Case([CUT + b"HANG"], doubt("no answer in time")),
    "json cut short": Case([json_answer(202, {})[:-2] + b'{"'], doubt("unreadable answer")),
    "body cut short": Case([CUT], doubt("answer cut short")),
    "connection closed without a word": Case([b""], doubt("connection dropped")),
    "redirect": Case([html(307, Location="/elsewhere")], doubt("status 307")),
    "moved for good": Case([html(301, Location="/elsewhere")], doubt("status 301")),
    "empty 200": Case([endpoint.answer(200, {}, "")], doubt("status 200")),
    "202 without content": Case([endpoint.answer(202, {}, "")], doubt("unreadable answer")),
    "202 with a page": Case([html(202)], doubt("unreadable answer")),
    "202 with another kind of json": Case([json_answer(202, ["id"])], doubt("unreadable answer")),
    "right answer, wrong status": Case([json_answer(200, {"id": "SM1", "parts": 1})], doubt("status 200")),
    "202 with an id no database takes": Case([json_answer(202, {"id": STRANGE + "x" * 99, "parts": 1})], ALL_TAKEN),
    "400 with a code no database takes": Case(
        [json_answer(400, {"code": STRANGE})], rejected("unlisted", "? unlisted")
    ),
    "401 with zeros": Case([endpoint.answer(401, {}, "\x00\x00")], refused("401")),
    "right answer called a page": Case(
        [endpoint.answer(202, {"Content-Type": "text/html"}, '{"id": "SM1", "parts": 1}')], ALL_TAKEN
    ),
}


@dataclass
class Provider:
    """One server for all cases: whose message it is, it reads in the message."""

    replies: dict[str, list[bytes | object | None]] = field(default_factory=dict)
    posts: dict[str, list[float]] = field(default_factory=dict)
    strays: list[bytes] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reply(self, request: bytes) -> bytes | object | None:
        line, body = request.split(b"\r\n")[0], request.partition(b"\r\n\r\n")[2]
        with self.lock:
            if not line.startswith(b"POST /v1/messages "):
                self.strays.append(line)
                return html(500)
            account = json.loads(body)["account"]
            self.posts[account].append(time.monotonic())
            rest = self.replies[account]
            return rest.pop(0) if len(rest) > 1 else rest[0]


@contextmanager
def serving(provider: Provider) -> Iterator[int]:
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            request = b""
            while not endpoint._whole(request):
                received = self.request.recv(65_536)
                request += received
                if request.startswith(TLS):
                    self.request.sendall(html(400))
                if request.startswith(TLS) or not received:
                    return
            reply = provider.reply(request)
            if reply is TAKEN:
                reply = json_answer(202, {"id": "SM1", "parts": 1})
            if isinstance(reply, bytes):
                self.request.sendall(reply.removesuffix(b"HANG"))
            if reply is None or (isinstance(reply, bytes) and reply.endswith(b"HANG")):
                over.wait(60)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 256

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            over.set()
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Found:
    rows: dict[str, Row]
    # Between one request of a case and the next, seconds.
    gaps: dict[str, list[float]]
    strays: list[bytes]


@pytest.fixture(scope="module")
def found(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Found]:
    """What came of all cases, in two slices."""
    provider = Provider()
    folder = tmp_path_factory.mktemp("matrix")
    with django_db_blocker.unblock(), serving(provider) as port, ExitStack() as stack:
        stack.callback(call_command, "flush", verbosity=0, interactive=False)
        stack.enter_context(override_settings(SANDBOX=True, SANDBOX_SECRET="s", BOOT_MARK=folder / "boot_mark"))
        runs = _made(provider)
        urls = {runs[name].campaign.group.numbers.get().account.token: case.url for name, case in CASES.items()}

        def config(account: Any) -> dict[str, str]:
            url = urls[account.token].format(port=port)
            return {"base_url": url, "account": account.token, "secret": "s"}

        stack.enter_context(mock.patch.object(accounts, "_config", config))
        stack.enter_context(mock.patch.dict(http.Session.__init__.__kwdefaults__, {"total_timeout_s": TIMEOUT_S}))
        for seconds in SLICES_S:
            drain.run(should_stop=lambda: False, seconds=seconds)
        yield Found(
            {name: _row(run, provider) for name, run in runs.items()},
            {name: _gaps(provider.posts[_token(run)]) for name, run in runs.items()},
            provider.strays,
        )


def _made(provider: Provider) -> dict[str, Run]:
    runs = {}
    people = [factories.contact() for _ in range(PEOPLE)]
    for name, case in CASES.items():
        group = factories.group()
        for person in people:
            factories.subscribed(person, group)
        runs[name] = expanded(people=0, group=group, rate=RATE)
        provider.posts[_token(runs[name])] = []
        provider.replies[_token(runs[name])] = list(case.replies)
    return runs


def _token(run: Run) -> str:
    return run.campaign.group.numbers.get().account.token


def _gaps(times: list[float]) -> list[float]:
    return [after - before for before, after in itertools.pairwise(times)]


def _row(run: Run, provider: Provider) -> Row:
    run.refresh_from_db()
    run.campaign.refresh_from_db()
    lease = NumberLease.objects.get(number__group=run.campaign.group)
    assert (lease.rested_until, lease.token) == (None, "")
    return Row(
        len(provider.posts[_token(run)]),
        dict(Counter(Message.objects.filter(run=run).values_list("state", "reason"))),
        dict(Counter(Attempt.objects.filter(message__run=run).values_list("outcome", flat=True))),
        (run.state, run.campaign.hold_code),
        (lease.errors_in_a_row, lease.last_error),
    )


@pytest.mark.parametrize("name", CASES)
def test_what_came_of_it(found: Found, name: str) -> None:
    assert found.rows[name] == CASES[name].row


def test_nobody_went_where_a_redirect_led(found: Found) -> None:
    assert found.strays == []


@pytest.mark.parametrize(("name", "least_s"), [("429 with a short wait", 2.0), ("429 without a wait", 1.0)])
def test_the_provider_is_left_alone_for_as_long_as_it_asks(found: Found, name: str, least_s: float) -> None:
    assert found.gaps[name][0] >= least_s - 0.05
