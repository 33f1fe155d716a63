"""Bytes that came from outside, served so that no browser can be talked into more than showing them."""

import functools
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec

from django.core.files import File
from django.core.files.base import ContentFile
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse

from campaigns.assets import depot

# Bounded, since no file is longer and Python refuses to read numbers of thousands of digits.
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_CHUNK = 64 * 1024

_log = logging.getLogger(__name__)
P = ParamSpec("P")


def lock_down(response: HttpResponseBase) -> None:
    """No sniffing, no scripts, no frames, no embedding elsewhere."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"


def opened(stored: FieldFile, *, head: bool = False) -> File[Any]:
    """A stored file, to be read; for `head` an empty one, after a look whether it is there.

    One that is gone from the storage is not found, rather than a fault of the page. Raises depot.StorageAway.
    """
    try:
        with depot.asked(str(stored.name)):
            if head:
                stored.storage.size(str(stored.name))
                return ContentFile(b"")
            file: File[Any] = stored.open("rb")
            file.read(1)  # S3 only asks for the file when somebody reads
            file.seek(0)
            return file
    except FileNotFoundError:
        _log.error("The stored file %s is missing", stored.name)
        raise Http404 from None


def unless_away(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Answer 503 where the storage does not answer: whoever fetches may come again soon."""

    @functools.wraps(view)
    def watched(*given: P.args, **named: P.kwargs) -> HttpResponseBase:
        try:
            return view(*given, **named)
        except depot.StorageAway:
            return HttpResponse(status=503, content_type="text/plain", headers={"Retry-After": "10"})

    return watched


def ranged(source: File[Any], *, size: int, mime: str, asked: str, head: bool) -> HttpResponseBase:
    """`size` bytes of `source`, or the one range asked for (RFC 9110, 14); Content-Length is always exact."""
    start, end = 0, size - 1
    status = 200
    match = _RANGE.fullmatch(asked.strip())
    if match and (match[1] or match[2]):
        start = int(match[1]) if match[1] else max(0, size - int(match[2]))
        end = min(int(match[2]), size - 1) if match[1] and match[2] else size - 1
        if start > end:
            source.close()
            refused = HttpResponse(status=416)
            refused["Content-Range"] = f"bytes */{size}"
            return refused
        status = 206
    response: HttpResponseBase
    if head:
        source.close()
        response = HttpResponse(status=status)
    else:
        response = StreamingHttpResponse(_Piece(source, start, end - start + 1), status=status)
    response["Content-Type"] = mime
    response["Content-Length"] = str(end - start + 1)
    response["Accept-Ranges"] = "bytes"
    if status == 206:
        response["Content-Range"] = f"bytes {start}-{end}/{size}"
    return response


class _Piece:
    """`length` bytes of a file from `start` on. Closes the file even when nobody begins to read."""

    def __init__(self, source: File[Any], start: int, length: int) -> None:
        self.source, self.start, self.length = source, start, length

    def __iter__(self) -> Iterator[bytes]:
        self.source.seek(self.start)
        left = self.length
        while left > 0 and (chunk := self.source.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        """Called by Django when the answer is over."""
        self.source.close()
