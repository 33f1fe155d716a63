"""Phone numbers: parse any spelling, tell the country and time zones, and know which numbers are fiction.

Numbers leave here as E.164. A range reserved for fiction reaches nobody, so such a number counts as valid even where
the number plan says otherwise; whoever sends must hand it to the sandbox only (`Contact.is_fictitious`).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult
from phonenumbers import timezone as zones

# Where numbers send MMS and phones take it; everyone else gets a text with a link.
# Source: Twilio, "MMS support by country", read 2026-11-22.
MMS_COUNTRIES: Final = ("CA", "US")
E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")

_KINDS: Final = {
    PhoneNumberType.FIXED_LINE: "fixed_line",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_line_or_mobile",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.PREMIUM_RATE: "premium_rate",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.PERSONAL_NUMBER: "personal_number",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.UAN: "company_number",
    PhoneNumberType.VOICEMAIL: "voicemail",
}
# Nobody who gave consent stands behind one of these.
_NO_RECIPIENT: Final = frozenset(
    {"toll_free", "premium_rate", "shared_cost", "personal_number", "pager", "company_number", "voicemail"}
)
_IMPOSSIBLE: Final = {
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "area_code_missing",
    ValidationResult.TOO_LONG: "too_long",
    ValidationResult.INVALID_COUNTRY_CODE: "unknown_country",
}

# Reserved for fiction. GB: Ofcom, "Telephone numbers for use in TV and radio drama", without the leading zero.
_GB_BLOCKS: Final = (
    *("7700900", "2079460", "1632960", "1914980", "2896496", "2920180", "3069990"),
    *(f"{area}4960" for area in (113, 114, 115, 116, 117, 118, 121, 131, 141, 151, 161)),
)
# (country, digits after the plus, first tail, last tail).
# AU: ACMA, numbers for creative works: (0x) 5550 xxxx and 7010 xxxx; single mobiles are listed below.
# FR: ARCEP, six blocks for audiovisual works. DE: Bundesnetzagentur, Mitteilung 148/2021.
# IE: ComReg, 020 91x xxxx for drama. SE: PTS, numbers for books and films.
_BLOCKS: Final = (
    *(("GB", f"44{block}", "000", "999") for block in _GB_BLOCKS),
    *(("AU", f"61{area}{block}", "0000", "9999") for area in "2378" for block in ("5550", "7010")),
    *(("FR", f"33{block}", "0000", "9999") for block in ("63998", "19900", "26191", "35301", "46571", "53649")),
    ("DE", "491713920", "000", "099"),
    ("DE", "4917604069", "000", "099"),
    *(("DE", f"49{block}", "000", "999") for block in ("3023125", "6990009", "4066969", "2214710", "8999998")),
    ("IE", "3532091", "00000", "99999"),
    ("SE", "46701740", "605", "699"),
    ("SE", "46313900", "600", "699"),
    ("SE", "46406280", "400", "499"),
    ("SE", "46846500", "400", "499"),
    ("SE", "46980319", "200", "299"),
)
# fmt: off
_AU_MOBILES: Final = tuple(f"+6149157{tail:04}" for tail in (
    6, 110, 156, 157, 158, 159, 313, 737, 1266, 1491, 1804, 2549, 2665, 2983, 3087, 3770, 4118, 4632,
    5254, 5789, 6398, 6801, 7426, 7644, 8148, 8888, 8957, 9212, 9455, 9760,
))
# fmt: on
# North America: 555-0100 to 555-0199 in every area code (NANPA, ATIS-0300115), the Caribbean included.
_NORTH_AMERICA: Final = re.compile(r"\+1([2-9][0-9]{2})55501[0-9]{2}")
_AREA_CODES: Final = {
    "US": (212, 305, 312, 214, 303, 602, 213, 206, 617, 404, 702, 504, 313, 503, 612, 816, 907, 808),
    "CA": (416, 514, 604, 403, 902, 204, 306, 709),
    "JM": (876,),
    "BS": (242,),
    "DO": (809,),
    "TT": (868,),
}
FICTION_COUNTRIES: Final = ("US", "CA", "GB", "AU", "FR", "DE", "IE", "SE", "JM", "BS", "DO", "TT")


@dataclass(frozen=True, slots=True)
class Phone:
    """What a spelling of a number means. `e164` is empty where no number could be read; `reason` is then a code."""

    e164: str
    country: str
    is_valid: bool
    reason: str
    time_zones: tuple[str, ...]
    kind: str

    @property
    def is_fictional(self) -> bool:
        return is_fictional(self.e164)


@dataclass(frozen=True, slots=True)
class Forms:
    """What to look for: whole numbers in E.164, and the digits to be found anywhere in one (empty: too few)."""

    exact: tuple[str, ...]
    part: str


def parse(text: str, *, default_country: str = "US") -> Phone:
    """Read a number in any spelling; without a country code it belongs to `default_country`.

    Never raises. Reasons: empty, letters, scientific_notation, extension, not_a_number, unknown_country, too_short,
    too_long, area_code_missing, not_in_use, toll_free, premium_rate, shared_cost, personal_number, pager,
    company_number, voicemail, voip.
    """
    cleaned = _clean(text)
    refusal = _unreadable(cleaned)
    if refusal:
        return _nothing(refusal)
    try:
        number = phonenumbers.parse(cleaned, default_country)
    except NumberParseException as problem:
        unknown = problem.error_type == NumberParseException.INVALID_COUNTRY_CODE
        return _nothing("unknown_country" if unknown else "not_a_number")
    if number.extension:
        return _nothing("extension")
    e164 = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if not E164.fullmatch(e164):
        return _nothing("too_long" if len(e164) > 15 else "too_short")
    return _judge(number, e164)


def is_fictional(e164: str) -> bool:
    """Say whether this number lies in a range that its country keeps for fiction."""
    return _fiction_country(e164) != ""


def fictional_numbers(country: str) -> Iterator[str]:
    """Yield numbers reserved for fiction in this country, mobiles first, neighbours spread over area codes.

    Raises KeyError for a country outside FICTION_COUNTRIES.
    """
    if country in _AREA_CODES:
        for line in range(100, 200):
            for area in _AREA_CODES[country]:
                yield f"+1{area}5550{line}"
        return
    if country not in FICTION_COUNTRIES:
        raise KeyError(country)
    if country == "AU":
        yield from _AU_MOBILES
    for of, digits, first, last in _BLOCKS:
        if of == country:
            for tail in range(int(first), int(last) + 1):
                yield f"+{digits}{tail:0{len(last)}}"


def search_forms(text: str, *, default_country: str = "US") -> Forms:
    """Say what to look for when somebody types a number, or part of one, in any spelling.

    Whole numbers are tried as national and as international ones. Part of a number counts from four digits on; a
    leading zero is dropped, since a national trunk zero is not in E.164.
    """
    cleaned = _clean(text)
    if _unreadable(cleaned):
        return Forms((), "")
    digits = "".join(str(int(sign)) for sign in cleaned if sign.isdecimal())
    spellings = (cleaned,) if cleaned.startswith("+") else (cleaned, f"+{digits}")
    read = (parse(spelling, default_country=default_country).e164 for spelling in spellings)
    part = digits.lstrip("0")
    return Forms(tuple(dict.fromkeys(found for found in read if found)), part if len(part) >= 4 else "")


def mask(e164: str) -> str:
    """Hide a number from people without the right to see it: country code and the last two digits remain."""
    try:
        code = phonenumbers.parse(e164).country_code
    except NumberParseException:
        return "••••"
    return f"+{code} •••• ••{e164[-2:]}"


def written(e164: str) -> str:
    """Write a number with spaces, as people read it in any country; what is no number comes back as it is."""
    try:
        number = phonenumbers.parse(e164)
    except NumberParseException:
        return e164
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def _clean(text: str) -> str:
    """Drop invisible signs, quotes that spreadsheets add, a `tel:` and a float's `.0`; 00 means plus."""
    visible = text if text.isascii() else "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    visible = visible.strip().strip("'\"‘’“”").strip()
    visible = re.sub(r"(?i)^tel:\s*", "", visible)
    visible = re.sub(r"^(\+?[0-9]{7,})\.0+$", r"\1", visible)
    return re.sub(r"^00\s*(?=[1-9])", "+", visible)


