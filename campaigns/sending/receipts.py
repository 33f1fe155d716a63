"""Receipts: forward-only moves by rank. Duplicates and late ones change nothing."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from campaigns import states
from campaigns.gateways import base
from campaigns.lifecycle import messages, tallies
from campaigns.models import Attempt

_GOALS = {
    "accepted": states.Message.ACCEPTED,
    "sent": states.Message.SENT,
    "delivered": states.Message.DELIVERED,
    "failed": states.Message.FAILED,
}
# Hand-overs after which a message may have been let to be sent again, though nobody knew for sure.
_DOUBTED = frozenset({Attempt.Outcome.UNKNOWN, Attempt.Outcome.NOT_SENT})


@dataclass(frozen=True, slots=True)
class Applied:
    """`done`: the receipt is understood for good. Otherwise it came before our own answer was written: try later."""

    done: bool
    note: str


def apply(
    *,
    event: base.StatusEvent,
    attempt_token: str,
    now: datetime,
    later: list[tallies.Shift] | None = None,
    account_id: int | None = None,
) -> Applied:
    """Move the message of one receipt forward, if it is forward; for `later` see `messages.move`.

    With an account only what its numbers handed over is moved: nobody reports on what others were given.
    """
    theirs = {} if account_id is None else {"number__account_id": account_id}
    known = Attempt.objects.filter(token=event.reference or attempt_token, **theirs)
    attempt = known.select_related("message").first()
    if attempt is None:
        return Applied(done=True, note="no such attempt")
    goal = _GOALS[event.state]
    message = attempt.message
    # Let to be sent again after a doubt, and the first hand-over is reported after all: it must not leave again.
    proves = goal in states.MESSAGE_PROVED and attempt.outcome in _DOUBTED
    if goal is states.Message.FAILED and message.attempts.filter(pk__gt=attempt.pk).exists():
        return Applied(done=True, note="an earlier hand-over failed")
    if message.state == states.Message.CLAIMED and not proves:
        # The receipt overtook the answer, which holds the text that left: let the answer be written first.
        return Applied(done=False, note="message still in hand")
    sources = {state for state in states.MESSAGE_MOVES if goal in states.MESSAGE_MOVES[state]}
    sources &= set(states.MESSAGE_AFTER_HANDOVER)
    if proves:
        sources |= set(states.MESSAGE_WAITING)
    if message.state not in sources:
        return Applied(done=True, note=f"{message.state} stays")
    columns: dict[str, object] = {"settled_at": now, "provider_id": event.provider_id or message.provider_id}
    at = base.plausible(event.at, now=now)
    if goal in {states.Message.SENT, states.Message.DELIVERED}:
        columns["sent_at"] = message.sent_at or at
    if goal is states.Message.DELIVERED:
        columns["delivered_at"] = at
    reason = f"carrier_{event.code}" if goal is states.Message.FAILED else ""
    with transaction.atomic():
        moved = messages.move(
            ids=[message.pk], from_states=sources, to=goal, reason=reason[:40], later=later, **columns
        )
        if moved and message.state in {states.Message.UNKNOWN, *states.MESSAGE_WAITING}:
            messages.call_off(ids=moved)
        if attempt.outcome in {Attempt.Outcome.UNKNOWN, Attempt.Outcome.OPEN}:
            Attempt.objects.filter(pk=attempt.pk).update(
                outcome=Attempt.Outcome.ACCEPTED, provider_id=event.provider_id, answered_at=now
            )
    return Applied(done=True, note="applied" if moved else "somebody was quicker")
