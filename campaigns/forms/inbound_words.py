"""Why a file that came in is not there, in words."""

from django.utils.translation import gettext as _

_FOREIGN = {"not_media", "unsupported_kind", "unreadable"}
_LARGE = {"file too large", "too_many_pixels", "side_too_long", "too_many_frames", "too_much_animation"}
_FETCH = {"address not allowed", "redirect", "account unusable", "connection refused", "connect timeout", "tls"}
_FETCH |= {"connection dropped", "no answer in time", "no such host", "bad address"}


def file_problem(code: str) -> str:
    """The sentence for a file that was not kept; `code` is that of the fetch or of the check."""
    if code in _FOREIGN:
        return _("A file that is no picture or contact card was not kept.")
    if code in _LARGE:
        return _("A file that is too large was not kept.")
    if code in _FETCH or code.startswith("status "):
        return _("A file could not be fetched from the provider.")
    if code == "storage_away":
        return _("A file could not be kept: the place for files did not answer.")
    return _("A damaged file was not kept.")
