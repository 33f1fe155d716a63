"""Look for the plan whose animation is most alike within a budget. Bounded by attempts; the same film, the same plan.

Sides, colours, tolerance and the pictures that stay are weighed against each other by what they come to on strips of
the film: a film that pans needs every picture and few colours, a talking head holds its background and keeps its size.
"""

import dataclasses
import math
from typing import Final

from campaigns.media.fit import film as films
from campaigns.media.fit import palettes, result, studio, thinning

COLOURS: Final = (7, 11, 15, 23, 31, 47, 63, 95, 127, 191, 255)
TOLERANCES: Final = (15.0, 60.0, 150.0, 300.0)
# Bytes grow about so with the sides.
_GROWTH: Final = 1.7
_GROWTHS: Final = (1.2, 6.0)
# What one e-fold of bytes is worth in similarity until it is known, and between what it must lie.
_SLOPE: Final = 0.1
_SLOPES: Final = (0.01, 0.3)
_SMALLEST_SCALE: Final = 0.02
# Nearer to full size than this costs sharp edges and saves nothing.
_NEARLY_FULL: Final = 0.93
_CLOSE: Final = 0.22
_STEPS_ONE_WAY: Final = 3
_ATTEMPTS: Final = 26
_WORTH_PACKING: Final = 1.3
_MAKES: Final = 5
_STRIDE: Final = 1.25
_TRIAL_STRIDE: Final = 2.0
_APPROACHES: Final = 3
_WELL_USED: Final = 0.985
_AIMED_AT: Final = 0.992
# What colours that are off by one level on average weigh against similarity, which sees brightness only.
_COLOUR_HARM: Final = 0.5 / 255
_LOOKS: Final = 12
_FINAL_LOOKS: Final = 40


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """A row of thinning.choices, a place in COLOURS and one in TOLERANCES."""

    row: int = 0
    colours: int = COLOURS.index(31)
    tolerance: int = 1

    def moved(self, axis: str, by: int) -> "Choice":
        return dataclasses.replace(self, **{axis: getattr(self, axis) + by})


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """The scale at which a choice meets the budget, and how alike it likely is then."""

    choice: Choice
    scale: float
    value: float


