"""Make one file fit a budget, as the composer would, and say what was done."""

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from campaigns.forms import media_words
from campaigns.media import fence, problems
from campaigns.media.fit import result


class Command(BaseCommand):
    help = "Make a file fit a budget: the best-looking copy of at most so many bytes. Nothing is written if none fits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="IN")
        parser.add_argument("target", metavar="OUT")
        parser.add_argument("--budget", type=int, required=True, metavar="BYTES")
        parser.add_argument("--ground", choices=("white", "black"), default="", help="put behind what is transparent")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(
        self,
        *args: Any,
        source: str,
        target: str,
        budget: int,
        ground: result.Ground,
        json: bool,
        **options: Any,
    ) -> None:
        started = time.perf_counter()
        made = _fit(Path(source), budget=budget, ground=ground)
        if isinstance(made, result.Fitted):
            made = _written(made, Path(target))
        row = _facts(made)
        row["seconds"] = round(time.perf_counter() - started, 3)
        self.stdout.write(_as_json(row) if json else _as_words(target, row))
        if isinstance(made, problems.Problem):
            sys.exit(1)


def _fit(path: Path, *, budget: int, ground: result.Ground) -> result.Fitted | problems.Problem:
    limit = settings.UPLOAD_LIMIT_BYTES
    try:
        actual = path.stat().st_size
        if actual > limit:
            return problems.Problem("too_large_upload", limit=limit, found=actual)
        return fence.fit(path.read_bytes(), budget_bytes=budget, name=path.name, ground=ground)
    except OSError as error:
        return problems.Problem("unreadable", found=error.strerror or str(error))


def _written(fitted: result.Fitted, path: Path) -> result.Fitted | problems.Problem:
    try:
        path.write_bytes(fitted.data)
    except OSError as error:
        return problems.Problem("unwritable", found=error.strerror or str(error))
    return fitted


def _facts(made: result.Fitted | problems.Problem) -> dict[str, Any]:
    if isinstance(made, problems.Problem):
        words = media_words.sentence(made.code, made.limit, made.found, made.line)
        return {"problems": [{"code": made.code, "limit": made.limit, "found": made.found, "message": words}]}
    return {
        "kind": made.kind,
        "bytes": len(made.data),
        "width": made.width,
        "height": made.height,
        "frames": made.frames,
        "similarity": made.similarity,
        "steps": [
            {"code": step.code, "value": step.value, "message": media_words.note(step.code, step.value)}
            for step in made.steps
        ],
    }


def _as_json(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)


def _as_words(target: str, row: dict[str, Any]) -> str:
    if "problems" in row:
        return "\n".join(problem["message"] for problem in row["problems"])
    sides = f" {row['width']} x {row['height']}" if row["width"] else ""
    lines = [f"{target}: {row['kind']}{sides}, {media_words.size(row['bytes'])}"]
    return "\n".join([*lines, *(f"  {step['message']}" for step in row["steps"])])
