"""The words for what `campaigns.media` finds: problems, notes and steps, as sentences for a marketer."""

from collections.abc import Callable
from typing import Final

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

Figure = str | int | None

_SENTENCES: Final[dict[str, str | Promise]] = {
    "empty": _("The file is empty."),
    "unreadable": _("The file cannot be read: {found}"),
    "unwritable": _("The file cannot be written: {found}"),
    "too_large_upload": _("The file has {found}; files up to {limit} are taken in."),
    "not_media": _("This is not a picture or a contact card."),
    "unsupported_kind": _(
        "This is really a {found} file, whatever its name says. JPEG, GIF, PNG, HEIC, WebP and VCF are taken in."
    ),
    "truncated": _("The file ends too early, so part of it is missing. Try to export or copy it again."),
    "corrupt": _("The file is damaged and cannot be opened."),
    "zero_size": _("The picture has no area: {found} pixels."),
    "side_too_long": _("One side of the picture is {found} pixels long; at most {limit} can be taken in."),
    "too_many_pixels": _("The picture has {found} pixels; at most {limit} can be taken in."),
    "too_many_scans": _("The picture is stored in {found} layers; at most {limit} can be taken in. Save it once more."),
    "too_many_frames": _("The animation has {found} frames; at most {limit} can be taken in."),
    "too_much_animation": _("All frames together have {found} pixels; at most {limit} can be taken in."),
    "decoder_timeout": _("Opening the file took longer than {limit} seconds, so it was stopped."),
    "busy": _("{limit} other files are being opened right now. Nothing was lost: try again in a moment."),
    "out_of_memory": _("Opening the file would take more than {limit} of memory."),
    "too_large_total": _("File and text together have {found}, {over} over the limit of {limit}."),
    "over_advice": _("The file has {found}; under {limit} is safe with every carrier."),
    "grew": _("Cleaned for sending, the file has {found}; as uploaded it had {limit}."),
    "animation_dropped": _("This PNG is animated ({found} frames); phones show the first picture only."),
    "cut_unsupported_kind": _("A {found} file cannot be cut: only still pictures can."),
    "cannot_fit": _("Even the smallest copy has {found}, which is over {limit}."),
    "photo_not_picture": _("This is not a picture. A photo is a JPEG, PNG, WebP or HEIC."),
    "photo_unsupported_kind": _("This is a {found} file. A photo is a JPEG, PNG, WebP or HEIC."),
    "original_missing": _("The file as it was uploaded is gone from the storage. Upload it again."),
    "vcard_too_large": _("The contact card has {found}; at most {limit} can be taken in."),
    "vcard_bad_encoding": _("The contact card is not written in {limit}."),
    "vcard_control_character": _("There is a character that no contact card may hold: {found}."),
    "vcard_too_many_lines": _("The contact card has {found} lines; at most {limit} can be taken in."),
    "vcard_line_too_long": _("The line has {found}; at most {limit} can be taken in."),
    "vcard_no_begin": _("A contact card begins with BEGIN:VCARD, and this file does not."),
    "vcard_no_end": _("The contact card has no END:VCARD, so part of it may be missing."),
    "vcard_nested": _("There is a contact card inside the contact card."),
    "vcard_second_card": _("There are {found} contact cards in the file; a message carries one."),
    "vcard_after_end": _("Something follows the end of the contact card: {found}"),
    "vcard_bad_line": _("This cannot be read as a line of a contact card: {found}"),
    "vcard_bad_version": _("The contact card must say its version, one of {limit}."),
    "vcard_no_name": _("The contact card has no full name (FN)."),
    "vcard_no_phone": _("The contact card has no phone number (TEL)."),
    "vcard_bad_phone": _("This is not a phone number: {found}"),
    "vcard_phone_not_e164": _("{found} can only be dialled in its own country. From everywhere it is {limit}."),
    "vcard_photo_by_address": _("The photo is only named by its address. Put the photo itself into the card."),
    "vcard_photo_unreadable": _("The photo in the contact card cannot be used: {reason}"),
}
# Where nothing can be said about the limit.
_WITHOUT_LIMIT: Final[dict[str, str | Promise]] = {
    "vcard_phone_not_e164": _("{found} can only be dialled in its own country."),
}
_NOTES: Final[dict[str, str | Promise]] = {
    "orientation_applied": _("Turned upright."),
    "metadata_removed": _("Place, camera data and comments were removed."),
    "profile_converted": _("Colours were converted to sRGB."),
    "cmyk_converted": _("Print colours were converted to screen colours."),
    "depth_reduced": _("Brought to 8 bits a colour."),
    "trailing_bytes_removed": _("Data after the end of the picture were removed."),
    "pixels_halved": _("Very large: taken in at a fraction of its pixels."),
    "lines_removed": _("Lines that phones do not need were removed."),
    "name_derived": _("The card says no full name; it was put together from its parts."),
    "kept": _("Nothing had to be changed."),
    "scaled": _("Scaled to a long side of {value} pixels."),
    "quality": _("JPEG quality {value}."),
    "halved_colour": _("Colour detail halved."),
    "became_jpeg": _("Turned from {value} into JPEG."),
    "became_png": _("Turned from {value} into PNG."),
    "became_gif": _("Turned from {value} into an animated GIF of 256 colours."),
    "packed": _("Packed tighter, without any loss."),
    "palette": _("Reduced to {value} colours."),
    "frames_merged": _("Frames that look alike were merged ({value} left); it lasts as long as before."),
    "frames_dropped": _("Fewer frames ({value} left); it lasts as long as before."),
    "steadied": _("What hardly moves was kept still."),
    "photo_refitted": _("The photo of the card was made smaller, the rest kept."),
    "on_white": _("White was put behind what was transparent."),
    "on_black": _("Black was put behind what was transparent."),
}
# Kinds that are not spoken of in capitals.
_KINDS: Final = {"webp": "WebP"}


