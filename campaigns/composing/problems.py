"""Everything that stands in the way of a launch, or is worth a word before it, in one list."""

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from campaigns import states
from campaigns.assets import shelf
from campaigns.audience import estimate
from campaigns.composing import body, clock, drafts, findings, limits
from campaigns.models import Asset, Campaign, Revision
from campaigns.text import fields, links
from subscriptions import refusals, segments
from subscriptions.models import SubscriptionGroup

Problem = findings.Problem

# Every contact has these, so no text needs a stand-in for them.
_ALWAYS_THERE = frozenset({"phone_number", "country"})
# More attributes than any installation has; among the newest contacts, as segments look at them.
_ATTRIBUTES = 1_000


def of(
    campaign: Campaign,
    *,
    now: datetime | None = None,
    people: estimate.Estimate | None = None,
    limit: limits.Limit | None = None,
) -> list[Problem]:
    """All problems of a draft as it is stored, blocking ones first, each with the page on which it is mended.

    `people` saves counting the audience again where the caller has just done so, `limit` asking for the group's
    numbers.
    """
    limit = limit or limits.of_group(campaign.group)
    revision = drafts.content(campaign)
    found = [
        *of_group(campaign.group, limit=limit),
        *of_fit(revision),
        *of_content(revision=revision, group=campaign.group, limit=limit),
        *of_repeat(revision=revision, group=campaign.group),
        *_of_audience(campaign, people),
        *of_schedule(campaign, now=now or timezone.now()),
    ]
    return sorted(found, key=lambda problem: problem.severity != "error")


def known_fields() -> frozenset[str]:
    """The full names of all fields that a text may use now."""
    return fields.known(attributes=segments.known_attributes(limit=_ATTRIBUTES))


def of_group(group: SubscriptionGroup, *, limit: limits.Limit) -> list[Problem]:
    """A group that lost its MMS-enabled number since it was chosen; `limit` is the group's."""
    if limit.senders:
        return []
    return [Problem("group_without_mms", limit=group.contact_person or None, found=group.name)]


def of_fit(revision: Revision) -> list[Problem]:
    """A copy that is still waited for; also one that is made and not taken over yet."""
    fit = revision.fitting
    if revision.frozen_at is not None or fit is None or fit.state == states.Fit.REFUSED:
        return []
    return [Problem("fit_in_work", limit=100, found=fit.share)]


def of_content(
    *, revision: Revision, group: SubscriptionGroup, limit: limits.Limit, known: Collection[str] | None = None
) -> list[Problem]:
    """What is wrong with text and file together: for nobody in particular, so with every default standing in."""
    if not revision.text.strip() and revision.rendition is None:
        return [Problem("no_content")]
    ready = body.prepare(revision=revision, group=group, known=known or known_fields())
    if ready.problems:
        return [*map(findings.of_text, ready.problems), *_of_media(revision, "", limit)]
    sent_as = "mms" if revision.rendition else "text"
    composed = ready.render({}, sent_as=sent_as, limit=limit)
    found = [composed.refusal] if composed.refusal and composed.refusal.code != "too_large_total" else []
    gaps = [field for field in composed.missing if field not in _ALWAYS_THERE]
    found += [Problem("gap_without_default", found=fields.written(field), severity="advice") for field in gaps]
    found += [
        Problem("public_shortener", found=link.host, severity="advice", start=link.start, end=link.end)
        for link in links.find(revision.text)
        if link.public_shortener
    ]
    return found + _of_media(revision, composed.text, limit)


def of_repeat(*, revision: Revision, group: SubscriptionGroup) -> list[Problem]:
    """A picture that went to this group before, or one that looks like it: worth a word, and no more."""
    if revision.rendition is None:
        return []
    sent = shelf.sent_before(asset=revision.rendition.asset, group=group)
    if sent is None:
        return []
    code = "sent_before" if sent.is_same else "sent_alike"
    return [Problem(code, limit=sent.at.isoformat(), found=sent.campaign.name, severity="advice")]


def of_schedule(campaign: Campaign, *, now: datetime) -> list[Problem]:
    """A time that was never said, or that has passed or become impossible since."""
    if campaign.when == Campaign.When.NOW:
        return []
    if campaign.local_at is None or not campaign.zone:
        return [Problem("no_schedule", where="schedule")]
    try:
        due_at(campaign, now=now)
    except clock.NotSchedulable as refused:
        return [Problem(f"due_{refused.code}", found=refused.local_at.isoformat(), where="schedule")]
    return []


def due_at(campaign: Campaign, *, now: datetime) -> datetime:
    """The moment at which a campaign with a date and time is due. Raises NotSchedulable of `composing.clock`."""
    assert campaign.local_at is not None  # asked for by of_schedule
    return clock.moment(local_at=drafts.wall_clock(campaign.local_at), zone=campaign.zone, now=now)


def _of_media(revision: Revision, text: str, limit: limits.Limit) -> list[Problem]:
    if revision.rendition is None:
        return []
    weighed = limit.weigh(media_bytes=revision.rendition.bytes, text=text)
    found = [findings.of_media(problem, whose=limit) for problem in weighed.problems]
    # A card says by itself whose it is.
    if revision.rendition.kind != Asset.Kind.VCF and not body.description_of(revision).strip():
        found.append(Problem("no_description"))
    return found


def _of_audience(campaign: Campaign, people: estimate.Estimate | None) -> list[Problem]:
    try:
        people = people or estimate.count(group=campaign.group, audience=campaign.audience)
    except refusals.Refused as refused:
        return [Problem("broken_filter", found=str(refused), where="audience")]
    if people.reachable == 0:
        return [Problem("nobody_reachable", found=people.planned, where="audience")]
    return []


def blocking(found: list[Problem]) -> list[Problem]:
    """Those that block a launch."""
    return [problem for problem in found if problem.severity == "error"]
