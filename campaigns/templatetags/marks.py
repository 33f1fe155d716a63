"""How each state looks: a tone, a shape and a word. Colour means one thing and never stands alone.

Tones: go (delivered, done), late (advice, waits for a person), stop (stopped, failed), rest (waiting), live (moves).
"""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns import states
from campaigns.models import Campaign, Message


class Mark(NamedTuple):
    tone: str
    icon: str
    label: str | Promise


_SHAPES = {
    "draft": ("rest", "pencil"),
    "scheduled": ("rest", "clock"),
    "running": ("live", "player-play"),
    "paused": ("late", "player-pause"),
    "finished": ("go", "check"),
    "cancelled": ("stop", "ban"),
    "archived": ("rest", "archive"),
    "expanding": ("live", "users"),
    "held": ("late", "hand-stop"),
    "pending": ("rest", "clock"),
    "claimed": ("rest", "arrow-up-right"),
    "accepted": ("rest", "arrow-up-right"),
    "sent": ("rest", "send"),
    "delivered": ("go", "check"),
    "failed": ("stop", "x"),
    "skipped": ("rest", "circle-minus"),
    "unknown": ("late", "question-mark"),
    "unconfirmed": ("late", "question-mark"),
    "expired": ("rest", "hourglass"),
    "uploaded": ("rest", "hourglass"),
    "ready": ("go", "check"),
    "refused": ("stop", "x"),
    "subscribed": ("go", "check"),
    "unsubscribed": ("stop", "ban"),
    "suppressed": ("stop", "ban"),
    "registered": ("go", "check"),
    "rejected": ("stop", "x"),
}

_LABELS: dict[str, str | Promise] = {
    **{str(state): label for state, label in Message.STATE_LABELS.items()},
    **{str(state): label for state, label in Campaign.STATE_LABELS.items()},
    str(states.Run.EXPANDING): _("picking people"),
    str(states.Run.HELD): _("held, asks you"),
    str(states.Asset.UPLOADED): _("being checked"),
    str(states.Asset.READY): _("ready"),
    str(states.Asset.REFUSED): _("refused"),
    "subscribed": _("subscribed"),
    "unsubscribed": _("unsubscribed"),
    "suppressed": _("suppressed"),
    "registered": _("registered"),
    "rejected": _("rejected"),
}


def of(state: str) -> Mark:
    """The mark of a state of a campaign, run, message, asset or subscription. KeyError: nobody designed it yet."""
    tone, icon = _SHAPES[state]
    return Mark(tone, icon, _LABELS[state])
