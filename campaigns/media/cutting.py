"""The fenced child that cuts: `python -m campaigns.media.cutting '{"place": {"turn": 90}}' [PATH]`, one picture."""

from typing import Any, Final

from campaigns.media import child, crop, probe, problems, rebuild, still

# What can be cut: one picture. An animation would have to be cut frame by frame.
CUTTABLE: Final = frozenset({"jpeg", "png", "webp", "heic"})
# What is cut is rebuilt once more, and made to fit from that: nearly without loss.
_QUALITY: Final = 95


def cut(data: bytes, *, place: crop.Place) -> tuple[bytes, str]:
    """A part of a still picture, as a JPEG of high quality, or a PNG where something shines through or nothing was lost
    before; and its kind. Raises UnfitError: cut_unsupported_kind, and whatever makes the file unusable.
    """
    kind = probe.identify(data)
    if kind not in CUTTABLE:
        raise problems.refuse("cut_unsupported_kind", limit="jpeg, png", found=kind)
    image = crop.cut(still.canonical(still.decode(data, kind=kind), []), place)
    if kind == "png" or still.has_alpha(image):
        return rebuild.plain_png(image), "png"
    flat = image if image.mode in {"L", "RGB"} else image.convert("RGB")
    return rebuild.jpeg(flat, quality=_QUALITY, subsampling=0, optimize=True), "jpeg"


def _cut(data: bytes, *, place: dict[str, Any], kind: str) -> tuple[dict[str, Any], list[bytes]]:
    assert kind == probe.identify(data)  # the memory it may use was chosen by it
    made, became = cut(data, place=crop.Place(**place))
    return {"kind": became, "peak_bytes": child.peak_bytes()}, [made]


if __name__ == "__main__":
    child.serve(_cut, ceiling=child.by_kind())
