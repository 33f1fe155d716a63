"""From a claimed message to a request, and from its answer to a settlement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from campaigns import states
from campaigns.composing import body, findings, limits
from campaigns.gateways import base
from campaigns.lifecycle import claiming, messages
from campaigns.links import public
from campaigns.models import Attempt, MediaLink, Message, Rendition, Revision, Run
from campaigns.sending import accounts
from subscriptions.models import Contact, SenderNumber, SubscriptionGroup

# Certainly not taken, so it may be tried again; the wait grows with the tries, seconds.
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that only waits for its moment. `cost` is in parts of the number's rate; `rendition` is the file that
    has to be there when it leaves."""

    claimed: claiming.Claimed
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

    claimed: claiming.Claimed
    reason: str
    hold: findings.Problem | None = None


class _Row(NamedTuple):
    """The columns of a message that its text is made from."""

    id: int
    run_id: int | None
    revision_id: int | None
    rendition_id: int | None
    group_id: int
    contact_id: int | None
    number_id: int
    to_phone: str
    sent_as: str
    body: str
    parts: int
    tries: int


class _Leaving(NamedTuple):
    """The number that a batch leaves by, and what a message by it may weigh."""

    number: SenderNumber
    limit: limits.Limit


class Composer:
    """Renders messages; keeps what cannot change meanwhile for as long as one slice lasts: frozen contents, files, and
    public addresses."""

    def __init__(self) -> None:
        self._bodies: dict[int, body.Body] = {}
        self._renditions: dict[int, Rendition] = {}
        self._links: dict[tuple[int | None, int], MediaLink] = {}

    def compose(self, *, claimed: Sequence[claiming.Claimed], now: datetime) -> list[Ready | Unfit]:
        """The exact messages of a batch of one number, in order; three queries for the batch, but for what is new."""
        tokens = {one.message_id: one for one in claimed}
        # Not whole rows with all that hangs on them: making the objects took longer than anything else of a message.
        rows = Message.objects.filter(pk__in=tokens).order_by("id").values_list(*_Row._fields)
        waiting = [_Row(*row) for row in rows]
        people = Contact.objects.in_bulk({row.contact_id for row in waiting if row.contact_id is not None})
        numbers = SenderNumber.objects.select_related("account").in_bulk({row.number_id for row in waiting})
        leaving = {pk: _Leaving(number, limits.of_number(number)) for pk, number in numbers.items()}
        return [
            self._one(tokens[row.id], row, leaving[row.number_id], people.get(row.contact_id or 0), now)
            for row in waiting
        ]

    def _one(
        self, claimed: claiming.Claimed, row: _Row, leaving: _Leaving, person: Contact | None, now: datetime
    ) -> Ready | Unfit:
        media_url = page_url = rendition = None
        if row.rendition_id is not None and row.sent_as != Message.SentAs.TEXT:
            rendition = self._rendition(row.rendition_id)
            media_url, page_url = public.addresses(self._link(row.run_id, rendition, now))
        text, parts = row.body, row.parts
        if row.revision_id is not None:
            ready = self._body(row.revision_id, row.group_id)
            values = body.values_of(person) if person else {}
            composed = ready.render(values, sent_as=row.sent_as, limit=leaving.limit, link=page_url)
            if composed.refusal is not None:
                of_all = composed.refusal.code == "too_large_total" and row.run_id is not None
                hold = ready.too_large(limit=leaving.limit) if of_all else None
                return Unfit(claimed, composed.refusal.code, hold)
            text, parts = composed.text, composed.parts
        is_mms = row.sent_as == Message.SentAs.MMS
        outgoing = base.OutgoingMessage(
            kind="mms" if is_mms else ("link" if row.sent_as == Message.SentAs.LINK else "text"),
            from_number=leaving.number.value,
            to_phone=row.to_phone,
            text=text,
            media_url=media_url if is_mms else None,
            media_mime=rendition.mime if is_mms and rendition else None,
            reference=claimed.attempt_token,
            callback_url=accounts.callback_url(leaving.number.account, claimed.attempt_token),
        )
        parts = 1 if is_mms else max(parts, 1)
        return Ready(claimed, outgoing, cost=parts, parts=parts, tries=row.tries, rendition=rendition)

    def _body(self, revision_id: int, group_id: int) -> body.Body:
        if revision_id in self._bodies:
            return self._bodies[revision_id]
        revision = Revision.objects.select_related("rendition__asset").get(pk=revision_id)
        ready = body.prepare(revision=revision, group=SubscriptionGroup.objects.get(pk=group_id))
        if revision.frozen_at is not None:  # otherwise it is a test of a draft, which may change meanwhile
            self._bodies[revision_id] = ready
        return ready

    def _rendition(self, rendition_id: int) -> Rendition:
        if rendition_id not in self._renditions:
            self._renditions[rendition_id] = Rendition.objects.get(pk=rendition_id)
        return self._renditions[rendition_id]

    def _link(self, run_id: int | None, rendition: Rendition, now: datetime) -> MediaLink:
        key = (run_id, rendition.pk)
        if key not in self._links:
            run = Run.objects.get(pk=run_id) if run_id is not None else None
            self._links[key] = public.media_link(run=run, rendition=rendition, now=now)
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
            wait_s = _next_wait_s(tries)
            return states.Message.PENDING, Attempt.Outcome.NOT_SENT, "provider_unreachable", reason, wait_s
        case base.Rejected(code, _permanent, "account", words, raw):
            # Certainly not taken, and nobody's fault but ours: nobody is lost for it.
            return states.Message.PENDING, Attempt.Outcome.REJECTED, words, f"{code} {raw}", _next_wait_s(tries)
        case base.Rejected(code, _permanent, _fault, words, raw):
            return states.Message.FAILED, Attempt.Outcome.REJECTED, words, f"{code} {raw}", 0.0
        case base.Unknown(reason):
            return states.Message.UNKNOWN, Attempt.Outcome.UNKNOWN, "no_clear_answer", reason, 0.0


def _next_wait_s(tries: int) -> float:
    return min(FIRST_WAIT_S * 2.0 ** min(max(tries - 1, 0), 6), LONGEST_WAIT_S)
