"""Why a whole file is refused, in words. What is wrong with single rows is a list of problems, see check."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subscriptions.refusals import Refused

_WORDS: Final[dict[str, Promise]] = {
    "empty": _("The file is empty."),
    "no_rows": _("The file has a header but no people under it."),
    "too_large": _("The file has %(found)s KB; at most %(limit)s KB can be imported at once. Split it."),
    "nul": _("This is no text file: it holds NUL bytes. Save the sheet as CSV and try again."),
    "too_many_rows": _("The file has more than %(limit)s rows. Split it."),
    "too_many_columns": _("The file has %(found)s columns; at most %(limit)s can be imported."),
    "cell_too_long": _("Line %(line)s: a cell has more than %(limit)s characters. Is a quotation mark left open?"),
    "broken_quotes": _("Line %(line)s: the quotation marks do not match."),
    "no_phone_column": _("No column holds phone numbers. Name one of them “phone”. Found: %(found)s"),
    "column_twice": _("“%(found)s” means the same as another column. Keep one of them."),
    "column_name": _("“%(found)s” cannot be the name of a field: use letters, digits, spaces, - . _ /"),
    "not_open": _("This import was dropped or committed already."),
}


class ImportRefused(Refused):
    """A file that cannot be imported as a whole."""


def words(code: str) -> Promise:
    """The sentence for a code, with its places still open."""
    return _WORDS[code]
