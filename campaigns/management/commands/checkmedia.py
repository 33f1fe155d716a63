"""Judge files as an upload would be judged, with the text they would be sent with."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from campaigns.forms import media_words
from campaigns.media import fence, kinds, problems, reviews, size


class Command(BaseCommand):
    help = "Check whether files can be sent: what they are, their size with the text, and what is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--text", default="", help="the text they are sent with")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, files: list[str], text: str, json: bool, **options: Any) -> None:
        all_ok = True
        for name in files:
            row = _judge(name, text)
            all_ok = all_ok and row["ok"]
            self.stdout.write(_as_json(row) if json else _as_words(row))
        if not all_ok:
            sys.exit(1)


def _judge(name: str, text: str) -> dict[str, Any]:
    try:
        verdict = _review(Path(name))
    except OSError as error:
        problem = problems.Problem("unreadable", found=error.strerror or str(error))
        verdict = reviews.refused(b"", kind="", found=(problem,))
    media_bytes = len(verdict.data) if verdict.data is not None else verdict.upload.bytes
    weight = size.total(
        media_bytes=media_bytes,
        text=text,
        hard_limit_bytes=settings.MMS_HARD_LIMIT_BYTES,
        advice_bytes=settings.MMS_ADVICE_BYTES,
    )
    found = verdict.problems + (weight.problems if verdict.data is not None else ())
    return {
        "file": name,
        "kind": verdict.kind or None,
        "bytes": media_bytes,
        "total_bytes": weight.total_bytes if verdict.upload.bytes else 0,
        "ok": all(problem.severity != "error" for problem in found),
        "problems": [_problem(problem) for problem in found],
        **_facts(verdict),
        "notes": list(verdict.notes),
    }


def _facts(verdict: reviews.Review) -> dict[str, Any]:
    """What would be sent, and what came in: its colours and all that was beside them are told of the upload."""
    upload = verdict.upload
    return {
        "mime": verdict.mime or None,
        "width": verdict.width,
        "height": verdict.height,
        "frames": verdict.frames,
        "duration_ms": verdict.duration_ms,
        "loop": verdict.loop,
        "mode": upload.mode,
        "bit_depth": upload.bit_depth,
        "has_alpha": upload.has_alpha,
        "orientation": upload.orientation,
        "metadata": list(upload.metadata),
        "trailing_bytes": upload.trailing_bytes,
        "uploaded_kind": upload.kind or None,
        "uploaded_bytes": upload.bytes,
        "uploaded_width": upload.width,
        "uploaded_height": upload.height,
        "uploaded_frames": upload.frames,
    }


def _review(path: Path) -> reviews.Review:
    limit = settings.UPLOAD_LIMIT_BYTES
    actual = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(limit + 1)
    if actual > limit:
        found = problems.Problem("too_large_upload", limit=limit, found=actual)
        return reviews.refused(head, kind=kinds.sniff(head, name=path.name), found=(found,), uploaded_bytes=actual)
    return fence.review(head, name=path.name, upload_limit_bytes=limit)


def _problem(problem: problems.Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "limit": problem.limit,
        "found": problem.found,
        "message": media_words.sentence(problem.code, problem.limit, problem.found, problem.line),
        "severity": problem.severity,
        "line": problem.line,
    }


def _as_json(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)


def _as_words(row: dict[str, Any]) -> str:
    verdict = "ok" if row["ok"] else "cannot be sent"
    sides = f" {row['width']} x {row['height']}" if row["width"] else ""
    lines = [f"{row['file']}: {verdict}: {row['kind']}{sides}, {media_words.size(row['bytes'])}"]
    lines += [f"  {problem['message']}" for problem in row["problems"]]
    lines += [f"  {media_words.note(code, _value(code, row))}" for code in row["notes"]]
    lines += [f"  {_told(row)}"] if row["mode"] else []
    return "\n".join(lines)


def _value(code: str, row: dict[str, Any]) -> str | None:
    return row["uploaded_kind"] if code.startswith("became_") else None


def _told(row: dict[str, Any]) -> str:
    """The facts about the picture as it came, in one line."""
    facts = [f"{row['uploaded_kind']} {row['uploaded_width']} x {row['uploaded_height']}", row["mode"]]
    facts += [f"{row['bit_depth']} bits", f"{row['uploaded_frames']} frames"]
    facts += [f"{row['duration_ms']} ms, loop {row['loop']}"] if row["frames"] > 1 else []
    facts += [f"orientation {row['orientation']}"]
    facts += ["see-through"] if row["has_alpha"] else []
    facts += [f"metadata: {', '.join(row['metadata'])}"] if row["metadata"] else []
    facts += [f"{row['trailing_bytes']} bytes after the end"] if row["trailing_bytes"] else []
    return "; ".join(facts)
