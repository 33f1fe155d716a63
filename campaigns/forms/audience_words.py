"""An audience in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from campaigns import states
from campaigns.audience import filters
from campaigns.forms import reason_words
from campaigns.models import Run
from subscriptions import refusals, segments


@dataclass(frozen=True, slots=True)
class Missed:
    """The people whom an earlier run missed: in words, and as the form sends them."""

    run_id: int
    words: str
    who: tuple[str, ...]


def described(audience: Mapping[str, Any]) -> list[str]:
    """The audience in words, a line for each part; nothing for everybody. Raises segments.DefinitionRefused."""
    definition = filters.clean(audience)
    lines = segments.described(definition.people)
    return lines if definition.missed is None else [_sentence(definition.missed), *lines]


def missed(audience: Mapping[str, Any]) -> Missed | None:
    """The part that means an earlier run's people, if there is one. What can no longer be told is shown as that: left
    out of the form, the next save would mean everybody."""
    part = {name: value for name, value in audience.items() if name == "missed"}
    try:
        found = filters.clean(part).missed
    except refusals.Refused as refused:
        return Missed(0, str(refused), ())
    if found is None:
        return None
    return Missed(found.run_id, _sentence(found), tuple(f"{state}:{reason}" for state, reason in found.who))


def who(state: str, reason: str) -> str:
    """Who missed it: what became of their message, and why."""
    if state == states.Message.UNKNOWN:
        return _("unclear: may have got it, and would get it twice")
    if not reason:
        return _("failed") if state == states.Message.FAILED else _("left out")
    return reason_words.reason(reason)


def _sentence(found: filters.Missed) -> str:
    name = Run.objects.values_list("campaign__name", flat=True).get(pk=found.run_id)
    reasons = get_text_list([who(state, reason) for state, reason in found.who], _("or"))
    return _("did not get “%(name)s”: %(reasons)s") % {"name": name, "reasons": reasons}
