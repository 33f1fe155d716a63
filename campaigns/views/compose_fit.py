"""Making the draft's file fit, as the content page shows it: sizes to choose from, how far it is, before and after."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth.models import User
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from campaigns import states
from campaigns.assets import fit, store
from campaigns.composing import body, drafts, limits, preview, problems
from campaigns.forms import media_words
from campaigns.media.fit import result
from campaigns.models import Campaign, Fit, Rendition, Revision
from campaigns.views import compose_frame
from subscriptions.views import access

_LEVELS: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "safe": (gettext_lazy("Safe"), gettext_lazy("every carrier")),
    "normal": (gettext_lazy("Normal"), gettext_lazy("nearly every carrier")),
    "large": (gettext_lazy("Large"), gettext_lazy("the most your numbers carry")),
}
_GROUNDS: Final[dict[str, result.Ground]] = {"white": "white", "black": "black"}
# After this long without a maker at work, no worker runs.
_NOBODY_AFTER = timedelta(seconds=8)


@dataclass(frozen=True)
class Level:
    """A size to choose."""

    name: str
    label: str | Promise
    why: str | Promise
    budget_bytes: int
    is_current: bool

    @property
    def size(self) -> str:
        return media_words.size(self.budget_bytes)


@dataclass(frozen=True)
class Progress:
    """How far a copy is. It is late where nobody seems to be at it."""

    share: int
    words: str
    is_late: bool
    is_open: bool = True


@dataclass(frozen=True)
class Panel:
    """What can be done, is being done and was done to make the file fit.

    `first` is what *Make it fit* makes. `before` stands beside the copy that is there or in work.
    """

    levels: list[Level]
    first: Level | None
    progress: Progress | None
    refusal: str
    before: Rendition | None
    alike: str
    shines_through: bool


def panel(revision: Revision, budgets: limits.Budgets) -> Panel | None:
    """The panel of a draft's file; None where there is none, or no way to make its kind smaller."""
    rendition = revision.rendition
    if rendition is None or not fit.can_fit(rendition.asset):
        return None
    is_fitted = rendition.purpose == Rendition.Purpose.FITTED
    clean = store.clean_copy(rendition.asset) if is_fitted else rendition
    wish = revision.fitting if revision.frozen_at is None else None
    is_refused = wish is not None and wish.state == states.Fit.REFUSED
    progress = None if wish is None or is_refused else _progress(wish, now=timezone.now())
    levels = _levels(budgets, clean, made_for=wish.budget_bytes if wish and progress else rendition.budget_bytes)
    heavy = rendition.bytes > (budgets.large if is_fitted else budgets.normal)
    return Panel(
        levels=levels,
        first=next((level for level in levels if level.name != "safe"), None) if heavy and not progress else None,
        progress=progress,
        refusal=_refusal(wish.problem) if wish is not None and is_refused else "",
        before=clean if is_fitted or progress else None,
        alike=_alike(rendition.similarity) if is_fitted else "",
        shines_through=bool(rendition.has_alpha) and not progress,
    )


def budgets(campaign: Campaign, *, text: str) -> limits.Budgets:
    """What the file of a draft may weigh beside this text, which may not be stored yet."""
    revision = preview.with_text(drafts.content(campaign), text)
    ready = body.prepare(revision=revision, group=campaign.group, known=problems.known_fields())
    return ready.budgets(limit=limits.of_group(campaign.group))


def wish(campaign: Campaign, *, verb: str, what: str, text: str, by: User, now: datetime) -> Fit | None:
    """The copy that an act asks for: `fit`, `fit:<level>` or `flatten:<ground>`; None for every other act."""
    rendition = drafts.content(campaign).rendition
    if rendition is None or not fit.can_fit(rendition.asset):
        return None
    sizes = budgets(campaign, text=text)
    if verb == "fit":
        budget = {"safe": sizes.safe, "normal": sizes.normal, "large": sizes.large}.get(what or "normal")
        ground = _GROUNDS.get(rendition.ground, "")
    elif verb == "flatten" and what in _GROUNDS:
        budget, ground = rendition.budget_bytes or _roomy(sizes, rendition), _GROUNDS[what]
    else:
        return None
    if budget is None:
        return None
    return fit.ask(asset=rendition.asset, budget_bytes=budget, ground=ground, by=by, now=now)


@require_safe
@access.permission_needed("campaigns.view_campaign")
def progress(request: HttpRequest, pk: int) -> JsonResponse:
    """How far the copy is that the draft waits for; no longer open once it is there, refused or not wanted."""
    wish = drafts.content(compose_frame.get_draft(pk)).fitting
    if wish is None or wish.state == states.Fit.REFUSED:
        return JsonResponse({"open": False})
    seen = _progress(wish, now=timezone.now())
    return JsonResponse({"open": seen.is_open, "share": seen.share, "words": seen.words, "late": seen.is_late})


def _roomy(sizes: limits.Budgets, rendition: Rendition) -> int:
    """The smallest size that holds a file as it is, so that nothing but its ground changes; else the largest."""
    return next((size for size in (sizes.safe, sizes.normal, sizes.large) if size >= rendition.bytes), sizes.large)


def _levels(sizes: limits.Budgets, clean: Rendition, *, made_for: int | None) -> list[Level]:
    """The sizes that make the file smaller than it came, smallest first; those that come to the same are one."""
    found: dict[int, str] = {}
    for name, size in (("safe", sizes.safe), ("large", sizes.large), ("normal", sizes.normal)):
        if size < clean.bytes and size not in found:
            found[size] = name
    # Budgets follow the text: the copy was made for the nearest one.
    nearest = min(found, key=lambda size: abs(size - made_for), default=None) if made_for is not None else None
    return [Level(name, *_LEVELS[name], size, is_current=size == nearest) for size, name in sorted(found.items())]


def _progress(wish: Fit, *, now: datetime) -> Progress:
    """What is going on, in words, and whether anything is."""
    if wish.state == states.Fit.DONE:
        # Made, and taken over within the same breath by whoever made it.
        return Progress(100, _("The copy is there."), is_late=False)
    if wish.problem:
        said = _("The place where files are kept does not answer now. It is asked again by itself.")
        return Progress(wish.share, said, is_late=True)
    if wish.state == states.Fit.RUNNING:
        if fit.is_silent(wish, now=now):
            return Progress(wish.share, _("Its worker fell silent. Another one begins anew."), is_late=True)
        return Progress(wish.share, _("Trying sizes and qualities: %(share)d%%") % {"share": wish.share}, is_late=False)
    ahead, is_busy = fit.queue(wish, now=now)
    if not is_busy and now - wish.asked_at > _NOBODY_AFTER:
        said = _("Nobody makes it: the worker for copies does not run. It begins by itself when that is back.")
        return Progress(0, said, is_late=True)
    if ahead:
        words = ngettext("%(count)d copy is made before this one", "%(count)d copies are made before this one", ahead)
        return Progress(0, words % {"count": ahead}, is_late=False)
    return Progress(0, _("It begins at once"), is_late=False)


def _refusal(problem: dict[str, Any]) -> str:
    said = media_words.sentence(problem["code"], problem["limit"], problem["found"])
    if problem["code"] == "cannot_fit":
        return _("%(said)s Choose a larger size, or another file.") % {"said": said}
    return said


def _alike(similarity: float | None) -> str:
    """How alike the copy looks, rounded down: what lost anything is never called the same."""
    if similarity is None:
        return ""
    if similarity >= 1:
        return _("looks exactly like the original")
    return _("looks %(percent)d%% like the original") % {"percent": math.floor(similarity * 100)}
