"""The second word: carry out what the dry run showed, as things stand now, batch by batch."""

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from subscriptions import consent
from subscriptions.importing import people, read, sorting
from subscriptions.importing.refusals import ImportRefused, words
from subscriptions.models import ConsentEntry, Contact, ImportRun

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_PROFILE = ["first_name", "last_name", "email", "language", "city", "time_zone", "attributes"]


def commit(*, run: ImportRun, by: "User", limit_bytes: int, now: datetime) -> ImportRun:
    """Import what was checked; the counts become what really happened.

    Batches are transactions of their own, so that a STOP never waits behind a large file. Each is harmless when
    repeated: after a crash the import is still open, and committing again finishes it. Raises ImportRefused when it
    was committed or dropped before.
    """
    run.refresh_from_db()
    if run.state != ImportRun.State.CHECKED:
        raise ImportRefused(code="not_open", found=run.state, words=words("not_open"))
    with run.file.open("rb") as stream:
        sheet = read.read(stream, limit_bytes=limit_bytes)
    new = changed = opted_out = 0
    for batch in sorting.batches(people.understood(sheet, kind=run.kind)):
        with transaction.atomic():
            found = sorting.sort(batch, kind=run.kind, group=run.group)
            _write(run, found, by=by, now=now)
        new += len(found.new)
        changed += len(found.changed)
        opted_out += found.opted_out
    counts = {"new": new, "changed": changed, "opted_out": opted_out}
    moved = ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.CHECKED).update(
        state=ImportRun.State.COMMITTED, committed_at=now, **counts
    )
    if not moved:
        raise ImportRefused(code="not_open", words=words("not_open"))
    run.refresh_from_db()
    return run


def drop(*, run: ImportRun) -> None:
    """Give up an import that was only checked; its file goes. Raises ImportRefused when it is not open any more."""
    moved = ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.CHECKED).update(state=ImportRun.State.DROPPED)
    if not moved:
        raise ImportRefused(code="not_open", found=run.state, words=words("not_open"))
    run.file.delete(save=False)


def _write(run: ImportRun, found: sorting.Sorted, *, by: "User", now: datetime) -> None:
    # New and changed in one go: what a STOP writes meanwhile (suppressed_at) is not among these columns.
    written = found.new if run.kind == ImportRun.Kind.OPT_OUT else [*found.new, *found.changed]
    Contact.objects.bulk_create(written, update_conflicts=True, unique_fields=["phone"], update_fields=_PROFILE)
    ids = list(Contact.objects.filter(phone__in=found.phones()).values_list("pk", flat=True))
    detail = f"{run.file_name} · {run.source}" if run.source else run.file_name
    if run.kind == ImportRun.Kind.OPT_OUT:
        consent.suppress_many(contact_ids=ids, source=ConsentEntry.Source.IMPORT, happened_at=now, by=by, detail=detail)
        return
    if run.group is None or run.consent_date is None:
        raise ValueError("Contacts come with their group and the date of their consent.")
    consent.grant_many(
        contact_ids=ids,
        group=run.group,
        source=ConsentEntry.Source.IMPORT,
        wording=run.wording,
        happened_at=timezone.make_aware(datetime.combine(run.consent_date, time.min)),
        by=by,
        detail=detail,
    )
