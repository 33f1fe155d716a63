"""What a fit gives back, and how it tells how far it is."""

import dataclasses
from collections.abc import Callable
from typing import Any, Literal, Protocol

# Called with the share that is done, from 0.0 to 1.0, never falling.
Progress = Callable[[float], None]
# What is put behind whatever shines through; '' leaves it transparent.
Ground = Literal["", "white", "black"]


def in_silence(_share: float) -> None:
    """Progress that nobody watches."""


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done; the words are in `campaigns.forms.media_words`.

    Codes: kept, scaled (value: long edge), quality (value: 1-95), halved_colour, became_jpeg, became_png and
    became_gif (value: the kind it was), packed, palette (value: colours), on_white, on_black, photo_refitted (of a
    card: what follows is about its photo); of an animation: frames_merged and frames_dropped (value: the frames left),
    steadied (what hardly moves is left as it stands).
    """

    code: str
    value: int | str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Fitted:
    """A copy within the budget; its bytes are len(data).

    `similarity` is `measure.similarity` of what a phone shows before and after, of an animation that of `likeness`;
    1.0 where nothing was lost and None for a card without a photo. `quality` (1-95) is of a JPEG that was searched for.
    `card` is what `vcard.Card.facts` gives. `has_alpha` is found by `fit.fit`, for every kind.
    """

    data: bytes
    kind: str
    mime: str
    width: int | None
    height: int | None
    frames: int = 1
    duration_ms: int = 0
    quality: int | None = None
    similarity: float | None = None
    steps: tuple[Step, ...] = ()
    card: dict[str, Any] | None = None
    has_alpha: bool = False


class Fitter(Protocol):
    """How one kind of file is made to fit."""

    def __call__(self, data: bytes, *, kind: str, budget: int, ground: Ground, tell: Progress) -> Fitted:
        """The best-looking copy of at most `budget` bytes, which is never more than the upload has.

        Raises UnfitError: cannot_fit, and whatever makes the file unusable. `fit.fit` tells the end.
        """
