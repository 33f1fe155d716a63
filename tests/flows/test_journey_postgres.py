"""The whole journey without a browser, on PostgreSQL and Redis with all processes: what a grown-up set-up runs on.

One start of everything: a campaign to a store's customers, each kind of file to a phone of ours, a picture back.
"""

import base64
import functools
import io
import re
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brokers
import media_samples
import moving_samples
import plain_pages
import psycopg
import pytest
import running_product
import servers
import turned_samples
from PIL import Image

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.process, pytest.mark.xdist_group("grown-up")]

TEXT = "Hi {{ ${first_name} | default: 'there' }}, your order waits"
OUR_PHONE = "+12125550177"
HARD_LIMIT_BYTES = 1_000_000
RUN_S = 240.0


@dataclass
class World:
    """The running product, its database, and a marketer with the number of the campaign that was launched."""

    product: running_product.Product
    database: str
    pages: plain_pages.PlainPages
    number: int = 0
    people: int = 0

    def ask(self, query: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute(query, values).fetchall()

    def received(self, phone: str, words: str) -> list[dict[str, Any]]:
        """What a phone got that says this, with the files as the carrier fetched them."""
        talk = self.product.carrier.ask("GET", f"/v1/phones/{phone}/messages")["messages"]
        return [one for one in talk if one["direction"] == "received" and words in one["text"]]

    def reply(self, phone: str, to: str, text: str, *files: tuple[str, bytes]) -> None:
        """Write from a phone; right after the start the carrier is still to be told where replies go (409)."""
        media = [{"content_type": kind, "base64": base64.b64encode(content).decode()} for kind, content in files]
        said = {"to": to, "text": text, "media": media}
        written = functools.partial(self.product.carrier.ask, "POST", f"/v1/phones/{phone}/reply", said)
        servers.wait_for(written, what="the carrier to take the reply")


@pytest.fixture(scope="module")
def world(redis_broker: brokers.Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything started, on a PostgreSQL of its own since the demo world wants an empty one; one campaign launched."""
    if not servers.postgres_programs():
        pytest.skip("PostgreSQL is not installed (Debian package postgresql)")
    folder = tmp_path_factory.mktemp("grown-up")
    with (
        servers.postgres() as database,
        running_product.running(folder, DATABASE_URL=database, BROKER_URL=redis_broker.url) as product,
    ):
        world = World(product, database, plain_pages.PlainPages(product.base_url))
        _log_in(world.pages)
        _launch(world)
        yield world
    assert re.findall(r" (?:ERROR|CRITICAL) .*", product.said()) == [], product.said()


@pytest.fixture(scope="module")
def our_phone(world: World) -> str:
    """The number of our phone's row, proved by the code that it was texted."""
    draft = _draft(world, "Proof")
    world.pages.open(f"/campaigns/{draft}/review")
    world.pages.send(to="/our-phones", label="Mara's phone", phone="(212) 555-0177")
    servers.wait_for(lambda: world.received(OUR_PHONE, ""), what="the code")
    (asked,) = world.received(OUR_PHONE, "")
    code = re.search(r"\b\d{4,8}\b", asked["text"])
    assert code, asked
    world.reply(OUR_PHONE, asked["number"], code.group())
    proved = "SELECT id FROM subscriptions_ourphone WHERE phone = %s AND proved_at IS NOT NULL"
    servers.wait_for(lambda: world.ask(proved, OUR_PHONE), what="the code to be understood")
    return str(world.ask(proved, OUR_PHONE)[0][0])


def test_everybody_gets_it_once_and_who_says_stop_gets_none(world: World) -> None:
    run = _wait_for_run(world)
    stopped, ours = _waits_last(world, run)
    world.reply(stopped, ours, "STOP")
    servers.wait_for(lambda: _ended(world, run), seconds=RUN_S, what="everybody to have it")

    ledger = _ledger(world, run)
    planned = world.ask("SELECT planned FROM campaigns_run WHERE id = %s", run)[0][0]
    assert sum(ledger.values()) == planned
    assert ledger["skipped", "unsubscribed"] >= 1
    got = Counter(one["to"] for one in world.product.carrier.messages() if "your order waits" in one["text"])
    assert stopped not in got
    assert set(got.values()) == {1}
    assert len(got) == world.people - 1
    servers.wait_for(lambda: world.received(stopped, "you are unsubscribed"), what="the confirmation")
    assert [one["number"] for one in world.received(stopped, "")] == [ours]
    page = world.pages.open(f"/campaigns/{world.number}/live")
    assert f"<strong>{planned}</strong> planned" in page


@pytest.mark.parametrize(
    ("name", "kind", "fits"),
    [
        ("photo.jpg", "image/jpeg", True),
        ("phone.heic", "image/jpeg", False),
        ("waves.gif", "image/gif", True),
        ("sticker.webp", "image/gif", False),
        ("harbour.vcf", "text/vcard", False),
    ],
)
def test_each_kind_of_file_comes_to_a_phone_of_ours(
    world: World, our_phone: str, name: str, kind: str, fits: bool
) -> None:
    pages, words = world.pages, f"Have a look at {name}"
    draft = _draft(world, name)
    pages.send(to="/content", act="upload", text=words, files={"file": (name, kind, _content(name))})
    assert Path(name).stem in pages.html
    if fits:
        _make_it_fit(world, draft)
    pages.open(f"/campaigns/{draft}/review")
    pages.send(to="/test", more={"to": our_phone})

    state = "SELECT state FROM campaigns_message WHERE kind = 'test' AND body LIKE %s"
    servers.wait_for(lambda: world.ask(state, f"%{words}%") == [("delivered",)], what="the receipt to be understood")
    (got,) = world.received(OUR_PHONE, words)
    (file,) = got["media"]
    assert file["content_type"] == kind
    assert file["bytes"] + len(got["text"].encode()) <= HARD_LIMIT_BYTES


def test_a_picture_that_comes_back_is_in_the_inbox_and_in_the_stream(world: World) -> None:
    run = _wait_for_run(world)
    reached = "SELECT to_phone FROM campaigns_message WHERE run_id = %s AND state = 'delivered' ORDER BY id LIMIT 1"
    servers.wait_for(lambda: world.ask(reached, run), seconds=RUN_S, what="somebody to have it")
    phone = world.ask(reached, run)[0][0]
    ours = world.received(phone, "your order waits")[0]["number"]
    world.reply(phone, ours, "Is this the one?", ("image/png", media_samples.png(200, 100)))

    said = """SELECT payload, campaign_id FROM campaigns_event
        WHERE name = 'InboundReceive' AND payload->>'message_body' = %s"""
    servers.wait_for(lambda: world.ask(said, "Is this the one?"), what="the reply to be understood")
    ((event, campaign),) = world.ask(said, "Is this the one?")
    assert (event["user_phone_number"], event["inbound_phone_number"], campaign) == (phone, ours, world.number)
    (url,) = event["media_urls"]
    assert _picture(urllib.request.build_opener(urllib.request.ProxyHandler({})), url) == (200, 100)

    inbox = world.pages.open("/inbox/")
    (row,) = [
        one for one in re.findall(r'<article class="inbox-row".*?</article>', inbox, re.DOTALL) if "Is this" in one
    ]
    assert "On PostgreSQL" in row
    source = re.search(r'<img [^>]*src="(/inbox/files/[^"]+)"', row)
    assert source, row
    assert _picture(world.pages.opener, f"{world.pages.base_url}{source.group(1)}") == (200, 100)


def _log_in(pages: plain_pages.PlainPages) -> None:
    pages.open("/login")
    pages.send(to="/login", username="marketer", password="try-it-out")
    assert pages.url == f"{pages.base_url}/"


def _draft(world: World, name: str) -> int:
    """A new campaign of the group whose toll-free number sends three a second, with its content page open."""
    page = world.pages.open("/campaigns/new")
    group = re.search(r'id="group-(\d+)"[^>]*>\s*<span class="choice-words">\s*<span[^>]*>Service', page)
    assert group
    world.pages.send(to="/new", name=name, purpose="announcement", group=group.group(1))
    return int(world.pages.url.split("/")[-2])


def _launch(world: World) -> None:
    """A picture to all who shop at one store."""
    pages = world.pages
    world.number = _draft(world, "On PostgreSQL")
    picture = {"file": ("order.png", "image/png", media_samples.png())}
    pages.send(to="/content", act="upload", text=TEXT, files=picture)
    pages.send(to="/content", act="save", description="The order, packed")
    assert "order.png" in pages.html
    pages.open(f"/campaigns/{world.number}/audience")
    pages.send(to="/audience", act="next", name="store", op="is", value="Pier 7")
    pages.open(f"/campaigns/{world.number}/review")
    world.people = int(pages.form(to="/launch").values["people"])
    pages.send(to="/launch")
    assert pages.url.endswith(f"/campaigns/{world.number}/live")


def _content(name: str) -> bytes:
    """Files as they come from people's desks; the photo and the animation are too large for a message."""
    match Path(name).suffix:
        case ".jpg":
            content = media_samples.photo_jpeg(1.5, quality=99)
            assert len(content) > HARD_LIMIT_BYTES
        case ".gif":
            content = moving_samples.pan(frames=36, width=360, height=240)
            assert len(content) > HARD_LIMIT_BYTES
        case ".heic":
            content = turned_samples.heic()
        case ".webp":
            content = turned_samples.moving_webp(5, 160, 120)
        case _:
            content = media_samples.vcf("ORG:Tidewater")
    return content


def _make_it_fit(world: World, draft: int) -> None:
    """Press the first button that offers it, and wait until the draft has the copy: a worker makes it."""
    offer = re.search(r'name="act" value="(fit[^"]*)"', world.pages.html)
    assert offer
    world.pages.send(to="/content", act=offer.group(1))
    fitted = """SELECT c.bytes FROM campaigns_revision r JOIN campaigns_rendition c ON c.id = r.rendition_id
        WHERE r.campaign_id = %s AND c.purpose = 'fitted'"""
    servers.wait_for(lambda: world.ask(fitted, draft), what="the copy that fits")


def _waits_last(world: World, run: int) -> tuple[str, str]:
    """The last person who still waits, and the number that would write to them."""
    query = """SELECT m.to_phone, n.value FROM campaigns_message m JOIN subscriptions_sendernumber n
        ON n.id = m.number_id WHERE m.run_id = %s AND m.state = 'pending' ORDER BY m.id DESC LIMIT 1"""
    ((phone, ours),) = world.ask(query, run)
    return phone, ours


def _wait_for_run(world: World) -> int:
    """The run, once its people are picked and the first messages have left."""
    found = "SELECT id FROM campaigns_run WHERE campaign_id = %s AND state IN ('running', 'finished')"
    servers.wait_for(lambda: world.ask(found, world.number), seconds=90, what="the campaign to start")
    return int(world.ask(found, world.number)[0][0])


def _ended(world: World, run: int) -> bool:
    open_ones = (
        "SELECT 1 FROM campaigns_message WHERE run_id = %s AND state IN ('pending', 'claimed', 'accepted', 'sent')"
    )
    return not world.ask(f"{open_ones} LIMIT 1", run)


def _ledger(world: World, run: int) -> Counter[tuple[str, str]]:
    counted = "SELECT state, reason, count(*) FROM campaigns_message WHERE run_id = %s GROUP BY 1, 2"
    return Counter({(state, reason): count for state, reason, count in world.ask(counted, run)})


def _picture(opener: urllib.request.OpenerDirector, url: str) -> tuple[int, int]:
    """The size of the picture that lies there."""
    with opener.open(url, timeout=10) as answer, Image.open(io.BytesIO(answer.read())) as picture:
        return picture.size