def size(value: int) -> str:
    """Bytes in words, by locale; KB are 1,000 bytes. One decimal, but three where a limit, a round figure, is near."""
    if value < 1_000:
        return ngettext("{count} byte", "{count} bytes", value).format(count=value)
    if value >= 10_000_000:
        return gettext("{count} MB").format(count=_number(value / 1_000_000, 1))
    near_a_limit = value % 100 and abs(value - round(value, -5)) < 1_000
    return gettext("{count} KB").format(count=_number(value / 1_000, 3 if near_a_limit else 1))


def _number(value: float, decimals: int) -> str:
    rounded = round(value, decimals)
    shown = decimals if rounded != int(rounded) else 0
    return str(formats.number_format(rounded, decimal_pos=shown, use_l10n=True, force_grouping=True))


def _count(value: int) -> str:
    return str(formats.number_format(value, use_l10n=True, force_grouping=True))


_BYTES: Final = frozenset(
    {
        "too_large_upload",
        "too_large_total",
        "over_advice",
        "grew",
        "cannot_fit",
        "vcard_too_large",
        "vcard_line_too_long",
        "out_of_memory",
    }
)


def sentence(code: str, limit: Figure = None, found: Figure = None, line: int | None = None) -> str:
    """The words for one problem of `campaigns.media.problems`, in the active language. KeyError: no such code."""
    shown: Callable[[int], str] = size if code in _BYTES else _count
    over = size(found - limit) if isinstance(found, int) and isinstance(limit, int) and found > limit else ""
    words = str(_SENTENCES[code] if limit is not None else _WITHOUT_LIMIT.get(code, _SENTENCES[code])).format(
        limit=shown(limit) if isinstance(limit, int) else limit or "",
        found=_found(code, found, shown),
        over=over,
        reason=_of_photo(limit, str(found)) if code == "vcard_photo_unreadable" else "",
    )
    return gettext("Line {line}: {words}").format(line=line, words=words) if line is not None else words


def _of_photo(limit: Figure, found: str) -> str:
    """What is wrong with a photo: `found` is its code and, after a space, what was found."""
    code, _space, inner = found.partition(" ")
    return sentence(code, limit, int(inner) if inner.isdecimal() else inner or None)


_ABOUT_KINDS: Final = frozenset({"unsupported_kind", "cut_unsupported_kind", "photo_unsupported_kind"})


def _found(code: str, found: Figure, shown: Callable[[int], str]) -> str:
    if isinstance(found, int):
        return shown(found)
    return (found or "").upper() if code in _ABOUT_KINDS else found or ""


def note(code: str, value: int | str | None = None) -> str:
    """The words for one note of a review or one step of a fit, in the active language.

    `value` is the number that a step has, or for became_… the kind it was turned from, PNG if nothing is said.
    """
    if code.startswith("became_"):
        shown = _KINDS.get(str(value), str(value).upper()) if value else "PNG"
    else:
        shown = _count(value) if isinstance(value, int) else value or ""
    return str(_NOTES[code]).format(value=shown)
