"""Drafts: made, copied and edited. Two people, or two tabs, never overwrite each other without a word."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import states
from campaigns.composing import clock
from campaigns.lifecycle import campaigns
from campaigns.models import Campaign, Fit, Rendition, Revision, Run
from subscriptions import refusals
from subscriptions.models import SubscriptionGroup

NAME_CHARACTERS = 120


class StaleDraft(refusals.Refused):
    """Somebody else changed the draft since the form was opened; `campaign` is the draft as it is now."""

    code = "stale_draft"

    def __init__(self, *, campaign: Campaign) -> None:
        self.campaign = campaign
        who = campaign.edited_by
        self.who = (who.get_full_name() or who.get_username()) if who else ""
        super().__init__(
            words=_(
                "%(who)s changed this draft while you had it open. Nothing of yours is lost: look at both, then choose."
            )
            % {"who": self.who or _("Somebody")}
        )


class GroupWithoutMms(refusals.Refused):
    """The group has no active, MMS-enabled number."""

    code = "group_without_mms"


def create(*, name: str, purpose: str, group: SubscriptionGroup, by: User, now: datetime) -> Campaign:
    """Make a draft with an empty first revision in work. Raises GroupWithoutMms."""
    _check_group(group)
    with transaction.atomic():
        campaign = Campaign.objects.create(
            name=name, purpose=purpose, group=group, created_by=by, edited_by=by, edited_at=now
        )
        Revision.objects.create(campaign=campaign)
    return campaign


def duplicate(*, campaign: Campaign, by: User, now: datetime) -> Campaign:
    """Make a draft with the same content and audience; when it is sent is left open."""
    return copy(
        campaign=campaign,
        source=content(campaign),
        name=_("Copy of %(name)s") % {"name": campaign.name},
        audience=campaign.audience,
        follows=campaign.follows,
        by=by,
        now=now,
    )


def copy(
    *,
    campaign: Campaign,
    source: Revision,
    name: str,
    audience: Mapping[str, Any],
    follows: Run | None,
    by: User,
    now: datetime,
) -> Campaign:
    """Make a draft like `campaign` with the content of `source`, for this audience."""
    with transaction.atomic():
        made = Campaign.objects.create(
            name=name[:NAME_CHARACTERS],
            purpose=campaign.purpose,
            group=campaign.group,
            audience=dict(audience),
            follows=follows,
            speed_limit=campaign.speed_limit,
            created_by=by,
            edited_by=by,
            edited_at=now,
        )
        fitting = source.fitting if source.frozen_at is None else None
        Revision.objects.create(campaign=made, text=source.text, rendition=source.rendition, fitting=fitting)
    return made


def content(campaign: Campaign) -> Revision:
    """The revision in work, else the last frozen one; changes nothing."""
    revisions = campaign.revisions.select_related("rendition__asset", "fitting").order_by("-number")
    found = revisions.first()
    assert found is not None  # every campaign is made with one
    return found


def work(campaign: Campaign) -> Revision:
    """The revision in work; where none is, a new one copied from the last frozen."""
    last = content(campaign)
    if last.frozen_at is None:
        return last
    made, _created = Revision.objects.get_or_create(
        campaign=campaign,
        frozen_at=None,
        defaults={"number": last.number + 1, "text": last.text, "rendition": last.rendition},
    )
    return made


def edit_content(*, campaign: Campaign, text: str, version: int, by: User, now: datetime) -> int:
    """Keep the text as typed, sound or not; line ends become line feeds. Returns the version to go on with.

    The same text again changes nothing and is never stale. Raises StaleDraft, NotPossibleNow.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if campaign.is_editable and content(campaign).text == text:
        return version
    with _editing(campaign, version=version, by=by, now=now) as locked:
        revision = work(locked)
        revision.text = text
        revision.save(update_fields=["text"])
    return campaign.version


def attach(*, campaign: Campaign, rendition: Rendition, version: int, by: User, now: datetime) -> None:
    """Make this file the one that is sent, in place of any other, and wait for no copy.

    Raises StaleDraft, NotPossibleNow.
    """
    _set_rendition(campaign, rendition, version, by, now)


def detach(*, campaign: Campaign, version: int, by: User, now: datetime) -> None:
    """Send without a file; what was uploaded stays in the library. Raises StaleDraft, NotPossibleNow."""
    _set_rendition(campaign, None, version, by, now)


def await_copy(*, campaign: Campaign, fit: Fit, version: int, by: User, now: datetime) -> None:
    """Let this copy of the draft's own file take its place: now where it is made, else as soon as it is.

    Raises StaleDraft, NotPossibleNow.
    """
    with _editing(campaign, version=version, by=by, now=now) as locked:
        revision = work(locked)
        if revision.rendition is not None and revision.rendition.asset_id == fit.asset_id:
            is_made = fit.state == states.Fit.DONE
            revision.rendition = fit.rendition if is_made else revision.rendition
            revision.fitting = None if is_made else fit
            revision.save(update_fields=["rendition", "fitting"])


