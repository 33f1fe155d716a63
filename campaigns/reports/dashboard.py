"""What the first page and the campaign list say: read only, and never a scan of messages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from campaigns import states
from campaigns.models import Campaign, Heartbeat, NumberLease, Run
from campaigns.reports import ledger, pace, sums
from subscriptions.models import SubscriptionGroup

ERRORS_THAT_COUNT = 3
HEARTBEAT_LIMIT = timedelta(seconds=10)
SHOWN = 6
RUNS_SHOWN = 20


@dataclass(frozen=True)
class Line:
    """One campaign with its latest run, if it ever ran."""

    campaign: Campaign
    run: Run | None
    sum: sums.Sum

    @property
    def state(self) -> str:
        """The run's own word while the campaign runs (picking people, held), else the campaign's."""
        if self.run and self.run.state in {states.Run.EXPANDING, states.Run.HELD}:
            return self.run.state
        return self.campaign.state


@dataclass(frozen=True)
class Attention:
    """One thing that a person should look at. `kind`: process, ledger, number, held, stuck or group; the words
    live in the page."""

    kind: str
    subject: object
    since: datetime | None = None


@dataclass(frozen=True)
class Dashboard:
    running: list[Line]
    due: list[Campaign]
    results: list[Line]
    attention: list[Attention]


def read(*, now: datetime, processes: Sequence[str]) -> Dashboard:
    """All of the first page; `processes` are the ones that must give signs of life here."""
    open_runs = list(_runs(states.RUN_OPEN).order_by("-id")[:RUNS_SHOWN])
    closed = {states.Run.FINISHED, states.Run.CANCELLED}
    done = list(_runs(closed).exclude(campaign__state=states.Campaign.ARCHIVED).order_by("-finished_at", "-id")[:SHOWN])
    counted = sums.by_run(run_ids=[run.pk for run in [*open_runs, *done]])
    running = [Line(run.campaign, run, counted[run.pk]) for run in sorted(open_runs, key=_liveliness)]
    results = [Line(run.campaign, run, counted[run.pk]) for run in done]
    due = list(
        Campaign.objects.filter(
            state__in=[states.Campaign.SCHEDULED, states.Campaign.PAUSED], due_at__isnull=False, runs__isnull=True
        )
        .select_related("group")
        .order_by("due_at")[:SHOWN]
    )
    return Dashboard(
        running=running,
        due=due,
        results=results,
        attention=[
            *silent(now=now, processes=processes),
            *(Attention("ledger", check.run.campaign, check.wrong_since) for check in ledger.wrong()),
            *_held(running),
            *(Attention("stuck", run.campaign) for run in pace.stuck(runs=open_runs)),
            *_failing(),
            *_without_mms(),
        ],
    )


def _runs(wanted: Collection[str]) -> QuerySet[Run]:
    return Run.objects.filter(state__in=wanted).select_related("campaign__group", "revision")


def _liveliness(run: Run) -> int:
    """What moves comes first, then what asks, then what somebody paused."""
    order = (states.Run.RUNNING, states.Run.EXPANDING, states.Run.HELD, states.Run.PAUSED)
    return order.index(states.Run(run.state))


def silent(*, now: datetime, processes: Sequence[str]) -> list[Attention]:
    beats = dict(Heartbeat.objects.values_list("process", "at"))
    return [
        Attention("process", Heartbeat(process=process), beats.get(process))
        for process in processes
        if process not in beats or now - beats[process] > HEARTBEAT_LIMIT
    ]


def _held(running: Sequence[Line]) -> list[Attention]:
    """Runs that wait for a person's word: held before the start, or paused by the product itself."""
    return [
        Attention("held", line.campaign)
        for line in running
        if line.campaign.hold_code and line.campaign.hold_code != "by_person"
    ]


def _failing() -> list[Attention]:
    leases = NumberLease.objects.filter(
        Q(errors_in_a_row__gte=ERRORS_THAT_COUNT) | Q(rests__gt=0), number__is_active=True
    )
    return [
        Attention("number", lease, lease.last_error_at)
        for lease in leases.select_related("number__group").order_by("-errors_in_a_row", "number_id")
    ]


def _without_mms() -> list[Attention]:
    groups = SubscriptionGroup.objects.filter(is_active=True)
    return [Attention("group", group) for group in groups.exclude(pk__in=SubscriptionGroup.objects.with_mms())]


def listed(*, search: str, state: str) -> QuerySet[Campaign]:
    """Campaigns for the list, newest first; archived ones only where they are asked for."""
    rows = _found(search)
    rows = rows.filter(state=state) if state else rows.exclude(state=states.Campaign.ARCHIVED)
    latest = Run.objects.filter(campaign=OuterRef("pk")).order_by("-id").values("pk")[:1]
    return rows.select_related("group").annotate(latest_run_id=Subquery(latest)).order_by("-id")


def counts(*, search: str) -> dict[str, int]:
    """How many campaigns of the search are in each state; states without any are left out."""
    return dict(_found(search).order_by().values_list("state").annotate(how_many=Count("pk")))


def _found(search: str) -> QuerySet[Campaign]:
    rows = Campaign.objects.all()
    return rows.filter(name__icontains=search) if search else rows


def lines(*, campaigns: Sequence[Campaign]) -> list[Line]:
    """The rows of one page of `listed`, each with its latest run and sum: two queries, however many rows."""
    latest = {campaign.pk: campaign.__dict__["latest_run_id"] for campaign in campaigns}
    found = {run.pk: run for run in Run.objects.filter(pk__in=[pk for pk in latest.values() if pk])}
    counted = sums.by_run(run_ids=list(found))
    return [
        Line(campaign, found.get(latest[campaign.pk]), counted.get(latest[campaign.pk], sums.Sum()))
        for campaign in campaigns
    ]
