"""The dry run: what an import would do, row by row. Writes nothing but the import's own row and its file."""

import unicodedata
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.core.files import File

from subscriptions.importing import people, read, sorting
from subscriptions.importing.refusals import ImportRefused, words
from subscriptions.models import ImportRun, SubscriptionGroup

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PROBLEMS_KEPT: Final = 200


def check(
    *,
    upload: "File[bytes]",
    kind: str,
    group: SubscriptionGroup | None,
    source: str,
    wording: str,
    consent_date: date | None,
    by: "User",
    limit_bytes: int,
) -> ImportRun:
    """Read the file, find out what it would change, and keep both for a second word.

    `rows` is `new` + `changed` + `opted_out` + `refused` + those that stay as they are. The first PROBLEMS_KEPT
    problems are kept, each with its line; all are counted by code in `reading`. Raises ImportRefused for the whole
    file.
    """
    if kind == ImportRun.Kind.CONTACTS and not (group and source and wording and consent_date):
        raise ValueError("Contacts come with their group and with source, date and wording of their consent.")
    upload.seek(0)
    sheet = read.read(upload, limit_bytes=limit_bytes, size_bytes=upload.size)
    run = ImportRun(
        kind=kind,
        group=group if kind == ImportRun.Kind.CONTACTS else None,
        source=source,
        wording=wording,
        consent_date=consent_date,
        by=by,
        file_name=_label(upload.name or ""),
    )
    _examine(run, sheet)
    run.file.save("people.csv", upload, save=False)
    run.save()
    return run


def _examine(run: ImportRun, sheet: read.Sheet) -> None:
    by_code: Counter[str] = Counter()
    problems: list[dict[str, Any]] = []
    for batch in sorting.batches(people.understood(sheet, kind=run.kind)):
        found = sorting.sort(batch, kind=run.kind, group=run.group)
        run.rows += len(batch)
        run.new += len(found.new)
        run.changed += len(found.changed)
        run.opted_out += found.opted_out
        run.refused += len(found.refused)
        by_code.update(trouble.code for trouble in found.refused)
        problems += [trouble.as_json() for trouble in found.refused[: PROBLEMS_KEPT - len(problems)]]
    if not run.rows:
        raise ImportRefused(code="no_rows", words=words("no_rows"))
    run.problems = problems
    run.reading = {
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "columns": [list(pair) for pair in zip(sheet.header or ("",), sheet.meanings, strict=True)],
        "problems": dict(by_code.most_common()),
    }


def _label(name: str) -> str:
    """A file's name as a label: never a path, no invisible or control characters, at most 100 characters."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in bare if unicodedata.category(sign) not in {"Cc", "Cf"})[:100] or "people.csv"
