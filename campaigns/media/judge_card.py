"""The verdict on one contact card."""

from campaigns.media import kinds, posters, probe, reviews, still, vcard, vcard_write


def judge(data: bytes, *, kind: str) -> reviews.Review:
    """Read a contact card, and write it again. Raises UnfitError."""
    card = vcard.read(data)
    return reviews.Review(
        kind=kind,
        mime=kinds.MIME[kind],
        upload=probe.Probe(kind=kind, mime=kinds.MIME[kind], bytes=len(data), metadata=card.left_out),
        data=vcard_write.write(card),
        notes=(*card.notes, *["lines_removed"] * bool(card.left_out)),
        card=card.as_shown(),
        poster=_poster(card.photo) if card.photo else None,
    )


def _poster(photo: bytes) -> posters.Poster:
    return posters.of_image(still.canonical(still.decode(photo, kind="jpeg"), []))
