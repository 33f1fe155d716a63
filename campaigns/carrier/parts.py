"""How many parts a text is billed as: the carrier's own count, so that ours has a witness."""

from __future__ import annotations

# GSM 03.38, basic table and the extension table reached by escape (those cost two).
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")


def count(text: str) -> int:
    """Parts of a text message: 160/153 septets, else 70/67 UTF-16 units; pairs are never split. At least one."""
    if all(character in _BASIC or character in _EXTENDED for character in text):
        costs, whole, piece = [2 if character in _EXTENDED else 1 for character in text], 160, 153
    else:
        costs, whole, piece = [2 if ord(character) > 0xFFFF else 1 for character in text], 70, 67
    if sum(costs) <= whole:
        return 1
    parts, used = 1, 0
    for cost in costs:
        if used + cost > piece:
            parts, used = parts + 1, 0
        used += cost
    return parts
