"""The size meter and the marks in the text, as the content page draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.composing import body, findings
from campaigns.forms import words
from campaigns.media import size
from campaigns.models import Rendition

_AROUND_CHARACTERS = 24
_ZONES: dict[str, str | Promise] = {
    "fits": _("Fits"),
    "advice": _("Fits, but heavy"),
    "over": _("Too large"),
}


@dataclass(frozen=True)
class Meter:
    """Bytes, and places on a bar of 1,000 units that stands for `scale_bytes`."""

    media_bytes: int
    text_bytes: int
    total_bytes: int
    zone: str
    hard_bytes: int
    advice_bytes: int

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
        return max(self.hard_bytes * 115 // 100, self.total_bytes * 105 // 100)

    @property
    def hard_kb(self) -> int:
        return self.hard_bytes // 1000

    @property
    def advice_kb(self) -> int:
        return self.advice_bytes // 1000

    @property
    def total_units(self) -> int:
        return max(self._units(self.total_bytes), 4 if self.total_bytes else 0)

    @property
    def advice_units(self) -> int:
        return self._units(self.advice_bytes)

    @property
    def hard_units(self) -> int:
        return self._units(self.hard_bytes)

    @property
    def is_crowded(self) -> bool:
        """Whether the two marks stand too close for both their words."""
        return self.hard_units - self.advice_units < 260

    def _units(self, value: int) -> int:
        return round(value * 1000 / self.scale_bytes)


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


def meter(rendition: Rendition | None, composed: body.Composed) -> Meter:
    """Weigh one person's MMS."""
    weighed = size.total(
        media_bytes=rendition.bytes if rendition else 0,
        text=composed.text,
        hard_limit_bytes=settings.MMS_HARD_LIMIT_BYTES,
        advice_bytes=settings.MMS_ADVICE_BYTES,
    )
    return Meter(
        media_bytes=weighed.media_bytes,
        text_bytes=weighed.text_bytes,
        total_bytes=weighed.total_bytes,
        zone=weighed.zone,
        hard_bytes=settings.MMS_HARD_LIMIT_BYTES,
        advice_bytes=settings.MMS_ADVICE_BYTES,
    )


def marks(text: str, found: Sequence[findings.Problem], refusal: findings.Problem | None) -> list[Mark]:
    """The problems of the text, and why the sample's own message cannot be sent where that is another."""
    of_text = [one for one in found if one.room != "media" and one.code not in {"no_content", "group_without_mms"}]
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
