"""What an import would do to each person, batch by batch: the same for the dry run and for the commit."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from subscriptions.importing.people import Person, Trouble
from subscriptions.models import Contact, ImportRun, Subscription, SubscriptionGroup
from subscriptions.models.contact import derived

BATCH: Final = 1_000


@dataclass(slots=True)
class Sorted:
    """One batch: rows as they must be written, and how many there are of each kind. Each row counts once."""

    new: list[Contact] = field(default_factory=list)
    changed: list[Contact] = field(default_factory=list)
    unchanged: int = 0
    opted_out: int = 0
    refused: list[Trouble] = field(default_factory=list)

    def phones(self) -> list[str]:
        """Numbers of everybody whom the import concerns: new and changed."""
        return [contact.phone for contact in itertools.chain(self.new, self.changed)]


def batches(rows: Iterable[Person | Trouble]) -> Iterator[list[Person | Trouble]]:
    """Rows in batches of BATCH."""
    waiting = iter(rows)
    while batch := list(itertools.islice(waiting, BATCH)):
        yield batch


def sort(batch: list[Person | Trouble], *, kind: str, group: SubscriptionGroup | None) -> Sorted:
    """Say who is new, who changes, and whose opt-out stands against it. Reads, writes nothing; two queries.

    Whoever opted out is left as they are. For an opt-out list those are the ones already suppressed.
    """
    numbers = [row.phone.e164 for row in batch if isinstance(row, Person)]
    known = {contact.phone: contact for contact in Contact.objects.filter(phone__in=numbers)}
    states = dict(
        Subscription.objects.filter(group=group, contact__phone__in=numbers).values_list("contact_id", "state")
    )
    found = Sorted()
    for row in batch:
        if isinstance(row, Trouble):
            found.refused.append(row)
            continue
        contact = known.get(row.phone.e164)
        if contact is None:
            contact = Contact(phone=row.phone.e164, **derived(row.phone))
            _take(contact, row)
            found.new.append(contact)
        elif contact.suppressed_at or states.get(contact.pk) == Subscription.State.UNSUBSCRIBED:
            found.opted_out += 1
        elif kind == ImportRun.Kind.OPT_OUT or _take(contact, row) or contact.pk not in states:
            found.changed.append(contact)
        else:
            found.unchanged += 1
    return found


def _take(contact: Contact, row: Person) -> bool:
    """Put what the row says on the contact; True if that is anything new."""
    differs = False
    for name, value in row.profile.items():
        differs = differs or getattr(contact, name) != value
        setattr(contact, name, value)
    merged = {**contact.attributes, **row.attributes}
    differs = differs or merged != contact.attributes
    contact.attributes = merged
    return differs
