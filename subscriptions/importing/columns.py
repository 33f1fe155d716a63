"""Which column of a file is what: headers as people write them, in English and French."""

import re
import unicodedata
from typing import Final

from subscriptions.importing.refusals import ImportRefused, words

PHONE: Final = "phone"
COUNTRY: Final = "country"
NAME: Final = "name"
ATTRIBUTE: Final = "attribute."
# About the consent of a row: the form says it for the whole file, so such a column is named and left out.
CONSENT: Final = "consent"

_MEANINGS: Final = {
    PHONE: "phone phonenumber phoneno mobile mobilenumber mobilephone cell cellphone tel telephone number msisdn e164 "
    "numero numerodetelephone portable numerodeportable",
    COUNTRY: "country countrycode pays",
    NAME: "name fullname nomcomplet",
    "first_name": "firstname first givenname forename prenom",
    "last_name": "lastname last surname familyname nom nomdefamille",
    "email": "email emailaddress mail courriel",
    "language": "language lang locale langue",
    "city": "city town ville",
    "time_zone": "timezone tz zone fuseauhoraire",
    CONSENT: "consent consentdate consentdatetime consenttime consenttimestamp consentsource consentwording "
    "consenttext consentedat consentat consentgivenat consentgivenon consentdetail consentlanguage consentproof "
    "consentmethod dateofconsent sourceofconsent wordingofconsent optin optindate optinat optinsource optinwording "
    "optintext optintime optintimestamp optedinat optedinon subscribedat subscribedon subscribedate consentement "
    "dateconsentement dateduconsentement sourceconsentement sourceduconsentement texteconsentement "
    "texteduconsentement consentementdate consentementsource consentementtexte",
}
_BY_HEADER: Final = {header: meaning for meaning, headers in _MEANINGS.items() for header in headers.split()}
# What merge fields can name: see campaigns/text.
_ATTRIBUTE_NAME: Final = re.compile(r"\w[\w .\-/]{0,59}")


def meanings(header: list[str]) -> tuple[str, ...]:
    """What each column means: a contact's column, `attribute.<name>`, `consent`, or '' for one without a name.

    Raises ImportRefused when no column holds the numbers, when two mean the same, or when a name cannot be a field.
    """
    found = tuple(_meaning(cell) for cell in header)
    if PHONE not in found:
        shown = ", ".join(cell.strip() for cell in header if cell.strip())[:200]
        raise ImportRefused(code="no_phone_column", found=shown, words=words("no_phone_column") % {"found": shown})
    for meaning, cell in zip(found, header, strict=True):
        if meaning and meaning != CONSENT and found.count(meaning) > 1:
            raise ImportRefused(code="column_twice", found=cell, words=words("column_twice") % {"found": cell.strip()})
    return found


def _meaning(cell: str) -> str:
    name = cell.strip()
    decomposed = unicodedata.normalize("NFKD", name.lower())
    folded = "".join(sign for sign in decomposed if sign.isalnum() and sign.isascii())
    if folded in _BY_HEADER:
        return _BY_HEADER[folded]
    if name and not _ATTRIBUTE_NAME.fullmatch(name):
        raise ImportRefused(code="column_name", found=name[:60], words=words("column_name") % {"found": name[:60]})
    return f"{ATTRIBUTE}{name}" if name else ""
