"""When the messages of a run were let go, as the ledger says, and when they arrived, as the carrier says."""

from dataclasses import dataclass
from datetime import datetime

from storm import world

# So long after an order is written a message may still be let go, and so long after it may arrive: twice as long as a
# look is good for, and that with what may be waited for a connection. See campaigns/sending/looks.py.
LET_GO_S, ARRIVES_S = 1.0, 2.0


@dataclass(frozen=True)
class Departure:
    """One request with a message of a run; moments in seconds since 1970."""

    phone: str
    let_go_at: float
    arrived_at: float

    def is_late(self, *, after: float, until: float = float("inf")) -> bool:
        """Whether it should not have left any more, for an order that held from the one moment to the other."""
        let_go = after + LET_GO_S < self.let_go_at < until
        return let_go or after + ARRIVES_S < self.arrived_at < until

    def words(self, *, after: float) -> str:
        return f"{self.phone}: let go {self.let_go_at - after:.2f} s, arrived {self.arrived_at - after:.2f} s after it"


def departures(on: world.World) -> list[Departure]:
    """What reached the carrier of runs; confirmations and tests are none of it."""
    rows = on.ask(
        """SELECT attempt.token, attempt.handed_over_at FROM campaigns_attempt attempt
        JOIN campaigns_message message ON message.id = attempt.message_id WHERE message.run_id IS NOT NULL"""
    )
    let_go_at = {token: _seconds(moment) for token, moment in rows if moment}
    return [
        Departure(one["to_phone"], let_go_at[one["reference"]], one["received_at"])
        for one in on.calls()
        if one["reference"] in let_go_at
    ]


def _seconds(moment: datetime | str) -> float:
    """SQLite tells moments as text without a zone, in UTC."""
    return moment.timestamp() if isinstance(moment, datetime) else datetime.fromisoformat(f"{moment}+00:00").timestamp()
