"""The rows of a storm's world, made in a child: numbers, people with consent, a campaign that is due or running."""

import time
from datetime import timedelta
from typing import Any

import factories
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from campaigns import states
from campaigns.audience import expand
from campaigns.lifecycle import halt, runs
from campaigns.models import Campaign, Halt, Run
from campaigns.sending import schedule
from subscriptions import consent, refusals
from subscriptions.models import Contact, SubscriptionGroup


def migrated() -> None:
    call_command("migrate", verbosity=0)


def running(*, people: int, numbers: int = 1, rate: str = "50.00") -> dict[str, Any]:
    """A running campaign to so many people from so many numbers; returns the ids of what was made."""
    run = _expanding(people, numbers, rate)
    expand.run(run=run, now=timezone.now())
    runs.move(run=run, to=states.Run.RUNNING, now=timezone.now())
    return {"run": run.pk, "campaign": run.campaign_id}


def expanding(*, people: int, numbers: int = 1, rate: str = "50.00") -> dict[str, Any]:
    """The same, as it is right after its start: nobody is picked yet."""
    run = _expanding(people, numbers, rate)
    return {"run": run.pk, "campaign": run.campaign_id}


def _expanding(people: int, numbers: int, rate: str) -> Run:
    group = _group(people, numbers, rate)
    campaign = factories.campaign(group=group)
    revision = campaign.revisions.get()
    revision.frozen_at = timezone.now()
    revision.save(update_fields=["frozen_at"])
    campaign.state = states.Campaign.RUNNING
    campaign.save(update_fields=["state"])
    fingerprint = schedule.fingerprint(campaign=campaign, revision=revision)
    now = timezone.now()
    return factories.run(
        campaign, state=states.Run.EXPANDING, fingerprint=fingerprint, expected_people=people, started_at=now
    )


def draft(*, people: int, numbers: int = 1, rate: str = "50.00") -> dict[str, Any]:
    """A campaign that is ready to be launched; returns its id."""
    return {"campaign": factories.campaign(group=_group(people, numbers, rate)).pk}


def launched(*, campaign: int, people: int) -> str:
    """Launch it as a person does, who had so many people in front of them: it is due now. Returns the code of the
    refusal, if it was refused."""
    found = Campaign.objects.get(pk=campaign)
    launched_at = timezone.now() - timedelta(seconds=settings.UNDO_S)
    try:
        schedule.launch(
            campaign=found,
            version=found.version,
            confirmed_people=people,
            by=found.created_by,
            now=launched_at,
        )
    except refusals.Refused as refused:
        return refused.code
    return ""


def due(*, people: int, numbers: int = 1, rate: str = "50.00") -> dict[str, Any]:
    """A campaign that a person launched and that is due now; returns its id."""
    made = draft(people=people, numbers=numbers, rate=rate)
    assert launched(campaign=made["campaign"], people=people) == ""
    return made


def paused(*, campaign: int) -> float:
    """Pause it as a person does; returns the moment at which that was written, in seconds since 1970."""
    found = Campaign.objects.get(pk=campaign)
    schedule.pause(campaign=found, by=found.created_by, now=timezone.now())
    return time.time()


def resumed(*, campaign: int) -> None:
    """Carry on with the rest."""
    found = Campaign.objects.get(pk=campaign)
    schedule.resume(campaign=found, by=found.created_by, now=timezone.now())


def halted() -> float:
    """Stop all sending; returns the moment at which that was written, in seconds since 1970."""
    assert halt.put_on(code=Halt.Code.BY_PERSON, now=timezone.now())
    return time.time()


def released() -> None:
    """Let it go on."""
    assert halt.release(now=timezone.now())


def cancelled(*, campaign: int) -> float:
    """End it for good; returns the moment at which that was written, in seconds since 1970."""
    found = Campaign.objects.get(pk=campaign)
    schedule.cancel(campaign=found, by=found.created_by, now=timezone.now())
    return time.time()


def watcher() -> dict[str, str]:
    """Somebody who may see every page; returns what the log-in asks for."""
    factories.user(username="watcher", is_superuser=True)
    return {"username": "watcher", "password": "secret words"}


def integrity() -> str:
    """What SQLite says of its own file; some of its checks call functions that Django brings."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return str(cursor.fetchone()[0])


def _group(people: int, numbers: int, rate: str) -> SubscriptionGroup:
    group = factories.group()
    account = factories.account()
    for _ in range(numbers):
        factories.number(group=group, account=account, rate=rate)
    columns = {"country": "US", "is_valid": True, "is_fictitious": True}
    made = Contact.objects.bulk_create(
        [Contact(phone=f"+1212{2_000_000 + serial}", **columns) for serial in range(people)], batch_size=2000
    )
    consent.grant_many(
        contact_ids=[person.pk for person in made],
        group=group,
        source="demo",
        wording="I agree to get texts",
        happened_at=factories.LONG_AGO,
    )
    return group
