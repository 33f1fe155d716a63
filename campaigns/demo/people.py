"""Five hundred people who do not exist, on numbers that every country keeps for fiction."""

import itertools
import random
from dataclasses import dataclass
from typing import Final

from subscriptions import phones
from subscriptions.models import Contact

# How many in each country: twelve countries, the two that take MMS first.
# fmt: off
COUNTRIES: Final = {
    "US": 262, "CA": 92, "GB": 40, "FR": 26, "AU": 20, "DE": 18, "IE": 10, "SE": 10, "JM": 7, "BS": 5, "DO": 5, "TT": 5,
}

_ENGLISH: Final = (
    *("Ava", "Noah", "Mia", "Liam", "Zoe", "Ethan", "Ruby", "Owen", "Nora", "Caleb", "Ivy", "Miles", "Hazel", "Jude"),
    *("Stella", "Theo", "Clara", "Felix", "June", "Hugo", "Alice", "Oscar", "Maya", "Leon", "Grace", "Arlo", "Naomi"),
)
_NAMES: Final = {
    "CA": (*_ENGLISH, "Chloé", "Étienne", "Maëlle", "Gabriel", "Océane", "Mathieu"),
    "FR": ("Camille", "Léa", "Hugo", "Manon", "Jules", "Inès", "Louis", "Zoé", "Noémie", "Rémi", "Anaïs", "Théo"),
    "DE": ("Lena", "Jonas", "Mia", "Finn", "Käthe", "Jörg", "Greta", "Emil", "Frieda", "Anton", "Ida", "Björn"),
    "SE": ("Elsa", "Åsa", "Nils", "Maja", "Göran", "Linnea", "Axel", "Saga", "Björn", "Freja"),
    "DO": ("Lucía", "José", "Camila", "Andrés", "Sofía"),
    "IE": ("Aoife", "Cian", "Niamh", "Oisín", "Róisín", "Declan", "Saoirse", "Conor", "Maeve", "Eoin"),
}
_LAST: Final = ("Rivers", "Hill", "Marsh", "Lake", "Field", "Stone", "Brook", "Shaw", "Reed", "Wells", "Lane", "Frost")
_LANGUAGES: Final = {"FR": "fr", "DE": "de", "SE": "sv", "DO": "es"}
_CITIES: Final = {
    "+1212": "New York", "+1305": "Miami", "+1312": "Chicago", "+1214": "Dallas", "+1303": "Denver",
    "+1602": "Phoenix", "+1213": "Los Angeles", "+1206": "Seattle", "+1617": "Boston", "+1404": "Atlanta",
    "+1702": "Las Vegas", "+1504": "New Orleans", "+1313": "Detroit", "+1503": "Portland",
    "+1612": "Minneapolis", "+1816": "Kansas City", "+1907": "Anchorage", "+1808": "Honolulu",
    "+1416": "Toronto", "+1514": "Montréal", "+1604": "Vancouver", "+1403": "Calgary",
    "+1902": "Halifax", "+1204": "Winnipeg", "+1306": "Saskatoon", "+1709": "St. John’s",
}
# fmt: on
_STORES: Final = ("Harbour Street", "Old Town", "Pier 7", "Station Square", "Riverside")
_TIERS: Final = ("bronze", "silver", "gold")


@dataclass(frozen=True)
class Crowd:
    """The people by what they are for: `everyone`, and those of them who later said STOP or must never be texted."""

    everyone: list[Contact]
    opted_out: list[Contact]
    suppressed: list[Contact]


def make() -> Crowd:
    """Write the people. The same every time."""
    chance = random.Random(20261122)  # noqa: S311 - names for a demo, no secrets
    rows = [
        _person(phone, country, chance)
        for country, count in COUNTRIES.items()
        for phone in itertools.islice(phones.fictional_numbers(country), count)
    ]
    # Mixed, so that the first page of every list shows the world.
    chance.shuffle(rows)
    everyone = Contact.objects.bulk_create(rows)
    at_home = [person for person in everyone if person.country in {"US", "CA"}]
    return Crowd(everyone, opted_out=at_home[5:65:5], suppressed=at_home[7:47:10])


def _person(phone: str, country: str, chance: random.Random) -> Contact:
    read = phones.parse(phone)
    first = chance.choice(_NAMES.get(country, _ENGLISH))
    return Contact(
        phone=read.e164,
        country=read.country,
        is_valid=read.is_valid,
        invalid_reason=read.reason,
        time_zones=list(read.time_zones),
        # Every tenth gave no name: that is what stand-ins in a text are for.
        first_name=first if chance.random() > 0.1 else "",
        last_name=chance.choice(_LAST),
        language=_LANGUAGES.get(country, "en"),
        city=_CITIES.get(phone[:5], ""),
        attributes={
            "store": chance.choice(_STORES),
            "tier": chance.choices(_TIERS, weights=(6, 3, 1))[0],
            "points": chance.randrange(0, 2_000, 25),
        },
        is_fictitious=True,
    )
