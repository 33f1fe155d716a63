"""The states of campaigns, runs, messages and assets: what they are, which moves are allowed, how receipts rank."""

from enum import StrEnum


class Campaign(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


CAMPAIGN_MOVES: dict[Campaign, frozenset[Campaign]] = {
    Campaign.DRAFT: frozenset({Campaign.SCHEDULED, Campaign.ARCHIVED}),
    Campaign.SCHEDULED: frozenset({Campaign.DRAFT, Campaign.RUNNING, Campaign.PAUSED, Campaign.CANCELLED}),
    Campaign.RUNNING: frozenset({Campaign.PAUSED, Campaign.FINISHED, Campaign.CANCELLED}),
    Campaign.PAUSED: frozenset({Campaign.RUNNING, Campaign.SCHEDULED, Campaign.CANCELLED, Campaign.FINISHED}),
    # Running again: a person let what was unclear be sent again.
    Campaign.FINISHED: frozenset({Campaign.RUNNING, Campaign.ARCHIVED}),
    Campaign.CANCELLED: frozenset({Campaign.ARCHIVED}),
    Campaign.ARCHIVED: frozenset({Campaign.DRAFT, Campaign.FINISHED, Campaign.CANCELLED}),
}

CAMPAIGN_EDITABLE = frozenset({Campaign.DRAFT})
CAMPAIGN_DEPENDS_ON_NUMBERS = frozenset({Campaign.SCHEDULED, Campaign.RUNNING, Campaign.PAUSED})


class Run(StrEnum):
    """One occurrence of a campaign. `held` waits for a person's word before a single message leaves."""

    EXPANDING = "expanding"
    HELD = "held"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


RUN_MOVES: dict[Run, frozenset[Run]] = {
    Run.EXPANDING: frozenset({Run.HELD, Run.RUNNING, Run.PAUSED, Run.CANCELLED}),
    # Released before everybody was picked, or paused meanwhile: back to picking.
    Run.HELD: frozenset({Run.EXPANDING, Run.RUNNING, Run.CANCELLED}),
    Run.RUNNING: frozenset({Run.PAUSED, Run.FINISHED, Run.CANCELLED}),
    Run.PAUSED: frozenset({Run.EXPANDING, Run.RUNNING, Run.CANCELLED}),
    Run.FINISHED: frozenset({Run.RUNNING}),
    Run.CANCELLED: frozenset(),
}
RUN_OPEN = frozenset({Run.EXPANDING, Run.HELD, Run.RUNNING, Run.PAUSED})


class Message(StrEnum):
    PENDING = "pending"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"
    UNCONFIRMED = "unconfirmed"
    EXPIRED = "expired"


# What a provider's word makes of a message, also of one that waits, or is in hand, to be sent again after a doubt.
MESSAGE_PROVED = frozenset({Message.ACCEPTED, Message.SENT, Message.DELIVERED})

MESSAGE_MOVES: dict[Message, frozenset[Message]] = {
    Message.PENDING: frozenset({Message.CLAIMED, Message.SKIPPED, Message.EXPIRED}) | MESSAGE_PROVED,
    Message.CLAIMED: frozenset(
        {
            Message.PENDING,  # certainly not handed over
            Message.FAILED,
            Message.SKIPPED,
            Message.UNKNOWN,
        }
    )
    | MESSAGE_PROVED,
    # Unconfirmed: a person takes it as sent.
    Message.UNKNOWN: frozenset({Message.PENDING, Message.UNCONFIRMED, Message.FAILED}) | MESSAGE_PROVED,
    Message.ACCEPTED: frozenset({Message.SENT, Message.DELIVERED, Message.FAILED, Message.UNCONFIRMED}),
    Message.UNCONFIRMED: frozenset({Message.SENT, Message.DELIVERED, Message.FAILED}),
    Message.SENT: frozenset({Message.DELIVERED, Message.FAILED}),
    Message.DELIVERED: frozenset(),
    Message.FAILED: frozenset(),
    Message.SKIPPED: frozenset(),
    Message.EXPIRED: frozenset(),
}

# Handed over, or perhaps: what a receipt may move.
MESSAGE_AFTER_HANDOVER = frozenset({Message.UNKNOWN, Message.ACCEPTED, Message.UNCONFIRMED, Message.SENT})
# Still to leave, or perhaps on its way: a run with none of these is finished.
MESSAGE_WAITING = frozenset({Message.PENDING, Message.CLAIMED})
MESSAGE_ON_THE_WAY = frozenset({Message.ACCEPTED, Message.SENT, Message.UNCONFIRMED})
MESSAGE_LEFT_OUT = frozenset({Message.SKIPPED, Message.EXPIRED})
# Who did not get it, or perhaps did not: whom a follow-up may be meant for.
MESSAGE_MISSED = MESSAGE_LEFT_OUT | {Message.FAILED, Message.UNKNOWN}


class Notice(StrEnum):
    """What somebody is told of."""

    RUN_PAUSED = "run_paused"
    NUMBER_RESTED = "number_rested"
    LEDGER_WRONG = "ledger_wrong"
    WORKER_SILENT = "worker_silent"
    DISK_FULL = "disk_full"
    RUN_FINISHED = "run_finished"


class Asset(StrEnum):
    UPLOADED = "uploaded"
    READY = "ready"
    REFUSED = "refused"


class Fit(StrEnum):
    """A copy that somebody asked for."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"


FIT_MOVES: dict[Fit, frozenset[Fit]] = {
    Fit.WAITING: frozenset({Fit.RUNNING, Fit.DONE}),
    # Running again: taken over from a maker that fell silent.
    Fit.RUNNING: frozenset({Fit.WAITING, Fit.RUNNING, Fit.DONE, Fit.REFUSED}),
    Fit.DONE: frozenset(),
    Fit.REFUSED: frozenset({Fit.WAITING}),
}
FIT_OPEN = (Fit.WAITING, Fit.RUNNING)
