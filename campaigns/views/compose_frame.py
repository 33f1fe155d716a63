"""What all pages of the composer share: the draft, its steps, its problems as lines, and who may edit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.composing import drafts, findings
from campaigns.forms import words
from campaigns.models import Campaign
from subscriptions.views import access

EDIT = "campaigns.change_campaign"
_STEPS: tuple[tuple[str, str | Promise], ...] = (
    ("content", _("Content")),
    ("audience", _("Audience")),
    ("schedule", _("Schedule")),
    ("review", _("Review")),
)
_MARKS: dict[str, tuple[str, str | Promise]] = {
    "done": ("circle-check", _("done")),
    "problem": ("alert-circle", _("has a problem")),
    "open": ("circle", _("open")),
}


@dataclass(frozen=True)
class Step:
    """One step at the top of the composer."""

    name: str
    label: str | Promise
    url: str
    state: str
    icon: str
    state_label: str | Promise
    is_here: bool


@dataclass(frozen=True)
class Line:
    """One problem as `components/_problems.html` shows it."""

    words: str
    is_advice: bool
    url: str


def get_draft(pk: int) -> Campaign:
    """The campaign with what every page shows of it, or 404."""
    return get_object_or_404(Campaign.objects.select_related("group", "edited_by"), pk=pk)


def check_may_edit(request: HttpRequest, *more: str) -> None:
    """Raise access.Lacking, naming what is missing, unless the user may edit campaigns (and has `more` rights)."""
    missing = [right for right in (EDIT, *more) if not request.user.has_perm(right)]
    if missing:
        raise access.Lacking(missing)


def context(
    request: HttpRequest, campaign: Campaign, here: str, *, found: Iterable[findings.Problem], **more: Any
) -> dict[str, Any]:
    """The frame around one page; `found` are the problems known on it."""
    return {
        "campaign": campaign,
        "here": here,
        "steps": steps(campaign, here, found=list(found)),
        "may_edit": campaign.is_editable and request.user.has_perm(EDIT),
        "may_unlock": campaign.state == "scheduled" and request.user.has_perm(EDIT),
        **more,
    }


def steps(campaign: Campaign, here: str, *, found: Sequence[findings.Problem]) -> list[Step]:
    """The four steps, each with its own state."""
    broken = {problem.where for problem in found if problem.severity == "error" and problem.code != "no_content"}
    empty = {problem.where for problem in found if problem.code == "no_content"}
    unsaid = {"review", *empty, *_unsaid(campaign, here)}
    made = []
    for name, label in _STEPS:
        state = "problem" if name in broken else "open" if name in unsaid else "done"
        icon, state_label = _MARKS[state]
        url = reverse(f"campaigns:compose_{name}", args=[campaign.pk])
        made.append(Step(name, label, url, state, icon, state_label, is_here=name == here))
    return made


def _unsaid(campaign: Campaign, here: str) -> set[str]:
    """Steps that lie ahead and stand as a new draft has them: nobody has said anything there yet.

    Whoever kept an audience went on by the schedule and saw *now*, which is what a new draft has.
    """
    if campaign.audience or here in {"schedule", "review"}:
        return set()
    ahead = {"schedule"} if here == "audience" else {"audience", "schedule"}
    return ahead - {"schedule"} if campaign.local_at else ahead


def lines(campaign: Campaign, found: Iterable[findings.Problem]) -> list[Line]:
    """Problems in words, each with the page and the place where it is mended."""
    return [Line(words.sentence(one), one.severity == "advice", _place(campaign, one)) for one in found]


def _place(campaign: Campaign, problem: findings.Problem) -> str:
    if problem.code == "group_without_mms":
        return reverse("campaigns:compose_basics", args=[campaign.pk])
    anchor = ""
    if problem.where == "content":
        anchor = "#file" if problem.room == "media" or problem.code == "fit_in_work" else "#text"
    return reverse(f"campaigns:compose_{problem.where}", args=[campaign.pk]) + anchor


def stale(refused: drafts.StaleDraft) -> dict[str, Any]:
    """What the second editor is shown: who was quicker, and what it looks like now."""
    now_there = refused.campaign
    return {
        "words": str(refused),
        "who": refused.who,
        "at": now_there.edited_at,
        "version": now_there.version,
        "text": drafts.content(now_there).text,
    }
