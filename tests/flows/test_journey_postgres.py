"""The whole journey without a browser, on PostgreSQL and Redis with all processes: what a grown-up set-up runs on."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import media_samples
import plain_pages
import psycopg
import pytest
import running_product
import servers

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.process]

TEXT = "Hi {{ ${first_name} | default: 'there' }}, your order waits"
RUN_S = 240.0


@pytest.fixture
def database() -> Iterator[str]:
    """A PostgreSQL of this test alone: the demo world wants an empty one."""
    if not servers.postgres_programs():
        pytest.skip("PostgreSQL is not installed (Debian package postgresql)")
    with servers.postgres() as url:
        yield url


@pytest.fixture
def product(database: str, redis_url: str, tmp_path: Any) -> Iterator[running_product.Product]:
    with running_product.running(tmp_path, DATABASE_URL=database, BROKER_URL=redis_url) as running:
        yield running


def test_everybody_gets_it_once_and_who_says_stop_gets_none(product: running_product.Product, database: str) -> None:
    pages = plain_pages.PlainPages(product.base_url)
    _log_in(pages)
    number = _compose(pages)
    pages.open(f"/campaigns/{number}/review")
    confirmed = int(pages.form(to="/launch").values["people"])
    pages.send(to="/launch")
    assert pages.url.endswith(f"/campaigns/{number}/live")

    run = _wait_for_run(database, number)
    stopped = _say_stop_as_the_last(product, database, run)
    servers.wait_for(lambda: _ended(database, run), seconds=RUN_S, what="everybody to have it")

    ledger = _ledger(database, run)
    planned = _ask(database, "SELECT planned FROM campaigns_run WHERE id = %s", run)[0][0]
    assert sum(ledger.values()) == planned
    assert ledger["skipped", "unsubscribed"] >= 1
    got = Counter(one["to"] for one in product.carrier.messages() if "your order waits" in one["text"])
    assert stopped not in got
    assert set(got.values()) == {1}
    assert len(got) == confirmed - 1
    line = pages.open(f"/campaigns/{number}/live")
    assert re.search(r'class="sum-line"', line)


def _log_in(pages: plain_pages.PlainPages) -> None:
    pages.open("/login")
    pages.send(to="/login", username="marketer", password="try-it-out")
    assert pages.url == f"{pages.base_url}/"


def _compose(pages: plain_pages.PlainPages) -> int:
    """A picture to all of the group whose toll-free number sends three a second."""
    page = pages.open("/campaigns/new")
    group = re.search(r'id="group-(\d+)"[^>]*>\s*<span class="choice-words">\s*<span[^>]*>Service', page)
    assert group
    pages.send(to="/new", name="On PostgreSQL", purpose="announcement", group=group.group(1))
    number = int(pages.url.split("/")[-2])
    picture = {"file": ("order.png", "image/png", media_samples.png())}
    pages.send(to="/content", act="upload", text=TEXT, files=picture)
    assert "order.png" in pages.html
    pages.open(f"/campaigns/{number}/audience")
    pages.send(to="/audience", act="next", name="store", op="is", value="Pier 7")
    return number


def _say_stop_as_the_last(product: running_product.Product, database: str, run: int) -> str:
    """The last person who still waits replies STOP to the number that would have written to them."""
    query = """SELECT m.to_phone, n.value FROM campaigns_message m JOIN subscriptions_sendernumber n
        ON n.id = m.number_id WHERE m.run_id = %s AND m.state = 'pending' ORDER BY m.id DESC LIMIT 1"""
    ((phone, ours),) = _ask(database, query, run)
    product.carrier.ask("POST", f"/v1/phones/{phone}/reply", {"to": ours, "text": "STOP", "media": []})
    return str(phone)


def _wait_for_run(database: str, number: int) -> int:
    """The run, once its people are picked and the first messages have left."""
    found = "SELECT id FROM campaigns_run WHERE campaign_id = %s AND state = 'running'"
    servers.wait_for(lambda: _ask(database, found, number), seconds=90, what="the campaign to start")
    return int(_ask(database, found, number)[0][0])


def _ended(database: str, run: int) -> bool:
    open_ones = (
        "SELECT 1 FROM campaigns_message WHERE run_id = %s AND state IN ('pending', 'claimed', 'accepted', 'sent')"
    )
    return not _ask(database, f"{open_ones} LIMIT 1", run)


def _ledger(database: str, run: int) -> Counter[tuple[str, str]]:
    counted = "SELECT state, reason, count(*) FROM campaigns_message WHERE run_id = %s GROUP BY 1, 2"
    return Counter({(state, reason): count for state, reason, count in _ask(database, counted, run)})


def _ask(database: str, query: str, *values: Any) -> list[Any]:
    with psycopg.connect(database, autocommit=True) as connection:
        return connection.execute(query, values).fetchall()
