"""What an EXIF block tells about, without trusting it: a tiny reader of its directories, which only names things."""

import struct
from typing import Final

_PREFIX: Final = b"Exif\0\0"
_GPS_TAG: Final = 0x8825
_ENTRY_BYTES: Final = 12
_ENTRIES: Final = 1_000


def names(block: bytes) -> set[str]:
    """'exif', and 'gps' and 'thumbnail' where the block holds them. Never raises for a broken block."""
    found = {"exif"}
    tiff = block.removeprefix(_PREFIX)
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is not None:
            (first,) = struct.unpack_from(f"{order}I", tiff, 4)
            (count,) = struct.unpack_from(f"{order}H", tiff, first)
            # One more than it says: the address of the next directory, the thumbnail's, follows the last entry.
            for index in range(min(count, _ENTRIES)):
                (tag,) = struct.unpack_from(f"{order}H", tiff, first + 2 + _ENTRY_BYTES * index)
                if tag == _GPS_TAG:
                    found.add("gps")
            (second,) = struct.unpack_from(f"{order}I", tiff, first + 2 + _ENTRY_BYTES * count)
            if 0 < second < len(tiff):
                found.add("thumbnail")
    except struct.error:
        pass
    return found
