"""Whether everybody is accounted for: what was planned, the tallies, and the messages themselves, held side by side."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F, Q, Sum

from campaigns import states
from campaigns.events import notices, stream
from campaigns.lifecycle import tallies
from campaigns.models import History, LedgerCheck, Run, Tally

# Receipts that move counts come for days after the last hand-over.
LATELY = timedelta(days=3)
# A run whose tallies stand still is checked this often: messages moved behind their back change no tally.
AGAIN_AFTER = timedelta(minutes=10)
# What one round may take; what it does not reach is first in the next one.
ROUND_S = 20.0
# Lines kept of a difference: enough to see what is wrong.
LINES_KEPT = 50


@dataclass(frozen=True, slots=True)
class Line:
    """People in one state: what the tallies say, what counting the messages gives. `shard` 0 is no sender number."""

    shard: int
    state: str
    reason: str
    tallied: int
    counted: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One run, read in one statement and so at one moment: it is right where all three sums and all lines agree."""

    run_id: int
    planned: int
    lines: tuple[Line, ...]

    @property
    def tallied(self) -> int:
        return sum(line.tallied for line in self.lines)

    @property
    def counted(self) -> int:
        return sum(line.counted for line in self.lines)

    @property
    def differences(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.tallied != line.counted)

    @property
    def is_right(self) -> bool:
        return self.planned == self.tallied == self.counted and not self.differences


def read(*, run_id: int, whole: bool) -> Sheet:
    """One run's planned people, tallies and messages.

    By state alone the messages are counted in the index `message_by_run`; `whole` compares sender numbers and reasons
    too, and reads every row for that.
    """
    with connection.cursor() as cursor:
        cursor.execute(*_sheet_sql(run_id, whole=whole))
        rows = [(kind, int(shard), state, reason, int(n or 0)) for kind, shard, state, reason, n in cursor.fetchall()]
    figures: dict[tuple[int, str, str], dict[str, int]] = defaultdict(lambda: {"tally": 0, "message": 0})
    planned = 0
    for kind, shard, state, reason, n in rows:
        if kind == "planned":
            planned = n
        else:
            figures[(shard, state, reason)][kind] = n
    lines = tuple(Line(*key, found["tally"], found["message"]) for key, found in sorted(figures.items()))
    return Sheet(run_id=run_id, planned=planned, lines=lines)


def check_due(*, now: datetime) -> list[LedgerCheck]:
    """Check the runs that are open or ended lately and whose tallies changed, or were not checked for AGAIN_AFTER.

    Returns what is wrong among them, newly or still. Runs that ended are compared line by line, open ones by state.
    """
    recent = (
        Q(state__in=states.RUN_OPEN) | Q(finished_at__gte=now - LATELY) | Q(ledger_check__wrong_since__isnull=False)
    )
    rows = Run.objects.filter(recent).order_by(F("ledger_check__checked_at").asc(nulls_first=True), "pk")
    known = list(rows.values_list("pk", "state", "ledger_check__mark", "ledger_check__checked_at"))
    marks = _marks([pk for pk, *_rest in known])
    ends_at = time.monotonic() + ROUND_S
    wrong = []
    for pk, state, mark, checked_at in known:
        if mark == marks[pk] and checked_at is not None and now - checked_at < AGAIN_AFTER:
            continue
        if time.monotonic() > ends_at:
            break
        found = keep(sheet=read(run_id=pk, whole=state not in states.RUN_OPEN), mark=marks[pk], now=now)
        if found.wrong_since is not None:
            wrong.append(found)
    return wrong


def keep(*, sheet: Sheet, now: datetime, mark: str = "") -> LedgerCheck:
    """Write what a check found; a run that was wrong before stays wrong since then."""
    was = LedgerCheck.objects.filter(pk=sheet.run_id).values_list("wrong_since", flat=True).first()
    lines = [[one.shard, one.state, one.reason, one.tallied, one.counted] for one in sheet.differences[:LINES_KEPT]]
    found, _made = LedgerCheck.objects.update_or_create(
        run_id=sheet.run_id,
        defaults={
            "checked_at": now,
            "planned": sheet.planned,
            "tallied": sheet.tallied,
            "counted": sheet.counted,
            "differences": lines,
            "wrong_since": None if sheet.is_right else was or now,
            "mark": mark,
        },
    )
    _tell(found, now)
    return found


