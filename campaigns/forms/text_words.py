"""What is said to a writer about their text: a sentence for each code of `campaigns.text`."""

from typing import Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

_SENTENCES: Final[dict[str, Promise]] = {
    "source_too_long": _("The text with its merge fields has {found} characters; {limit} is the most."),
    "rendered_too_long": _("With this person's details the text has {found} characters; {limit} is the most."),
    "body_too_long": _("With brand, opt-out line and link the text has {found} characters; {limit} is the most."),
    "result_too_long": _("A merge field grows to {found} characters here; {limit} is the most."),
    "liquid_syntax": _("This cannot be read: {found}"),
    "unclosed_braces": _("These braces are opened and never closed: {found}"),
    "unclosed_tag": _("{found} is opened and never ended."),
    "unexpected_tag": _("{found} ends or continues something that was not begun."),
    "forbidden_tag": _("“{found}” cannot be used in a text. What can be used: {limit}."),
    "forbidden_range": _("Ranges such as (1..10) cannot be used in a text."),
    "forbidden_lookup": _("A field has no inner parts: nothing can be looked up with “{found}”."),
    "unknown_field": _("There is no field {found}."),
    "field_without_braces": _("{found} would be sent as it stands. Write it inside two braces: {{{{ {found} }}}}"),
    "field_in_quotes": _("A field between quotes would be sent as it stands: {found}"),
    "unknown_filter": _("There is no filter “{found}”. The filters are: {limit}."),
    "too_many_filters": _("There are {found} filters on one field; {limit} is the most."),
    "filter_arguments": _("“{found}” is not what this filter takes after its name."),
    "too_many_conditions": _("There are {found} conditions in one tag; {limit} is the most."),
    "too_deep": _("Conditions stand {found} deep inside each other; {limit} is the most."),
    "no_clock": _("A text is the same whenever it is sent: it cannot ask for {found}."),
    "not_comparable": _("These two cannot be compared for this person: {found}"),
}
_DID_YOU_MEAN: Final = _("There is no field {found}. Did you mean {limit}?")
_ARGUMENTS: Final = _("This filter has {found} values after its name and takes {limit}.")

_LABELS: Final[dict[str, Promise]] = {
    "first_name": _("first name"),
    "last_name": _("last name"),
    "phone_number": _("phone number"),
    "email": _("email"),
    "country": _("country"),
    "language": _("language"),
    "city": _("city"),
    "time_zone": _("time zone"),
    "sms.inbound_message_body": _("their message"),
    "sms.inbound_media_url": _("their picture"),
}


def sentence(code: str, limit: int | str | None, found: int | str) -> str:
    """Return what is wrong, in the active language, for a problem of `campaigns.text`."""
    words = _SENTENCES[code]
    if code == "unknown_field" and limit:
        words = _DID_YOU_MEAN
    elif code == "filter_arguments" and limit is not None:
        words = _ARGUMENTS
    return str(words).format(limit=_shown(limit), found=_shown(found))


def not_kept(*, limit: int, found: int | None) -> str:
    """Return why a text is not even kept as a draft, in the active language; both in characters, None uncounted."""
    if found is None:
        words = gettext("The text has far more than the {limit} characters that are kept. It is not saved: shorten it.")
    else:
        words = gettext(
            "The text has {found} characters; up to {limit} are kept. "
            "It is not saved: shorten it here and nothing is lost."
        )
    return words.format(limit=_shown(limit), found=_shown(found))


def label(field: str) -> str:
    """Return what a chip is called: words for our own fields, a custom attribute by its own name."""
    words = _LABELS.get(field)
    return str(words) if words else field.partition(".")[2] or field


def _shown(value: int | str | None) -> str:
    if isinstance(value, int):
        return number_format(value, use_l10n=True, force_grouping=True)
    return value or ""
