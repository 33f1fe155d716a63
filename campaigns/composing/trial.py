"""Render the message for a bounded number of the people it goes to: who would be left out, and what texts cost."""

import dataclasses
from collections import Counter

from django.db.models import Q

from campaigns.audience import matching
from campaigns.composing import body, drafts, limits, preview
from campaigns.models import Campaign, Message

# People rendered at most: a tenth of a second or so.
BOUND = 1_000


@dataclasses.dataclass(frozen=True, slots=True)
class Trial:
    """`looked_at` people were rendered; `skipped` says for how many of them no message comes out, by code.

    `parts` counts people who get a text (with or without link) by the number of its parts. `is_whole` where the text
    is the same for everybody, so that one look says all.
    """

    looked_at: int
    skipped: dict[str, int]
    parts: dict[int, int]
    is_whole: bool


def run(*, campaign: Campaign, sees_numbers: bool, limit: limits.Limit | None = None) -> Trial:
    """Render for the first BOUND reachable people of the stored audience. Raises the refusals of `segments`.

    Weighed against the smallest limit of the group's numbers: who leaves by a larger one may get it all the same. Who
    may not see numbers is shown what comes of `preview.values_of`: a condition on a number tells nothing about it.
    """
    limit = limit or limits.of_group(campaign.group)
    revision = drafts.content(campaign)
    ready = body.prepare(revision=revision, group=campaign.group)
    people = matching.people(group=campaign.group, audience=campaign.audience).filter(Q(exclusion="")).order_by("pk")
    skipped: Counter[str] = Counter()
    parts: Counter[int] = Counter()
    looked_at = 0
    for contact in people[: BOUND if ready.fields else 1]:
        looked_at += 1
        route = contact.route if revision.rendition else Message.SentAs.TEXT.value  # type: ignore[attr-defined]  # annotated by matching
        values = preview.values_of(contact, sees_numbers=sees_numbers)
        composed = ready.render(values, sent_as=route, limit=limit, link=preview.example_link())
        if composed.refusal is not None:
            skipped[composed.refusal.code] += 1
        elif route != Message.SentAs.MMS:
            parts[composed.parts] += 1
    return Trial(looked_at, dict(skipped.most_common()), dict(sorted(parts.items())), is_whole=not ready.fields)
