"""Make an animation fit: packed tighter if that is enough, else the copy that stays most alike over time.

What it may lose, in the order of harm: doubled pictures (always merged), noise where nothing moves (held), colours,
pictures that are hardly missed, size. How much of each is found out by measure (see `search`). The total time and the
repetitions stay as they are, and the first picture has the most colours, since many phones show only that one.
"""

import math
from typing import Final

from campaigns.media import gif, gif_write, kinds, problems
from campaigns.media.fit import film as films
from campaigns.media.fit import result, search, studio

# What is more than so many times too large is not tried without loss.
_WORTH_CLEANING: Final = 10
_WORTH_PACKING: Final = 3
_LAST_SCALE: Final = 0.8
_SMALLEST_EDGE: Final = 16


def fit(data: bytes, *, kind: str, budget: int, ground: result.Ground, tell: result.Progress) -> result.Fitted:
    """The best-looking animation of at most `budget` bytes.

    `similarity` is the mean over at most 40 pictures, each counted as often as it stands for a frame of the file.
    Raises UnfitError: cannot_fit, and whatever makes the file unusable.
    """
    animation = gif.parse(data)
    # Cut to what changes, a film may lose most of its bytes without any loss, but not that many.
    clean = gif_write.rebuild(animation) if len(data) <= _WORTH_CLEANING * budget else data
    tell(0.03)
    if len(clean) <= budget and not ground:
        return _kept(clean, animation)
    film = films.load(animation, ground=ground)
    if len(clean) <= budget and not film.grounded:
        return _kept(clean, animation)
    tell(0.07)
    looking = search.Search(film, budget=budget, tell=tell)
    native = film.size == (animation.width, animation.height)
    if native and len(clean) <= _WORTH_PACKING * budget:
        packed = looking.exact()
        if packed is not None:
            return _fitted(looking, packed, animation, _merged(film, packed, animation) or (result.Step("packed"),))
    found = looking.best(scale=min(1.0, math.sqrt(1.7 * budget / len(clean))))
    made, plan, smallest = looking.make(found)
    if made is None:
        made, plan = _last_resort(looking, found, smallest)
    return _fitted(looking, made, animation, _steps(film, plan, made, animation))


def _kept(clean: bytes, animation: gif.Animation) -> result.Fitted:
    return result.Fitted(
        clean,
        "gif",
        kinds.MIME["gif"],
        animation.width,
        animation.height,
        frames=len(animation.frames),
        duration_ms=animation.duration_ms,
        similarity=1.0,
        steps=(result.Step("kept"),),
    )


def _fitted(
    looking: search.Search, made: studio.Made, animation: gif.Animation, steps: tuple[result.Step, ...]
) -> result.Fitted:
    film = looking.film
    similarity, _ = looking.whole.similarity(made)
    return result.Fitted(
        made.data,
        "gif",
        kinds.MIME["gif"],
        *made.size,
        frames=made.frames,
        duration_ms=animation.duration_ms,
        similarity=similarity,
        steps=((result.Step("on_" + film.ground),) if film.grounded else ()) + steps,
    )


def _merged(film: films.Film, made: studio.Made, animation: gif.Animation) -> tuple[result.Step, ...]:
    return (result.Step("frames_merged", made.frames),) if made.frames < len(animation.frames) else ()


def _steps(film: films.Film, plan: studio.Plan, made: studio.Made, animation: gif.Animation) -> tuple[result.Step, ...]:
    steps: list[result.Step] = []
    if len(plan.kept) < len(film.pictures):
        steps.append(result.Step("frames_dropped", made.frames))
    else:
        steps += _merged(film, made, animation)
    if made.size != (animation.width, animation.height):
        steps.append(result.Step("scaled", max(made.size)))
    steps.append(result.Step("palette", plan.colours))
    if len(plan.kept) > 1:
        steps.append(result.Step("steadied"))
    return tuple(steps)


def _last_resort(looking: search.Search, found: search.Found, smallest: int) -> tuple[studio.Made, studio.Plan]:
    """Ever smaller with the fewest pictures and colours."""
    choice = looking.poorest
    scale = found.scale
    while scale * max(looking.film.size) >= _SMALLEST_EDGE:
        plan = looking.plan(scale, choice)
        made = looking.whole.make(plan)
        if len(made.data) <= looking.budget:
            return made, plan
        smallest = min(smallest, len(made.data))
        scale *= min(_LAST_SCALE, math.sqrt(looking.budget / len(made.data)))
    raise problems.refuse("cannot_fit", limit=looking.budget, found=smallest)
