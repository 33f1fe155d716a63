import json
from pathlib import Path

import media_samples as samples
import pytest
import turned_samples
from django.core.management import call_command


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, object]]]:
    status = 0
    try:
        call_command("checkmedia", *arguments, "--json")
    except SystemExit as stop:
        status = int(stop.code or 0)
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_object_a_line_and_success_only_if_all_are_ok(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good, bad = tmp_path / "a.jpg", tmp_path / "b.jpg"
    good.write_bytes(samples.jpeg())
    bad.write_bytes(samples.HTML)
    status, (first,) = _run(capsys, str(good), "--text", "Grüße")
    assert status == 0
    assert (first["file"], first["kind"], first["ok"], first["problems"]) == (str(good), "jpeg", True, [])
    assert first["total_bytes"] == first["bytes"] + 7
    status, rows = _run(capsys, str(good), str(bad))
    assert status == 1
    assert [row["ok"] for row in rows] == [True, False]
    (problem,) = rows[1]["problems"]
    assert (problem["code"], problem["found"]) == ("unsupported_kind", "html")
    assert "HTML" in problem["message"]


def test_what_it_is_and_what_it_was_are_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(turned_samples.heic(exif=samples.exif()) + b"tail")
    _, (row,) = _run(capsys, str(path))
    assert {name: row[name] for name in ("kind", "mime", "width", "height", "frames", "duration_ms", "loop")} == {
        "kind": "jpeg", "mime": "image/jpeg", "width": 240, "height": 320, "frames": 1, "duration_ms": 0, "loop": None,
    }  # fmt: skip
    told = ("uploaded_kind", "mode", "bit_depth", "has_alpha", "orientation", "metadata", "trailing_bytes")
    assert [row[name] for name in told] == ["heic", "RGB", 8, False, 6, ["exif", "gps"], 4]
    assert row["notes"] == ["became_jpeg", "metadata_removed", "trailing_bytes_removed", "orientation_applied"]


def test_every_row_has_the_same_keys(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good, bad = tmp_path / "a.gif", tmp_path / "b.jpg"
    good.write_bytes(samples.gif(3, loop=2))
    bad.write_bytes(samples.jpeg()[:500])
    _, rows = _run(capsys, str(good), str(bad), str(tmp_path / "none.jpg"))
    assert len({frozenset(row) for row in rows}) == 1
    assert (rows[0]["frames"], rows[0]["duration_ms"], rows[0]["loop"], rows[0]["mode"]) == (3, 390, 2, "P")


def test_total_over_the_hard_limit_is_not_ok(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "big.jpg"
    path.write_bytes(samples.encoded(samples.photo(1_600, 1_200), "JPEG", quality=95, subsampling=0))
    status, (row,) = _run(capsys, str(path))
    assert status == 1
    assert [(problem["code"], problem["limit"]) for problem in row["problems"]] == [("too_large_total", 1_000_000)]
    assert row["problems"][0]["found"] == row["total_bytes"] > 1_000_000


def test_advice_alone_is_ok(capsys: pytest.CaptureFixture[str], tmp_path: Path, settings) -> None:
    settings.MMS_ADVICE_BYTES = 1_000
    path = tmp_path / "a.jpg"
    path.write_bytes(samples.jpeg())
    status, (row,) = _run(capsys, str(path))
    assert (status, row["ok"]) == (0, True)
    assert [problem["code"] for problem in row["problems"]] == ["over_advice"]


def test_file_over_the_upload_limit_and_a_missing_one_have_a_line_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, settings
) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1_000
    path = tmp_path / "a.jpg"
    path.write_bytes(samples.jpeg())
    status, rows = _run(capsys, str(path), str(tmp_path / "none.jpg"))
    assert status == 1
    assert [row["problems"][0]["code"] for row in rows] == ["too_large_upload", "unreadable"]


def test_words_for_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.vcf"
    path.write_bytes(samples.vcf().replace(b"END:VCARD", b""))
    with pytest.raises(SystemExit):
        call_command("checkmedia", str(path))
    said = capsys.readouterr().out
    assert "cannot be sent" in said
    assert "no END:VCARD" in said


def test_words_say_what_it_was_turned_from(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    path.write_bytes(turned_samples.moving_webp(3))
    call_command("checkmedia", str(path))
    said = capsys.readouterr().out
    assert "Turned from WebP into an animated GIF" in said
    assert "webp 80 x 60; RGB" in said
