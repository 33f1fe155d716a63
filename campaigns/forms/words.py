"""The words for everything that is found wrong with a draft, as sentences for a marketer."""

from datetime import datetime
from typing import Final

from django.utils import dateformat, timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.composing import clock, findings
from campaigns.forms import limit_words, media_words, text_words

_SENTENCES: Final[dict[str, str | Promise]] = {
    "no_content": _("There is nothing to send yet: add a text or a file."),
    "empty_message": _("Nothing is left of the text for this person, and there is no file."),
    "fit_in_work": _("The copy that fits is still being made: {found}% of it is done."),
    "gap_without_default": _("Where {found} is unknown, there is a gap. Add a default, as in “| default: 'there'”."),
    "public_shortener": _("Carriers may filter texts with a link of {found}, since anybody can hide behind it."),
    "no_description": _(
        "Say in a few words what is to be seen: for people who cannot see the picture, and for whoever only gets its "
        "link."
    ),
    "sent_before": _("This picture went to this group before: on {limit}, with “{found}”."),
    "sent_alike": _("A picture that looks like this one went to this group before: on {limit}, with “{found}”."),
    "group_without_mms": _("{found} has no active MMS-enabled number any more. Ask {limit}."),
    "no_schedule": _("Say when it is to be sent."),
    "due_past": _("The time it was booked for has passed: {found}."),
    "due_too_far": _("It is booked for {found}, more than a year ahead."),
    "due_missing_hour": _("The clocks go forward over the time it was booked for: {found} does not exist there."),
    "due_doubled_hour": _("The clocks go back over the time it was booked for: {found} comes twice there."),
    "broken_filter": _("The filter of the audience cannot be used: {found}"),
    "nobody_reachable": _("Nobody of the {found} people in the audience may be texted."),
    "nobody_matches": _("The filter matches nobody."),
}
_CLOCK: Final[dict[str, str | Promise]] = {
    "past": _("{said} in {place} has passed already."),
    "too_far": _("{said} in {place} is more than a year ahead. Is the year right?"),
    "missing_hour": _("{said} does not exist in {place}: the clocks go forward over it that night."),
    "doubled_hour": _(
        "{said} comes twice in {place}: the clocks go back over it that night. Choose one that is plain."
    ),
}


def sentence(problem: findings.Problem) -> str:
    """The words for one problem, in the active language."""
    if problem.code == "too_large_total" and problem.whose is not None:
        return limit_words.too_large(problem.whose, found=problem.found)
    if problem.room == "media":
        return media_words.sentence(problem.code, problem.limit, problem.found, problem.line)
    if problem.room == "text":
        return text_words.sentence(problem.code, problem.limit, problem.found if problem.found is not None else "")
    code = "nobody_matches" if problem.code == "nobody_reachable" and not problem.found else problem.code
    limit = problem.limit
    if code == "group_without_mms" and not limit:
        limit = gettext("an account manager")
    if code in {"sent_before", "sent_alike"}:
        limit = dateformat.format(timezone.localtime(datetime.fromisoformat(str(limit))), gettext("j F Y"))
    found = _moment(problem.found) if code.startswith("due_") and isinstance(problem.found, str) else problem.found
    return str(_SENTENCES[code]).format(limit=_shown(limit), found=_shown(found))


def not_schedulable(refused: clock.NotSchedulable) -> str:
    """Why a wall clock time cannot be booked, in the active language."""
    return str(_CLOCK[refused.code]).format(said=said(refused.local_at), place=place(refused.zone))


def said(local_at: datetime) -> str:
    """A wall clock time as people say it."""
    return dateformat.format(local_at, gettext("l j F Y, H:i"))


def place(zone: str) -> str:
    """A zone by its place: America/New_York -> New York."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _moment(found: str) -> str:
    return said(datetime.fromisoformat(found))


def _shown(value: findings.Figure) -> str:
    if isinstance(value, int):
        return number_format(value, use_l10n=True, force_grouping=True)
    return value or ""


def upload_limit(limit_bytes: int) -> str:
    """How large a file may be, for the script that looks before it sends; {found} is filled in there."""
    return media_words.sentence("too_large_upload", limit_bytes, "{found}")
