"""One world of a storm: a database of its own, a carrier of its own, and the processes that were started in it."""

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import carrier_process
import psycopg
import servers

from storm import checker, nursery

QUICK = {"latency_ms": 5, "jitter_ms": 3, "receipt_delay_ms": 10, "delivery_delay_ms": 10}
# So long may it take until all is settled, on a machine that does other things too.
SETTLE_S = 90.0


@dataclass(frozen=True)
class Ground:
    """What worlds of one kind of database share: the warm process and the migrated database that they copy."""

    kind: str
    nursery: nursery.Nursery
    folder: Path
    # The address of the server, without a database; empty for SQLite.
    server: str = ""


@contextlib.contextmanager
def ground(kind: str, folder: Path, server: str = "") -> Iterator[Ground]:
    """Prepare for worlds of this kind; `server` is the DATABASE_URL of a PostgreSQL."""
    base = server.rpartition("/")[0]
    url = f"{base}/postgres" if server else f"sqlite:///{folder}/none.sqlite3"
    with nursery.open_for(url, folder / "var") as opened:
        found = Ground(kind, opened, folder, base)
        nursery.call(opened, nursery.Place(folder, _database(found, "template")), "people:migrated")
        yield found


@dataclass
class World:
    """A running world. `settings` is what its processes know of the others."""

    ground: Ground
    place: nursery.Place
    carrier: carrier_process.CarrierProcess
    web_port: int
    shares_carrier: bool = False
    children: list[nursery.Child] = field(default_factory=list)
    doubted: set[int] = field(default_factory=set)

    def start(self, function: str, *, faults: Sequence[dict[str, Any]] = (), **keywords: Any) -> nursery.Child:
        """Start a role, for example `start("roles:drain")`."""
        child = nursery.fork(self.ground.nursery, self.place, function, faults=faults, **keywords)
        self.children.append(child)
        return child

    def web(self) -> nursery.Child:
        return self.start("roles:web", port=self.web_port)

    def call(self, function: str, *, faults: Sequence[dict[str, Any]] = (), **keywords: Any) -> Any:
        """Run a function to its end."""
        return nursery.call(self.ground.nursery, self.place, function, faults=faults, **keywords)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """A query over a connection of its own, as an outsider sees it."""
        (rows,) = self.ask_at_once(query)
        return rows

    def ask_at_once(self, *queries: str) -> list[list[tuple[Any, ...]]]:
        """Several queries that see one and the same moment."""
        if self.ground.server:
            with psycopg.connect(f"{self.ground.server}/{self.place.database['NAME']}") as connection:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                return [connection.execute(query).fetchall() for query in queries]
        with contextlib.closing(sqlite3.connect(self.place.database["NAME"], timeout=20)) as connection:
            connection.execute("BEGIN")
            return [connection.execute(query).fetchall() for query in queries]

    def write(self, statement: str) -> None:
        """Change something over a connection of its own."""
        if self.ground.server:
            with psycopg.connect(f"{self.ground.server}/{self.place.database['NAME']}", autocommit=True) as connection:
                connection.execute(statement)
        else:
            with contextlib.closing(sqlite3.connect(self.place.database["NAME"], timeout=20)) as connection:
                connection.execute(statement)
                connection.commit()

    def calls(self) -> list[dict[str, Any]]:
        """What reached the carrier from the accounts of this world."""
        accounts = {token for (token,) in self.ask("SELECT token FROM subscriptions_provideraccount")}
        return [one for one in self.carrier.client.calls() if one["account"] in accounts]

    def taken(self) -> list[dict[str, Any]]:
        """What the carrier took of them."""
        accounts = {token for (token,) in self.ask("SELECT token FROM subscriptions_provideraccount")}
        return [one for one in self.carrier.client.messages() if one["account"] in accounts]

    def states(self) -> dict[str, int]:
        """How many messages are in which state."""
        return dict(self.ask("SELECT state, count(*) FROM campaigns_message GROUP BY state"))

    def outcomes(self) -> dict[str, int]:
        return dict(self.ask("SELECT outcome, count(*) FROM campaigns_attempt GROUP BY outcome"))

    def look_for_doubt(self) -> None:
        """Remember who is in doubt now: the checker wants to know all that ever were."""
        self.doubted |= {pk for (pk,) in self.ask("SELECT id FROM campaigns_message WHERE state = 'unknown'")}

    def settled(self) -> bool:
        """Whether nothing waits, is in hand or in doubt, and every open run came to its end."""
        self.look_for_doubt()
        open_messages = "SELECT count(*) FROM campaigns_message WHERE state IN ('pending', 'claimed', 'unknown')"
        open_runs = "SELECT count(*) FROM campaigns_run WHERE state IN ('expanding', 'running')"
        booked = "SELECT count(*) FROM campaigns_campaign WHERE state = 'scheduled'"
        # In the order in which things go on, or what began between two questions would be in neither answer.
        return not any(self.ask(query)[0][0] for query in (booked, open_runs, open_messages))

    def settle(self, *, seconds: float = SETTLE_S) -> float:
        """Wait for that; returns how long it took."""
        began = time.monotonic()
        while not self.settled():
            if time.monotonic() - began > seconds:
                raise AssertionError(f"not settled within {seconds} s: {self.states()}, attempts {self.outcomes()}")
            time.sleep(0.1)
        return time.monotonic() - began

    def ledger(self) -> checker.Ledger:
        """All of it as it was at one moment: receipts may still come in."""
        runs, rates, messages, attempts, tallies = self.ask_at_once(
            "SELECT id, planned FROM campaigns_run",
            "SELECT value, rate FROM subscriptions_sendernumber",
            "SELECT id, to_phone, state, run_id FROM campaigns_message",
            "SELECT token, message_id, outcome FROM campaigns_attempt",
            "SELECT run_id, state, count FROM campaigns_tally",
        )
        return checker.Ledger(
            messages=messages,
            attempts=attempts,
            tallies=tallies,
            planned=dict(runs),
            rates={value: float(rate) for value, rate in rates},
        )

    def check(self, *, settled_in_s: float = 0.0) -> checker.Verdict:
        """The checker's verdict on this world as it stands; nobody may have been kept out by a locked database."""
        found = checker.compare(
            self.ledger(), calls=self.calls(), taken=self.taken(), doubted=self.doubted, settled_in_s=settled_in_s
        )
        assert self.complaints() == []
        return found

    def logs(self) -> str:
        return "".join(path.read_text() for path in sorted(self.place.folder.glob("*.log")))

    def complaints(self) -> list[str]:
        """Lines in which a process says that another one kept it out of the database."""
        lines = self.logs().splitlines()
        return [line for line in lines if "database is locked" in line or "deadlock detected" in line]

    def end(self) -> None:
        for child in self.children:
            child.go_on()
            child.kill()
        if not self.shares_carrier:
            self.carrier.kill()


