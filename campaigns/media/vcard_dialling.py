"""Which numbers of contact cards work from one country only. Apart from their reading, since the child that judges a
picture would pay for knowing all number plans."""

from collections.abc import Iterable

from campaigns.media import problems, vcard_phones
from subscriptions import phones


def in_full(text: str) -> str:
    """A number that somebody types for a card, with its country where it says none; short codes stay as they are.

    Raises UnfitError: vcard_bad_phone, also for what no country would connect.
    """
    number = vcard_phones.read(text)
    dialled, after = vcard_phones.parts(number)
    if sum(character.isdigit() for character in dialled) < 7 and not number.startswith("+"):
        return number
    e164 = _e164(number)
    if e164 is None:
        raise problems.refuse("vcard_bad_phone", found=text.strip()[:60])
    return e164 + after.replace(" ", "")


def advice(numbers: Iterable[tuple[str, int | None]]) -> list[problems.Problem]:
    """vcard_phone_not_e164 for each number, given with its line, that does not say its country."""
    return [
        problems.Problem("vcard_phone_not_e164", limit=_e164(number), found=number, severity="advice", line=line)
        for number, line in numbers
        if not number.lstrip("( ").startswith("+")
    ]


def _e164(number: str) -> str | None:
    """The number with its country, as far as it can be told: without one it is read as North American."""
    known = phones.parse(vcard_phones.parts(number)[0])
    return known.e164 if known.e164 and (known.is_valid or known.kind != "unknown") else None
