"""Append to the event stream. Nothing here changes or removes a line."""

from datetime import datetime
from typing import Any

from campaigns.models import Campaign, Event
from subscriptions.models import Contact


def append(
    *,
    name: str,
    at: datetime,
    campaign: Campaign | None = None,
    contact: Contact | None = None,
    payload: dict[str, Any] | None = None,
) -> Event:
    """Add one line. `name` uses the field's words (InboundReceive, CampaignStateChange); `payload` is plain JSON."""
    return Event.objects.create(name=name, at=at, campaign=campaign, contact=contact, payload=payload or {})
