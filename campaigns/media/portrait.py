"""The photo of a contact card, made of an upload: the chosen part, square, small.

As a fenced child: `python -m campaigns.media.portrait '{"place": {"x": 0.25, "width": 0.5}, "kind": "jpeg"}' [PATH]`.
"""

from typing import Any, Final

from campaigns.media import child, crop, probe, problems, vcard_photo

KINDS: Final = "jpeg, png, webp, heic"


def identify(data: bytes) -> str:
    """The kind of a picture that can become a photo, by content. Raises UnfitError: empty, photo_not_picture,
    photo_unsupported_kind."""
    try:
        kind = probe.identify(data)
    except problems.UnfitError as unfit:
        problem = unfit.problems[0]
        if problem.code == "empty":
            raise
        if problem.code == "not_media":
            raise problems.refuse("photo_not_picture", limit=KINDS, found=problem.found) from None
        raise problems.refuse("photo_unsupported_kind", limit=KINDS, found=problem.found) from None
    if kind not in KINDS.split(", "):
        raise problems.refuse("photo_unsupported_kind", limit=KINDS, found=kind)
    return kind


def make(data: bytes, *, place: crop.Place = crop.WHOLE) -> bytes:
    """A square JPEG of the part, as `vcard_photo.face` makes it. Raises UnfitError. Decodes untrusted bytes."""
    return vcard_photo.face(data, kind=identify(data), place=place)


def _make(data: bytes, *, place: dict[str, Any], kind: str) -> tuple[dict[str, Any], list[bytes]]:
    assert kind == identify(data)  # the memory it may use was chosen by it
    return {}, [make(data, place=crop.Place(**place))]


if __name__ == "__main__":
    child.serve(_make, ceiling=child.by_kind())
