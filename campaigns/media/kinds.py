"""What a file is by its first bytes. The name only decides whether a text was meant to be a contact card."""

import re
from typing import Final

MIME: Final = {"jpeg": "image/jpeg", "gif": "image/gif", "png": "image/png", "vcf": "text/vcard"}
EXTENSION: Final = {"jpeg": "jpg", "gif": "gif", "png": "png", "vcf": "vcf", "webp": "webp", "heic": "heic"}
# What is turned into one of them when it comes in. AVIF is not among them: no phone takes pictures in it, and each
# decoder is one more that untrusted bytes can try.
UPLOAD_MIME: Final = {**MIME, "webp": "image/webp", "heic": "image/heic"}
TAKEN_IN: Final = "jpeg, gif, png, vcf, heic, webp"

_SIGNATURES: Final = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"8BPS", "psd"),
    (b"\x00\x00\x01\x00", "ico"),
    (b"\xff\x0a", "jxl"),
    (b"\x00\x00\x00\x0cJXL ", "jxl"),
    (b"\x00\x00\x00\x0cjP  ", "jp2"),
    (b"\x1aE\xdf\xa3", "webm"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"#!", "script"),
)
_BRANDS: Final = {
    b"heic": "heic", b"heix": "heic", b"heim": "heic", b"heis": "heic", b"hevc": "heic", b"mif1": "heic",
    b"hevx": "heic", b"msf1": "heic", b"avif": "avif", b"avis": "avif", b"qt  ": "mov",
}  # fmt: skip
_MARKUP: Final = re.compile(rb"<\s*(svg|!doctype\s+html|html|head|body|script|iframe|\?xml|\?php)\b", re.IGNORECASE)
_CARD: Final = re.compile(r"\s*BEGIN\s*:\s*VCARD", re.IGNORECASE)


def sniff(data: bytes, *, name: str = "") -> str:
    """The kind of `data`: one of MIME's keys, another known kind such as 'webp' or 'zip', 'text' or 'unknown'."""
    head = data[:4096]
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "avi"}.get(head[8:12], "unknown")
    if head[4:8] == b"ftyp":
        return _iso_kind(head)
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "bmp"
    return _text_kind(head, name=name)


def _iso_kind(head: bytes) -> str:
    """What a file of ISO boxes is, by its brands: the general ones of still pictures say nothing about the coding."""
    brands = [
        head[8:12],
        *(head[place : place + 4] for place in range(16, min(int.from_bytes(head[:4], "big"), 96), 4)),
    ]
    known = [_BRANDS[brand] for brand in brands if brand in _BRANDS]
    if brands[0] in {b"mif1", b"msf1"} and "avif" in known:
        return "avif"
    return _BRANDS.get(brands[0], "mp4")


def _text_kind(head: bytes, *, name: str) -> str:
    encoding = "utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    if head[:4:2] == b"\0\0" or head[1:4:2] == b"\0\0":
        encoding = "utf-16-be" if head[:1] == b"\0" else "utf-16-le"  # old Macs write no mark before it
    text = head.decode(encoding, errors="replace")
    if _CARD.match(text):
        return "vcf"
    markup = _MARKUP.search(head)
    if markup is not None:
        word = markup.group(1).lower()
        if word == b"svg" or (word == b"?xml" and b"<svg" in head.lower()):
            return "svg"
        return "xml" if word == b"?xml" else "html"
    if name.lower().endswith((".vcf", ".vcard")):
        return "vcf"
    strange = sum(1 for character in text if character == "�" or (character < " " and character not in "\t\r\n\f"))
    return "text" if text and strange * 50 <= len(text) else "unknown"
