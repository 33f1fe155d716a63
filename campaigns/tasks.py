"""The Celery edge: ids in, one call into a room, fan-out of what the room returned. No decisions here."""

from celery import Task, shared_task
from celery.exceptions import OperationalError
from celery.worker import state as worker_state
from django.conf import settings
from django.utils import timezone

from campaigns.assets import fit
from campaigns.composing import drafts
from campaigns.inbound import intake, media, sandbox
from campaigns.lifecycle import ledger
from campaigns.reports import heartbeat
from campaigns.sending import breaker, files, health, instance, numbers, rescue, restore, stamps, start
from campaigns.sending import drain as draining
from campaigns.telling import deliver, watch


@shared_task
def tick() -> None:
    """Every second: what is due is started, what came back is understood, what can leave is rung for."""
    now = timezone.now()
    health.beat(process="worker", now=now)
    # What calls this without a bell has none to ring for its own queue either.
    alone = tick.request.called_directly
    for campaign_id in start.due(now=now):
        if alone or not _rung(begin, campaign_id, expires=5):
            begin(campaign_id)
    if intake.waiting() and (alone or not _rung(understand, expires=2)):
        understand()
    if media.waiting():
        _rung(fetch_media, expires=2)
    if fit.waiting(now=now):
        _rung(make_copies, expires=2)
    start.finish_done(now=now)
    if numbers.due(now=now):
        _rung(drain, expires=2)


@shared_task
def sweep() -> None:
    """Every five seconds: what a crash or an outage left behind is named, moved or asked about."""
    now = timezone.now()
    instance.step(now=now)
    if stamps.step(now=now):
        rescue.abandoned(now=now)
        rescue.ask(now=now)
    numbers.rehome_all(now=now)
    files.carry_on(now=now)
    breaker.sweep(now=now)
    restore.compare(now=now)
    sandbox.keep_in_touch(now=now)
    drafts.adopt_made()


@shared_task
def audit() -> None:
    """Every minute: whether everybody of every run is accounted for."""
    now = timezone.now()
    ledger.check_due(now=now)
    health.beat(process="ledger", now=now)


@shared_task
def ping() -> None:
    """Every minute, where a heartbeat address is set: all is well."""
    if settings.HEARTBEAT_URL:
        heartbeat.send(url=settings.HEARTBEAT_URL, now=timezone.now())


@shared_task
def tell() -> None:
    """Every few seconds, by another worker than those it looks at: who wants to know is told."""
    watch.look(now=timezone.now())
    deliver.due(now=timezone.now())


@shared_task
def begin(campaign_id: int) -> None:
    """Start one due campaign, or carry on with its expansion."""
    start.begin(campaign_id=campaign_id, now=timezone.now())


@shared_task
def understand() -> None:
    """Apply the receipts that were kept."""
    intake.understand(now=timezone.now())


@shared_task
def fetch_media() -> None:
    """Fetch and rebuild the pictures that came in."""
    media.fetch(now=timezone.now())


@shared_task
def make_copies() -> None:
    """Make the copies that drafts wait for, one after the other, and hand each over at once."""
    for fit_id in fit.waiting(now=timezone.now()):
        fit.make(fit_id=fit_id, should_stop=_stopping)
        drafts.adopt_made()
        if _stopping():
            return


def ring_for_copies() -> None:
    """Let the making begin at once; where no bell can be rung, the next tick begins it."""
    _rung(make_copies, expires=2)


@shared_task
def drain() -> None:
    """One slice; when work is left the bell rings again at once."""
    if draining.run(should_stop=_stopping).more and not _stopping():
        _rung(drain, expires=2)


def _rung(task: "Task[..., None]", *arguments: int, expires: float) -> bool:
    """Ring for a task; says whether there was a bell. Where there is none, workers find their work by themselves."""
    try:
        task.apply_async(arguments, expires=expires, retry=False)
    except (OperationalError, OSError):
        return False
    return True


def _stopping() -> bool:
    """True once this worker was told to end: SIGTERM sets one of these before it waits for running tasks."""
    # The flags carry an exit code, mostly 0, which equals False: only identity tells.
    flags: tuple[object, object] = (worker_state.should_stop, worker_state.should_terminate)
    return any(flag is not None and flag is not False for flag in flags)
