import base64
import hashlib
import io

import factories
import media_samples
import pytest
import turned_samples
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from campaigns.assets import shelf, store
from campaigns.forms import media_words
from campaigns.models import Asset, History, Rendition

pytestmark = pytest.mark.django_db

# One place for each kind: all of them are tried in tests/campaigns/media/test_rebuild.py.
HIDING = [
    (media_samples.jpeg_with_foreign, "thumbnail", "a.jpg"),
    (media_samples.png_with_foreign, "palette", "a.png"),
    (media_samples.gif_with_foreign, "application", "a.gif"),
    (media_samples.vcf_with_foreign, "photo, exif", "a.vcf"),
    (turned_samples.heic_with_foreign, "free box", "a.heic"),
    (turned_samples.webp_with_foreign, "moving, unknown chunk", "a.webp"),
]


def take(content: bytes, name: str = "beach.jpg") -> Asset:
    return store.take_in(name=name, chunks=[content], by=factories.user(), now=timezone.now())


def files() -> list[str]:
    return [name for folder in ("originals", "renditions", "posters") for name in default_storage.listdir(folder)[1]]


def test_the_original_is_kept_and_a_clean_copy_made() -> None:
    content = media_samples.jpeg() + b"<script>"

    asset = take(content)

    copy = store.clean_copy(asset)
    with asset.original.open() as original:
        assert original.read() == content
    clean = store.read(copy)
    assert b"<script>" not in clean
    assert (copy.sha256, copy.bytes) == (hashlib.sha256(clean).hexdigest(), len(clean))


def test_a_poster_is_kept_with_its_looks() -> None:
    asset = take(media_samples.jpeg(1_200, 900))

    with asset.poster.open() as poster, Image.open(poster) as image:
        assert (image.format, image.size) == ("JPEG", (480, 360))
    assert asset.poster.name.endswith(".jpg")
    asset.refresh_from_db()
    assert asset.look is not None


def test_a_card_without_a_photo_has_no_poster() -> None:
    asset = take(media_samples.vcf(), "a.vcf")

    assert (asset.poster.name, asset.look) == ("", None)


def test_what_was_done_is_noted() -> None:
    asset = take(media_samples.jpeg(exif=media_samples.exif(orientation=6)))

    copy = store.clean_copy(asset)
    assert {step["code"] for step in copy.steps} >= {"orientation_applied", "metadata_removed"}
    assert (copy.width, copy.height) == (240, 320)


@pytest.mark.parametrize(
    "name, content, kind",
    [
        ("a.jpg", media_samples.jpeg(), "jpeg"),
        ("a.png", media_samples.png(), "png"),
        ("a.gif", media_samples.gif(), "gif"),
        ("a.vcf", media_samples.vcf(), "vcf"),
        ("a.jpg", media_samples.png(), "png"),
    ],
)
def test_kinds_are_told_by_content(name: str, content: bytes, kind: str) -> None:
    assert take(content, name).kind == kind


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "empty"),
        (b"just a text", "not_media"),
        (media_samples.HTML, "unsupported_kind"),
        (media_samples.PDF, "unsupported_kind"),
        (media_samples.jpeg()[:500], "truncated"),
    ],
)
def test_what_cannot_be_used_leaves_nothing_behind(content: bytes, code: str) -> None:
    with pytest.raises(store.UploadRefused) as refused:
        take(content)

    assert [problem.code for problem in refused.value.problems] == [code]
    assert not Asset.objects.exists()
    assert not default_storage.exists("originals")


@pytest.mark.parametrize(
    "content, name, kind, was, label",
    [
        (turned_samples.heic(), "IMG_0042.HEIC", "jpeg", "heic", "IMG_0042.jpg"),
        (turned_samples.moving_webp(), "dance.webp", "gif", "webp", "dance.gif"),
    ],
)
def test_what_cannot_be_sent_is_turned_and_says_so(content: bytes, name: str, kind: str, was: str, label: str) -> None:
    asset = take(content, name)

    copy = store.clean_copy(asset)
    assert (asset.kind, asset.uploaded_kind, asset.label, copy.kind) == (kind, was, label, kind)
    assert asset.original.name.endswith(f".{was}")
    with asset.original.open() as original:
        assert original.read() == content
    step = copy.steps[0]
    assert was.upper() in media_words.note(step["code"], step["found"]).upper()


def test_what_hides_in_a_file_is_in_no_file_but_the_original() -> None:
    foreign = media_samples.SCRIPT + media_samples.ZIP + media_samples.HTML
    for maker, place, name in HIDING:
        take(maker(foreign)[place], name)

    made = [name for name in files() if name in default_storage.listdir("renditions")[1]]
    made += default_storage.listdir("posters")[1]
    assert len(made) == 12
    for name in made:
        folder = "renditions" if default_storage.exists(f"renditions/{name}") else "posters"
        with default_storage.open(f"{folder}/{name}") as file:
            content = file.read()
        assert [mark for mark in media_samples.FOREIGN_MARKS if mark in content] == [], name


def test_reading_stops_at_the_limit() -> None:
    read = 0

    def endless():  # type: ignore[no-untyped-def]
        nonlocal read
        while True:
            read += 1
            yield b"\xff" * 1_000_000

    with pytest.raises(store.UploadRefused) as refused:
        store.take_in(name="big.jpg", chunks=endless(), by=factories.user(), now=timezone.now())

    assert refused.value.problems[0].code == "too_large_upload"
    assert read == settings.UPLOAD_LIMIT_BYTES // 1_000_000 + 1


def test_the_same_bytes_again_give_the_same_asset() -> None:
    first = take(media_samples.jpeg(), "beach.jpg")

    assert take(media_samples.jpeg(), "other.jpg") == first
    assert len(files()) == 3


def test_uploading_an_archived_file_again_brings_it_back() -> None:
    first = take(media_samples.jpeg())
    shelf.put_away(asset=first, is_archived=True)

    take(media_samples.jpeg())

    assert not Asset.objects.get().is_archived


def test_files_are_named_by_chance() -> None:
    take(media_samples.jpeg(), "secret plans.jpg")

    assert not any("secret" in name for name in files())


def test_a_contact_card_keeps_what_a_phone_shows() -> None:
    photo = media_samples.jpeg(64, 64)
    line = "PHOTO;ENCODING=b;TYPE=JPEG:" + base64.b64encode(photo).decode()

    card = store.clean_copy(take(media_samples.vcf(line), "ada.vcf")).card

    assert card["full_name"] == "Ada Byron"
    assert Image.open(io.BytesIO(base64.b64decode(card["photo"]))).size == (64, 64)


def test_when_the_row_cannot_be_written_no_file_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_columns: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(History.objects, "create", broken)

    with pytest.raises(RuntimeError):
        take(media_samples.jpeg())

    assert files() == []
    assert not Rendition.objects.exists()
