"""The engine reads what waits at a number, not what is done nor what waits at others: no more work with 20,000
finished messages than with 2,000."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import factories
import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns import states
from campaigns.models import Attempt, Message
from campaigns.sending import ceiling, numbers, rescue, start
from subscriptions.models import SenderNumber

pytestmark = pytest.mark.django_db
WAITING, AT_ANOTHER = 40, 5_000
FEW, MANY = 2_000, 20_000
TABLE, FIRST = "campaigns_message", "+12120000000"
TABLES = (TABLE, "campaigns_attempt")
# SQLite calls back after so many steps of its machine.
STEPS = 10
# Indexes without what is done: to walk through one of them whole is to read what waits.
PARTIAL = [index.name for model in (Attempt, Message) for index in model._meta.indexes if index.condition is not None]


@dataclass
class Work:
    """What a round of questions read: rows of the message table and blocks (PostgreSQL), steps (SQLite). `scans` are
    the plans that read all messages."""

    scans: list[str] = field(default_factory=list)
    rows: int = 0
    blocks: int = 0
    steps: int = 0


@pytest.fixture
def number() -> SenderNumber:
    """A number at which few messages of a run wait, behind the many of another one."""
    number = factories.number()
    other = factories.number(group=number.group)
    run = factories.run(factories.campaign(group=number.group, state=states.Campaign.RUNNING))
    factories.message(run=run, number=number, sent_as="text", contact=None, to_phone=FIRST)
    _multiply(AT_ANOTHER, number=other)
    _multiply(WAITING - 1, number=number)
    return number


def _multiply(count: int, *, number: SenderNumber, state: str = "pending") -> None:
    """So many messages like the first one, in this state and at this number."""
    own = {"id", "to_phone", "state", "number_id"}
    names = ", ".join(one.column for one in Message._meta.concrete_fields if one.column not in own)
    place = Message.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} ({names}, to_phone, state, number_id) WITH RECURSIVE counted(n) AS "
            "(SELECT CAST(%s AS integer) UNION ALL SELECT n + 1 FROM counted WHERE n < %s) "
            f"SELECT {names}, '+1212' || (1000000 + n), %s, %s FROM {TABLE}, counted WHERE to_phone = %s",
            [place, place + count - 1, state, number.pk, FIRST],
        )
        if state == "delivered":
            cursor.execute(
                "INSERT INTO campaigns_attempt"
                " (message_id, number_id, token, outcome, code, detail, provider_id, claimed_at)"
                f" SELECT id, number_id, 't' || id, 'accepted', '', '', '', created_at FROM {TABLE}"
                " WHERE state = 'delivered' AND id > (SELECT coalesce(max(message_id), 0) FROM campaigns_attempt)"
            )
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")


QUESTIONS: dict[str, Callable[[SenderNumber], Any]] = {
    "what is due": lambda number: numbers.due(now=timezone.now()),
    "the claim": lambda number: numbers.claim(wants=[numbers.Want(number.pk, 10)], token="mine", now=timezone.now()),
    "who is ahead of the carrier": lambda number: ceiling.taken(number_ids=[number.pk], now=timezone.now()),
    "what a killed process left": lambda number: rescue.abandoned(now=timezone.now()),
    "what is in doubt": lambda number: rescue.ask(now=timezone.now()),
    "what is over": lambda number: start.finish_done(now=timezone.now()),
    "who waits in vain": lambda number: numbers.rehome_all(now=timezone.now()),
}


def _work(number: SenderNumber, question: str) -> Work:
    """What one question reads; whatever it changed is undone."""
    work = Work()
    with transaction.atomic(), _watched(work):
        QUESTIONS[question](number)
        transaction.set_rollback(True)
    return work


@contextmanager
def _watched(work: Work) -> Iterator[None]:
    if connection.vendor == "postgresql":
        with connection.execute_wrapper(_explained(work)):
            yield
        return

    def count() -> None:
        work.steps += STEPS

    with connection.execute_wrapper(_planned(work)):
        connection.connection.set_progress_handler(count, STEPS)
        try:
            yield
        finally:
            connection.connection.set_progress_handler(None, STEPS)


def _explained(work: Work) -> Callable[..., Any]:
    """Let PostgreSQL carry each query out once before, with its figures, and undo it."""

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if any(table in sql for table in TABLES) and not sql.startswith("EXPLAIN"):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
                (found,) = cursor.fetchone()
                transaction.set_rollback(True)
            plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
            work.blocks += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
            for node in _nodes(plan):
                removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
                work.rows += (node["Actual Rows"] + removed) * node["Actual Loops"]
                if node["Node Type"] == "Seq Scan":
                    work.scans.append(sql)
        return execute(sql, params, many, context)

    return wrapper


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The steps of a plan that read messages or attempts."""
    if plan.get("Relation Name") in TABLES and "Scan" in plan["Node Type"]:
        yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _planned(work: Work) -> Callable[..., Any]:
    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if any(table in sql for table in TABLES) and not sql.startswith("EXPLAIN"):
            names = {*TABLES, *re.findall(r'"campaigns_(?:message|attempt)" ([A-Z]\d+)\b', sql)}
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
                for *_, detail in cursor.fetchall():
                    scanned = re.match(r"SCAN (\S+)(?: USING (?:COVERING )?INDEX (\S+))?", detail)
                    if scanned and scanned[1] in names and scanned[2] not in PARTIAL:
                        work.scans.append(f"{detail}: {sql}")
        return execute(sql, params, many, context)

    return wrapper


def test_what_is_done_costs_nothing(number: SenderNumber) -> None:
    _multiply(FEW, number=number, state="delivered")
    few = {question: _work(number, question) for question in QUESTIONS}
    _multiply(MANY - FEW, number=number, state="delivered")
    many = {question: _work(number, question) for question in QUESTIONS}
    assert {question: work for question, work in many.items() if not _is_bounded(work, few[question])} == {}


def _is_bounded(many: Work, few: Work) -> bool:
    if connection.vendor == "postgresql":
        # The trees of indexes may be one step higher.
        return not many.scans and many.rows <= 4 * WAITING and many.blocks <= 2 * few.blocks + 100
    return not many.scans and many.steps <= 1.1 * few.steps + 10 * STEPS


@pytest.mark.parametrize("question", ["what is due", "the claim"])
def test_without_its_index_it_would_show(number: SenderNumber, question: str) -> None:
    _multiply(FEW, number=number, state="delivered")
    sound = _work(number, question)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX message_waiting")
    assert _is_bounded(sound, sound)
    assert not _is_bounded(_work(number, question), sound)