def _tell(check: LedgerCheck, now: datetime) -> None:
    key = f"run:{check.run_id}"
    if check.wrong_since is None:
        notices.over(event=states.Notice.LEDGER_WRONG, key=key, now=now)
        return
    campaign_id, name = Run.objects.values_list("campaign_id", "campaign__name").get(pk=check.run_id)
    facts = {"campaign": campaign_id, "run": check.run_id, "name": name}
    facts |= {"planned": check.planned, "tallied": check.tallied, "counted": check.counted}
    notices.tell(event=states.Notice.LEDGER_WRONG, key=key, now=now, facts=facts)


def count_anew(*, run: Run, by: User, now: datetime) -> LedgerCheck:
    """Rebuild the tallies of a run from its messages and check it again; who did it stands in the history.

    `planned` stays as it is: it is what was promised, and people who are missing are not made to be no loss.
    """
    with transaction.atomic():
        # The run's row first, as the picking of people takes it; then no other tally is written until this is done.
        locked = Run.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=run.pk)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE campaigns_tally IN SHARE ROW EXCLUSIVE MODE")
        before = read(run_id=run.pk, whole=True)
        Tally.objects.filter(run_id=run.pk).delete()
        tallies.apply(
            tallies.Shift(run.pk, line.shard, line.state, line.reason, count=line.counted) for line in before.lines
        )
        campaign = locked.campaign
        History.objects.create(
            thing="campaign",
            thing_id=campaign.pk,
            from_state=campaign.state,
            to_state=campaign.state,
            at=now,
            by=by,
            why="counted_anew",
        )
        stream.append(
            name="LedgerCountedAnew",
            at=now,
            campaign=campaign,
            payload={"run": run.pk, "by": by.pk, "tallied": before.tallied, "counted": before.counted},
        )
    return keep(sheet=read(run_id=run.pk, whole=True), now=now)


def _marks(run_ids: Iterable[int]) -> dict[int, str]:
    """The tallies of each run by state, as a short word that changes whenever they do."""
    lines: dict[int, list[str]] = {run_id: [] for run_id in run_ids}
    sums = Tally.objects.filter(run_id__in=lines).values_list("run_id", "state").annotate(n=Sum("count"))
    for run_id, state, n in sums.order_by("run_id", "state"):
        lines[run_id].append(f"{state}:{n}")
    return {
        run_id: hashlib.blake2s(" ".join(some).encode(), digest_size=16).hexdigest() for run_id, some in lines.items()
    }


def _sheet_sql(run_id: int, *, whole: bool) -> tuple[str, list[int | str]]:
    """One statement, so that nothing moves between its three parts on either database."""
    counted = "SELECT 'message', 0, state, '', COUNT(*) FROM campaigns_message WHERE run_id = %s GROUP BY state"
    tallied = "SELECT 'tally', 0, state, '', SUM(count) FROM campaigns_tally WHERE run_id = %s GROUP BY state"
    parameters: list[int | str] = [run_id, run_id, run_id]
    if whole:
        by_reason = sorted(tallies.BY_REASON)
        marks = ", ".join(["%s"] * len(by_reason))
        shard, reason = "COALESCE(number_id, 0)", f"CASE WHEN state IN ({marks}) THEN reason ELSE '' END"
        counted = (
            f"SELECT 'message', {shard}, state, {reason}, COUNT(*) FROM campaigns_message WHERE run_id = %s "
            "GROUP BY 2, 3, 4"
        )
        tallied = "SELECT 'tally', shard, state, reason, count FROM campaigns_tally WHERE run_id = %s"
        parameters = [run_id, run_id, *by_reason, run_id]
    planned = "SELECT 'planned', 0, '', '', planned FROM campaigns_run WHERE id = %s"
    return f"{planned} UNION ALL {tallied} UNION ALL {counted}", parameters
