"""A campaign's audience as it is kept: a filter over people, and perhaps the people of an earlier run who missed it.

Kept as JSON: what `subscriptions.segments` keeps, and {"missed": {"run": 12, "who": [["failed", "unreachable"],
["unknown", ""]]}}. Both must hold. The states are read when people are picked: who got it meanwhile is not meant.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from campaigns import states
from campaigns.models import Message, Run
from subscriptions import segments

# Bounds of ours: more reasons than any provider and we together ever gave in one run.
WHO_LIMIT: Final = 100
REASON_LIMIT: Final = 40
KEY_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Missed:
    """The people of one run whose message is in one of these (state, reason); an empty reason is any."""

    run_id: int
    who: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """Everybody, narrowed by `people` and, if it is there, to those of an earlier run."""

    people: segments.Definition
    missed: Missed | None = None

    def as_json(self) -> dict[str, Any]:
        """How it is kept; the same audience is always written the same way."""
        kept = self.people.as_json()
        if self.missed:
            kept["missed"] = {"run": self.missed.run_id, "who": [list(pair) for pair in self.missed.who]}
        return kept


def clean(raw: object) -> Definition:
    """Check an audience as it was kept or sent, and bring it into one shape. Raises segments.DefinitionRefused."""
    if not isinstance(raw, Mapping) or "missed" not in raw:
        return Definition(segments.clean(raw))
    rest = {name: value for name, value in raw.items() if name != "missed"}
    return Definition(segments.clean(rest), _missed(raw["missed"]))


def condition(definition: Definition) -> Q:
    """The audience as a condition over Contact, the same on SQLite and PostgreSQL."""
    found = segments.condition(definition.people)
    if definition.missed is None:
        return found
    theirs = Message.objects.filter(contact_id=OuterRef("pk"))
    chosen = Q(pk__in=[])
    for state, reason in definition.missed.who:
        chosen |= Q(state=state, reason=reason) if reason else Q(state=state)
    found &= Q(Exists(theirs.filter(chosen, run_id=definition.missed.run_id)))
    if later := follow_ups(run_id=definition.missed.run_id):
        found &= ~Q(Exists(theirs.filter(run_id__in=later).exclude(state__in=states.MESSAGE_MISSED)))
    return found


def follow_ups(*, run_id: int) -> list[int]:
    """The runs that were sent to people whom this one missed, and to those whom these missed, and so on."""
    found: set[int] = set()
    newest: Collection[int] = {run_id}
    while newest:
        later = Run.objects.filter(campaign__follows__in=newest).values_list("pk", flat=True)
        newest = set(later) - found - {run_id}
        found |= newest
    return sorted(found)


def _missed(raw: object) -> Missed:
    who = raw.get("who") if isinstance(raw, Mapping) else None
    key = str(raw.get("run", "")) if isinstance(raw, Mapping) else ""
    pairs = {_pair(one) for one in who} if isinstance(who, list | tuple) and 0 < len(who) <= WHO_LIMIT else set()
    run_id = int(key) if key.isascii() and key.isdecimal() and len(key) <= KEY_DIGITS else 0
    if not pairs or ("", "") in pairs or not Run.objects.filter(pk=run_id).exists():
        raise segments.DefinitionRefused(
            code="missed",
            found=str(raw)[:200],
            words=_("The people whom an earlier campaign missed can no longer be told. Start again from its page."),
        )
    return Missed(run_id, tuple(sorted(pairs)))


def _pair(raw: object) -> tuple[str, str]:
    """(state, reason), or two empty words for what is none."""
    if not isinstance(raw, list | tuple) or len(raw) != 2:
        return "", ""
    state, reason = str(raw[0]), str(raw[1])
    sound = state in states.MESSAGE_MISSED and len(reason) <= REASON_LIMIT and "\x00" not in reason
    # Doubt is one question, whatever raised it.
    return (state, "" if state == states.Message.UNKNOWN else reason) if sound else ("", "")
