"""The last look: to whom a provider that is no sandbox may never send, whatever kind of message it is."""

import factories
import pytest
from django.utils import timezone

from campaigns.models import Message
from campaigns.sending import looks
from subscriptions.models import OurPhone

pytestmark = pytest.mark.django_db

FICTION, REAL = "+12125550101", "+14155552671"


def _look(*, kind: str, phone: str, provider: str, known: bool = True, marked: bool = False) -> looks.Verdict:
    """A claimed message of this kind from a number of this provider to this phone, looked at once more."""
    number = factories.number(account=factories.account(kind=provider))
    person = None
    if known:
        person = factories.contact(phone, **({"is_fictitious": True} if marked else {}))
        factories.subscribed(person, number.group)
    if kind == Message.Kind.TEST:
        OurPhone.objects.create(phone=phone, label="Ana", code="1", proved_at=timezone.now(), added_by=factories.user())
    run = factories.run(factories.campaign(group=number.group)) if kind == Message.Kind.CAMPAIGN else None
    message = Message.objects.create(
        kind=kind,
        run=run,
        revision=run.revision if run else None,
        group=number.group,
        number=number,
        contact=person,
        to_phone=phone,
        sent_as=Message.SentAs.TEXT,
        body="Hello",
        state="claimed",
        claim="mine",
        created_at=timezone.now(),
    )
    return looks.take(message_ids=[message.pk], claim_token="mine")[message.pk]


every_kind = pytest.mark.parametrize("kind", Message.Kind.values)


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> str:
    """A provider whose messages reach real phones."""
    return factories.registry_kind(monkeypatch, fictitious_allowed=False)


@every_kind
def test_nothing_leaves_for_a_number_of_fiction_by_a_real_provider(kind: str, other: str) -> None:
    assert _look(kind=kind, phone=FICTION, provider=other) == looks.Verdict(go=False, skip="fictitious")


@every_kind
def test_nothing_leaves_for_a_fictitious_person_whatever_their_number(kind: str, other: str) -> None:
    found = _look(kind=kind, phone=REAL, provider=other, marked=True)
    assert found == looks.Verdict(go=False, skip="fictitious")


def test_nor_for_a_number_of_fiction_that_nobody_has(other: str) -> None:
    found = _look(kind=Message.Kind.AUTO_REPLY, phone=FICTION, provider=other, known=False)
    assert found == looks.Verdict(go=False, skip="fictitious")


@every_kind
def test_a_real_person_is_sent_to_by_a_real_provider(kind: str, other: str) -> None:
    assert _look(kind=kind, phone=REAL, provider=other) == looks.GO


@every_kind
def test_the_sandbox_sends_to_people_of_fiction(kind: str) -> None:
    assert _look(kind=kind, phone=FICTION, provider="sandbox") == looks.GO
