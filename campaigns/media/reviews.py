"""What a review of a file says, whatever the kind."""

import dataclasses
from typing import TYPE_CHECKING

from campaigns.media import kinds, posters, probe
from campaigns.media.problems import Problem

if TYPE_CHECKING:  # a picture's judge knows nothing of cards, and starts the sooner for it
    from campaigns.media import vcard


@dataclasses.dataclass(frozen=True, slots=True)
class Review:
    """The verdict. `upload` are the facts about what came in; `data` is the canonical copy and None when the file
    cannot be used at all.

    `kind`, `mime`, `width`, `height`, `frames`, `duration_ms`, `loop` (None plays once, 0 for ever) and `has_alpha` are
    of the copy. `notes` are codes of what was done: became_jpeg, became_png, became_gif, orientation_applied,
    metadata_removed, profile_converted, cmyk_converted, depth_reduced, trailing_bytes_removed, pixels_halved,
    lines_removed, name_derived. `card` is what a phone shows. `poster` stands for the file in lists; a card without a
    photo has none. `peak_bytes` is the most memory the decoder held.
    """

    kind: str
    mime: str
    upload: probe.Probe
    data: bytes | None = None
    width: int | None = None
    height: int | None = None
    frames: int = 0
    duration_ms: int = 0
    loop: int | None = None
    has_alpha: bool = False
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    card: "vcard.Card | None" = None
    poster: posters.Poster | None = None
    peak_bytes: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the copy can be sent: there is one, and nothing but advice was found."""
        return self.data is not None and all(problem.severity != "error" for problem in self.problems)


def refused(data: bytes, *, kind: str, found: tuple[Problem, ...], uploaded_bytes: int | None = None) -> Review:
    """The verdict on a file that cannot be used."""
    whole = len(data) if uploaded_bytes is None else uploaded_bytes
    mime = kinds.UPLOAD_MIME.get(kind, "")
    return Review(kind=kind, mime=mime, upload=probe.Probe(kind=kind, mime=mime, bytes=whole), problems=found)


def removed(facts: probe.Probe) -> list[str]:
    """Notes on what stood beside the picture."""
    notes = ["metadata_removed"] if facts.metadata else []
    return [*notes, "trailing_bytes_removed"] if facts.trailing_bytes else notes


def grew(data: bytes, clean: bytes) -> tuple[Problem, ...]:
    """The advice that the copy is larger than the upload, if it is."""
    if len(clean) <= len(data):
        return ()
    return (Problem("grew", limit=len(data), found=len(clean), severity="advice"),)
