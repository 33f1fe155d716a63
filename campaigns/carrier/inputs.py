"""What comes in over HTTP, checked by hand into what the exchange takes."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any
from urllib.parse import urlsplit

from campaigns.carrier import codes, exchange, parts

TEXT_LIMIT_CHARACTERS = 1_600
URL_LIMIT_CHARACTERS = 2_000
FILES_LIMIT = 10
FILE_LIMIT_BYTES = 5_000_000

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
# A number, a short code, or an alphanumeric ID of up to eleven characters with at least one letter.
_SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 _-]{1,11}")
_MIME = re.compile(r"[a-z]+/[a-z0-9.+-]+")


class Bad(Exception):
    """A request cannot be taken; the text names what is wrong with it."""

    def __init__(self, what: str, code: int = codes.MALFORMED) -> None:
        super().__init__(what)
        self.code = code


def mapping(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises `Bad`."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Bad("not JSON") from None
    if not isinstance(content, dict):
        raise Bad("not an object")
    return content


def message(body: bytes) -> tuple[exchange.Message, Bad | None]:
    """The message of a body and, if it cannot be taken, why. What could be read is returned in any case."""
    try:
        content = mapping(body)
    except Bad as bad:
        return exchange.Message("", "", "", "", None, "", "", "", 0), bad
    found = exchange.Message(
        account=_string(content, "account"),
        from_number=_string(content, "from"),
        to_phone=_string(content, "to"),
        text=_string(content, "text"),
        media_url=_string(content, "media_url") or None,
        kind=_string(content, "kind"),
        reference=_string(content, "reference"),
        callback_url=_string(content, "callback_url"),
        parts=1,
    )
    try:
        _check(found, content)
    except Bad as bad:
        return found, bad
    if found.kind == "sms":
        found.parts = parts.count(found.text)
    return found, None


def reply(phone: str, body: bytes) -> exchange.Reply:
    """A reply from `phone`. Raises `Bad`."""
    content = mapping(body)
    if not _PHONE.fullmatch(phone):
        raise Bad("phone", codes.BAD_NUMBER)
    to_number, text, files = _string(content, "to"), _string(content, "text"), content.get("media") or []
    if not _SENDER.fullmatch(to_number):
        raise Bad("to")
    if len(text) > TEXT_LIMIT_CHARACTERS or not isinstance(files, list) or len(files) > FILES_LIMIT:
        raise Bad("text or media")
    if not text and not files:
        raise Bad("nothing in it")
    return exchange.Reply(_string(content, "account"), phone, to_number, text, tuple(_file(file) for file in files))


def webhook_url(body: bytes) -> str:
    """The address to register. Raises `Bad`."""
    url = _string(mapping(body), "webhook_url")
    if not _is_address(url):
        raise Bad("webhook_url")
    return url


def _check(found: exchange.Message, content: dict[str, Any]) -> None:
    if found.kind not in ("mms", "sms"):
        raise Bad("kind")
    if not found.account or not found.reference or len(found.account) + len(found.reference) > 500:
        raise Bad("account or reference")
    if not _SENDER.fullmatch(found.from_number):
        raise Bad("from")
    if not _PHONE.fullmatch(found.to_phone):
        raise Bad("to", codes.BAD_NUMBER)
    if len(found.text) > TEXT_LIMIT_CHARACTERS:
        raise Bad("text", codes.TOO_LARGE)
    if content.get("media_url") is not None and not (found.media_url and _is_address(found.media_url)):
        raise Bad("media_url")
    if found.kind == "sms" and found.media_url:
        raise Bad("media in a text")
    if found.kind == "mms" and not re.fullmatch(r"\+?[0-9]+", found.from_number):
        raise Bad("from", codes.SENDER_CANNOT_MMS)
    if not found.text and not found.media_url:
        raise Bad("nothing in it")
    if found.callback_url and not _is_address(found.callback_url):
        raise Bad("callback_url")


def _file(file: object) -> exchange.File:
    if not isinstance(file, dict):
        raise Bad("media")
    kind = _string(file, "content_type")
    try:
        content = base64.b64decode(_string(file, "base64"), validate=True)
    except (binascii.Error, ValueError):
        raise Bad("base64") from None
    if not _MIME.fullmatch(kind) or not content or len(content) > FILE_LIMIT_BYTES:
        raise Bad("media", codes.TOO_LARGE if len(content) > FILE_LIMIT_BYTES else codes.MALFORMED)
    return exchange.File(kind, content)


def _string(content: dict[str, Any], name: str) -> str:
    """A text of the object; empty if missing, of another type, or half a surrogate pair (no UTF-8, no record)."""
    value = content.get(name)
    if not isinstance(value, str):
        return ""
    try:
        value.encode()
    except UnicodeEncodeError:
        return ""
    return value


def _is_address(url: str) -> bool:
    try:
        found = urlsplit(url)
        return found.scheme in ("http", "https") and bool(found.hostname) and len(url) <= URL_LIMIT_CHARACTERS
    except ValueError:
        return False
