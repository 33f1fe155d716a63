from campaigns.models.asset import Asset, Fit, Rendition, Tag
from campaigns.models.campaign import Campaign, Revision, Run
from campaigns.models.check import LedgerCheck
from campaigns.models.control import AnswerCount, Halt, Instance
from campaigns.models.message import Attempt, Drainer, Heartbeat, Message, NumberLease, Tally
from campaigns.models.notice import Delivery, Notice, Outlet
from campaigns.models.pace import BrandDay, SharedClock, StickyNumber
from campaigns.models.traffic import (
    Callback,
    Event,
    History,
    Inbound,
    InboundMedia,
    MediaLink,
    Preference,
)

__all__ = [
    "AnswerCount",
    "Asset",
    "Attempt",
    "BrandDay",
    "Callback",
    "Campaign",
    "Delivery",
    "Drainer",
    "Event",
    "Fit",
    "Halt",
    "Heartbeat",
    "History",
    "Inbound",
    "InboundMedia",
    "Instance",
    "LedgerCheck",
    "MediaLink",
    "Message",
    "Notice",
    "NumberLease",
    "Outlet",
    "Preference",
    "Rendition",
    "Revision",
    "Run",
    "SharedClock",
    "StickyNumber",
    "Tag",
    "Tally",
]