class Search:
    """One search over one film."""

    def __init__(self, film: films.Film, *, budget: int, tell: result.Progress) -> None:
        self.film, self.budget, self._tell = film, budget, tell
        self._part, self._share = studio.Studio(film, looks=_LOOKS), 1.0
        self._whole: studio.Studio | None = None
        self._rows = thinning.choices(film, thinning.steps(film))
        self._slope = _SLOPE
        self._attempts = 0
        self._seen: set[Choice] = set()

    @property
    def whole(self) -> studio.Studio:
        """Carries out plans on the whole film."""
        if self._whole is None:
            self._whole = studio.Studio(self.film, looks=_FINAL_LOOKS)
        return self._whole

    @property
    def poorest(self) -> Choice:
        """The fewest pictures and colours."""
        return Choice(row=len(self._rows) - 1, colours=0, tolerance=len(TOLERANCES) - 1)

    def exact(self) -> studio.Made | None:
        """The film without any loss, if its colours allow that and it then fits."""
        palette = palettes.exact(self.film.pictures)
        if palette is None:
            return None
        plan = studio.Plan(1.0, self._rows[0], palettes.MOST_COLOURS, 0.0)
        part, share = studio.strips(self.film, scale=1.0)
        likely = len(studio.Studio(part, looks=1).make(plan, palette=palette).data) / share
        made = self.whole.make(plan, palette=palette) if likely < _WORTH_PACKING * self.budget else None
        return made if made is not None and len(made.data) <= self.budget else None

    def best(self, *, scale: float) -> Found:
        """Climb from a middling choice, one thing at a time, while it gets better. `scale` is a first guess."""
        best = self._first(scale)
        part, self._share = studio.strips(self.film, scale=best.scale)
        if part is not self.film:
            self._part = studio.Studio(part, looks=_LOOKS)
            best = self._first(best.scale)
        for axis, by in (("tolerance", 1), ("colours", 2), ("row", 1), ("tolerance", 1), ("colours", 1)):
            up = self._climb(best, axis, by)
            best = up if up is not best else self._climb(best, axis, -by)
        return best

    def _first(self, scale: float) -> Found:
        choice = Choice()
        self._seen.add(choice)
        return self._approach(choice, scale)

    def _climb(self, best: Found, axis: str, by: int) -> Found:
        for _ in range(_STEPS_ONE_WAY):
            found = self._solve(best.choice.moved(axis, by), scale=best.scale)
            if found is None or found.value <= best.value:
                break
            best = found
        return best

    def _solve(self, choice: Choice, *, scale: float) -> Found | None:
        """What a choice comes to; None where there is none such, or it was looked at, or there were attempts enough."""
        within = 0 <= choice.row < len(self._rows) and 0 <= choice.colours < len(COLOURS)
        if not within or not 0 <= choice.tolerance < len(TOLERANCES) or choice in self._seen:
            return None
        if self._attempts >= _ATTEMPTS:
            return None
        self._seen.add(choice)
        return self._approach(choice, scale)

    def _approach(self, choice: Choice, scale: float) -> Found:
        """Try a choice at scales ever nearer to that which meets the budget."""
        aim = _Aim(scale, budget=self.budget, stride=_TRIAL_STRIDE)
        points: list[tuple[float, float]] = []
        for _ in range(_APPROACHES):
            size, alike = self._attempt(aim.scale, choice)
            if aim.scale == 1.0 and size <= self.budget:
                return Found(choice, 1.0, alike)
            over = math.log(size / self.budget)
            points.append((over, alike))
            aim.correct(size)
            if abs(over) < _CLOSE:
                break
        return Found(choice, aim.scale, self._value(points))

    def _value(self, points: list[tuple[float, float]]) -> float:
        """The similarity at the budget, from those at some sizes (as the logarithm of how far they are over it)."""
        (over, alike), *others = sorted(points, key=lambda point: abs(point[0]))
        if others and abs(others[0][0] - over) > _CLOSE / 2:
            slope = (others[0][1] - alike) / (others[0][0] - over)
            self._slope = min(max(slope, _SLOPES[0]), _SLOPES[1])
        return alike - self._slope * over

    def _attempt(self, scale: float, choice: Choice) -> tuple[int, float]:
        """Bytes and similarity of a choice at this scale, as far as strips can tell."""
        made = self._part.make(self.plan(scale, choice))
        self._attempts += 1
        self._tell(0.1 + 0.6 * self._attempts / _ATTEMPTS)
        whole = (len(made.data) - studio.HEAD_BYTES) / self._share + studio.HEAD_BYTES
        alike, off = self._part.similarity(made)
        return max(1, round(whole)), alike - _COLOUR_HARM * off

    def plan(self, scale: float, choice: Choice) -> studio.Plan:
        """The plan that a choice stands for."""
        return studio.Plan(scale, self._rows[choice.row], COLOURS[choice.colours], TOLERANCES[choice.tolerance])

    def make(self, found: Found) -> tuple[studio.Made | None, studio.Plan, int]:
        """The largest copy within the budget that a few tries lead to, or None; its plan; and the smallest size."""
        aim = _Aim(found.scale, budget=self.budget, stride=_STRIDE)
        fits: tuple[studio.Made, studio.Plan] | None = None
        smallest = 0
        for turn in range(_MAKES):
            plan = self.plan(aim.scale, found.choice)
            made = self.whole.make(plan)
            self._tell(0.75 + 0.2 * (turn + 1) / _MAKES)
            size = len(made.data)
            smallest = min(smallest or size, size)
            if size <= self.budget and (fits is None or size > len(fits[0].data)):
                fits = made, plan
            if aim.is_met(size):
                break
            aim.correct(size)
        return (*fits, smallest) if fits is not None else (None, plan, smallest)


class _Aim:
    """Finds the scale at which a size meets the budget, from the sizes at the scales before."""

    def __init__(self, scale: float, *, budget: int, stride: float) -> None:
        """`stride` is the most by which the scale changes at once."""
        self.scale, self._budget, self._stride = scale, budget, stride
        self._growth = _GROWTH
        self._low, self._high = 0.0, math.inf
        self._before: tuple[float, int] | None = None

    def is_met(self, size: int) -> bool:
        return size <= self._budget and (self.scale == 1.0 or size > _WELL_USED * self._budget)

    def correct(self, size: int) -> None:
        """Take the next scale, now that the present one is known to give `size`."""
        if size <= self._budget:
            self._low = max(self._low, self.scale)
        else:
            self._high = min(self._high, self.scale)
        if self._before is not None and self._before[1] != size and self._before[0] != self.scale:
            growth = math.log(size / self._before[1]) / math.log(self.scale / self._before[0])
            self._growth = min(max(growth, _GROWTHS[0]), _GROWTHS[1])
        self._before = self.scale, size
        change = (_AIMED_AT * self._budget / size) ** (1 / self._growth)
        scale = self.scale * min(max(change, 1 / self._stride), self._stride)
        if scale >= _NEARLY_FULL:
            scale = 1.0 if self._high > 1.0 else _NEARLY_FULL
        if not self._low < scale < self._high:
            scale = (max(self._low, self._high / self._stride) + self._high) / 2 if self._high < math.inf else 1.0
        self.scale = max(scale, _SMALLEST_SCALE)
