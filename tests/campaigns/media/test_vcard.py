import base64
import dataclasses
import time
from collections.abc import Callable

import media_samples as samples
import pytest

from campaigns.forms import media_words
from campaigns.media import fence, limits, problems, vcard, vcard_write


def _card(*lines: str, ending: str = "\r\n") -> bytes:
    return ending.join([*lines, ""]).encode()


PHOTO = base64.b64encode(samples.jpeg(60, 60, exif=samples.exif(), comment=samples.SCRIPT)).decode()
START = ("BEGIN:VCARD", "VERSION:3.0")
GOOD = (*START, "FN:Ada Byron", "TEL:+12025550143")

BROKEN = {
    "no FN": (_card(*START, "TEL:+12025550143", "END:VCARD"), "vcard_no_name", 1),
    "empty FN": (_card(*START, "FN: ", "TEL:+12025550143", "END:VCARD"), "vcard_no_name", 1),
    "no TEL": (_card(*START, "FN:Ada", "END:VCARD"), "vcard_no_phone", 1),
    "no number in TEL": (_card(*START, "FN:Ada", "TEL:call me", "END:VCARD"), "vcard_bad_phone", 4),
    "two cards": (_card(*GOOD, "END:VCARD", *GOOD, "END:VCARD"), "vcard_second_card", 6),
    "nested": (_card(*GOOD, *GOOD, "END:VCARD", "END:VCARD"), "vcard_nested", 5),
    "nested other": (_card(*GOOD, "BEGIN:VEVENT", "END:VEVENT", "END:VCARD"), "vcard_nested", 5),
    "an agent in one line": (
        _card(*GOOD, "AGENT:BEGIN:VCARD\\nFN:Bo\\nTEL:1\\nEND:VCARD", "END:VCARD"), "vcard_nested", 5),
    "a card for an agent": (_card(*GOOD, "AGENT:", *GOOD, "END:VCARD", "END:VCARD"), "vcard_nested", 6),
    "a thousand nested": (b"BEGIN:VCARD\n" * 1_000, "vcard_nested", 2),
    "no end": (_card(*GOOD), "vcard_no_end", 4),
    "no begin": (_card("FN:Ada", "TEL:+12025550143", "END:VCARD"), "vcard_no_begin", 1),
    "nothing": (b"\r\n\r\n", "vcard_no_begin", 1),
    "html behind": (_card(*GOOD, "END:VCARD", "X-HTML:<html>"), "vcard_after_end", 6),
    "no version": (_card("BEGIN:VCARD", "FN:Ada", "TEL:+12025550143", "END:VCARD"), "vcard_bad_version", 1),
    "version 5": (_card("BEGIN:VCARD", "VERSION:5.0", "FN:Ada", "TEL:+12025550143", "END:VCARD"),
                  "vcard_bad_version", 2),
    "no colon": (_card(*GOOD, "this is no property", "END:VCARD"), "vcard_bad_line", 5),
    "open quote": (_card(*GOOD, 'ADR;LABEL="never closed:;;x', "END:VCARD"), "vcard_bad_line", 5),
    "empty TEL": (_card(*START, "FN:Ada", "TEL;HOME:", "END:VCARD"), "vcard_no_phone", 1),
    "N without FN in 3.0": (_card(*START, "N:Byron;Ada", "TEL:+12025550143", "END:VCARD"), "vcard_no_name", 1),
    "N without FN in 4.0": (_card("BEGIN:VCARD", "VERSION:4.0", "N:Byron;Ada", "TEL:+12025550143", "END:VCARD"),
                            "vcard_no_name", 1),
    "two numbers in one": (_card(*START, "FN:Ada", "TEL:+12025550143 +12025550144", "END:VCARD"), "vcard_bad_phone", 4),
    "half of UTF-16": ("BEGIN:VCARD".encode("utf-16") + b"\x00", "vcard_bad_encoding", 1),
    "bytes that are not in the charset": (
        _card(*START, "FN;CHARSET=BIG5;ENCODING=QUOTED-PRINTABLE:=FF=FF", "TEL:+12025550143", "END:VCARD"),
        "vcard_bad_encoding", 3),
    "latin-1": (_card(*START, "FN:Zoe", "TEL:+12025550143", "END:VCARD").replace(b"Zoe", b"Zo\xeb"),
                "vcard_bad_encoding", 3),
    "NUL": (_card(*START, "FN:A\0da", "TEL:+12025550143", "END:VCARD"), "vcard_control_character", 3),
    "control inside quoted-printable": (
        _card(*GOOD, "NOTE;ENCODING=QUOTED-PRINTABLE:a=00b", "END:VCARD"), "vcard_control_character", 5),
    "unknown charset": (
        _card(*GOOD, "NOTE;CHARSET=EBCDIC;ENCODING=QUOTED-PRINTABLE:a", "END:VCARD"), "vcard_bad_encoding", 5),
    "long line": (_card(*GOOD, "NOTE:" + "a" * limits.CARD_LINE_BYTES, "END:VCARD"), "vcard_line_too_long", 5),
    "long folded line": (_card(*GOOD, "NOTE:a", *[" " + "b" * 70] * 150, "END:VCARD"), "vcard_line_too_long", 5),
    "long line that is left out": (_card(*GOOD, "X-A:" + "a" * 20_000, "END:VCARD"), "vcard_line_too_long", 5),
    "too many lines": (_card(*GOOD, *["X:1"] * 2_000, "END:VCARD"), "vcard_too_many_lines", None),
    "over 10 MB": (b"a" * (limits.CARD_BYTES + 1), "vcard_too_large", None),
    "photo by address": (_card(*GOOD, "PHOTO;VALUE=uri:https://example.com/a.jpg", "END:VCARD"),
                         "vcard_photo_by_address", 5),
    "photo by bare address": (_card(*GOOD, "PHOTO:file:///etc/passwd", "END:VCARD"), "vcard_photo_by_address", 5),
    "photo by a content address": (_card(*GOOD, "PHOTO;VALUE=CONTENT-ID:<a@example.com>", "END:VCARD"),
                                   "vcard_photo_by_address", 5),
    "photo in a data address that is no base64": (_card(*GOOD, "PHOTO:data:image/jpeg,%FF%D8", "END:VCARD"),
                                                  "vcard_photo_by_address", 5),
    "photo is no base64": (_card(*GOOD, "PHOTO;ENCODING=b:???", "END:VCARD"), "vcard_photo_unreadable", 5),
    "photo is html": (_card(*GOOD, "PHOTO;ENCODING=b:" + base64.b64encode(samples.HTML).decode(), "END:VCARD"),
                      "vcard_photo_unreadable", 5),
    "photo is truncated": (_card(*GOOD, "PHOTO;ENCODING=b:" + PHOTO[:-600], "END:VCARD"), "vcard_photo_unreadable", 5),
}  # fmt: skip


