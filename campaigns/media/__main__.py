"""The fenced child that judges: `python -m campaigns.media '{"name": "a.jpg"}' [PATH]`, one review, then the end."""

import dataclasses
from typing import Any

from campaigns.media import check, child, kinds


def _review(data: bytes, *, name: str = "", kind: str = "") -> tuple[dict[str, Any], list[bytes]]:
    assert kind in {"", kinds.sniff(data, name=name)}  # the memory it may use was chosen by it
    verdict = check.review(data, name=name)
    # Not dataclasses.asdict on the whole: it would copy the file once more.
    values = {
        field.name: getattr(verdict, field.name)
        for field in dataclasses.fields(verdict)
        if field.name not in {"data", "card", "problems", "poster", "upload", "peak_bytes"}
    }
    values["problems"] = [dataclasses.asdict(problem) for problem in verdict.problems]
    values["upload"] = dataclasses.asdict(verdict.upload)
    values["card"] = verdict.card and verdict.card.store()
    values["poster"] = verdict.poster and {"kind": verdict.poster.kind, "look": verdict.poster.look}
    header = {"review": values, "has_data": verdict.data is not None, "peak_bytes": child.peak_bytes()}
    photo = (verdict.card and verdict.card.photo) or b""
    return header, [verdict.data or b"", photo, (verdict.poster and verdict.poster.data) or b""]


if __name__ == "__main__":
    child.serve(_review, ceiling=child.by_kind())
