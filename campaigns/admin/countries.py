"""Countries by name, for people to choose from."""

import phonenumbers
from babel import Locale
from django.utils.translation import get_language

# Where MMS goes: the two that are chosen most stand first.
FIRST = ("US", "CA")


def choices() -> list[tuple[str, str]]:
    """(code, name) of every country with phone numbers, in the reader's language and its alphabet's order."""
    names = Locale.parse((get_language() or "en").replace("-", "_")).territories
    codes = [code for code in phonenumbers.SUPPORTED_REGIONS if code.isalpha()]
    rest = sorted((str(names.get(code, code)), code) for code in codes if code not in FIRST)
    return [(code, str(names[code])) for code in FIRST] + [(code, name) for name, code in rest]


def name(code: str) -> str:
    """One country's name; a code that nobody knows comes back as it is."""
    return dict(choices()).get(code, code)
