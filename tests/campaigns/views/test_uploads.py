"""The one way in for files."""

import io
import tracemalloc

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from campaigns.views import uploads

LIMIT = 1_000_000
CHUNK = 64 * 1024


class Wire(io.RawIOBase):
    """A form with one file of so many bytes, made while it is read; `read_bytes` says how far that went."""

    HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="z.jpg"\r\n\r\n'
    TAIL = b"\r\n--b--\r\n"

    def __init__(self, file_bytes: int) -> None:
        self.parts = [self.HEAD, *[bytes(CHUNK)] * (file_bytes // CHUNK), bytes(file_bytes % CHUNK), self.TAIL]
        self.length = file_bytes + len(self.HEAD) + len(self.TAIL)
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        part = self.parts.pop(0) if self.parts else b""
        if 0 <= size < len(part):
            self.parts.insert(0, part[size:])
            part = part[:size]
        self.read_bytes += len(part)
        return part


def _request(wire: Wire) -> tuple[HttpRequest, uploads.LimitedUpload]:
    asked = {"CONTENT_TYPE": "multipart/form-data; boundary=b", "CONTENT_LENGTH": wire.length, "wsgi.input": wire}
    request = RequestFactory().post("/", **asked)  # type: ignore[arg-type]
    handler = uploads.LimitedUpload(request)
    request.upload_handlers = [handler]
    return request, handler


def test_each_file_of_a_form_has_its_own_bytes() -> None:
    files = {"one": SimpleUploadedFile("a.txt", b"first"), "two": SimpleUploadedFile("b.txt", b"second")}
    request = RequestFactory().post("/", files)
    request.upload_handlers = [uploads.LimitedUpload(request)]
    assert {name: file.read() for name, file in request.FILES.items()} == {"one": b"first", "two": b"second"}


def test_no_form_anywhere_fills_memory_or_disk() -> None:
    """The check of the token reads a body before anybody is asked who they are."""
    assert settings.FILE_UPLOAD_HANDLERS == ["campaigns.views.uploads.LimitedUpload"]


def test_a_file_of_the_very_limit_is_kept_whole(settings: Settings) -> None:
    settings.UPLOAD_LIMIT_BYTES = LIMIT
    request, handler = _request(Wire(LIMIT))
    assert len(request.FILES["file"].read()) == LIMIT
    assert (handler.received, handler.is_over) == (LIMIT, False)


def test_what_is_too_large_is_read_to_its_end_and_not_kept(settings: Settings) -> None:
    settings.UPLOAD_LIMIT_BYTES = LIMIT
    wire = Wire(3 * LIMIT)
    request, handler = _request(wire)
    tracemalloc.start()
    file = request.FILES["file"]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (handler.received, handler.is_over, wire.read_bytes) == (3 * LIMIT, True, wire.length)
    assert file.read() == handler._kept.getvalue() == b""
    assert peak < 2 * LIMIT


def test_reading_stops_where_nobody_meant_well(settings: Settings) -> None:
    settings.UPLOAD_LIMIT_BYTES = LIMIT
    wire = Wire(50 * LIMIT)
    request, handler = _request(wire)
    assert list(request.FILES) == []
    assert 4 * LIMIT < handler.received <= 4 * LIMIT + CHUNK
    assert wire.read_bytes <= handler.received + 2 * CHUNK
    assert (handler.is_over, handler.sent) == (True, wire.length)
