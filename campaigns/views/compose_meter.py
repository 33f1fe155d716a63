"""The size meter and the marks in the text, as the content page draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.composing import body, findings, limits
from campaigns.forms import limit_words, media_words, words
from campaigns.gateways import limits as routes
from campaigns.media import size
from campaigns.models import Rendition

_AROUND_CHARACTERS = 24
# What is no matter of the text is said beside the file or above the page.
_ELSEWHERE = frozenset({"no_content", "group_without_mms", "no_description", "sent_before", "sent_alike"})
# The marks of the bar, and how far their words have to stand apart so that none touches another, in its units.
_MARKS = ("hard", "advice", "safe")
_CLEAR_UNITS = 170
_MEGABYTE = 1_000_000
_ZONES: dict[str, str | Promise] = {
    "fits": _("Fits"),
    "advice": _("Fits, but heavy"),
    "over": _("Too large"),
}


@dataclass(frozen=True)
class Place:
    """A mark on the bar, in its thousandths. One at or over the red line is not drawn; one too close has no words."""

    name: str
    bytes: int
    units: int
    is_drawn: bool
    has_words: bool

    @property
    def label(self) -> str:
        """What stands under the mark."""
        return str(_("1 MB")) if self.bytes == _MEGABYTE else media_words.size(self.bytes)


@dataclass(frozen=True)
class Meter:
    """Bytes, and places on a bar of 1,000 units that stands for `scale_bytes`."""

    weighed: size.SizeVerdict
    limit: limits.Limit

    @property
    def zone(self) -> str:
        return self.weighed.zone

    @property
    def zone_label(self) -> str | Promise:
        return _ZONES[self.zone]

    @property
    def zone_labels(self) -> dict[str, str | Promise]:
        """For the script that mirrors the meter."""
        return _ZONES

    @property
    def scale_bytes(self) -> int:
        """A little more than the limit, or than what is there."""
        return max(self.limit.total_bytes * 115 // 100, self.weighed.total_bytes * 105 // 100)

    @property
    def hard_kb(self) -> int:
        return self.limit.total_bytes // 1000

    @property
    def total_units(self) -> int:
        return max(self._units(self.weighed.total_bytes), 4 if self.weighed.total_bytes else 0)

    @property
    def marks(self) -> list[Place]:
        """From the red line down: what is too close to words that stand already says nothing."""
        placed: list[Place] = []
        hard_bytes = self.limit.total_bytes
        taken: list[int] = []
        for name, value in marks_of(self.limit).items():
            if name not in _MARKS:
                continue
            units = self._units(value)
            is_drawn = name == "hard" or value < hard_bytes
            has_words = is_drawn and all(abs(units - other) >= _CLEAR_UNITS for other in taken)
            if has_words:
                taken.append(units)
            placed.append(Place(name, value, units, is_drawn, has_words))
        return placed

    @property
    def whose(self) -> str:
        """Where the red line lies, and because of whom."""
        return limit_words.because(self.limit)

    @property
    def source(self) -> str:
        return limit_words.source(self.limit)

    def _units(self, value: int) -> int:
        # Half up, as the script does it; Python's own round goes to the even one.
        return (value * 1000 + self.scale_bytes // 2) // self.scale_bytes


@dataclass(frozen=True)
class Mark:
    """A problem of the text, with the piece that it is about and a little around it."""

    words: str
    is_advice: bool
    start: int | None = None
    end: int | None = None
    before: str = ""
    piece: str = ""
    after: str = ""


def meter(rendition: Rendition | None, composed: body.Composed, limit: limits.Limit) -> Meter:
    """Weigh one person's MMS against the group's limit."""
    return Meter(limit.weigh(media_bytes=rendition.bytes if rendition else 0, text=composed.text), limit)


def marks_of(limit: limits.Limit) -> dict[str, int]:
    """Where the marks lie, in bytes, and what each part weighs beside its content: what the script needs of a limit."""
    return {
        "hard": limit.total_bytes,
        "advice": settings.MMS_ADVICE_BYTES,
        "safe": routes.SAFE_BYTES,
        "partBytes": limit.part_bytes,
    }


def marks(text: str, found: Sequence[findings.Problem], refusal: findings.Problem | None) -> list[Mark]:
    """The problems of the text, and why the sample's own message cannot be sent where that is another."""
    of_text = [one for one in found if one.room != "media" and one.code not in _ELSEWHERE]
    is_new = refusal is not None and all(one.code not in {refusal.code, "no_content"} for one in found)
    if refusal is not None and is_new and refusal.room != "media":
        of_text.append(refusal)
    return [_mark(text, one) for one in of_text]


def _mark(text: str, problem: findings.Problem) -> Mark:
    sentence, is_advice = words.sentence(problem), problem.severity == "advice"
    start, end = problem.start, problem.end
    # A problem of the whole text points nowhere.
    if start is None or end is None or (start, end) == (0, len(text)):
        return Mark(sentence, is_advice)
    return Mark(
        sentence,
        is_advice,
        start,
        end,
        before=("…" if start > _AROUND_CHARACTERS else "") + text[max(0, start - _AROUND_CHARACTERS) : start],
        piece=text[start : min(end, start + 80)],
        after=text[end : end + _AROUND_CHARACTERS] + ("…" if len(text) > end + _AROUND_CHARACTERS else ""),
    )
