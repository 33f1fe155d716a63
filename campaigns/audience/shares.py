"""Which number each person's message leaves by: the one they know, else one of their area, else by rate."""

import math
import re
from collections import defaultdict
from collections.abc import Sequence

from subscriptions.models import SenderNumber

# Two numbers share people by rate: the golden ratio's multiples spread evenly from the first person on.
_GOLDEN = (math.sqrt(5) - 1) / 2
_AREA = re.compile(r"\+1[2-9][0-9]{2}")


def weight(number: SenderNumber) -> int:
    """A number's share among others, in hundredths of a part per second."""
    return max(1, round(number.rate * 100))


def expression(numbers: Sequence[SenderNumber]) -> str:
    """SQL for the number of a person, over the columns `contact_id`, `phone` and `sticky` of `chosen`.

    The number that a person was first texted from is kept while it is among `numbers`. For everybody else a long code
    of the same North American area is preferred; several of one area, or all where none fits, share people by rate,
    evenly mixed. The trees grow with the logarithm of the numbers; without numbers it is NULL.
    """
    if not numbers:
        return "CAST(NULL AS bigint)"
    known = ", ".join(str(number.pk) for number in numbers)
    by_area: dict[str, list[SenderNumber]] = defaultdict(list)
    for number in numbers:
        if number.kind == SenderNumber.Kind.LONG_CODE and (area := _AREA.match(number.value)):
            by_area[area.group()].append(number)
    choices = [f"CASE WHEN chosen.sticky IN ({known}) THEN chosen.sticky END"]
    # Where all numbers are of one area, sharing by rate says the same.
    if len(numbers) > 1 and by_area:
        choices.append(_by_area(sorted(by_area.items())))
    return f"COALESCE({', '.join([*choices, _by_rate(numbers)])})"


def _by_area(areas: Sequence[tuple[str, Sequence[SenderNumber]]]) -> str:
    if len(areas) == 1:
        area, numbers = areas[0]
        return f"CASE WHEN substr(chosen.phone, 1, 5) = '{area}' THEN {_by_rate(numbers)} END"
    middle = len(areas) // 2
    return (
        f"CASE WHEN substr(chosen.phone, 1, 5) < '{areas[middle][0]}' "
        f"THEN {_by_area(areas[:middle])} ELSE {_by_area(areas[middle:])} END"
    )


def _by_rate(numbers: Sequence[SenderNumber]) -> str:
    """A person's place among the shares. Multiples of the golden ratio spread ids evenly over them from the first one
    on, where the plain remainder would give the first number its whole share before the next gets anybody."""
    total = sum(weight(number) for number in numbers)
    step = next(k for k in range(max(1, round(total * _GOLDEN)), 2 * total + 2) if math.gcd(k, total) == 1)
    bounds, bound = [], 0
    for number in numbers:
        bounds.append((bound, number.pk))
        bound += weight(number)
    return _tree(f"mod(chosen.contact_id * {step}, {total})", bounds)


def _tree(place: str, bounds: Sequence[tuple[int, int]]) -> str:
    """Whose share holds the place; `bounds` are where shares begin, in order."""
    if len(bounds) == 1:
        return str(bounds[0][1])
    middle = len(bounds) // 2
    return (
        f"CASE WHEN {place} < {bounds[middle][0]} "
        f"THEN {_tree(place, bounds[:middle])} ELSE {_tree(place, bounds[middle:])} END"
    )
