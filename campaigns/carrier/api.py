"""The carrier's own face: JSON over HTTP behind one bearer secret.

POST /v1/messages · GET /v1/messages[/<id>] · GET /v1/phones[/<phone>/messages] · POST /v1/phones/<phone>/reply ·
GET /v1/media/<id> · PUT /v1/accounts/<account> · GET/PUT /v1/behaviour · GET /v1/health, and the witness:
GET /v1/calls, /v1/fetches, /v1/receipts, /v1/summary. Lists take `after` (a seq) and `limit`.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from campaigns.carrier import behaviour, codes, exchange, inputs, queries, record, server

LIST_LIMIT = 1_000
MESSAGE_BODY_BYTES = 65_536
REPLY_BODY_BYTES = 14_000_000


def body_limit(path: str) -> int:
    """How long the body of a request to this path may be."""
    return REPLY_BODY_BYTES if path.endswith("/reply") else MESSAGE_BODY_BYTES


_NOTE_CALL = (
    "INSERT INTO call (seq, received_at, received_mono, account, from_number, to_phone, reference, body,"
    " answer, status, code, message_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_NOTE_ANSWER = "UPDATE call SET answered_at = ?, answered_mono = ? WHERE seq = ?"


class Api:
    """Answers requests; `base_url` is where the carrier itself is reached, for the addresses of inbound media."""

    def __init__(self, *, carrier: exchange.Exchange, book: record.Record, secret: str) -> None:
        self._carrier = carrier
        self._book = book
        self._bearer = f"Bearer {secret}".encode()
        self.base_url = ""

    async def handle(self, request: server.Request) -> server.Response | None:
        """One request; None leaves it without an answer."""
        if request.path == "/v1/health":
            return _json(200, {"status": "ok"})
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), self._bearer):
            return _refusal(codes.NOT_AUTHORISED)
        if request.path == "/v1/messages" and request.method == "POST":
            return await self._take(request)
        try:
            return await self._rest(request)
        except inputs.Bad as bad:
            return _refusal(bad.code, str(bad))

    async def _rest(self, request: server.Request) -> server.Response:
        match request.method, request.path.split("/")[2:]:
            case "GET", ["messages" | "calls" | "fetches" | "receipts" as name]:
                wanted = _filter(request)
                found = await self._book.read(partial(_LISTS[name], wanted=wanted))
                return _json(200, {name: found})
            case "GET", ["messages", message_id]:
                return await self._one(partial(queries.message, message_id=message_id))
            case "GET", ["summary"]:
                return await self._one(queries.summary)
            case "GET", ["phones"]:
                page = partial(
                    queries.phones,
                    search=request.query.get("search", ""),
                    offset=_number(request, "offset", 0, highest=10**9),
                    limit=_number(request, "limit", 50, highest=LIST_LIMIT),
                )
                return await self._one(page)
            case "GET", ["phones", phone, "messages"]:
                limit = _number(request, "limit", 50, highest=LIST_LIMIT)
                entries = await self._book.read(partial(queries.conversation, phone=phone, limit=limit))
                return _json(200, {"messages": entries})
            case "POST", ["phones", phone, "reply"]:
                return await self._reply(phone, request)
            case "GET", ["media", media_id]:
                file = await self._book.read(partial(queries.media, media_id=media_id))
                return _refusal(codes.NOT_FOUND) if file is None else server.Response(200, file[1], file[0])
            case "PUT", ["accounts", account]:
                return await self._register(account, request)
            case "GET", ["behaviour"]:
                return _json(200, behaviour.as_dict(self._carrier.behaviour))
            case "PUT", ["behaviour"]:
                return await self._behave(request)
        return _refusal(codes.NOT_FOUND)

    async def _take(self, request: server.Request) -> server.Response | None:
        """A message: decide, write down, and only then answer, after the time an answer takes."""
        arrived_at, arrived_mono = time.time(), time.monotonic()
        message, bad = inputs.message(request.body)
        if bad is None:
            statements = self._carrier.receive(message)
            answer = message.fate.answer
            code = exchange.NOT_TAKEN.get(answer)
            response = _answer(message, answer, code, self._carrier.behaviour.throttle_retry_after_s)
        else:
            statements, answer, code = [], "malformed", bad.code
            response = _refusal(bad.code, str(bad))
        seq = self._carrier.next_call()
        arrival = (seq, arrived_at, arrived_mono, message.account, message.from_number, message.to_phone)
        body = request.body.decode("utf-8", "replace")
        outcome = (answer, response.status if response else 0, code, message.id or None)
        self._book.write((_NOTE_CALL, (*arrival, message.reference, body, *outcome)), *statements)
        await self._book.committed()
        hold_s = self._carrier.behaviour.hold_ms / 1000 if answer in ("timeout", "swallow") else 0.0
        await asyncio.sleep(max(arrived_mono + self._carrier.latency_s() + hold_s - time.monotonic(), 0))
        if response is not None:
            self._book.write((_NOTE_ANSWER, (time.time(), time.monotonic(), seq)))
        return response

    async def _reply(self, phone: str, request: server.Request) -> server.Response:
        reply = inputs.reply(phone, request.body)
        account = reply.account or await self._book.read(
            partial(queries.account_of, phone=reply.from_phone, number=reply.to_number)
        )
        url = await self._book.read(partial(queries.webhook, account=account)) if account else None
        if url is None:
            return _refusal(codes.NO_WEBHOOK)
        reply_id = self._carrier.write_reply(reply=reply, account=account, webhook_url=url, base_url=self.base_url)
        await self._book.committed()
        return _json(202, {"id": reply_id, "status": "accepted"})

    async def _register(self, account: str, request: server.Request) -> server.Response:
        url = inputs.webhook_url(request.body)
        self._book.write(
            (
                "INSERT INTO account (account, webhook_url) VALUES (?, ?)"
                " ON CONFLICT (account) DO UPDATE SET webhook_url = excluded.webhook_url",
                (account, url),
            )
        )
        await self._book.committed()
        return _json(200, {"account": account, "webhook_url": url})

    async def _behave(self, request: server.Request) -> server.Response:
        try:
            await self._carrier.set_behaviour(inputs.mapping(request.body))
        except behaviour.Unfit as unfit:
            return _refusal(codes.MALFORMED, f"no such setting, or not with this value: {unfit}")
        return _json(200, behaviour.as_dict(self._carrier.behaviour))

    async def _one(self, question: Callable[[sqlite3.Connection], Any]) -> server.Response:
        found = await self._book.read(question)
        return _refusal(codes.NOT_FOUND) if found is None else _json(200, found)


_LISTS: dict[str, Callable[..., list[queries.Row]]] = {
    "messages": queries.messages,
    "calls": queries.calls,
    "fetches": queries.fetches,
    "receipts": queries.receipts,
}


def _answer(message: exchange.Message, answer: str, code: int | None, retry_after_s: float) -> server.Response | None:
    """The answer that was decided; None is the decision to give none."""
    if answer in ("drop", "swallow", "drop_answer", "timeout"):
        return None
    if code is not None:
        response = _refusal(code)
        if code == codes.TOO_FAST:
            response.headers["Retry-After"] = f"{retry_after_s:g}"
        return response
    if answer == "accepted_error":
        return _refusal(codes.SERVER_ERROR)
    if answer == "garbage":
        return server.Response(202, b"<html>accepted, somehow", "text/html")
    return _json(202, {"id": message.id, "status": "accepted", "parts": message.parts})


def _filter(request: server.Request) -> queries.Filter:
    since = request.query.get("since", "")
    try:
        moment = datetime.fromisoformat(since).timestamp() if since else 0.0
    except ValueError:
        raise inputs.Bad("since") from None
    return queries.Filter(
        reference=request.query.get("reference", ""),
        from_number=request.query.get("from", ""),
        to_phone=request.query.get("to", ""),
        subject_id=request.query.get("message", ""),
        since=moment,
        after=_number(request, "after", 0, highest=2**62),
        limit=_number(request, "limit", 100, highest=LIST_LIMIT),
    )


def _number(request: server.Request, name: str, default: int, *, highest: int) -> int:
    value = request.query.get(name, "")
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and int(value) <= highest):
        raise inputs.Bad(name)
    return int(value)


def _json(status: int, content: object) -> server.Response:
    return server.Response(status, json.dumps(content, ensure_ascii=False).encode())


def _refusal(code: int, detail: str = "") -> server.Response:
    words = codes.WORDS[code] + (f": {detail}" if detail else "")
    return _json(codes.status_of(code), {"code": code, "message": words})