@contextlib.contextmanager
def made(
    on: Ground, name: str, *, carrier: carrier_process.CarrierProcess | None = None, **behaviour: Any
) -> Iterator[World]:
    """A world with an empty, migrated database and a quick carrier, its own unless one is given; whatever runs in it at
    the end is killed."""
    folder = on.folder / name
    folder.mkdir()
    shared = carrier is not None
    carrier = carrier or carrier_process.start(folder, behaviour={**QUICK, **behaviour})
    port = servers.free_port()
    settings = {
        "SANDBOX_URL": carrier.base_url,
        "SANDBOX_SECRET": carrier.secret,
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "BOOT_MARK": str(folder / "boot_mark"),
        "BROKER_DIR": str(folder / "broker"),
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        # Nobody collected the static files; in their own names the pages are as good.
        "STORAGES": {
            "default": {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": str(folder / "files")},
            },
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
    }
    world = World(on, nursery.Place(folder, _database(on, name), settings), carrier, port, shared)
    try:
        yield world
    finally:
        world.end()


def _database(on: Ground, name: str) -> dict[str, Any]:
    """A copy of the migrated database (the template itself is made empty)."""
    if not on.server:
        path, template = on.folder / f"{name}.sqlite3", on.folder / "template.sqlite3"
        if name != "template":
            shutil.copy(template, path)
        return {"NAME": str(path)}
    with psycopg.connect(f"{on.server}/postgres", autocommit=True) as connection:
        copied = "" if name == "template" else " TEMPLATE storm_template"
        connection.execute(f"CREATE DATABASE storm_{name}{copied}")  # type: ignore[call-overload]
    # A sixteenth of the product's own, as all waiting is in a storm.
    quick = {"options": "-c idle_in_transaction_session_timeout=1s"}
    return {"NAME": f"storm_{name}", "OPTIONS": quick}
