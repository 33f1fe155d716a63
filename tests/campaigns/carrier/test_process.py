import contextlib
import http.client
import signal
import socket
import sqlite3
import subprocess
import threading
from pathlib import Path

import carrier_process
import pytest
from carrier_process import CarrierProcess, Witness, wait_for
from product_side import Product

pytestmark = pytest.mark.process


def ended(directory: Path, *, secret: str = "s" * 32, **environment: str) -> int:
    process = carrier_process.command(secret=secret, port=0, database=directory / "x.sqlite3", environment=environment)
    try:
        return process.wait(timeout=15)
    finally:
        process.kill()
        process.communicate()


def test_it_does_not_start_in_production(tmp_path: Path) -> None:
    assert ended(tmp_path, MMSADMIN_ENV="production") == 2
    assert not (tmp_path / "x.sqlite3").exists()


def test_it_does_not_start_without_a_secret(tmp_path: Path) -> None:
    assert ended(tmp_path, secret="short") == 2


def test_a_taken_port_ends_it_with_words(carrier: CarrierProcess, tmp_path: Path) -> None:
    process = carrier_process.command(secret="s" * 32, port=carrier.port, database=tmp_path / "y.sqlite3")
    assert process.wait(timeout=15) == 2
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_lets_answers_under_way_leave(carrier: CarrierProcess, product: Product, number: signal.Signals) -> None:
    carrier.client.behave(latency_ms=500)
    answers: list[dict[str, object]] = []
    sending = threading.Thread(target=lambda: answers.append(product.send(carrier.client)))
    sending.start()
    wait_for(lambda: carrier.client.calls())
    carrier.process.send_signal(number)
    sending.join(timeout=10)
    assert carrier.process.wait(timeout=10) == 0
    assert answers[0]["status"] == "accepted"


def test_what_was_answered_survives_a_kill(carrier: CarrierProcess, product: Product, tmp_path: Path) -> None:
    carrier.client.behave(latency_ms=0)
    answered: list[str] = []

    def send(worker: int) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            for number in range(10_000):
                answered.append(product.send(carrier.client, f"{worker}-{number}", kind="sms", media_url=None)["id"])

    workers = [threading.Thread(target=send, args=(worker,)) for worker in range(4)]
    for worker in workers:
        worker.start()
    wait_for(lambda: len(answered) > 60)
    carrier.process.kill()
    for worker in workers:
        worker.join(timeout=10)
    carrier.kill()
    with contextlib.closing(sqlite3.connect(carrier.database)) as record:
        assert record.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again = carrier_process.start(tmp_path, secret=carrier.secret)
    try:
        known = {message["id"] for message in again.client.messages()}
        assert set(answered) <= known
        assert len(answered) == len(set(answered))
    finally:
        again.kill()


def test_a_restart_goes_on_with_messages_receipts_and_behaviour(
    carrier: CarrierProcess, product: Product, tmp_path: Path
) -> None:
    carrier.client.behave(delivery_delay_ms=600_000)
    product.statuses = [503]
    product.send(carrier.client, "r1")
    wait_for(lambda: product.statuses == [])
    carrier.client.behave(receipt_delay_ms=600_000)
    product.send(carrier.client, "r2")
    carrier.kill()
    again = carrier_process.start(tmp_path, secret=carrier.secret)
    try:
        assert again.client.ask("GET", "/v1/behaviour")["receipt_delay_ms"] == 600_000
        wait_for(lambda: sorted(product.types("r1")) == ["delivered", "sent", "sent"])
        wait_for(lambda: product.types("r2") == ["sent"])
        assert [call["seq"] for call in again.client.calls()] == [1, 2]
    finally:
        assert again.stop() == 0


def test_accepted_ids_never_repeat_over_restarts(tmp_path: Path, product: Product) -> None:
    ids = []
    for number in range(2):
        carrier = carrier_process.start(tmp_path, behaviour={"latency_ms": 0, "jitter_ms": 0})
        ids.append(product.send(carrier.client, f"r{number}")["id"])
        carrier.kill()
    assert ids[0] != ids[1]


def test_a_record_that_cannot_be_written_confirms_nothing_and_ends_the_process(
    carrier: CarrierProcess, product: Product
) -> None:
    product.send(carrier.client)
    with contextlib.closing(sqlite3.connect(carrier.database)) as record:
        record.execute("DROP TABLE call")
    with pytest.raises((OSError, http.client.HTTPException)):
        product.send(carrier.client, "r2")
    assert carrier.process.wait(timeout=10) == 1


def exchange(carrier: CarrierProcess, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", carrier.port), timeout=5) as line:
        line.sendall(sent)
        received = b""
        while chunk := line.recv(65_536):
            received += chunk
        return received


@pytest.mark.parametrize(
    "sent, status",
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nbad header\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000, 431),
        (b"POST /v1/messages HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", 413),
        (b"POST /v1/messages HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /v1/messages HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST /v1/messages HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
    ],
)
def test_bad_requests_are_answered_and_the_line_is_cut(shared: CarrierProcess, sent: bytes, status: int) -> None:
    assert exchange(shared, sent).startswith(f"HTTP/1.1 {status} ".encode())


def test_requests_in_one_go_are_answered_in_order_on_one_line(shared: CarrierProcess) -> None:
    request = b"GET /v1/health HTTP/1.1\r\n\r\n"
    received = exchange(shared, request * 2 + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert received.count(b"HTTP/1.1 200 OK") == 3


def test_a_client_that_leaves_early_is_still_on_record(carrier: CarrierProcess, product: Product) -> None:
    carrier.client.behave(latency_ms=60_000)
    impatient = Witness(carrier.base_url, carrier.secret)
    with pytest.raises(TimeoutError):
        impatient.ask("POST", "/v1/messages", product.message(), timeout_s=0.2)
    (call,) = carrier.client.calls()
    assert (call["reference"], call["answered_at"]) == ("r1", None)


def test_only_the_loopback_is_served(tmp_path: Path) -> None:
    asked = ["--host", "0.0.0.0", "--port", "0", "--database", str(tmp_path / "x")]
    process = subprocess.run(
        [carrier_process.sys.executable, "-m", "campaigns.carrier", *asked],
        cwd=carrier_process.ROOT,
        capture_output=True,
        timeout=15,
        check=False,
    )
    assert process.returncode == 2
