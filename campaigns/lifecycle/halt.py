"""Stop all sending: one row that every hand-over looks at, put on and taken off here, with history and event."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from campaigns.events import stream
from campaigns.models import Halt, History

# These ask for a look at the world before anything leaves: nothing lighter takes their place.
GRAVE = frozenset({Halt.Code.RESTORED, Halt.Code.CLONED})


def is_on() -> bool:
    """Whether nothing may leave now. One row by its key: cheap enough to ask before each hand-over."""
    return Halt.objects.filter(pk=Halt.ONE, is_on=True).exists()


def current() -> Halt | None:
    """The stop that is in force, with who stopped it."""
    return Halt.objects.filter(pk=Halt.ONE, is_on=True).select_related("by").first()


def put_on(*, code: Halt.Code, now: datetime, by: User | None = None, why: str = "") -> bool:
    """Stop everything that leaves, tests and answers too; False where it was stopped already.

    A stop that stands keeps its time and its words, except that a grave one takes the place of a person's.
    """
    with transaction.atomic():
        Halt.objects.bulk_create([Halt(code=code, since=now)], ignore_conflicts=True)
        found = Halt.objects.select_for_update().get(pk=Halt.ONE)
        if found.is_on and (code not in GRAVE or found.code in GRAVE):
            return False
        was = "on" if found.is_on else "off"
        Halt.objects.filter(pk=Halt.ONE).update(is_on=True, code=code, why=why[:300], by=by, since=now)
        _remember(was=was, to="on", code=code, now=now, by=by, why=why)
    return True


def release(*, now: datetime, by: User | None = None, why: str = "") -> Halt | None:
    """Let sending go on; returns the stop that was in force, None where there was none.

    What waits leaves by itself then: no run has changed its state meanwhile.
    """
    with transaction.atomic():
        found = Halt.objects.select_for_update().select_related(None).filter(pk=Halt.ONE, is_on=True).first()
        if found is None:
            return None
        Halt.objects.filter(pk=Halt.ONE).update(is_on=False)
        _remember(was="on", to="off", code=found.code, now=now, by=by, why=why)
    return found


def _remember(*, was: str, to: str, code: str, now: datetime, by: User | None, why: str) -> None:
    History.objects.create(
        thing="halt", thing_id=Halt.ONE, from_state=was, to_state=to, at=now, by=by, why=(why or code)[:300]
    )
    stream.append(
        name="SendingStateChange",
        at=now,
        payload={"from": was, "to": to, "code": str(code), "why": why, "by": by.pk if by else None},
    )
