"""The ledger of a run as a file for a spreadsheet: in the reader's words, clock and separator.

UTF-8 with a mark at its head, since Excel takes it for something else without; cells that a spreadsheet would run are
shown as text.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Final

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from campaigns import states
from campaigns.forms import reason_words
from campaigns.models import Message, Run
from campaigns.reports import ledger, recipients
from subscriptions import phones

MARK: Final = "\ufeff"
# What makes a formula of a cell, in Excel, LibreOffice or Google Sheets; the wide signs are read as the narrow ones.
_RUNS: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
# A phone number, whole or masked: a plus and digits run nothing, and an import takes them as they are.
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}|\+[0-9]{1,3} •••• ••[0-9]{2}")
# Spreadsheets of these languages take the comma for a decimal sign.
_SEMICOLON: Final = frozenset({"fr"})


def people(*, run: Run, sees_numbers: bool) -> Iterator[bytes]:
    """A row for each person, in chunks; phones are masked without `sees_numbers`."""
    zone = timezone.get_current_timezone()
    # What is written later is asked for in the language that was spoken when the page was.
    language = translation.get_language() or "en"
    return _written(language, _people(run, zone, sees_numbers=sees_numbers))


def sums(*, run: Run) -> Iterator[bytes]:
    """A row for each state and reason, and the number that they add up to."""
    found = ledger.lines(run=run)
    rows: list[Sequence[object]] = [(_("State"), _("Reason"), _("Code"), _("People"))]
    rows += [(_state(state), _reason(code), code, n) for state, code, n in found]
    rows += [(_("Total"), "", "", sum(n for _state, _code, n in found)), (_("Planned"), "", "", run.planned)]
    return _written(translation.get_language() or "en", iter([rows]))


def _people(run: Run, zone: tzinfo, *, sees_numbers: bool) -> Iterator[list[Sequence[object]]]:
    yield [
        (
            *(_("First name"), _("Last name"), _("Phone"), _("Country"), _("State"), _("Reason"), _("Code")),
            *(_("Sent as"), _("Parts"), _("From"), _("Handed over"), _("Sent"), _("Delivered"), _("Settled")),
            *(_("Attempts"), _("Provider's ID")),
        )
    ]
    for chunk in recipients.everybody(run=run):
        yield [_row(message, zone, sees_numbers=sees_numbers) for message in chunk]


def _row(message: Message, zone: tzinfo, *, sees_numbers: bool) -> Sequence[object]:
    person = message.contact
    never_meant = message.state in states.MESSAGE_LEFT_OUT
    moments = (message.handed_over_at, message.sent_at, message.delivered_at, message.settled_at)
    return (
        person.first_name if person else "",
        person.last_name if person else "",
        message.to_phone if sees_numbers else phones.mask(message.to_phone),
        person.country if person else "",
        _state(message.state),
        _reason(message.reason),
        message.reason,
        "" if never_meant else message.get_sent_as_display(),
        "" if never_meant else message.parts,
        message.number.value if message.number else "",
        *(_moment(moment, zone) for moment in moments),
        message.tries,
        message.provider_id,
    )


def _state(state: str) -> str:
    return str(Message.STATE_LABELS[states.Message(state)])


def _reason(code: str) -> str:
    return reason_words.reason(code) if code else ""


def _moment(moment: datetime | None, zone: tzinfo) -> str:
    """ISO 8601 to the second on the reader's clock, with its distance from UTC."""
    return "" if moment is None else moment.astimezone(zone).isoformat(sep=" ", timespec="seconds")


def _written(language: str, chunks: Iterator[Iterable[Sequence[object]]]) -> Iterator[bytes]:
    yield MARK.encode()
    while True:
        with translation.override(language):
            chunk = next(chunks, None)
        if chunk is None:
            return
        page = io.StringIO(newline="")
        writer = csv.writer(page, delimiter=";" if language.split("-")[0] in _SEMICOLON else ",")
        writer.writerows([_guarded(cell) for cell in row] for row in chunk)
        yield page.getvalue().encode()


def _guarded(cell: object) -> object:
    """The cell as text that no spreadsheet runs."""
    runs = isinstance(cell, str) and _RUNS.match(cell) and not _PHONE.fullmatch(cell)
    return f"'{cell}" if runs else cell
