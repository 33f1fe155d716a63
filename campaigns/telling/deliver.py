"""Tell the outlets what waits: e-mail and signed webhooks, tried again with growing waits that stand in the database.

A webhook is a POST of JSON. `X-Mmsadmin-Signature` is `v1=` and the hex of HMAC-SHA256, keyed with the outlet's secret,
over the text of `X-Mmsadmin-Timestamp`, a full stop and the body as it came. See docs/webhooks.md.
"""

import hashlib
import hmac
import json
import logging
import smtplib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F

from campaigns.gateways import http, outward
from campaigns.models import Delivery, Notice, Outlet
from campaigns.telling import words
from subscriptions.models import new_token

AT_ONCE = 50
# One round never takes longer than this and one answer; the rest waits for the next.
ROUND_S = 30.0
# Who holds a delivery has this long; if that process dies it is told by another one, perhaps a second time.
HELD_FOR = timedelta(minutes=2)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
# With these waits: about three days.
TRIES = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether it was taken, and what came back in a line."""

    ok: bool
    said: str


def due(*, now: datetime) -> int:
    """Tell what is due, the oldest first; returns how many were told.

    An outlet that fails once is left alone for the rest of the round, so that a broken one holds up nobody else.
    """
    ends_at = time.monotonic() + ROUND_S
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, next_try_at__lte=now)
    broken: set[int] = set()
    told = 0
    for one in waiting.select_related("notice", "outlet").order_by("next_try_at", "pk")[:AT_ONCE]:
        if time.monotonic() > ends_at:
            break
        if one.outlet_id in broken or not _take(one, now):
            continue
        outcome = send(outlet=one.outlet, notice=one.notice, now=now)
        _settle(one, outcome, now)
        told += outcome.ok
        if not outcome.ok:
            broken.add(one.outlet_id)
    return told


def send(*, outlet: Outlet, notice: Notice | None, now: datetime) -> Outcome:
    """Tell one outlet now; without a notice it is a test. Trouble is an outcome, never an exception."""
    told = words.of(notice, language=outlet.language) if notice else words.trial(language=outlet.language)
    if outlet.kind == Outlet.Kind.EMAIL:
        return _mail(outlet, told)
    body = {
        "id": notice.token if notice else new_token(),
        "event": notice.event if notice else "test",
        "at": (notice.at if notice else now).isoformat(),
        "subject": told.subject,
        "text": told.text,
        "url": told.url,
        "facts": notice.facts if notice else {},
    }
    return _call(outlet, json.dumps(body, ensure_ascii=False).encode(), str(body["id"]), now)


def signature(*, secret: str, timestamp: str, body: bytes) -> str:
    """What stands in X-Mmsadmin-Signature."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={digest.hexdigest()}"


def _take(one: Delivery, now: datetime) -> bool:
    """Hold a delivery; False where another process was quicker."""
    held = Delivery.objects.filter(pk=one.pk, state=Delivery.State.WAITING, next_try_at=one.next_try_at)
    taken = held.update(next_try_at=now + HELD_FOR, tries=F("tries") + 1)
    one.tries += taken
    return bool(taken)


def _settle(one: Delivery, outcome: Outcome, now: datetime) -> None:
    held = Delivery.objects.filter(pk=one.pk, state=Delivery.State.WAITING)
    if outcome.ok:
        held.update(state=Delivery.State.DONE, settled_at=now, said=outcome.said)
    elif one.tries >= TRIES:
        logging.getLogger(__name__).error("Outlet %s could not be told in %s tries", one.outlet_id, one.tries)
        held.update(state=Delivery.State.GIVEN_UP, settled_at=now, said=outcome.said)
    else:
        wait = min(FIRST_WAIT * 2 ** (one.tries - 1), LONGEST_WAIT)
        held.update(next_try_at=now + wait, said=outcome.said)


def _mail(outlet: Outlet, told: words.Told) -> Outcome:
    if not settings.EMAIL_HOST:
        return Outcome(ok=False, said="No mail server is set (EMAIL_HOST).")
    mail = EmailMessage(subject=told.subject, body=f"{told.text}\n\n{told.url}\n", to=[outlet.address])
    try:
        mail.send()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return Outcome(ok=False, said=f"{type(error).__name__}: {error}"[:300])
    return Outcome(ok=True, said="The mail server took it.")


def _call(outlet: Outlet, body: bytes, delivery_id: str, now: datetime) -> Outcome:
    timestamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "X-Mmsadmin-Delivery": delivery_id,
        "X-Mmsadmin-Timestamp": timestamp,
        "X-Mmsadmin-Signature": signature(secret=outlet.secret, timestamp=timestamp, body=body),
    }
    try:
        answer = outward.post(url=outlet.address, headers=headers, body=body, to_private=settings.WEBHOOKS_TO_PRIVATE)
    except http.Trouble as trouble:
        return Outcome(ok=False, said=trouble.reason)
    said = answer.body[:200].decode(errors="replace").replace("\x00", "").strip()
    return Outcome(ok=200 <= answer.status < 300, said=f"{answer.status} {said}".strip()[:300])
