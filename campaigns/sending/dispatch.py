"""From a claimed message to a request, and from its answer to a settlement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns import states
from campaigns.composing import body, findings, limits
from campaigns.gateways import base
from campaigns.lifecycle import messages
from campaigns.links import public
from campaigns.models import Attempt, MediaLink, Message, Rendition, Revision
from campaigns.sending import accounts
from subscriptions.models import SubscriptionGroup

# Certainly not taken, so it may be tried again; the wait grows with the tries, seconds.
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that only waits for its moment. `cost` is in parts of the number's rate; `rendition` is the file that
    has to be there when it leaves."""

    claimed: messages.Claimed
    outgoing: base.OutgoingMessage
    cost: int
    parts: int
    tries: int
    rendition: Rendition | None = None


@dataclass(frozen=True, slots=True)
class Unfit:
    """A message that cannot be handed over, with the reason for its row.

    `hold` says why nobody's message of its run may leave by this number: then the run has to wait, and nobody is lost.
    """

    claimed: messages.Claimed
    reason: str
    hold: findings.Problem | None = None


class Composer:
    """Renders messages; keeps parsed contents and public addresses for as long as one slice lasts."""

    def __init__(self) -> None:
        self._bodies: dict[int, body.Body] = {}
        self._links: dict[tuple[int | None, int], MediaLink] = {}

    def compose(self, *, claimed: Sequence[messages.Claimed], now: datetime) -> list[Ready | Unfit]:
        """The exact messages of a batch, in order; one query for the batch."""
        tokens = {one.message_id: one for one in claimed}
        rows = Message.objects.filter(pk__in=tokens).select_related(
            "contact", "number__account", "group", "rendition", "revision__rendition", "run"
        )
        return [self._one(tokens[row.pk], row, now) for row in rows.order_by("id")]

    def _one(self, claimed: messages.Claimed, row: Message, now: datetime) -> Ready | Unfit:
        assert row.number is not None
        media_url = page_url = None
        if row.rendition is not None and row.sent_as != Message.SentAs.TEXT:
            media_url, page_url = public.addresses(self._link(row, now))
        text, parts = row.body, row.parts
        if row.revision is not None:
            ready, limit = self._body(row.revision, row.group), limits.of_number(row.number)
            values = body.values_of(row.contact) if row.contact else {}
            composed = ready.render(values, sent_as=row.sent_as, limit=limit, link=page_url)
            if composed.refusal is not None:
                of_all = composed.refusal.code == "too_large_total" and row.run_id is not None
                hold = ready.too_large(limit=limit) if of_all else None
                return Unfit(claimed, composed.refusal.code, hold)
            text, parts = composed.text, composed.parts
        is_mms = row.sent_as == Message.SentAs.MMS
        outgoing = base.OutgoingMessage(
            kind="mms" if is_mms else ("link" if row.sent_as == Message.SentAs.LINK else "text"),
            from_number=row.number.value,
            to_phone=row.to_phone,
            text=text,
            media_url=media_url if is_mms else None,
            media_mime=row.rendition.mime if is_mms and row.rendition else None,
            reference=claimed.attempt_token,
            callback_url=accounts.callback_url(row.number.account, claimed.attempt_token),
        )
        parts = 1 if is_mms else max(parts, 1)
        file = row.rendition if media_url else None
        return Ready(claimed, outgoing, cost=parts, parts=parts, tries=row.tries, rendition=file)

    def _body(self, revision: Revision, group: SubscriptionGroup) -> body.Body:
        if revision.frozen_at is None:
            return body.prepare(revision=revision, group=group)  # a test of a draft, which may change meanwhile
        if revision.pk not in self._bodies:
            self._bodies[revision.pk] = body.prepare(revision=revision, group=group)
        return self._bodies[revision.pk]

    def _link(self, row: Message, now: datetime) -> MediaLink:
        assert row.rendition is not None
        key = (row.run_id, row.rendition.pk)
        if key not in self._links:
            self._links[key] = public.media_link(run=row.run, rendition=row.rendition, now=now)
        return self._links[key]


def put_off(*, ready: Ready, reason: str, wait_s: float, now: datetime) -> messages.Settlement:
    """Nothing has left: it waits again, with the reason."""
    return messages.Settlement(
        message_id=ready.claimed.message_id,
        attempt_token=ready.claimed.attempt_token,
        state=states.Message.PENDING,
        outcome=Attempt.Outcome.NOT_SENT,
        handed_over_at=None,
        answered_at=now,
        reason=reason,
        next_attempt_at=now + timedelta(seconds=wait_s),
    )


def settlement(*, ready: Ready, outcome: base.Outcome, handed_over_at: datetime, now: datetime) -> messages.Settlement:
    """What an answer means for the message: a clear no or a refusal before it left may be tried again, doubt never."""
    state, attempt, reason, detail, wait_s = _meaning(outcome, ready.tries)
    left = attempt is not Attempt.Outcome.NOT_SENT
    return messages.Settlement(
        message_id=ready.claimed.message_id,
        attempt_token=ready.claimed.attempt_token,
        state=state,
        outcome=attempt,
        handed_over_at=handed_over_at if left else None,
        answered_at=now,
        reason=reason,
        detail=detail,
        provider_id=outcome.provider_id if isinstance(outcome, base.Accepted) else "",
        body=ready.outgoing.text,
        parts=ready.parts,
        next_attempt_at=now + timedelta(seconds=wait_s) if state is states.Message.PENDING else None,
    )


def _meaning(outcome: base.Outcome, tries: int) -> tuple[states.Message, Attempt.Outcome, str, str, float]:
    """State, attempt outcome, reason code, the provider's words, seconds to wait."""
    match outcome:
        case base.Accepted():
            return states.Message.ACCEPTED, Attempt.Outcome.ACCEPTED, "", "", 0.0
        case base.Throttled(retry_after_s):
            return states.Message.PENDING, Attempt.Outcome.THROTTLED, "slow_down", "", max(retry_after_s, 1.0)
        case base.NotSent(reason):
            wait_s = min(FIRST_WAIT_S * 2 ** min(tries - 1, 6), LONGEST_WAIT_S)
            return states.Message.PENDING, Attempt.Outcome.NOT_SENT, "provider_unreachable", reason, wait_s
        case base.Rejected(code, _permanent, _fault, words, raw):
            return states.Message.FAILED, Attempt.Outcome.REJECTED, words, f"{code} {raw}", 0.0
        case base.Unknown(reason):
            return states.Message.UNKNOWN, Attempt.Outcome.UNKNOWN, "no_clear_answer", reason, 0.0
