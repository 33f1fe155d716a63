"""The contract every provider keeps, and the words its answers are translated into.

Nothing here knows a provider. Codes are carried, not sentences: the words shown to people live in the edges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from campaigns.gateways import http

SentAs = Literal["mms", "link", "text"]
Fault = Literal["recipient", "content", "sender", "account", "provider"]
ReportedState = Literal["accepted", "sent", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message for one phone. `reference` is the random token of the attempt, never a key of ours."""

    kind: SentAs
    from_number: str
    to_phone: str
    text: str
    media_url: str | None
    media_mime: str | None
    reference: str
    callback_url: str


# --- What came of handing a message over -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken it; `parts` as the provider counts them."""

    provider_id: str
    parts: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider said no. `words` names a sentence of the edges, `raw` is the provider's own text, as it came.

    `permanent` means that the same message to the same phone will be refused again. `fault` decides the
    consequence: `account` stops the run, `sender` rests the number, `content` asks for another picture.
    """

    code: str
    permanent: bool
    fault: Fault
    words: str
    raw: str


@dataclass(frozen=True, slots=True)
class Throttled:
    """Too fast: certainly not taken, safe to repeat after `retry_after_s`."""

    retry_after_s: float


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request certainly never left (refused connection, no such host, TLS): safe to repeat."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request left, no clear answer came. Never repeated by itself; settled by receipt or by asking."""

    reason: str


Outcome = Accepted | Rejected | Throttled | NotSent | Unknown

# What the rows of messages and attempts hold of a provider's own words.
PROVIDER_ID_CHARACTERS: Final = 64
CODE_CHARACTERS: Final = 40


def storable(outcome: Outcome) -> Outcome:
    """The same in signs and lengths that every database takes: JSON can name a NUL and half an emoji, and one answer
    that cannot be written would keep back those of everybody else."""
    match outcome:
        case Accepted(provider_id, _):
            return replace(outcome, provider_id=plain(provider_id)[:PROVIDER_ID_CHARACTERS])
        case Rejected(code, _, _, _, raw):
            return replace(outcome, code=plain(code)[:CODE_CHARACTERS], raw=plain(raw))
        case _:
            return outcome


def plain(value: str) -> str:
    """Without the NUL and the half emoji, which no database takes."""
    return value.replace("\x00", "").encode(errors="replace").decode()


# --- What comes back ---------------------------------------------------------------------------------------

# No provider keeps anything longer than this before it gives it up: an older moment is a clock that is wrong.
LATE_AT_MOST: Final = timedelta(days=7)


def plausible(at: datetime, *, now: datetime) -> datetime:
    """A moment that a provider names, as near as it can be believed: within LATE_AT_MOST before `now`."""
    return min(max(at, now - LATE_AT_MOST), now)


@dataclass(frozen=True, slots=True)
class Callback:
    """A call to our webhook. `url` is its public address, rebuilt from configuration, never from Host."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """A receipt. `event_key` is the same for each repetition of one event."""

    event_key: str
    reference: str
    provider_id: str
    state: ReportedState
    code: str
    at: datetime
    raw: str


@dataclass(frozen=True, slots=True)
class InboundMedia:
    """A file that waits at the provider; `bytes` is what the provider says, 0 where it does not."""

    url: str
    content_type: str
    bytes: int


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """A message from a phone to one of our numbers."""

    event_key: str
    provider_id: str
    from_phone: str
    to_number: str
    text: str
    media: tuple[InboundMedia, ...]
    at: datetime


Event = StatusEvent | InboundEvent


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the provider knows of one message when asked: proof that it was taken."""

    provider_id: str
    reference: str
    state: ReportedState
    code: str
    parts: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that the provider accepted, as its own list tells it; `reference` is empty where it keeps none."""

    provider_id: str
    reference: str
    from_number: str
    to_phone: str
    text: str
    state: ReportedState
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SentPage:
    """A page of that list, oldest first. `cursor` leads to the next one; empty: this was the last."""

    entries: tuple[Sent, ...]
    cursor: str


class Forged(Exception):
    """The proof of a callback is missing, wrong or too old. The caller of the webhook learns no reason."""


class Unreadable(Exception):
    """A genuine callback whose body is not what the provider documents."""


class Misconfigured(Exception):
    """A declared field is missing or has no sense. `field` names it; the value is never repeated."""

    def __init__(self, field_name: str) -> None:
        super().__init__(f"gateway field {field_name!r} is missing or unusable")
        self.field = field_name


# --- What a provider can do, as data -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConfigField:
    """One field of the set-up form. Secret ones are stored encrypted and never shown again."""

    name: str
    secret: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What differs between providers and decides what we do ourselves."""

    provider: str
    idempotency_key: bool
    handles_stop: bool
    reports_sent: bool
    reports_delivery: bool
    converts_to_link: bool
    finds_by_reference: bool
    lists_sent: bool
    fictitious_allowed: bool
    accepted_mimes: frozenset[str]
    retry_safe_codes: frozenset[str] = frozenset()
    # What all numbers of one account share unless its account manager says otherwise; None: no cap that we know of.
    parts_per_s: float | None = None
    config_fields: tuple[ConfigField, ...] = field(default=())


class Gateway(Protocol):
    """One account at one provider. Holds its secrets; its repr never shows them."""

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do."""

    async def send(self, *, session: http.Session, message: OutgoingMessage) -> Outcome:
        """Hand one message over with at most one POST. Never raises for what the network or provider does."""

    async def find(self, *, session: http.Session, reference: str) -> Sighting | None:
        """Ask the provider whether it ever took this attempt; None if it says no. Raises `http.Trouble`."""

    async def list_sent(self, *, session: http.Session, since: datetime, cursor: str) -> SentPage:
        """What this account's messages were that the provider accepted since then, a page at a time; `cursor` is ''
        or that of the page before. Only where `lists_sent`. Raises `http.Trouble`."""

    def verify(self, *, callback: Callback, now: datetime) -> None:
        """Prove that a callback is the provider's own and fresh. Raises `Forged`. Constant time."""

    def read_events(self, *, callback: Callback) -> tuple[Event, ...]:
        """Understand a verified callback; kinds of event we do not know are left out. Raises `Unreadable`."""

    def media_request(self, *, media: InboundMedia) -> tuple[dict[str, str], frozenset[str]]:
        """Headers to fetch this inbound file with, and the only `host:port` addresses they may be sent to."""
