"""Reading a CSV file: which encoding, which separator, which columns; then row by row, within limits."""

import codecs
import contextlib
import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from django.core.files import File

from subscriptions import phones
from subscriptions.importing import columns
from subscriptions.importing.refusals import ImportRefused, words

# Bounds of ours: generous for a list of people, small enough to be checked while somebody waits.
ROWS_LIMIT: Final = 200_000
COLUMNS_LIMIT: Final = 60
CELL_LIMIT: Final = 1_000
DELIMITERS: Final = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Row:
    """One person's line: cells by meaning, stripped; `extra` is how many cells have no column."""

    line: int
    cells: dict[str, str]
    extra: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a file was read. `encoding` is utf-8, utf-8-bom, utf-16, windows-1252 or latin-1."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    meanings: tuple[str, ...]
    text: str

    def rows(self) -> Iterator[Row]:
        """The rows that hold anything, in order. Raises ImportRefused at the first that breaks the file."""
        lines = _lines(self.text, self.delimiter)
        if self.header:
            next(lines)
        count = 0
        for line, cells in lines:
            filled = [cell.strip() for cell in cells]
            if not any(filled):
                continue
            count += 1
            if count > ROWS_LIMIT:
                sentence = words("too_many_rows") % {"limit": f"{ROWS_LIMIT:,}"}
                raise ImportRefused(code="too_many_rows", limit=ROWS_LIMIT, found=count, words=sentence)
            named = zip(self.meanings, filled, strict=False)
            extra = sum(1 for cell in filled[len(self.meanings) :] if cell)
            yield Row(line, {meaning: cell for meaning, cell in named if meaning}, extra)


def read(stream: "BinaryIO | File[bytes]", *, limit_bytes: int, size_bytes: int = 0) -> Sheet:
    """Find out how a file is written. Raises ImportRefused, in words, when it is no list of people.

    `size_bytes` is how much was sent, where what is too large was not kept.
    A file of one column needs no header if its first cell is a phone number.
    """
    raw = stream.read(limit_bytes + 1)
    if max(len(raw), size_bytes) > limit_bytes:
        stream.seek(0, io.SEEK_END)
        facts = {"found": f"{max(stream.tell(), size_bytes) // 1000:,}", "limit": f"{limit_bytes // 1000:,}"}
        raise ImportRefused(code="too_large", limit=limit_bytes, found=len(raw), words=words("too_large") % facts)
    encoding, text = _decode(raw)
    if "\x00" in text:
        raise ImportRefused(code="nul", words=words("nul"))
    if not text.strip():
        raise ImportRefused(code="empty", words=words("empty"))
    delimiter = _delimiter(text)
    header = _header(text, delimiter)
    if len(header) > COLUMNS_LIMIT:
        facts = {"found": str(len(header)), "limit": str(COLUMNS_LIMIT)}
        sentence = words("too_many_columns") % facts
        raise ImportRefused(code="too_many_columns", limit=COLUMNS_LIMIT, found=len(header), words=sentence)
    if len(header) == 1 and phones.parse(header[0]).e164:
        return Sheet(encoding, delimiter, (), (columns.PHONE,), text)
    return Sheet(encoding, delimiter, tuple(cell.strip() for cell in header), columns.meanings(header), text)


def _decode(raw: bytes) -> tuple[str, str]:
    if raw.startswith(codecs.BOM_UTF8):
        return "utf-8-bom", raw[3:].decode("utf-8", "replace")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", raw.decode("utf-16", "replace")
    # What Excel writes in the west comes second; Latin-1 reads anything.
    for name, encoding in (("utf-8", "utf-8"), ("windows-1252", "cp1252")):
        with contextlib.suppress(UnicodeDecodeError):
            return name, raw.decode(encoding)
    return "latin-1", raw.decode("latin-1")


def _delimiter(text: str) -> str:
    """The separator that stands most often in the first line, outside of quotation marks."""
    counts = dict.fromkeys(DELIMITERS, 0)
    is_quoted = False
    for sign in itertools.islice(text.lstrip("\r\n"), 20_000):
        if sign == '"':
            is_quoted = not is_quoted
        elif not is_quoted and sign in "\r\n":
            break
        elif not is_quoted and sign in counts:
            counts[sign] += 1
    return max(DELIMITERS, key=lambda sign: counts[sign])


def _header(text: str, delimiter: str) -> list[str]:
    first = next((cells for _, cells in _lines(text, delimiter) if any(cell.strip() for cell in cells)), [])
    while first and not first[-1].strip():
        first.pop()
    return first


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Lines with the number at which each begins; blank ones before the header are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    seen_any = False
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            # The module's own bound of 131,072 characters lies far above ours: a quotation mark swallowed the rest.
            code = "cell_too_long" if "field larger" in str(problem) else "broken_quotes"
            facts = {"line": str(line), "limit": f"{CELL_LIMIT:,}"}
            raise ImportRefused(code=code, limit=CELL_LIMIT, found=line, words=words(code) % facts) from None
        if any(len(cell) > CELL_LIMIT for cell in cells):
            facts = {"line": str(line), "limit": f"{CELL_LIMIT:,}"}
            raise ImportRefused(
                code="cell_too_long", limit=CELL_LIMIT, found=line, words=words("cell_too_long") % facts
            )
        seen_any = seen_any or any(cell.strip() for cell in cells)
        if seen_any:
            yield line, cells
