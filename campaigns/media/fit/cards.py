"""Make a contact card fit: its photo is made smaller, everything else is kept."""

import dataclasses

from campaigns.media import kinds, problems, vcard, vcard_write
from campaigns.media.fit import result, stills


def fit(data: bytes, *, kind: str, budget: int, ground: result.Ground, tell: result.Progress) -> result.Fitted:
    """The card with the best-looking photo that leaves room for the rest. Raises UnfitError: cannot_fit (where there is
    no photo, or not even the smallest fits), and whatever makes the card unusable. No `ground` is needed: the photo of
    a card is a JPEG."""
    card = vcard.read(data)
    whole = vcard_write.write(card)
    if len(whole) <= budget:
        return _fitted(whole, card, steps=(result.Step("kept"),), similarity=1.0 if card.photo else None)
    if card.photo is None:
        raise problems.refuse("cannot_fit", limit=budget, found=len(whole))
    rest = len(vcard_write.write(dataclasses.replace(card, photo=None)))
    room = vcard_write.photo_room(budget - rest)
    try:
        photo = stills.fit(card.photo, kind=card.photo_kind, budget=room, ground=ground, tell=tell)
    except problems.UnfitError as unfit:
        found = unfit.problems[0].found
        if unfit.problems[0].code != "cannot_fit" or not isinstance(found, int):
            raise
        raise problems.refuse("cannot_fit", limit=budget, found=rest + vcard_write.photo_octets(found)) from None
    lighter = dataclasses.replace(card, photo=photo.data, photo_kind=photo.kind)
    steps = (result.Step("photo_refitted"), *(step for step in photo.steps if step.code != "kept"))
    return _fitted(vcard_write.write(lighter), lighter, steps=steps, similarity=photo.similarity)


def _fitted(
    data: bytes, card: vcard.Card, *, steps: tuple[result.Step, ...], similarity: float | None
) -> result.Fitted:
    shown = card.as_shown().facts()
    return result.Fitted(data, "vcf", kinds.MIME["vcf"], None, None, similarity=similarity, steps=steps, card=shown)
