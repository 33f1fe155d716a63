"""Write a card as canonical vCard 3.0: CRLF, UTF-8, lines folded at 75 octets, nothing but what the card holds."""

import base64
from typing import Final

from campaigns.media import vcard

_FOLD_OCTETS: Final = 75
_PHOTO: Final = "PHOTO;ENCODING=b;TYPE=JPEG:"


def write(card: vcard.Card) -> bytes:
    """The bytes of `card`, RFC 2426; its photo is a JPEG. The same card always gives the same bytes."""
    names = card.names if any(card.names) else ("", card.full_name, "", "", "")
    lines = ["BEGIN:VCARD", "VERSION:3.0", "N:" + ";".join(map(_escape, names)), "FN:" + _escape(card.full_name)]
    lines += [f"{name}:{_escape(text)}" for name, text in (("ORG", card.organisation), ("TITLE", card.title)) if text]
    lines += [f"TEL{_types(phone)}:{_escape(phone.value)}" for phone in card.phones]
    lines += [f"EMAIL{_types(email)}:{_escape(email.value)}" for email in card.emails]
    for address in card.addresses:
        lines.append(f"ADR{_types(address)}:" + ";".join(map(_escape, address.value.split("\n"))))
    lines += [f"URL:{card.url}"] if card.url else []
    lines += [f"NOTE:{_escape(card.note)}"] if card.note else []
    if card.photo:
        lines.append(_PHOTO + base64.b64encode(card.photo).decode("ascii"))
    lines.append("END:VCARD")
    return b"".join(_fold(line) for line in lines)


def photo_octets(photo_bytes: int) -> int:
    """What a photo of so many bytes takes in a card: in base64, folded, with all line ends."""
    length = len(_PHOTO) + 4 * -(-photo_bytes // 3)
    folds = max(0, -(-(length - _FOLD_OCTETS) // (_FOLD_OCTETS - 1)))
    return length + len("\r\n ") * folds + len("\r\n")


def photo_room(octets: int) -> int:
    """The bytes of the largest photo that takes at most so many octets of a card; 0 where there is no room."""
    low, high = 0, max(octets, 0)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if photo_octets(middle) <= octets else (low, middle - 1)
    return low


def _types(entry: vcard.Labelled) -> str:
    return f";TYPE={','.join(entry.types)}" if entry.types else ""


def _escape(text: str) -> str:
    for character in "\\,;":
        text = text.replace(character, "\\" + character)
    return text.replace("\n", "\\n").replace("\r", "")


def _fold(line: str) -> bytes:
    """One line with its end. A character is never cut: some phones unfold after decoding, others before."""
    if line.isascii():
        # A photo of megabytes must not become as many objects.
        first, rest, step = line[:_FOLD_OCTETS], line[_FOLD_OCTETS:], _FOLD_OCTETS - 1
        pieces = [first, *(rest[start : start + step] for start in range(0, len(rest), step))]
        return "\r\n ".join(pieces).encode("ascii") + b"\r\n"
    out, length = [], 0
    for character in line:
        octets = character.encode("utf-8")
        if length + len(octets) > _FOLD_OCTETS:
            out.append(b"\r\n ")
            length = 1
        out.append(octets)
        length += len(octets)
    return b"".join(out) + b"\r\n"
