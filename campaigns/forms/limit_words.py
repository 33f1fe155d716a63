"""Whose the red line is, in words: the number by its kind, and what it carries."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from campaigns.composing import findings, limits
from campaigns.forms import media_words
from campaigns.gateways import limits as routes
from subscriptions import phones
from subscriptions.models import SenderNumber


def whose(*, number: str, kind: str) -> str:
    """A number with its kind: toll-free number +1 888-555-0142. Sender numbers are no secret."""
    in_one_piece = phones.written(number).replace(" ", "\u00a0").replace("-", "\u2011")
    return f"{SenderNumber.Kind(kind).label} {in_one_piece}"


def because(limit: limits.Limit) -> str:
    """Where the red line lies and whose it is, as one sentence."""
    size = media_words.size(limit.total_bytes)
    if limit.number:
        return _("Limit %(size)s, because of the %(whose)s.") % {
            "size": size,
            "whose": whose(number=limit.number, kind=limit.kind),
        }
    return _("Limit %(size)s: no carrier takes more.") % {"size": size}


def too_large(limit: limits.Limit, *, found: findings.Figure) -> str:
    """What is wrong with a message that is over the red line, and what can be done."""
    assert isinstance(found, int)  # bytes
    if not limit.number:
        return media_words.sentence("too_large_total", limit.total_bytes, found)
    return _(
        "The message has %(found)s, %(over)s over the %(limit)s that the %(whose)s carries. Make the file fit, or ask "
        "%(person)s about that number."
    ) % {
        "found": media_words.size(found),
        "over": media_words.size(found - limit.total_bytes),
        "whose": whose(number=limit.number, kind=limit.kind),
        "limit": media_words.size(limit.total_bytes),
        "person": limit.person or _("an account manager"),
    }


def held(detail: Mapping[str, Any]) -> dict[str, str]:
    """The figures of a run that is held for its weight, as words."""
    number = detail["number"]
    return {
        "weight": media_words.size(detail["found"]),
        "most": media_words.size(detail["limit"]),
        "whose": whose(number=number, kind=detail["kind"]) if number else _("group"),
        "person": detail["person"] or _("an account manager"),
    }


def of_number(*, kind: str, provider: str) -> list[str]:
    """What a number may weigh, and why, with sources and dates: first what binds, then a lower figure of advice."""
    if kind == SenderNumber.Kind.ALPHANUMERIC:
        return [_("An alphanumeric ID sends texts only.")]
    row = routes.binding(provider=provider, sender_kind=kind)
    said = [
        _("Up to %(size)s a message, which is what %(carrier)s carries (%(source)s, %(date)s).") % _figures(row)
        if row.carrier
        else _("Up to %(size)s a message (%(source)s, %(date)s).") % _figures(row)
    ]
    advice = routes.advised(provider=provider, sender_kind=kind)
    if advice is not None:
        said.append(
            _("Advised: at most %(size)s, for %(carrier)s (%(source)s, %(date)s).") % _figures(advice)
            if advice.carrier
            else _("Advised: at most %(size)s (%(source)s, %(date)s).") % _figures(advice)
        )
    return said


def source(limit: limits.Limit) -> str:
    """Where a limit was read, and when; first the carrier, where it is one carrier's."""
    carrier = f"{limit.carrier}; " if limit.carrier else ""
    return f"{carrier}{_source(limit.source)}, {_day(limit.read_on)}"


def _figures(row: routes.SizeLimit) -> dict[str, str]:
    return {
        "size": media_words.size(row.total_bytes),
        "carrier": row.carrier,
        "source": _source(row.source),
        "date": _day(row.read_on),
    }


def _source(name: str) -> str:
    """A document's name stays as it is; what is ours is said in the reader's language."""
    ours = {routes.OUR_RULE: _("our own rule"), routes.SANDBOX: _("the sandbox carrier")}
    return ours.get(name, name)


def _day(read_on: str) -> str:
    return formats.date_format(date.fromisoformat(read_on))