@pytest.mark.parametrize("data, code, line", BROKEN.values(), ids=BROKEN)
def test_refused_with_the_line(data: bytes, code: str, line: int | None) -> None:
    with pytest.raises(problems.UnfitError) as refusal:
        vcard.read(data)
    assert [(problem.code, problem.line) for problem in refusal.value.problems] == [(code, line)]


@pytest.mark.parametrize(
    "photo, words",
    [
        (samples.huge_png(), "One side of the picture is 30,000 pixels long; at most 8,000 can be taken in."),
        (samples.resized_jpeg(0, 40), "The picture has no area: 0 x 40 pixels."),
        (samples.PDF, "This is really a PDF file, whatever its name says."),
        (samples.jpeg()[:200], "The file"),
    ],
)
def test_what_is_wrong_with_the_photo_is_told_in_full(photo: bytes, words: str) -> None:
    card = _card(*GOOD, "PHOTO;ENCODING=b:" + base64.b64encode(photo).decode(), "END:VCARD")
    (one,) = fence.review(card, name="a.vcf").problems
    said = media_words.sentence(one.code, one.limit, one.found, one.line)
    assert said.startswith(f"Line 5: The photo in the contact card cannot be used: {words}")


def test_all_problems_of_the_body_are_told_at_once() -> None:
    with pytest.raises(problems.UnfitError) as refusal:
        vcard.read(_card("BEGIN:VCARD", "VERSION:9", "TEL:none", "PHOTO:http://example.com/a", "END:VCARD"))
    assert [problem.code for problem in refusal.value.problems] == [
        "vcard_no_name", "vcard_bad_version", "vcard_bad_phone", "vcard_photo_by_address"
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\r\n"])
def test_any_line_ending_and_a_mark_at_the_start(ending: str, start: bytes) -> None:
    assert vcard.read(start + _card(*GOOD, "END:VCARD", ending=ending)).full_name == "Ada Byron"


def test_android_card_of_version_2_1() -> None:
    card = vcard.read(
        _card(
            "BEGIN:VCARD", "VERSION:2.1",
            "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=89toile;Zo=C3=AB;;;",
            "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=AB =", "=C3=89toile",
            "TEL;CELL;PREF:202-555-0143", "TEL;HOME;VOICE:(202) 555-0199", "EMAIL;HOME:zoe@example.com",
            "PHOTO;ENCODING=BASE64;JPEG:" + PHOTO[:60], *[" " + PHOTO[i : i + 70] for i in range(60, len(PHOTO), 70)],
            "", "END:VCARD",
        )
    )  # fmt: skip
    assert (card.full_name, card.names[:2]) == ("Zoë Étoile", ("Étoile", "Zoë"))
    assert [(phone.value, phone.types) for phone in card.phones] == [
        ("202-555-0143", ("CELL", "PREF")), ("(202) 555-0199", ("HOME", "VOICE"))
    ]  # fmt: skip
    assert card.photo_kind == "jpeg"


def test_iphone_card_of_version_3_0() -> None:
    card = vcard.read(
        _card(
            *START, "PRODID:-//Apple Inc.//iPhone OS 17.0//EN", "N:Byron;Ada;;Dr.;", "FN:Dr. Ada Byron",
            "ORG:Analytical Engines\\, Ltd;Computing;", "TITLE:Countess",
            "item1.TEL;type=pref:+1 (202) 555-0143", "item1.X-ABLabel:_$!<Work>!$_",
            "item2.URL;type=pref:https\\://example.com/ada",
            "ADR;type=HOME;type=pref:;;12 Main St;Springfield;IL;62701;USA",
            "NOTE:first\\nsecond\\; third", "END:VCARD",
        )
    )  # fmt: skip
    assert (card.full_name, card.organisation, card.title) == (
        "Dr. Ada Byron", "Analytical Engines, Ltd, Computing", "Countess"
    )  # fmt: skip
    assert (card.url, card.note) == ("https://example.com/ada", "first\nsecond; third")
    assert card.addresses[0].value.split("\n")[2:4] == ["12 Main St", "Springfield"]
    assert card.left_out == ("PRODID", "X-ABLABEL")


def test_card_of_version_4_0() -> None:
    card = vcard.read(
        _card(
            "BEGIN:VCARD", "VERSION:4.0", "FN:Ada Byron", 'TEL;VALUE=uri;TYPE="voice,cell":tel:+1-202-555-0143',
            f"PHOTO:data:image/jpeg;base64,{PHOTO}", "END:VCARD",
        )
    )  # fmt: skip
    assert (card.phones[0].value, card.phones[0].types) == ("+1-202-555-0143", ("CELL", "VOICE"))
    assert card.photo is not None


def test_photo_is_rebuilt_like_any_picture() -> None:
    card = vcard.read(_card(*GOOD, f"PHOTO;ENCODING=b;TYPE=JPEG:{PHOTO}", "END:VCARD"))
    assert card.photo is not None
    assert samples.opened(card.photo).size == (60, 60)
    assert b"ForeignCamera" not in card.photo
    assert b"<script" not in card.photo


def test_address_that_runs_code_is_left_out() -> None:
    card = vcard.read(_card(*GOOD, "URL:javascript:alert(1)", "END:VCARD"))
    assert (card.url, card.left_out) == ("", ("URL",))


def test_written_card_is_canonical_and_reads_back_the_same() -> None:
    card = vcard.read(
        _card(*GOOD, "ORG:Engines\\; Ltd", "NOTE:" + "é🎉" * 60, "EMAIL;TYPE=work:ada@example.com",
              "ADR:;;12 Main\\, Street;Town;;1;", f"PHOTO;ENCODING=b:{PHOTO}", "X-OTHER:1", "END:VCARD", ending="\n")
    )  # fmt: skip
    written = vcard_write.write(card)
    lines = written.split(b"\r\n")
    assert lines[:2] == [b"BEGIN:VCARD", b"VERSION:3.0"]
    assert lines[-2:] == [b"END:VCARD", b""]
    assert max(map(len, lines)) <= 75
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert all(line.decode("utf-8") is not None for line in lines)
    assert b"X-OTHER" not in written
    again = vcard.read(written)
    assert dataclasses.replace(again, photo=card.photo) == dataclasses.replace(
        card, left_out=(), names=("", "Ada Byron", "", "", "")
    )


BOMBS = {
    "a line of 10 MB": lambda: _card(*GOOD, "NOTE:" + "a" * 9_900_000, "END:VCARD"),
    "a line of 10 MB without a name": lambda: b"BEGIN:VCARD\n" + b"a" * 9_900_000,
    "a photo of 10 MB of nothing": lambda: _card(*GOOD, "PHOTO;ENCODING=b:" + "A" * 9_900_000, "END:VCARD"),
    "a photo of 10 MB in short lines": lambda: _card(*GOOD, "PHOTO;BASE64:", *["A" * 20] * 440_000, "END:VCARD"),
    "30,000 numbers": lambda: _card(*GOOD, *["TEL:+12025550143"] * 30_000, "END:VCARD"),
    "30,000 cards": lambda: _card(*GOOD, "END:VCARD") * 30_000,
    "a million blank lines": lambda: b"BEGIN:VCARD" + b"\n" * 9_000_000,
    "a million returns": lambda: b"BEGIN:VCARD" + b"\r" * 9_000_000,
    "folded into nothing": lambda: b"BEGIN:VCARD\nNOTE:" + b"\n " * 4_900_000,
    "soft ends without end": lambda: b"BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:" + b"=\n" * 4_900_000,
    "quoting of quoting": lambda: _card(*GOOD, "NOTE;ENCODING=QUOTED-PRINTABLE:" + "=3D" * 900_000, "END:VCARD"),
    "quotes in quotes": lambda: _card(*START, "A" + ';B="' * 900_000),
    "a list of quotes": lambda: _card(*START, "A" + ";B=" + '"x",' * 900_000),
    "semicolons": lambda: _card(*START, "ADR" + ";" * 9_000_000),
    "UTF-16 of 10 MB": lambda: ("BEGIN:VCARD\nNOTE:" + "a" * 4_900_000).encode("utf-16"),
    "a number that nearly is one": lambda: _card(*START, "FN:A", "TEL:" + "1 " * 4_500 + "!", "END:VCARD"),
    "a name of escapes": lambda: _card(*START, "N:" + "\\;" * 4_900, "END:VCARD"),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_at_once(bomb: Callable[[], bytes]) -> None:
    data = bomb()
    began = time.perf_counter()
    with pytest.raises(problems.UnfitError):
        vcard.read(data)
    assert time.perf_counter() - began < 5  # measured: 0.7 s at most


@pytest.mark.parametrize("name", ["a photo of 10 MB in short lines", "UTF-16 of 10 MB", "folded into nothing"])
def test_a_bomb_stays_within_the_memory_of_the_fence(name: str) -> None:
    (problem,) = fence.review(BOMBS[name](), name="bomb.vcf").problems
    assert problem.code.startswith("vcard_")


@pytest.mark.parametrize(
    "photo",
    [
        samples.encoded(samples.drawing(6_000, 4_000), "JPEG", quality=60, progressive=True),
        samples.encoded(samples.drawing(5_000, 5_000), "PNG"),
        samples.encoded(samples.drawing(4_096, 2_048, "RGBA"), "PNG"),
        samples.encoded(samples.drawing(3_000, 1_500), "GIF"),
    ],
    ids=["jpeg", "png", "transparent png", "gif"],
)
def test_a_very_large_photo_is_reduced_as_it_is_read(photo: bytes) -> None:
    verdict = fence.review(samples.vcf("PHOTO;ENCODING=b:" + base64.b64encode(photo).decode()), name="a.vcf")
    assert (verdict.problems, verdict.notes) == ((), ("pixels_halved",))
    assert verdict.data is not None
    kept = vcard.read(verdict.data).photo
    assert kept is not None
    assert max(samples.opened(kept).size) in range(1_200, limits.CARD_PHOTO_EDGE + 1)


def test_card_survives_being_stored() -> None:
    card = vcard.read(_card(*GOOD, "EMAIL;TYPE=work:ada@example.com", "END:VCARD"))
    assert vcard.Card.restore(card.store()) == card
