import json
from pathlib import Path
from typing import Any

import media_samples as samples
import pytest
from django.core.management import call_command


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = 0
    try:
        call_command("fitmedia", *arguments, "--json")
    except SystemExit as stop:
        status = int(stop.code or 0)
    (line,) = capsys.readouterr().out.splitlines()
    return status, json.loads(line)


def test_copy_is_written_and_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source, target = tmp_path / "a.jpg", tmp_path / "out.jpg"
    source.write_bytes(samples.encoded(samples.photo(900, 700), "JPEG", quality=95))
    status, row = _run(capsys, str(source), str(target), "--budget", "60000")
    picture = samples.opened(target.read_bytes())
    assert status == 0
    assert set(row) == {"kind", "bytes", "width", "height", "frames", "similarity", "steps", "seconds"}
    assert (row["kind"], row["frames"], row["bytes"]) == ("jpeg", 1, target.stat().st_size)
    assert row["bytes"] <= 60_000
    assert picture.size == (row["width"], row["height"])
    assert 0 <= row["similarity"] < 1
    assert row["seconds"] > 0
    assert all(step["message"] for step in row["steps"])


def test_ground_is_put_behind_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source, target = tmp_path / "a.png", tmp_path / "out"
    source.write_bytes(samples.transparent_png(300, 200))
    status, row = _run(capsys, str(source), str(target), "--budget", "60000", "--ground", "black")
    assert (status, row["steps"][0]["code"]) == (0, "on_black")


@pytest.mark.parametrize(
    "upload, budget, code",
    [(samples.jpeg(), 50, "cannot_fit"), (samples.HTML, 9_000, "unsupported_kind"), (b"", 9_000, "empty")],
)
def test_what_cannot_be_made_to_fit_is_told_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, upload: bytes, budget: int, code: str
) -> None:
    source, target = tmp_path / "a.jpg", tmp_path / "out.jpg"
    source.write_bytes(upload)
    status, row = _run(capsys, str(source), str(target), "--budget", str(budget))
    (problem,) = row["problems"]
    assert (status, problem["code"]) == (1, code)
    assert set(problem) == {"code", "limit", "found", "message"}
    assert problem["message"]
    assert not target.exists()


def test_files_that_cannot_be_read_or_written_or_are_too_large(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, settings: Any
) -> None:
    source = tmp_path / "a.jpg"
    source.write_bytes(samples.jpeg())
    out = str(tmp_path / "out.jpg")
    codes = [
        _run(capsys, str(tmp_path / "none.jpg"), out, "--budget", "9000")[1]["problems"][0]["code"],
        _run(capsys, str(source), str(tmp_path / "no" / "such"), "--budget", "9000")[1]["problems"][0]["code"],
    ]
    settings.UPLOAD_LIMIT_BYTES = 1_000
    codes.append(_run(capsys, str(source), out, "--budget", "9000")[1]["problems"][0]["code"])
    assert codes == ["unreadable", "unwritable", "too_large_upload"]
