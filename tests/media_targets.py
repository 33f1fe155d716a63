"""What must hold for any bytes at all. Run as a program it lets Atheris look for those for which it does not:
`python media_targets.py FOLDER_OF_SEEDS [options of libFuzzer]`."""

import contextlib
import struct
import sys
import zlib
from collections.abc import Callable

try:
    import atheris
except ImportError:  # Linux only, and not for every Python
    atheris = None

if __name__ == "__main__":
    with atheris.instrument_imports(include=["campaigns.media"]):
        from campaigns.media import check, exif, gif, headers, heif, kinds, problems, vcard, webp
else:
    from campaigns.media import check, exif, gif, headers, heif, kinds, problems, vcard, webp

READERS: dict[str, Callable[[bytes], object]] = {
    "jpeg": lambda data: headers.read(data, kind="jpeg"),
    "png": lambda data: headers.read(data, kind="png"),
    "gif": gif.parse,
    "webp": webp.read,
    "heic": heif.read,
    "vcf": vcard.read,
}


def parse(data: bytes) -> None:
    """Whoever reads a structure either understands it or refuses; nothing else is ever raised."""
    kind = kinds.sniff(data, name="a.vcf")
    exif.names(data[-200:])
    with contextlib.suppress(problems.UnfitError):
        READERS.get(kind, READERS["vcf"])(data)


def review(data: bytes) -> None:
    """A verdict either has a copy that is clean, or says why there is none; and the copy of a copy is of its kind."""
    for whole in {data, mended(data)}:
        verdict = check.review(whole, name="a.vcf")
        wrong = [problem for problem in verdict.problems if problem.severity == "error"]
        assert (verdict.data is None) == bool(wrong), verdict.problems
        if verdict.data is not None:
            again = check.review(verdict.data)
            assert (again.kind, again.width, again.height) == (verdict.kind, verdict.width, verdict.height)
            assert not again.upload.trailing_bytes
            assert verdict.kind == "vcf" or not again.upload.metadata


def mended(data: bytes) -> bytes:
    """A PNG with its checksums made right, since hardly any changed one would get past them."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    parts, position = [data[:8]], 8
    while position + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, position)
        body = data[position + 4 : position + 8 + length]
        parts += [data[position : position + 4], body, struct.pack(">I", zlib.crc32(body))]
        position += length + 12
    return b"".join(parts)


def main() -> None:
    atheris.Setup(sys.argv, lambda data: (parse(data), review(data)))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