def stop_waiting(*, campaign: Campaign, version: int, by: User, now: datetime) -> None:
    """Leave the file as it is. Raises StaleDraft, NotPossibleNow."""
    with _editing(campaign, version=version, by=by, now=now) as locked:
        revision = work(locked)
        revision.fitting = None
        revision.save(update_fields=["fitting"])


def adopt_made() -> int:
    """Give every draft the copy that it waited for and that is made; returns how many got theirs.

    The version stays: what the person asked for is no edit that could make an open form stale, and while a copy is
    waited for nothing can be launched, so nobody confirms one file and sends another.
    """
    ready = Revision.objects.filter(
        frozen_at__isnull=True, fitting__state=states.Fit.DONE, campaign__state__in=states.CAMPAIGN_EDITABLE
    ).select_related("fitting")
    return sum(_adopt(revision) for revision in ready)


def _adopt(revision: Revision) -> bool:
    fit = revision.fitting
    assert fit is not None
    with transaction.atomic():
        locked = Campaign.objects.select_for_update().get(pk=revision.campaign_id)
        waits = Revision.objects.filter(pk=revision.pk, frozen_at__isnull=True, fitting=fit)
        if not locked.is_editable:
            return False
        same_file = waits.filter(rendition__in=Rendition.objects.filter(asset=fit.asset_id))
        adopted = same_file.update(rendition=fit.rendition_id, fitting=None)
        if not adopted:
            waits.update(fitting=None)  # another file stands there now
    return bool(adopted)


def edit_basics(
    *, campaign: Campaign, name: str, purpose: str, group: SubscriptionGroup, version: int, by: User, now: datetime
) -> None:
    """Change name, purpose and group. Raises GroupWithoutMms, StaleDraft, NotPossibleNow."""
    if group.pk != campaign.group_id:
        _check_group(group)
    with _editing(campaign, version=version, by=by, now=now) as locked:
        locked.name, locked.purpose, locked.group = name, purpose, group
        locked.save(update_fields=["name", "purpose", "group"])


def edit_audience(*, campaign: Campaign, audience: Mapping[str, Any], version: int, by: User, now: datetime) -> None:
    """Keep the filter as a definition of `subscriptions.segments`. Raises StaleDraft, NotPossibleNow."""
    if campaign.is_editable and campaign.audience == dict(audience):
        return
    with _editing(campaign, version=version, by=by, now=now) as locked:
        locked.audience = dict(audience)
        locked.save(update_fields=["audience"])


def edit_schedule(
    *,
    campaign: Campaign,
    when: str,
    local_at: datetime | None,
    zone: str,
    version: int,
    by: User,
    now: datetime,
    speed_limit: Decimal | None = None,
) -> None:
    """Keep when it is sent, and at most how fast, in parts per second.

    `local_at` is a wall clock (naive) in `zone`, wanted where `when` is 'at'.

    Raises NotSchedulable of `composing.clock` (past, missing_hour, doubled_hour), StaleDraft, NotPossibleNow.
    """
    due_at = None
    if when == Campaign.When.AT:
        assert local_at is not None  # the form asks for it
        due_at = clock.moment(local_at=local_at, zone=zone, now=now)
    with _editing(campaign, version=version, by=by, now=now) as locked:
        locked.when, locked.due_at, locked.zone = when, due_at, zone if due_at else ""
        locked.local_at = local_at.replace(tzinfo=UTC) if due_at and local_at else None
        locked.speed_limit = speed_limit
        locked.save(update_fields=["when", "due_at", "zone", "local_at", "speed_limit"])


def wall_clock(local_at: datetime) -> datetime:
    """The naive wall clock time that a campaign keeps in `local_at`; the column itself can only hold it as UTC."""
    return local_at.astimezone(UTC).replace(tzinfo=None)


def _check_group(group: SubscriptionGroup) -> None:
    if not SubscriptionGroup.objects.with_mms().filter(pk=group.pk).exists():
        raise GroupWithoutMms(
            words=_("%(group)s has no active MMS-enabled number. Ask %(person)s.")
            % {"group": group.name, "person": group.contact_person or _("an account manager")}
        )


def _set_rendition(campaign: Campaign, rendition: Rendition | None, version: int, by: User, now: datetime) -> None:
    with _editing(campaign, version=version, by=by, now=now) as locked:
        revision = work(locked)
        revision.rendition, revision.fitting = rendition, None
        revision.save(update_fields=["rendition", "fitting"])


@contextmanager
def _editing(campaign: Campaign, *, version: int, by: User, now: datetime) -> Iterator[Campaign]:
    """Hold the draft, check that it may be edited and is the one that was seen, and count the edit."""
    with transaction.atomic():
        locked = Campaign.objects.select_for_update(of=("self",)).select_related("edited_by").get(pk=campaign.pk)
        if not locked.is_editable:
            raise campaigns.NotPossibleNow(found=locked.state, words=campaigns.now_is(states.Campaign(locked.state)))
        if locked.version != version:
            raise StaleDraft(campaign=locked)
        yield locked
        Campaign.objects.filter(pk=locked.pk).update(version=version + 1, edited_at=now, edited_by=by)
    campaign.refresh_from_db()