def _unreadable(cleaned: str) -> str:
    """Return why this cannot be one number, or an empty text. A vanity number is too easily a typing error."""
    if not cleaned:
        return "empty"
    if re.fullmatch(r"[0-9.,]+[eE]\+?[0-9]+", cleaned):
        return "scientific_notation"
    if re.search(r"(?i)(?:\bext?\.?|\bx|;ext=|[0-9]x)\s*[0-9]+$", cleaned):
        return "extension"
    if any(sign.isalpha() for sign in cleaned):
        return "letters"
    return "" if len(cleaned) <= 40 else "too_long"


def _judge(number: PhoneNumber, e164: str) -> Phone:
    region = phonenumbers.region_code_for_number(number)
    fiction = _fiction_country(e164)
    kind = _KINDS.get(phonenumbers.number_type(number), "unknown")
    country = fiction or region or _main_region(number)
    if kind in _NO_RECIPIENT or (kind == "voip" and number.country_code == 1):
        return Phone(e164, country, False, kind, (), kind)
    # A number of a known kind is what the library calls valid; asking for that too would double the time.
    if not fiction and kind == "unknown":
        why = _IMPOSSIBLE.get(phonenumbers.is_possible_number_with_reason(number), "not_in_use")
        return Phone(e164, country, False, why, (), kind)
    return Phone(e164, country, True, "", _zones(number, by_digits=number.country_code == 1 or kind == "unknown"), kind)


def _zones(number: PhoneNumber, *, by_digits: bool) -> tuple[str, ...]:
    """All time zones this number may be in.

    In North America by the digits alone: asked by type, the library gives a Caribbean mobile every zone of +1. Invalid
    fiction can only be asked by digits too.
    """
    found = zones.time_zones_for_geographical_number(number) if by_digits else zones.time_zones_for_number(number)
    return tuple(zone for zone in found if zone != "Etc/Unknown")


def _main_region(number: PhoneNumber) -> str:
    region = str(phonenumbers.region_code_for_country_code(number.country_code or 0))
    return region if len(region) == 2 and region.isalpha() and region != "ZZ" else ""


def _fiction_country(e164: str) -> str:
    if e164.startswith("+1"):
        if not _NORTH_AMERICA.fullmatch(e164):
            return ""
        # An area code that nobody has is not fiction, it is a mistake.
        return phonenumbers.region_code_for_number(PhoneNumber(1, int(e164[2:]))) or ""
    if e164 in _AU_MOBILES:
        return "AU"
    for country, digits, first, last in _BLOCKS:
        if e164.startswith(digits, 1):
            tail = e164[1 + len(digits) :]
            return country if len(tail) == len(last) and tail.isdecimal() and first <= tail <= last else ""
    return ""


def _nothing(reason: str) -> Phone:
    return Phone("", "", False, reason, (), "unknown")
