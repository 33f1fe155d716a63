"""Media as a carrier takes it: HEAD for every message, GET once for each address as long as HEAD says the same.

Every request is recorded with what came back, so that the record shows which messages were only asked for.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections import OrderedDict, defaultdict
from dataclasses import dataclass

from campaigns.carrier import codes, outgoing, record

# Text and media of one message together, from a long code.
MESSAGE_LIMIT_BYTES = 1_000_000
# Toll-free numbers and short codes carry less, and there the frame of each part counts: the strictest of real routes.
TOLL_FREE_LIMIT_BYTES = 525_000
SHORT_CODE_LIMIT_BYTES = 600_000
PART_BYTES = 2_000
_TOLL_FREE = re.compile(r"\+1(800|833|844|855|866|877|888)\d{7}")
READ_LIMIT_BYTES = 6_000_000
TIMEOUT_S = 15.0
PER_HOST = 8
KEPT_ADDRESSES = 1_000
RETRY_PAUSES_S = (0.5, 2.0)

# Accepted types, with how such a file begins.
BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "text/vcard": (b"BEGIN:VCARD",),
    "text/x-vcard": (b"BEGIN:VCARD",),
}


class Unfetched(Exception):
    """The media did not come, or is not carried; `code` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(codes.WORDS[code])
        self.code = code


class _Again(Exception):
    """Worth another try: no answer, or a server error."""


@dataclass(frozen=True, slots=True)
class _Known:
    media_id: str
    content_type: str
    bytes: int


class Fetcher:
    """Fetches media of messages."""

    def __init__(self, *, book: record.Record) -> None:
        self._book = book
        self._caller = outgoing.Caller(per_host=PER_HOST, timeout_s=TIMEOUT_S, limit_bytes=READ_LIMIT_BYTES)
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def obtain(self, *, message_id: str, url: str, from_number: str, text_bytes: int) -> str:
        """The id of the media at `url`, tried up to three times; its sender has to carry it. Raises `Unfetched`."""
        for pause in (*RETRY_PAUSES_S, None):
            try:
                known = await self._once(message_id, url)
            except _Again:
                if pause is None:
                    break
                await asyncio.sleep(pause)
                continue
            if known.bytes + text_bytes > room_bytes(from_number=from_number, has_text=text_bytes > 0):
                raise Unfetched(codes.TOO_LARGE)
            return known.media_id
        raise Unfetched(codes.MEDIA_UNREACHABLE)

    def close(self) -> None:
        """Drop kept connections."""
        self._caller.close()

    async def _once(self, message_id: str, url: str) -> _Known:
        head = await self._ask("HEAD", message_id, url)
        claimed = _type(head)
        if claimed not in BEGINNINGS:
            raise Unfetched(codes.MEDIA_TYPE)
        known = self._same(url, head, claimed)
        if known is not None:
            return known
        # One GET at a time for one address: whoever waited asks anew whether it is known by now.
        lock = self._locks[url]
        try:
            async with lock:
                return self._same(url, head, claimed) or await self._get(message_id, url, claimed)
        finally:
            if not lock.locked():
                self._locks.pop(url, None)

    def _same(self, url: str, head: outgoing.Answer, claimed: str) -> _Known | None:
        known = self._known.get(url)
        length = head.headers.get("content-length", "")
        if known is None or length != str(known.bytes) or claimed != known.content_type:
            return None
        return known

    async def _get(self, message_id: str, url: str, claimed: str) -> _Known:
        answer = await self._ask("GET", message_id, url)
        if _type(answer) != claimed or not answer.body.lstrip().startswith(BEGINNINGS[claimed]):
            raise Unfetched(codes.MEDIA_TYPE)
        known = _Known(self._keep(claimed, answer.body), claimed, len(answer.body))
        self._known[url] = known
        if len(self._known) > KEPT_ADDRESSES:
            self._known.popitem(last=False)
        return known

    def _keep(self, content_type: str, content: bytes) -> str:
        statement, media_id = keep(content_type=content_type, content=content)
        self._book.write(statement)
        return media_id

    async def _ask(self, method: str, message_id: str, url: str) -> outgoing.Answer:
        at, mono = time.time(), time.monotonic()
        answer: outgoing.Answer | None = None
        error = ""
        try:
            answer = await self._caller.call(method=method, url=url, headers={"Accept": "*/*"})
        except outgoing.CallFailed as failure:
            error = str(failure)
        self._note(method, message_id, url, at, mono, answer, error)
        if answer is None or answer.status >= 500:
            raise _Again
        if answer.status != 200:
            raise Unfetched(codes.MEDIA_UNREACHABLE)
        return answer

    def _note(
        self,
        method: str,
        message_id: str,
        url: str,
        at: float,
        mono: float,
        answer: outgoing.Answer | None,
        error: str,
    ) -> None:
        status = size = digest = kind = None
        if answer is not None:
            status, kind = answer.status, answer.headers.get("content-type")
            declared = answer.headers.get("content-length", "")
            size = len(answer.body) if method == "GET" else int(declared) if declared.isdigit() else None
            digest = hashlib.sha256(answer.body).hexdigest() if method == "GET" else None
        self._book.write(
            (
                "INSERT INTO fetch (message_id, method, url, at, mono, seconds, status, content_type, bytes,"
                " sha256, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (message_id, method, url, at, mono, time.monotonic() - mono, status, kind, size, digest, error),
            )
        )


def room_bytes(*, from_number: str, has_text: bool) -> int:
    """What file and text may weigh together when they leave by this number."""
    frames = PART_BYTES * (2 if has_text else 1)
    if _TOLL_FREE.fullmatch(from_number):
        return TOLL_FREE_LIMIT_BYTES - frames
    return MESSAGE_LIMIT_BYTES if from_number.startswith("+") else SHORT_CODE_LIMIT_BYTES - frames


def keep(*, content_type: str, content: bytes) -> tuple[record.Statement, str]:
    """The statement that stores a file, and its id; the same file has the same id."""
    digest = hashlib.sha256(content).hexdigest()
    media_id = "ME" + hashlib.sha256(f"{content_type}\n{digest}".encode()).hexdigest()[:32]
    statement = (
        "INSERT OR IGNORE INTO media (id, content_type, bytes, sha256, content) VALUES (?, ?, ?, ?, ?)",
        (media_id, content_type, len(content), digest, content),
    )
    return statement, media_id


def _type(answer: outgoing.Answer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()
