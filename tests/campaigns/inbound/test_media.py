"""Pictures from phones: fetched from the carrier, rebuilt, kept behind an unguessable address that ends."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import carrier_process
import factories
import inbound_world
import media_samples
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from campaigns.gateways import http
from campaigns.inbound import auto_reply, media, sandbox
from campaigns.media import fence, problems, reviews
from campaigns.models import Event, Inbound, InboundMedia, Message
from subscriptions.models import SenderNumber

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process]
PHONE = "+12125550101"
JPEG = media_samples.jpeg()
Send = Callable[..., Inbound]


@pytest.fixture
def number() -> SenderNumber:
    return factories.number()


@pytest.fixture
def send(carrier: carrier_process.CarrierProcess, number: SenderNumber) -> Send:
    """A phone writes through the carrier, and our webhook has heard it."""
    assert sandbox.keep_in_touch(now=timezone.now())

    def sent(text: str = "", *files: tuple[str, bytes]) -> Inbound:
        before = Inbound.objects.count()
        body: dict[str, Any] = {"account": number.account.token, "to": number.value, "text": text}
        body["media"] = [{"content_type": kind, "base64": base64.b64encode(data).decode()} for kind, data in files]
        carrier.client.ask("POST", f"/v1/phones/{PHONE}/reply", body)
        carrier_process.wait_for(lambda: Inbound.objects.count() > before, what="the webhook")
        return Inbound.objects.latest("pk")

    return sent


def _fetched(inbound: Inbound) -> Inbound:
    media.fetch(now=timezone.now())
    inbound.refresh_from_db()
    return inbound


def _bytes(one: InboundMedia) -> bytes:
    with one.file.open("rb") as file:
        return bytes(file.read())


def _stored() -> list[str]:
    return default_storage.listdir("inbound")[1] if default_storage.exists("inbound") else []


@pytest.mark.parametrize(
    "claimed, data, kind",
    [
        ("image/jpeg", JPEG, "jpeg"),
        ("image/png", media_samples.png(), "png"),
        ("image/gif", media_samples.gif(), "gif"),
        ("text/vcard", b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana\r\nTEL:+12125550100\r\nEND:VCARD\r\n", "vcf"),
        ("application/octet-stream", JPEG, "jpeg"),
    ],
)
def test_a_file_arrives_whatever_type_is_claimed(send: Send, claimed: str, data: bytes, kind: str) -> None:
    inbound = _fetched(send("", (claimed, data)))
    (one,) = inbound.media.all()
    assert (one.kind, one.problem) == (kind, "")
    assert len(_bytes(one)) == one.bytes > 0


def test_the_copy_is_rebuilt_and_the_upload_is_not_kept(send: Send) -> None:
    tail = JPEG + b"<script>foreign</script>"
    (one,) = _fetched(send("", ("image/jpeg", tail))).media.all()
    assert b"foreign" not in _bytes(one)
    assert len(_stored()) == 1


def test_the_text_is_there_before_its_picture(send: Send) -> None:
    inbound = send("Look!", ("image/jpeg", JPEG))
    assert (inbound.text, inbound.media_done_at) == ("Look!", None)
    assert _fetched(inbound).media_done_at is not None


def test_the_stream_names_the_addresses(send: Send, settings: Any) -> None:
    inbound = _fetched(send("Look!", ("image/jpeg", JPEG), ("image/png", media_samples.png())))
    event = Event.objects.get(name="InboundReceive")
    tokens = list(inbound.media.order_by("pk").values_list("token", flat=True))
    assert event.payload["media_urls"] == [f"{settings.PUBLIC_BASE_URL}/in/{token}" for token in tokens]


def test_the_automatic_answer_can_name_the_picture(send: Send, number: SenderNumber) -> None:
    number.group.auto_reply = "Thanks! Yours: {{sms.${inbound_media_url}}}"
    number.group.save()
    inbound = _fetched(send("", ("image/jpeg", JPEG)))
    (address,) = auto_reply.media_urls(inbound)
    assert Message.objects.get(kind="auto_reply").body == f"Thanks! Yours: {address}"


def test_the_answer_waits_for_the_picture_and_comes_once(send: Send, number: SenderNumber) -> None:
    number.group.auto_reply = "Thanks!"
    number.group.save()
    inbound = send("", ("image/jpeg", JPEG))
    assert not Message.objects.exists()
    _fetched(inbound)
    _fetched(inbound)
    assert (Message.objects.count(), Event.objects.filter(name="InboundReceive").count()) == (1, 1)


@pytest.mark.parametrize(
    "data",
    [
        media_samples.HTML,
        media_samples.ZIP,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        JPEG[:200],
        b"\xff\xd8\xff\xe0" + media_samples.HTML,
    ],
    ids=["html", "zip", "svg", "cut", "html behind a jpeg's first bytes"],
)
def test_what_is_no_picture_is_never_stored(send: Send, data: bytes) -> None:
    inbound = _fetched(send("Look!", ("image/jpeg", data)))
    (one,) = inbound.media.all()
    assert (bool(one.file), bool(one.problem)) == (False, True)
    assert _stored() == []
    assert auto_reply.media_urls(inbound) == []
    assert Event.objects.get(name="InboundReceive").payload["message_body"] == "Look!"


def test_a_bad_file_does_not_take_its_neighbour_along(send: Send) -> None:
    inbound = _fetched(send("", ("image/jpeg", media_samples.HTML), ("image/jpeg", JPEG)))
    assert [bool(one.file) for one in inbound.media.order_by("pk")] == [False, True]


def test_stop_with_a_picture_is_in_force_before_the_picture(send: Send, number: SenderNumber) -> None:
    held = factories.subscribed(factories.contact(PHONE), number.group)
    inbound = send("STOP", ("image/jpeg", JPEG))
    held.refresh_from_db()
    assert (held.state, inbound.media_done_at) == ("unsubscribed", None)
    _fetched(inbound)
    assert Event.objects.get(name="InboundReceive").payload["action"] == "Unsubscribed"


def test_a_carrier_that_is_away_is_asked_again_with_growing_pauses(
    send: Send, carrier: carrier_process.CarrierProcess
) -> None:
    inbound = send("Look!", ("image/jpeg", JPEG))
    carrier.stop()
    tried = []
    for second in range(40):
        media.fetch(now=inbound.received_at + timedelta(seconds=second))
        tried.append(InboundMedia.objects.get().tries)
    assert [second for second in range(1, 40) if tried[second] > tried[second - 1]] == [1, 3, 7, 15, 31]
    assert Inbound.objects.get().media_done_at is None


def test_it_is_given_up_in_the_end_and_the_text_is_answered(
    send: Send, carrier: carrier_process.CarrierProcess, number: SenderNumber
) -> None:
    number.group.auto_reply = "Thanks!"
    number.group.save()
    send("Look!", ("image/jpeg", JPEG))
    carrier.stop()
    for _ in range(media.TRIES):
        media.fetch(now=timezone.now() + timedelta(hours=1))
    assert InboundMedia.objects.get().problem == "connection refused"
    assert Message.objects.get(kind="auto_reply").body == "Thanks!"
    assert not media.waiting()


def test_an_address_that_is_not_the_providers_is_never_asked(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    inbound = send("", ("image/jpeg", JPEG))
    InboundMedia.objects.update(source_url="http://169.254.169.254/latest/meta-data")
    monkeypatch.setattr(http, "call", None)
    _fetched(inbound)
    assert InboundMedia.objects.get().problem == "address not allowed"


def test_what_two_processes_fetched_is_stored_once(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    inbound = send("", ("image/jpeg", JPEG))
    real = fence.review

    def overtaken(data: bytes, **how: Any) -> Any:
        monkeypatch.setattr(fence, "review", real)
        media.fetch(now=timezone.now() + timedelta(minutes=1))
        return real(data, **how)

    monkeypatch.setattr(fence, "review", overtaken)
    _fetched(inbound)
    (one,) = inbound.media.all()
    assert _stored() == [one.file.name.removeprefix("inbound/")]
    assert Event.objects.filter(name="InboundReceive").count() == 1


def test_the_address_cannot_be_guessed_and_ends(send: Send) -> None:
    (one,) = _fetched(send("", ("image/jpeg", JPEG))).media.all()
    assert len(base64.urlsafe_b64decode(one.token + "==")) * 8 == 128
    assert timezone.now() < one.expires_at <= timezone.now() + timedelta(days=30)


def _waiting(number: SenderNumber, phone: str, *, files: int = 1) -> Inbound:
    """What a phone wrote, with files that lie at the carrier."""
    media_of = [{"url": f"http://127.0.0.1:9/{n}", "content_type": "image/jpeg", "bytes": 9} for n in range(files)]
    return inbound_world.write(number, phone, media=media_of)


def test_who_sends_many_files_waits_behind_everybody_elses_first(number: SenderNumber, sandbox_secret: str) -> None:
    many = [_waiting(number, PHONE, files=2), _waiting(number, PHONE)]
    other, third = _waiting(number, "+12125550102"), _waiting(number, "+12125550103")
    done: list[int] = []
    while waiting := list(media._in_turn()):
        one = waiting[0].media.filter(problem="").order_by("pk").first()
        assert one is not None
        InboundMedia.objects.filter(pk=one.pk).update(problem="decoder_timeout")
        done.append(one.inbound_id)
        if not waiting[0].media.filter(problem="").exists():
            Inbound.objects.filter(pk=waiting[0].pk).update(media_done_at=timezone.now())

    assert done == [many[0].pk, other.pk, third.pk, many[0].pk, many[1].pk]


def test_a_file_that_takes_long_ends_the_slice_and_the_order_is_asked_for_anew(
    number: SenderNumber, sandbox_secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _waiting(number, PHONE, files=2), _waiting(number, "+12125550102")
    asked: list[int] = []

    def slow(one: InboundMedia, *_account: object) -> None:
        asked.append(one.inbound_id)
        InboundMedia.objects.filter(pk=one.pk).update(problem="decoder_timeout")
        monkeypatch.setattr(media, "SLICE_S", -1.0)

    monkeypatch.setattr(media, "_fetch_one", slow)
    for _ in range(3):
        monkeypatch.setattr(media, "SLICE_S", 60.0)
        media.fetch(now=timezone.now())

    assert asked == [first.pk, second.pk, first.pk]


def test_a_file_that_found_no_turn_is_tried_again(
    number: SenderNumber, sandbox_secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbound = _waiting(number, PHONE)
    monkeypatch.setattr(http, "fetch", lambda **_: http.Fetched("image/jpeg", JPEG))
    busy = reviews.refused(b"", kind="jpeg", found=(problems.Problem("busy", limit=2),))
    monkeypatch.setattr(fence, "review", lambda *_args, **_how: busy)

    assert _fetched(inbound).media.get().problem == ""
    monkeypatch.undo()
    assert media.waiting()
